import { useSyncExternalStore } from "react";

// A sound and a notification of the browser for a new escalation. Whoever sits here is asked once, on a click, and the
// choice stays in this browser.

const CHOICE = "troubleshoot.alarm";
const RUNG = "troubleshoot.rung";
const CHANGED = "troubleshoot:alarm";
const NOTES = [
  [660, 0],
  [880, 0.16],
];
const NOTE_SECONDS = 0.28;
const LATE_MS = 2000;

function remembered(key) {
  try {
    return window.localStorage.getItem(key) ?? "";
  } catch {
    return ""; // a browser that keeps nothing: the choice holds for as long as the page
  }
}

function remember(key, value) {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    return;
  }
}

let chosen = typeof window === "undefined" ? "" : remembered(CHOICE);

function choose(value) {
  chosen = value;
  remember(CHOICE, value);
  window.dispatchEvent(new Event(CHANGED));
}

function onChoice(react) {
  const other = (event) => {
    if (event.key !== CHOICE) return;
    chosen = event.newValue ?? "";
    react();
  };
  window.addEventListener(CHANGED, react);
  window.addEventListener("storage", other);
  return () => {
    window.removeEventListener(CHANGED, react);
    window.removeEventListener("storage", other);
  };
}

const useChoice = () =>
  useSyncExternalStore(
    onChoice,
    () => chosen,
    () => "",
  );

let audio;

// Browsers let a page sound once somebody has pressed something on it.
function ready() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio) return Promise.reject(new Error("no sound here"));
  audio ??= new Audio();
  return audio.resume();
}

function play() {
  for (const [pitch, after] of NOTES) {
    const begin = audio.currentTime + after;
    const note = audio.createOscillator();
    const volume = audio.createGain();
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, begin);
    volume.gain.exponentialRampToValueAtTime(0.25, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + NOTE_SECONDS);
    note.connect(volume).connect(audio.destination);
    note.start(begin);
    note.stop(begin + NOTE_SECONDS);
  }
}

function sound() {
  const asked = Date.now();
  ready()
    .then(() => Date.now() - asked < LATE_MS && play())
    .catch(() => undefined);
}

function notify(title, body, href, tag) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible") return;
  try {
    const notification = new Notification(title, { body, tag, icon: "/mark.svg" });
    notification.onclick = () => {
      window.focus();
      window.location.assign(href);
      notification.close();
    };
  } catch {
    return; // phones allow this to installed pages only; the sound and the banner remain
  }
}

// Sounds and notifies if it was chosen here; of several open tabs one does the sound.
export function ring(title, body, href, tag) {
  if (chosen !== "on") return;
  if (remembered(RUNG) !== tag) {
    remember(RUNG, tag);
    sound();
  }
  notify(title, body, href, tag);
}

function turnOn() {
  choose("on");
  sound();
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
}

if (typeof document !== "undefined") {
  const wake = () => chosen === "on" && ready().catch(() => undefined);
  document.addEventListener("pointerdown", wake, { once: true });
  document.addEventListener("keydown", wake, { once: true });
}

// The question, where the first banner is; gone for good after an answer.
export function AlarmQuestion() {
  const choice = useChoice();
  if (choice) return null;
  return (
    <div className="alarm-question">
      <span>Sound and notifications, too?</span>
      <button type="button" className="plain-button" onClick={turnOn}>
        Turn on
      </button>
      <button type="button" className="plain-button" onClick={() => choose("off")}>
        No
      </button>
    </div>
  );
}

// The same choice in the menu, to change one's mind.
export function AlarmSwitch() {
  const on = useChoice() === "on";
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      className="alarm-switch"
      onClick={() => (on ? choose("off") : turnOn())}
    >
      <span>Sound and notifications</span>
      <span className="switch" aria-hidden="true" />
    </button>
  );
}
