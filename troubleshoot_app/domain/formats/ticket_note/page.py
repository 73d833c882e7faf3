"""A note as an HTML page of its own: one file, nothing loaded from anywhere, no script; for a screen and for paper."""

from html import escape

from troubleshoot_app.domain.formats.ticket_note.outline import Block, Entry, Item, Outline, Prose, Section

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --paper: #ffffff; --ground: #f0f0f3;
  --line: #e0e1e6; --quote: #f4f6fe; --accent: #3e63dd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edeef0; --soft: #b0b4ba; --paper: #18191b; --ground: #111113; --line: #2e3135; --quote: #212225;
    --accent: #9eb1ff; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 16px; background: var(--ground); color: var(--ink); font: 16px/1.5 -apple-system,
  BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 760px; margin: 0 auto; padding: 40px; background: var(--paper); border: 1px solid var(--line);
  border-radius: 12px; }
h1 { margin: 0 0 20px; font-size: 26px; line-height: 1.25; }
h2 { margin: 36px 0 12px; padding-bottom: 6px; border-bottom: 1px solid var(--line); font-size: 17px; }
p { margin: 0; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px; margin: 0; }
dt, .about { color: var(--soft); }
dd { margin: 0; }
a { color: var(--accent); }
ol, ul { margin: 0; padding: 0; list-style: none; }
li { padding: 12px 0; }
li + li { border-top: 1px solid var(--line); }
ol > li { display: grid; grid-template-columns: 2.5em minmax(0, 1fr); }
.number { color: var(--soft); font-variant-numeric: tabular-nums; }
.answer { font-weight: 600; }
.about, .label { font-size: 14px; }
.label { margin-top: 8px; color: var(--soft); }
.undone .question, .undone .answer { text-decoration: line-through; color: var(--soft); }
.mark { margin-right: 6px; padding: 1px 8px; border: 1px solid var(--line); border-radius: 999px; font-size: 13px;
  color: var(--soft); }
blockquote { margin: 8px 0 4px; padding: 10px 14px; background: var(--quote); border-left: 4px solid var(--accent);
  border-radius: 4px; }
@media (max-width: 520px) {
  body { padding: 0; background: var(--paper); }
  main { padding: 24px 20px; border: 0; border-radius: 0; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 8px; }
  dt { font-size: 14px; }
}
@media print {
  :root { --ink: #000; --soft: #555; --paper: #fff; --ground: #fff; --line: #ccc; --quote: #fff; --accent: #555; }
  body { padding: 0; font-size: 11pt; }
  main { max-width: none; padding: 0; border: 0; }
  li, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1 dir="auto">{title}</h1>
{content}
</main>
</body>
</html>
"""


def as_html(outline: Outline) -> str:
    """Return the note as a page; what people wrote is text in it and nothing else."""
    content = [_facts(outline), *map(_section, outline.sections)]
    return _PAGE.format(title=escape(outline.title), style=_STYLE, content="\n".join(content))


def _facts(outline: Outline) -> str:
    rows = [f'<dt>{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in outline.facts]
    link = escape(outline.link)
    rows.append(f'<dt>Link</dt><dd><a href="{link}">{link}</a></dd>')
    return "<dl>\n" + "\n".join(rows) + "\n</dl>"


def _section(section: Section) -> str:
    body = "\n".join(map(_block, section.blocks))
    if isinstance(section.blocks[0], Entry):
        body = f"<ol>\n{body}\n</ol>"
    elif isinstance(section.blocks[0], Item):
        body = f"<ul>\n{body}\n</ul>"
    return f"<section>\n<h2>{escape(section.title)}</h2>\n{body}\n</section>"


def _block(block: Block) -> str:
    if isinstance(block, Entry):
        return _entry(block)
    if isinstance(block, Prose):
        return _prose(block)
    return f'<li><p dir="auto">{escape(block.line)}</p>{"".join(map(_prose, block.prose))}</li>'


def _entry(entry: Entry) -> str:
    begin, mark = (
        ('<li class="undone">', '<span class="mark">undone</span>') if entry.undone else ("<li>", "")
    )
    return (
        f'{begin}<div class="number">{entry.number}</div><div>'
        f'<p dir="auto">{mark}<span class="question">{_lines(entry.question)}</span></p>'
        f'<p class="answer" dir="auto">→ {escape(entry.answer)}</p>'
        f"{_prose(Prose(entry.note)) if entry.note else ''}"
        f'<p class="about">{escape(entry.about)}</p></div></li>'
    )


def _prose(prose: Prose) -> str:
    label = f'<p class="label">{escape(prose.label)}</p>' if prose.label else ""
    return f'{label}<blockquote dir="auto">{_lines(prose.text)}</blockquote>'


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")
