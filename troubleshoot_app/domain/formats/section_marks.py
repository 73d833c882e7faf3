"""How a page of sections says what a tree has: marks in braces, answers that lead on, and words that are neither.

Marks are written as Pandoc has them: ``{#id .kind key="value"}``. A line of a text that would be taken for
a heading, a quotation, an answer or an open fence gets a backslash before it; characters that do not survive at the edge
of a line, or cannot be seen, are entities (``&#32;``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

FORMAT = "troubleshoot-markdown/1"
"""What such a page says of itself at its top."""

MEASURED, CHECK_OFF = "measured", "check-off"
"""What marks say beside the kind of a node: that a number is read there, that it is checked off."""

NOWHERE_YET = "*nowhere yet*"
"""Where an answer leads that does not say it."""

ARROWS_TRIED = 3

HEADING = re.compile(r" {0,3}(?P<level>#{1,2})(?:[ \t]+(?P<words>.*))?")
QUOTE = ">"
BULLET = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+")

_ENTITY = re.compile(r"&(?P<said>amp|#\d{1,7});")
_LIKE_ENTITY = re.compile(r"&(?=(?:amp|#\d{1,7});)")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_EDGE = re.compile(r"\A\s|\s\Z")
_NOT_IN_MARK = re.compile(r'[\n"{}]')
_PLAIN_VALUE = re.compile(r"[\w.+-]+")
_PLAIN_ID = re.compile(r'[^\s"{}&=]+')
_NOT_IN_LINK = re.compile(r"[^\w.~!*,:;=@/+-]")
_MARK = re.compile(
    r'#(?P<id>[^\s"]+)|\.(?P<word>[\w-]+)|(?P<key>[\w-]+)=(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))'
)
_MARKS = re.compile(r'(?:\s*(?:#[^\s"]+|\.[\w-]+|[\w-]+=(?:"[^"]*"|[^\s"]+))(?=\s|\Z))+\s*')
_ARROW = re.compile(r"(?:(?<=\s)|\A)(?:→|⇒|-{1,2}>|=>)")
_WAY = re.compile(
    r"[ \t]*(?:tree `(?P<tree>[^`]+)`(?:, then (?=\[)|$))?(?:\[[^\]]*\]\(#(?P<to>[^\s()]*)\)|(?P<nowhere>\*nowhere yet\*))?"
)
_PLAIN_TREE = re.compile(r"[\w.-]+")
_FENCE = re.compile(r"[ \t]*(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<more>.*)")
_LEAD = re.compile(r"(?P<indent>[ \t]*)(?P<backslashes>\\*)")


def kept(text: str) -> str:
    """Return text such that nothing of it is lost at its edges or is invisible."""
    text = _LIKE_ENTITY.sub("&amp;", text)
    return _EDGE.sub(_as_entity, _UNSEEN.sub(_as_entity, text))


def kept_line(text: str) -> str:
    """Return text on one line."""
    return kept(text).replace("\n", "&#10;")


def with_edges(line: str) -> str:
    """Return a line of what was ``kept`` that nothing is lost of where a line is stripped."""
    return _EDGE.sub(_as_entity, line)


def said(text: str) -> str:
    """Return what ``kept`` was given."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _as_entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _character(match: re.Match[str]) -> str:
    if match["said"] == "amp":
        return "&"
    number = int(match["said"][1:])
    return chr(number) if 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match[0]


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in braces: an id, words such as a kind, and values by key."""

    id: str | None = None
    words: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it as it is written; empty when there is nothing to say."""
        parts = (
            []
            if self.id is None
            else [f"#{self.id}" if _PLAIN_ID.fullmatch(self.id) else _pair("id", self.id)]
        )
        parts += [f".{word}" for word in self.words]
        parts += [_pair(key, value) for key, value in self.values.items()]
        return f"{{{' '.join(parts)}}}" if parts else ""


