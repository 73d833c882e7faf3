"""Outlines, as nested lists and as trees drawn with lines: what stands below what."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from troubleshoot_app.domain.formats.chart import too_large
from troubleshoot_app.domain.formats.report import Place
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.tree import NODE_LIMIT, TEXT_LIMIT

ITEM_LIMIT = 4 * NODE_LIMIT

# Word pastes its bullets as letters of a font that is lost, and letters for numbers; a tab or wide blanks follow each.
ITEM = re.compile(
    r"(?P<indent>[ \t\xa0]*)"
    r"(?P<marker>[-*+•◦‣·○●▪▫■□]|\d{1,9}[.)]|(?:[o§]|(?:[a-z]|[ivx]{1,5})[.)])(?=\t|[ \xa0]{2}))"
    r"(?P<gap>[ \t\xa0]+|$)(?P<text>.*)"
)
_PLAIN_MARKERS = frozenset("-*+1")
_ROMAN = re.compile("[ivx]+[.)]")
DRAWN = re.compile(
    r"""(?P<before>[\s│┃║|]*)
        (?: [├└┣┗╠╚╰┌╭┬][─━═╌┄-]*[►▶→>]?(?![─━═]) | [|+`\\](?:--+|__+)>?(?=\s+\S|\w) | \|-(?=\s) )
        \s*(?P<text>.*)""",
    re.VERBOSE,
)
_ONLY_LINES = re.compile(r"[\s│┃║|]*")
_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"(?P<id>[^\"<>]*)\"\s*>\s*(?:</a>)?\s*")
_CHECK_BOX = re.compile(r"\[[ xX]\]\s+")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")


@dataclass(slots=True)
class Item:
    """A line of an outline with what stands below it."""

    text: str
    place: Place
    ordered: bool = False
    column: int = 0
    children: list["Item"] = field(default_factory=list)
    anchor: str = ""


class _Outline:
    """Items as they come, each below the last one that stands further to the left."""

    def __init__(self) -> None:
        self.roots: list[Item] = []
        self.last: Item | None = None
        self._open: list[tuple[int, Item]] = []
        self._count = 0

    def add(self, column: int, text: str, place: Place, *, ordered: bool = False) -> None:
        self._count += 1
        if self._count > ITEM_LIMIT:
            raise too_large(
                f"An outline has at most {ITEM_LIMIT:,} lines; here is one more. Split it.", place
            )
        if len(text) > TEXT_LIMIT:
            raise too_large(f"This line has {len(text):,} characters; shorten it.", place)
        anchor = _ANCHOR.match(text)
        if anchor is not None:
            text = text[anchor.end() :]
        text = _CHECK_BOX.sub("", text, count=1) if text.startswith("[") else text
        item = Item(text.strip(), place, ordered, column, anchor=anchor["id"] if anchor else "")
        while self._open and self._open[-1][0] >= column:
            self._open.pop()
        (self._open[-1][1].children if self._open else self.roots).append(item)
        self._open.append((column, item))
        self.last = item


def read_list(source: Source, lines: Iterable[tuple[int, int]]) -> list[Item]:
    """Return the items of a list in Markdown; ``lines`` are the positions at which its lines begin and end."""
    outline = _Outline()
    blank = fenced = False
    parts: dict[int, list[str]] = {}
    lines = list(lines)
    levels = _levels_of_markers(source, lines)
    for begin, end in lines:
        line = source.text[begin:end]
        match = None if fenced else ITEM.match(line)
        if match is not None:
            column = levels.get(_kind_of(match["marker"]), len(match["indent"].expandtabs(4)))
            ordered = match["marker"].endswith((".", ")"))
            outline.add(column, match["text"], source.place(begin + match.start("marker")), ordered=ordered)
        elif line.strip() and outline.last is not None:
            parts.setdefault(id(outline.last), [outline.last.text]).append(
                ("\n" if blank else "") + line.strip()
            )
            fenced ^= _FENCE.match(line) is not None
        blank = not line.strip()
    _join(outline.roots, parts)
    return outline.roots


def _levels_of_markers(source: Source, lines: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Return the level of each kind of marker in a list that Word pasted: not indented, with wide gaps and odd markers."""
    found = [match for begin, end in lines if (match := ITEM.match(source.text[begin:end])) is not None]
    kinds = dict.fromkeys(_kind_of(match["marker"]) for match in found)
    is_flat = all(not match["indent"] and (match["gap"] == "\t" or len(match["gap"]) > 1) for match in found)
    if not is_flat or kinds.keys() <= _PLAIN_MARKERS:
        return {}
    return {kind: level for level, kind in enumerate(kinds)}


def _kind_of(marker: str) -> str:
    if marker[-1] not in ".)":
        return marker
    return "1" if marker[0].isdigit() else "i" if _ROMAN.fullmatch(marker) else "a"


def read_drawn(source: Source, lines: Iterable[tuple[int, int]]) -> list[Item]:
    """Return the items of a tree that is drawn with ``├──``, ``└──`` and ``│``."""
    outline = _Outline()
    parts: dict[int, list[str]] = {}
    for begin, end in lines:
        line = source.text[begin:end].replace("\N{NO-BREAK SPACE}", " ")
        match = DRAWN.match(line)
        if match is not None:
            outline.add(match.end("before"), match["text"], source.place(begin + match.start("text")))
            continue
        lead = _ONLY_LINES.match(line)
        width = lead.end() if lead else 0
        if width == len(line):
            continue
        if outline.last is not None and set("│┃║|") & set(line[:width]):
            parts.setdefault(id(outline.last), [outline.last.text]).append(line[width:].strip())
        else:
            outline.add(-1, line[width:], source.place(begin + width))
    _join(outline.roots, parts)
    return outline.roots


def _join(roots: list[Item], parts: dict[int, list[str]]) -> None:
    """Give items whose text goes on in further lines the whole of it."""
    waiting = list(roots)
    while parts and waiting:
        item = waiting.pop()
        waiting += item.children
        if id(item) in parts:
            item.text = "\n".join(parts.pop(id(item)))
