import { useEffect, useRef, useState } from "react";
import { Prose } from "./Prose.jsx";

// A text that is kept as it is typed. Each field has a pause of its own, and what is not sent yet is sent when the field
// is left, so that whoever types on in the next one loses nothing. What the server says meanwhile never changes a field
// under its author's hands; only when `takenOver` counts up does it. One that `isNeeded` is not kept empty: left like that, it
// has its last text again.

const PAUSE_MS = 400;

export function Writing({
  id,
  label,
  value = "",
  takenOver = 0,
  handled = 0,
  rows = 1,
  maxLength,
  hint = "",
  placeholder = "",
  hasPreview = false,
  isLabelUnseen = false,
  isNeeded = false,
  onWrite,
}) {
  const [text, setText] = useState(value);
  const [waiting, setWaiting] = useState(false);
  const field = useRef(null);
  const timer = useRef(0);
  // What the server has, as far as this field knows, and what is in the field.
  const known = useRef(value);
  const latest = useRef(value);
  const write = useRef(onWrite);
  write.current = onWrite;

  const takeOver = (said) => {
    known.current = said;
    latest.current = said;
    setText(said);
  };
  const isEmptied = (typed) => isNeeded && !typed.trim();
  const flush = () => {
    clearTimeout(timer.current);
    timer.current = 0;
    const seen = known.current;
    if (latest.current === seen || isEmptied(latest.current)) return;
    known.current = latest.current;
    setWaiting(true);
    write.current?.(seen, latest.current);
  };
  const isIdle = () => !timer.current && latest.current === known.current;

  useEffect(() => setWaiting(false), [handled]);
  useEffect(() => {
    if (isIdle() && document.activeElement !== field.current) takeOver(value);
  }, [value]);
  useEffect(() => {
    if (!timer.current) takeOver(value);
  }, [takenOver]);
  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, []);

  const Field = rows > 1 ? "textarea" : "input";
  return (
    <div className="field writing">
      <label htmlFor={id} className={isLabelUnseen ? "unseen" : "field-label"}>
        {label}
      </label>
      <Field
        ref={field}
        id={id}
        className="writing-field"
        {...(rows > 1 ? { rows } : { type: "text" })}
        value={text}
        maxLength={maxLength}
        placeholder={placeholder}
        aria-invalid={isEmptied(text) || undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => {
          latest.current = event.target.value;
          setText(event.target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(flush, PAUSE_MS);
        }}
        onBlur={() => (isEmptied(latest.current) ? takeOver(known.current) : flush())}
      />
      {hint && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      <span className="writing-state">
        <span aria-hidden="true">{!isEmptied(text) && (waiting || text !== known.current) ? "Saving …" : ""}</span>
        <span role="status">{isEmptied(text) ? "Not kept while it is empty" : ""}</span>
      </span>
      {hasPreview && text && (
        <div className="node-help" role="group" aria-label={`Preview of ${label.toLowerCase()}`}>
          <Prose text={text} />
        </div>
      )}
    </div>
  );
}
