"""The blocks of a Markdown page: headings, fences, lists, drawn trees, and everything else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from troubleshoot_app.domain.formats.chart import too_large
from troubleshoot_app.domain.formats.outline import DRAWN, ITEM
from troubleshoot_app.domain.formats.report import Place
from troubleshoot_app.domain.formats.source import Source

LINE_LIMIT = 40_000

_HEADING = re.compile(r" {0,3}#{1,6}[ \t](?P<text>.*)")
_FENCE = re.compile(r"[ \t>]*(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*\{?\.?(?P<language>[\w+-]*)[^`\n]*")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-{2,})[ \t]*")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>(?s:.{0,4000}?))\n---[ \t]*(?:\n|\Z)")
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(?P<title>[^\n]*?)[\"']?[ \t]*$", re.MULTILINE)

Line = tuple[int, int]
Kind = Literal["heading", "fence", "list", "drawn", "prose"]


@dataclass(slots=True)
class Block:
    """A part of a page; ``lines`` are where its lines begin and end, of a fence those inside it."""

    kind: Kind
    place: Place
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    """The words of a heading, the language of a fence."""


def text_range(block: Block) -> Line:
    """Return where the lines of a block begin and end."""
    return (block.lines[0][0], block.lines[-1][1]) if block.lines else (0, 0)


def _lines(source: Source, start: int) -> Iterator[Line]:
    for begin in source.line_starts:
        if begin >= start:
            yield begin, source.line_end(begin, len(source.text))


def blocks_of(source: Source) -> Iterator[Block]:
    """Return the blocks of a page, from the top; ``UnreadableTree`` when the page is too long."""
    if len(source.line_starts) > LINE_LIMIT:
        raise too_large(
            f"A page has at most {LINE_LIMIT:,} lines; here is one more.", Place(LINE_LIMIT + 1, 1)
        )
    start = 0
    front = _FRONT_MATTER.match(source.text)
    if front is not None:
        start = front.end()
        title = _FRONT_TITLE.search(front["yaml"])
        if title is not None and title["title"]:
            yield Block("heading", source.place(0), text=title["title"])
    current: Block | None = None
    blank = False
    lines = _lines(source, start)
    for begin, end in lines:
        line = source.text[begin:end]
        kind = _kind(line, current, blank=blank)
        if kind == "fence":
            yield from _finished(current, source)
            current = None
            yield _fence(source, begin, line, lines)
        elif kind is None and current is not None and current.kind == "list":
            current.lines.append((begin, end))
        elif kind is None:
            yield from _finished(current, source)
            current = None
        elif kind == "heading":
            yield from _finished(current, source)
            current = None
            text = line.strip().strip("#").strip()
            yield Block("heading", source.place(begin), [(begin, end)], text)
        elif current is not None and _goes_on(current, kind):
            current.kind = kind
            current.lines.append((begin, end))
        else:
            yield from _finished(current, source)
            current = Block(kind, source.place(begin + len(line) - len(line.lstrip())), [(begin, end)])
        blank = kind is None
    yield from _finished(current, source)


def _goes_on(current: Block, kind: Kind) -> bool:
    """Tell whether a line belongs to the block above: the first line of a drawn tree looks like any other text."""
    return current.kind == kind or (current.kind == "prose" and kind == "drawn" and len(current.lines) == 1)


def _kind(line: str, current: Block | None, *, blank: bool) -> Kind | None:
    if not line.strip():
        return None
    if _begins_fence(line, current):
        return "fence"
    if _HEADING.fullmatch(line):
        return "heading"
    if current is not None and current.kind == "list" and (line[0] in " \t" or not blank):
        return "list"
    if DRAWN.match(line) or (current is not None and current.kind == "drawn"):
        return "drawn" if DRAWN.match(line) or not ITEM.fullmatch(line) else "list"
    return "list" if ITEM.fullmatch(line) else "prose"


def _begins_fence(line: str, current: Block | None) -> bool:
    """Tell whether a fence begins; one that is indented in a list belongs to its item, but for a chart."""
    match = _FENCE.fullmatch(line)
    if match is None or match["language"] == "mermaid":
        return match is not None
    in_item = current is not None and current.kind == "list" and line[0] in " \t"
    return match["marks"][0] != ":" and not in_item


def _finished(block: Block | None, source: Source) -> Iterator[Block]:
    """Return a block that is over; a line that is underlined is a heading."""
    if block is None:
        return
    if block.kind == "prose" and len(block.lines) == 2:
        (begin, end), (below, below_end) = block.lines
        if _UNDERLINE.fullmatch(source.text, below, below_end):
            block = Block("heading", block.place, [(begin, end)], source.text[begin:end].strip())
    yield block


def _fence(source: Source, begin: int, line: str, lines: Iterator[Line]) -> Block:
    """Return a fence with the lines in it, up to its end or that of the page."""
    match = _FENCE.fullmatch(line)
    marks = match["marks"] if match else "```"
    block = Block("fence", source.place(begin), text=(match["language"] if match else "").lower())
    for inside, end in lines:
        words = source.text[inside:end].strip(" \t>")
        if words.startswith(marks) and not words.strip(marks[0]):
            break
        block.lines.append((inside, end))
    return block
