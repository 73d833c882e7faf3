import { useEffect, useRef, useState } from "react";
import { TextField } from "@radix-ui/themes";

// A search box that asks while one types, a moment after the last key, and keeps what is looked for in the address of the
// page: a reload, a link and the way back lead to the same list. What is typed belongs to the box alone; the server's
// answer to an older question never overwrites it.

const PAUSE_MS = 200;

export function SearchBox({ hydrated, label, words, loads, address, onSearch, children }) {
  const [typed, setTyped] = useState("");
  const timer = useRef(null);
  const asked = useRef(null);
  const seen = useRef(null);
  const path = useRef("");

  useEffect(() => {
    path.current = window.location.pathname;
    setTyped(new URLSearchParams(window.location.search).get("q") ?? "");
    return () => clearTimeout(timer.current);
  }, []);

  // A link to this very page says what is looked for now, unless somebody is typing.
  useEffect(() => {
    if (!hydrated) return;
    if (seen.current !== null && seen.current !== loads && !timer.current && asked.current === null) setTyped(words);
    seen.current = loads;
  }, [hydrated, loads]);

  useEffect(() => {
    if (asked.current === words) asked.current = null;
    if (!hydrated || window.location.pathname !== path.current || window.location.search === address) return;
    window.history.replaceState(window.history.state, "", path.current + address);
  }, [hydrated, words, address]);

  const ask = (text) => {
    clearTimeout(timer.current);
    timer.current = null;
    if (text === words) return;
    asked.current = text;
    onSearch(text);
  };
  const change = (event) => {
    const text = event.target.value;
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(text), PAUSE_MS);
  };

  return (
    <TextField.Root
      type="search"
      size="3"
      className="grow"
      placeholder={label}
      aria-label={label}
      maxLength={200}
      value={typed}
      onChange={change}
      onKeyDown={(event) => event.key === "Enter" && ask(typed)}
    >
      <TextField.Slot>{children}</TextField.Slot>
    </TextField.Root>
  );
}
