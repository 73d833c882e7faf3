import { useEffect, useRef, useState } from "react";

// Chooses a file (or takes what is dropped or pasted), sends it to the server as it is, and shows what became of it.
// Where the server names a place in the file, the line is shown: it never left this browser.

const NO_ANSWER = "The server cannot be reached. Check your connection and try again.";
const WORDS = { error: "Error", warning: "Warning", info: "Note" };
const LINE_LENGTH = 160;
const BEFORE = 24;

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function place({ line, column }) {
  if (!line) return "";
  return column ? `Line ${line}, column ${column}` : `Line ${line}`;
}

// The line with its beginning cut when the column is far to the right, and how many characters stand before the column.
function excerpt(lines, { line, column }) {
  const text = line ? lines[line - 1] : undefined;
  if (!text?.trim()) return null;
  const at = Math.max(0, (column ?? 1) - 1);
  const from = Math.max(0, at - BEFORE);
  return { before: (from ? "…" : "") + text.slice(from, at), after: text.slice(at, from + LINE_LENGTH) };
}

function Told({ told, lines }) {
  const shown = excerpt(lines, told);
  return (
    <li className={`told told-${told.severity}`}>
      <span className="told-severity">{WORDS[told.severity]}</span>
      <div className="grow">
        <p>{told.message}</p>
        {place(told) && <p className="quiet told-place">{place(told)}</p>}
        {shown && (
          <pre className="told-line" tabIndex={0} aria-label={place(told)}>
            {shown.before}
            <mark>{shown.after.slice(0, 1) || " "}</mark>
            {shown.after.slice(1)}
          </pre>
        )}
      </div>
    </li>
  );
}

function Report({ report, lines, label }) {
  if (!report.length) return null;
  return (
    <ul className="report" aria-label={label}>
      {report.map((told, number) => (
        <Told key={number} told={told} lines={lines} />
      ))}
    </ul>
  );
}

function Draft({ draft, lines }) {
  const wrong = [draft.errors && plural(draft.errors, "error"), draft.warnings && plural(draft.warnings, "warning")];
  return (
    <section className="panel" aria-label={draft.title}>
      <div className="draft-head">
        <h3 className="grow">{draft.title}</h3>
        <a className="button-link" href={`/trees/${draft.id}/edit`} aria-label={`Edit ${draft.title}`}>
          Edit
        </a>
      </div>
      <p className="quiet">
        {plural(draft.node_count, "node")} · {wrong.filter(Boolean).join(", ") || "nothing is wrong with it"}
      </p>
      {draft.report.length ? (
        <Report report={draft.report} lines={lines} label={`Report on ${draft.title}`} />
      ) : (
        <p className="quiet">Everything was taken over as it is.</p>
      )}
    </section>
  );
}

// Text as lines, for what is text; a file that is none has no lines to show.
async function linesOf(body) {
  const text = typeof body === "string" ? body : await body.text();
  return text.includes("\0") ? [] : text.split(/\r\n|\r|\n/);
}

async function send(body, name, format) {
  const wanted = new URLSearchParams({ name: name.slice(-255), ...(format && { format }) });
  const answer = await fetch(`/api/v1/web/trees/import?${wanted}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body,
  });
  return { ok: answer.ok, said: await answer.json() };
}

export function Import({ formats, largest }) {
  const [format, setFormat] = useState("");
  const [pasted, setPasted] = useState("");
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState("");
  const [outcome, setOutcome] = useState(null);
  const heading = useRef(null);

  useEffect(() => {
    if (outcome) heading.current?.focus();
  }, [outcome]);

  const read = async (body, name) => {
    if (busy) return;
    const called = name || "The text";
    if ((body.size ?? body.length) > largest) {
      setOutcome({ name: called, lines: [], refused: tooLarge(largest) });
      return;
    }
    setBusy(name || "the text");
    let found = { refused: { detail: NO_ANSWER } };
    let lines = [];
    try {
      lines = await linesOf(body);
      const { ok, said } = await send(body, name, format);
      found = ok ? { made: said } : { refused: said };
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)) throw error;
    }
    setBusy("");
    setOutcome({ name: called, lines, ...found });
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const { files } = event.dataTransfer;
    if (files.length > 1) {
      const detail = `${files.length} files were dropped, and none was read. Import them one by one.`;
      setOutcome({ name: `${files.length} files`, lines: [], refused: { detail } });
    } else if (files.length) read(files[0], files[0].name);
  };

  return (
    <>
      <div
        className={`drop panel ${over ? "drop-over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label className="field">
          <span className="field-label">Format</span>
          <select className="select" value={format} onChange={(event) => setFormat(event.target.value)}>
            <option value="">Guess it from the file</option>
            {formats.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="field-label">File</span>
          <input
            type="file"
            className="file-input"
            disabled={Boolean(busy)}
            onChange={(event) => {
              const file = event.target.files[0];
              if (file) read(file, file.name);
              event.target.value = "";
            }}
          />
          <span className="hint">Choose one, or drop it here.</span>
        </label>
        <label className="field">
          <span className="field-label">Or paste text</span>
          <textarea
            className="paste"
            rows={6}
            value={pasted}
            spellCheck={false}
            onChange={(event) => setPasted(event.target.value)}
          />
        </label>
        <button
          type="button"
          className="button-link"
          disabled={Boolean(busy) || !pasted.trim()}
          onClick={() => read(pasted, "")}
        >
          Import the text
        </button>
        <p role="status" className="quiet busy-line">
          {busy && `Reading ${busy} …`}
        </p>
      </div>
      {outcome && (
        <section className="section" aria-label="What came of it">
          <h2 ref={heading} tabIndex={-1} className="outcome">
            {outcome.made
              ? `${outcome.name}: ${plural(outcome.made.drafts.length, "draft")} made`
              : `${outcome.name} could not be read`}
          </h2>
          {outcome.refused && <Refused refused={outcome.refused} lines={outcome.lines} />}
          {outcome.made && (
            <>
              <Report report={outcome.made.report} lines={outcome.lines} label="Report on the file" />
              {outcome.made.drafts.map((draft) => (
                <Draft key={draft.id} draft={draft} lines={outcome.lines} />
              ))}
            </>
          )}
        </section>
      )}
    </>
  );
}

function tooLarge(largest) {
  return { detail: `A file of more than ${largest / 1024 / 1024} MiB is not read. Split it.` };
}

function Refused({ refused, lines }) {
  return (
    <div role="alert" className="form-problem">
      {refused.report?.length ? (
        <Report report={refused.report} lines={lines} label="What is wrong" />
      ) : (
        <p>{refused.detail ?? NO_ANSWER}</p>
      )}
    </div>
  );
}
