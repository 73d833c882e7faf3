import { useEffect } from "react";
import { soon } from "./soon";

// What authors write. Most of it is one plain sentence, which needs nothing; what has marks in it needs the renderer, which is
// large. Until that is there the words are shown as they were written, also when it cannot be had; it is not asked for before
// they are on the screen.

const MARKS = /[\n\\`*_[\]<~&@]|^\s|^[-+>#=|]|^\d+[.)]|https?:|www\./i;

const renderer = soon(() => import("./Markdown.jsx").then(({ Markdown }) => Markdown));
const loadAfterPaint = () => requestAnimationFrame(() => setTimeout(() => renderer.need().catch(() => {})));

function Marked({ text, isInline, plain }) {
  const Renders = renderer.use();
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
