import { useEffect, useState } from "react";

// A moment as people say it ("3 minutes ago"), with the exact time as its tooltip, in the reader's own language and zone.

const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const REFRESH_MS = 15000;

function spoken(at) {
  const seconds = Math.round((Date.now() - at.getTime()) / 1000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(-Math.trunc(seconds / length), unit);
  }
  return seconds < 10 ? "just now" : `${seconds} seconds ago`;
}

function read(at) {
  return new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(at) ? at.replace(" ", "T") : `${at.replace(" ", "T")}Z`);
}

function Moment({ moment, words }) {
  return (
    <time dateTime={moment.toISOString()} title={moment.toLocaleString()} suppressHydrationWarning>
      {words}
    </time>
  );
}

export function Ago({ at }) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  if (!at) return null;
  const moment = read(at);
  return <Moment moment={moment} words={spoken(moment)} />;
}

// The same as a clock shows it ("10:04"), with the day when that is not today.
export function Clock({ at }) {
  if (!at) return null;
  const moment = read(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { weekday: "short", day: "numeric", month: "short" };
  const words = moment.toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
  return <Moment moment={moment} words={words} />;
}
