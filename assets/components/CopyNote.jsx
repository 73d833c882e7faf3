import { useEffect, useRef, useState } from "react";
import { Check, ClipboardCopy } from "lucide-react";
import { Button } from "@radix-ui/themes";
import { withToasts } from "./Toasts";

// Copies the text that ``source`` answers with. It is there before the button is pressed: a browser lets a page write
// to the clipboard during a press, and not after a wait. Where even that is refused, the text is shown to copy by hand.

const COPIED = "Copied. Paste it into your ticket.";
const NOT_LOADED = "The note could not be loaded. Check your connection, then try again.";
const NOT_ALLOWED = "Your browser did not allow it. Press Export, and copy the note there.";
const SHOWN_MS = 2000;

async function read(source, signal) {
  const answer = await fetch(source, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

export function CopyNote({ source }) {
  const [note, setNote] = useState(null);
  const [state, setState] = useState("");
  const [attempt, setAttempt] = useState(0);
  const byHand = useRef(null);

  useEffect(() => {
    const gone = new AbortController();
    read(source, gone.signal)
      .then(setNote)
      .catch(() => gone.signal.aborted || setState("lost"));
    return () => gone.abort();
  }, [source, attempt]);

  useEffect(() => {
    if (state === "refused") byHand.current?.select();
  }, [state]);

  const copy = () => {
    if (state === "lost") {
      setState("");
      setAttempt(attempt + 1);
    } else if (!navigator.clipboard) {
      setState("refused");
    } else {
      navigator.clipboard.writeText(note).then(
        () => setState("copied"),
        () => setState("refused"),
      );
    }
  };
  return (
    <div className="copy-note">
      <button type="button" className="copy-button" onClick={copy} disabled={note === null && state !== "lost"}>
        {state === "copied" ? <Check size={20} aria-hidden="true" /> : <ClipboardCopy size={20} aria-hidden="true" />}
        {state === "lost" ? "Try again" : "Copy ticket note"}
      </button>
      <p role="status" className="copy-said">
        {state === "copied" && COPIED}
        {state === "lost" && NOT_LOADED}
        {state === "refused" && "Your browser did not allow it. The note is selected below: copy it by hand."}
      </p>
      {state === "refused" && <textarea ref={byHand} readOnly value={note} rows={8} aria-label="Ticket note" />}
    </div>
  );
}

// The same in one press, where there are too many notes to have them all at hand. The browser is given the promise of the
// text during the press; one that takes no promises is given the text itself, as soon as it is there.
export function CopyNoteNow({ source }) {
  const [isCopied, setIsCopied] = useState(false);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);

  const copy = async () => {
    const note = read(source);
    let isLost = false;
    note.catch(() => (isLost = true));
    try {
      await write(note);
      withToasts((toast) => toast.success(COPIED));
      setIsCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setIsCopied(false), SHOWN_MS);
    } catch {
      await note.catch(() => {});
      withToasts((toast) => toast.error(isLost ? NOT_LOADED : NOT_ALLOWED));
    }
  };
  const Icon = isCopied ? Check : ClipboardCopy;
  return (
    <Button type="button" size="3" variant="soft" color="gray" onClick={copy}>
      <Icon size={18} aria-hidden="true" />
      Copy note
    </Button>
  );
}

async function write(note) {
  if (!navigator.clipboard) throw new Error("no clipboard");
  if (!window.ClipboardItem) return navigator.clipboard.writeText(await note);
  const text = note.then((words) => new Blob([words], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
}