def _pair(key: str, value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return f"{key}={value}"
    return f'{key}="{_NOT_IN_MARK.sub(_as_entity, kept(value))}"'


def split_marks(line: str) -> tuple[str, Marks | None]:
    """Return the words of a line without the marks behind them, and these; None when there are none."""
    line = line.strip()
    begin = line.rfind("{")
    if begin < 0 or not line.endswith("}") or not _MARKS.fullmatch(line, begin + 1, len(line) - 1):
        return line, None
    marks_id: str | None = None
    words: list[str] = []
    values: dict[str, str] = {}
    for mark in _MARK.finditer(line, begin + 1, len(line) - 1):
        if mark["id"]:
            marks_id = said(mark["id"])
        elif mark["word"]:
            words.append(mark["word"])
        else:
            values[mark["key"]] = said(mark["value"] or mark["quoted"] or "")
    marks_id = values.pop("id", marks_id)
    return line[:begin].rstrip(), Marks(marks_id, tuple(words), values)


class Answer(NamedTuple):
    """An answer with where it leads: to a section, to another tree, or to that and then to the section."""

    label: str
    to: str
    tree: str
    returns: bool
    marks: Marks


def answer_line(label: str, words: str, to: str, tree: str, *, returns: bool, marks: Marks) -> str:
    """Return the line of an answer; ``words`` are those of the node that it leads to."""
    link = f"[{words}](#{_NOT_IN_LINK.sub(_escaped, to)})" if to else NOWHERE_YET
    way = link
    if _PLAIN_TREE.fullmatch(tree) and returns == bool(to):
        way = f"tree `{tree}`" + (f", then {link}" if to else "")
    else:
        values = {"tree": tree} if tree else {}
        values |= {"return": "yes"} if returns else {}
        marks = Marks(marks.id, marks.words, {**marks.values, **values})
    return " ".join(part for part in ("-", kept_line(label), "→", way, str(marks)) if part)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def read_answer(line: str) -> Answer | None:
    """Return the answer that a line gives; None when it is another line."""
    bullet = BULLET.match(line)
    if bullet is None:
        return None
    rest, marks = split_marks(line[bullet.end() :])
    marks = marks or Marks()
    for arrow in list(_ARROW.finditer(rest))[: -ARROWS_TRIED - 1 : -1]:
        way = _WAY.fullmatch(rest, arrow.end())
        if way is None or not any(part is not None for part in way.groups()):
            continue
        to, tree = unquote(way["to"] or ""), way["tree"] or marks.values.get("tree", "")
        returns = bool(way["tree"] and to) or marks.values.get("return") == "yes"
        return Answer(said(rest[: arrow.start()].strip()), to, tree, returns, marks)
    return None


def is_structure(line: str) -> bool:
    """Tell whether a line outside of fences is more than words."""
    return line.startswith(QUOTE) or HEADING.fullmatch(line) is not None or read_answer(line) is not None


def escaped_lines(text: str) -> list[str]:
    """Return the lines of a text such that all of them are read as words."""
    lines = text.split("\n")
    inside = set[int]()
    for begin, end in closed_fences(lines):
        inside.update(range(begin, end + 1))
    return [line if number in inside else _escape(line) for number, line in enumerate(lines)]


def _escape(line: str) -> str:
    lead = _LEAD.match(line)
    indent, backslashes = (lead["indent"], lead["backslashes"]) if lead else ("", "")
    bare = indent + line[len(indent) + len(backslashes) :]
    return f"{indent}\\{line[len(indent) :]}" if is_structure(bare) or _FENCE.fullmatch(bare) else line


def unescaped(line: str) -> str:
    """Return the words of a line that was kept from being more than words."""
    lead = _LEAD.match(line)
    if lead is None or not lead["backslashes"]:
        return line
    bare = lead["indent"] + line[lead.end() :]
    if not is_structure(bare) and not _FENCE.fullmatch(bare):
        return line
    return lead["indent"] + line[lead.end("indent") + 1 :]


def closed_fences(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the numbers of the lines with which fences begin and end; one that does not end is none."""
    longest: dict[str, list[int]] = {mark: [0] * (len(lines) + 1) for mark in "`~"}
    for number in range(len(lines) - 1, -1, -1):
        bare = lines[number].strip(" \t")
        for mark, lengths in longest.items():
            closes = len(bare) if bare[:3] == mark * 3 and not bare.strip(mark) else 0
            lengths[number] = max(closes, lengths[number + 1])
    number = 0
    while number < len(lines):
        fence = _FENCE.fullmatch(lines[number])
        number += 1
        if fence is None or longest[fence["marks"][0]][number] < len(fence["marks"]):
            continue
        begin, marks = number - 1, fence["marks"]
        while not (
            lines[number].strip(" \t").startswith(marks) and not lines[number].strip(" \t").strip(marks[0])
        ):
            number += 1
        yield begin, number
        number += 1
