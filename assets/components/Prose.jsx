import { useEffect, useSyncExternalStore } from "react";

// What authors write. Most of it is one plain sentence, which needs nothing; what has marks in it needs the renderer, which is
// large: it comes when it is first needed, or else when the page has been there for a while. Until then the words are shown
// as they were written, also when it cannot be had, for a line may drop at any time; the words are on the screen first.

const SOON_MS = 3000;
const MARKS = /[\n\\`*_[\]<~&@]|^\s|^[-+>#=|]|^\d+[.)]|https?:|www\./i;

let Renderer = null;
const waiting = new Set();

function load() {
  if (Renderer) return;
  import("./Markdown.jsx").then(
    ({ Markdown }) => {
      Renderer = Markdown;
      waiting.forEach((tell) => tell());
    },
    () => {},
  );
}

const subscribe = (tell) => {
  waiting.add(tell);
  return () => waiting.delete(tell);
};

const loadAfterPaint = () => requestAnimationFrame(() => setTimeout(load));

if (typeof window !== "undefined") setTimeout(load, SOON_MS);

function Marked({ text, isInline, plain }) {
  const Renders = useSyncExternalStore(subscribe, () => Renderer, () => null);
  useEffect(() => {
    loadAfterPaint();
  }, []);
  return Renders ? <Renders text={text} isInline={isInline} /> : plain;
}

export function Prose({ text, isInline = false, className = "" }) {
  const words = text ?? "";
  const Tag = isInline ? "span" : "div";
  const plain = words && (isInline ? <span className="prose-line">{words}</span> : <p>{words}</p>);
  return (
    <Tag className={`prose ${className}`}>
      {MARKS.test(words) ? <Marked text={words} isInline={isInline} plain={plain} /> : plain}
    </Tag>
  );
}
