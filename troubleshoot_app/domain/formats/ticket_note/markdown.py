"""A note as Markdown that shows the same on GitHub, GitLab and Jira, and reads well as it stands.

Nothing that people wrote is markup: it is escaped where it would be taken for some, and nowhere else.
"""

import re
from collections.abc import Iterator

from troubleshoot_app.domain.formats.ticket_note.outline import Entry, Item, Outline, Prose, Section

_ANYWHERE = re.compile(r"[\\`*\[\]<|~$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_AT_START = re.compile(r"[#>+\-=:]")
_NUMBERED = re.compile(r"(\d+)([.)])")
_HEADING_END = re.compile(r"#(?=#*$)")
_ESCAPE = r"\\\g<0>"
_LINE_END = "  "


def as_markdown(outline: Outline) -> str:
    """Return the note as Markdown."""
    facts = [f"- **{name}:** {escaped(value)}" for name, value in outline.facts]
    blocks = [
        f"# {_HEADING_END.sub(_ESCAPE, escaped(outline.title))}",
        "\n".join([*facts, f"- **Link:** <{outline.link}>"]),
    ]
    for section in outline.sections:
        blocks.append(f"## {section.title}")
        blocks += _section(section)
    return "\n\n".join(blocks) + "\n"


def escaped(line: str) -> str:
    """Return one line so that it is shown as it is, wherever in a document it stands."""
    text = line.lstrip(" ")
    indent = "\N{NO-BREAK SPACE}" * (len(line) - len(text))
    text = _ENTITY.sub("&amp;", _ANYWHERE.sub(_ESCAPE, text.rstrip()))
    if not indent:
        text = _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text
        text = f"\\{text}" if _AT_START.match(text) else text
    return indent + text


def _section(section: Section) -> Iterator[str]:
    """Yield the blocks of a section. Where steps are not numbered on, another mark behind the number begins another list:
    within one, only the first number counts, and the others would be shown as if none were left out."""
    mark, before = ".", None
    for block in section.blocks:
        if isinstance(block, Entry):
            if before is not None and block.number != before + 1:
                mark = ")" if mark == "." else "."
            before = block.number
            yield "\n".join(_entry(block, mark))
        else:
            yield "\n".join(_block(block))


def _block(block: Prose | Item) -> Iterator[str]:
    if isinstance(block, Prose):
        yield from _prose(block, "")
    else:
        yield f"- {escaped(block.line)}"
        for prose in block.prose:
            yield ""
            yield from _prose(prose, "  ")


def _entry(entry: Entry, mark: str) -> Iterator[str]:
    begin = f"{entry.number}{mark} "
    margin = " " * len(begin)
    undone = "*Undone:* " if entry.undone else ""
    first, *more = _lines(entry.question)
    yield f"{begin}{undone}{first}"
    for line in more:
        yield margin + line if line else ""
    yield f"{margin}- **{escaped(entry.answer)}** · {escaped(entry.about)}"
    if entry.note:
        yield ""
        yield from _prose(Prose(entry.note), margin)


def _prose(prose: Prose, margin: str) -> Iterator[str]:
    if prose.label:
        yield f"{margin}*{prose.label}:*"
        yield ""
    for line in _lines(prose.text):
        yield f"{margin}> {line}" if line else f"{margin}>"


def _lines(text: str) -> Iterator[str]:
    """Give lines of prose, escaped, each with a break at its end unless a paragraph ends there."""
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield escaped(line) + (_LINE_END if line and following else "")
