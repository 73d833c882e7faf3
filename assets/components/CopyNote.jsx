import { useEffect, useRef, useState } from "react";
import { Check, ClipboardCopy } from "lucide-react";

// Copies the text that ``source`` answers with. It is there before the button is pressed: a browser lets a page write
// to the clipboard during a press, and not after a wait. Where even that is refused, the text is shown to copy by hand.

const NOT_LOADED = "The note could not be loaded. Check your connection, then try again.";

export function CopyNote({ source }) {
  const [note, setNote] = useState(null);
  const [state, setState] = useState("");
  const [attempt, setAttempt] = useState(0);
  const byHand = useRef(null);

  useEffect(() => {
    const gone = new AbortController();
    fetch(source, { signal: gone.signal })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
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
        {state === "copied" && "Copied. Paste it into your ticket."}
        {state === "lost" && NOT_LOADED}
        {state === "refused" && "Your browser did not allow it. The note is selected below: copy it by hand."}
      </p>
      {state === "refused" && <textarea ref={byHand} readOnly value={note} rows={8} aria-label="Ticket note" />}
    </div>
  );
}
