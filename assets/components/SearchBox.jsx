import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Button, TextField } from "@radix-ui/themes";

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
  const isOfThisPage = useRef(false);

  useEffect(() => {
    path.current = window.location.pathname;
    setTyped(new URLSearchParams(window.location.search).get("q") ?? "");
    return () => clearTimeout(timer.current);
  }, []);

  // On the way from another page the state is what it was when this page was open last, until it is loaded for the address
  // of now; written there before that, it would put itself in the place of what the link asks for.
  useEffect(() => {
    if (!hydrated) isOfThisPage.current = true;
  }, [hydrated]);

  // A link to this very page says what is looked for now, unless somebody is typing.
  useEffect(() => {
    if (!hydrated) return;
    if (seen.current !== null && seen.current !== loads && !timer.current && asked.current === null) setTyped(words);
    seen.current = loads;
  }, [hydrated, loads]);

  useEffect(() => {
    if (asked.current === words) asked.current = null;
    if (!hydrated || !isOfThisPage.current) return;
    if (window.location.pathname !== path.current || window.location.search === address) return;
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

// A search box on another page: Enter leads to the list at `to`, with the words in its address.
export function SearchForm({ to, label, placeholder, children }) {
  const navigate = useNavigate();
  const go = (event) => {
    event.preventDefault();
    const words = new FormData(event.currentTarget).get("q").trim();
    navigate(words ? `${to}?${new URLSearchParams({ q: words })}` : to);
  };
  return (
    <form role="search" className="search-form" action={to} onSubmit={go}>
      <label className="field-label" htmlFor="search-words">
        {label}
      </label>
      <div className="search-line">
        <TextField.Root
          id="search-words"
          name="q"
          type="search"
          size="3"
          className="grow"
          placeholder={placeholder}
          maxLength={200}
          enterKeyHint="search"
        >
          <TextField.Slot>{children}</TextField.Slot>
        </TextField.Root>
        <Button type="submit" size="3">
          Search
        </Button>
      </div>
    </form>
  );
}
