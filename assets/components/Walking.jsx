import { useCallback, useEffect, useRef, useState } from "react";
import { TextArea } from "@radix-ui/themes";
import { Choices } from "./Choices";

// Answers and the note beside them. Lines drop in the field, also without a word: a press or a note that the server has
// not confirmed is sent again when the line is back. The server counts it once, by the revision that it was meant for.

const SAVE_AFTER_MS = 300;
const DOUBLE_PRESS_MS = 1000;
export const SHOWN_AS_WAITING_MS = 8000; // then it was refused, and a sentence said so
const STILL_MEANT_MS = 120000;
const NOTE = "note";

const draftKey = (sessionId, seq, node) => `note/${sessionId}/${seq}/${node}`;
const typedNote = () => document.getElementById(NOTE)?.value ?? "";

// Runs `send` once whenever the page has its state again after the line was down.
function useReturn(hydrated, send) {
  const wasDown = useRef(false);
  useEffect(() => {
    if (!hydrated) wasDown.current = true;
    else if (wasDown.current) {
      wasDown.current = false;
      send();
    }
  }, [hydrated]);
}

export function Answers({ sessionId, revision, hydrated, options, reading, acknowledge, onAnswer }) {
  const [pressed, setPressed] = useState(null);
  const [value, setValue] = useState("");
  const [done, setDone] = useState(false);
  const isWaiting = pressed !== null && pressed.revision === revision && pressed.sessionId === sessionId;

  const answer = (option) => {
    const isSame = isWaiting && pressed.option === option && pressed.value === value;
    if (isSame && Date.now() - pressed.at < DOUBLE_PRESS_MS) return;
    setPressed({ sessionId, revision, option, value, at: Date.now() });
    onAnswer(option, revision, sessionId, typedNote(), value, done);
  };
  useReturn(hydrated, () => {
    if (isWaiting && Date.now() - pressed.at < STILL_MEANT_MS) answer(pressed.option);
  });
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setTimeout(() => setPressed((last) => (last ? { ...last, isSlow: true } : last)), SHOWN_AS_WAITING_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, pressed?.at]);
  const isBusy = (option) => isWaiting && !(hydrated && pressed.isSlow) && pressed.option === option;

  return (
    <Choices
      {...{ options, reading, acknowledge, value, setValue, done, setDone, isBusy }}
      // Of a double click, the first: the next question may be there.
      onChoose={(option, clicks) => clicks <= 1 && answer(option)}
    />
  );
}

export function Note({ sessionId, seq, node, saved, hydrated, placeholder, onSave }) {
  const box = useRef(null);
  const timer = useRef(null);
  const key = draftKey(sessionId, seq, node);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = null;
    if (box.current) onSave(box.current.value, seq, sessionId, node);
  }, [sessionId, seq, node, onSave]);

  const type = () => {
    localStorage.setItem(key, box.current.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(save, SAVE_AFTER_MS);
  };

  // What this device had not got through before the page was closed. Notes of earlier questions went with the answers; one
  // of a question after the same step did not, when somebody went back from there.
  useEffect(() => {
    for (const other of Object.keys(localStorage)) {
      if (!other.startsWith(`note/${sessionId}/`) || other === key) continue;
      const left = draftKey(sessionId, seq, "");
      if (other.startsWith(left)) onSave(localStorage.getItem(other), seq, sessionId, other.slice(left.length));
      localStorage.removeItem(other);
    }
    const draft = localStorage.getItem(key);
    if (draft !== null && draft !== saved && box.current) {
      box.current.value = draft;
      save();
    }
    return () => clearTimeout(timer.current);
  }, [key]);

  useReturn(hydrated, () => {
    if (box.current && box.current.value !== saved) save();
  });
  useEffect(() => {
    if (hydrated && box.current?.value === saved) localStorage.removeItem(key);
  }, [hydrated, saved, key]);

  return (
    <TextArea
      ref={box}
      id={NOTE}
      key={key}
      defaultValue={saved}
      onChange={type}
      placeholder={placeholder}
      rows="2"
      size="3"
      resize="vertical"
      maxLength={10000}
    />
  );
}

const isTyping = (element) =>
  element?.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element?.tagName);

const press = (selector) => {
  const button = document.querySelector(selector);
  if (button && !button.disabled) button.click();
};

// 1 to 9 answer, B goes back, N goes to the note, E escalates, ? shows them. Not while somebody types or a dialog is open.
export function Keys({ onHelp }) {
  useEffect(() => {
    const hear = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('[role="dialog"], dialog[open]')) return;
      const pressed = event.key.toLowerCase();
      if (/^[1-9]$/.test(pressed)) document.querySelectorAll(".options button")[Number(pressed) - 1]?.click();
      else if (pressed === "b") press('[data-key="b"]');
      else if (pressed === "e") press('[data-key="e"]');
      else if (pressed === "n") document.getElementById(NOTE)?.focus();
      else if (pressed === "?") onHelp();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [onHelp]);
  return null;
}
