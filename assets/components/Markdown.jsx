import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";

// What authors write, as Markdown. HTML in it is dropped, not rendered, and links never carry scripts
// (react-markdown empties the address of anything but http, https, mailto and the like).

const link = ({ node, ...props }) => <a {...props} target="_blank" rel="noopener noreferrer" />;
const image = ({ node, ...props }) => <img {...props} loading="lazy" referrerPolicy="no-referrer" />;
const table = ({ node, ...props }) => (
  <div className="prose-table">
    <table {...props} />
  </div>
);
const line = ({ node, ...props }) => <span className="prose-line" {...props} />;
const strong = ({ node, ...props }) => <strong {...props} />;

const block = { a: link, img: image, table };
// Inside of a heading or a table cell: the same words, but nothing that may not stand there.
const inline = { ...block, p: line, h1: strong, h2: strong, h3: strong, h4: strong, h5: strong, h6: strong };

export function Markdown({ text, isInline }) {
  return (
    <ReactMarkdown skipHtml remarkPlugins={[remarkGfm]} components={isInline ? inline : block}>
      {text}
    </ReactMarkdown>
  );
}
