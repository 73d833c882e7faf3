"""What an outline says in marks, because a nested list has no place for it: escalations, other trees, what is measured."""

import re
from typing import Any, NamedTuple

from troubleshoot_app.domain.readings import parse_range, range_to_document
from troubleshoot_app.domain.tree import NodeKind

ESCALATE = "*(escalate)*"
"""What stands behind the words of a node that passes the case on."""

BACK = ", and back"
"""What stands behind the other tree that an answer leads to (→ tree `name`), when it comes back to what follows."""

CHECK_OFF = "*(check off)*"
"""What stands behind the words of an action that is checked off before the walk goes on."""

_ABOUT = re.compile(r"(?:Category: (?P<category>[^\n]+?))?(?:(?:^| · )Tags: (?P<tags>[^\n]+))?")
_MEASURE = "*(measure"
_MEASURED = re.compile(
    r"\*\(measure(?:, in (?P<unit>[^\n]{1,20}?))?(?:, expected (?P<expected>[^\n]{1,80}?))?"
    r"(?:, (?P<decimals>\d) decimals?)?\)\*"
)
_WITH_NUMBERS = re.compile(r"(?P<label>[^\n]*?)\s*\((?P<numbers>[^()\n]{1,80})\)")


class Marked(NamedTuple):
    """The words of a node without their marks, and what these say; ``reading`` is in the words of the tree file."""

    words: str
    kind: NodeKind | None
    reading: dict[str, Any] | None
    acknowledge: bool
    odd: bool
    """Whether there is a mark for a reading that says something else than a reading can be; it stays among the words."""


def read_about(words: str) -> dict[str, Any] | None:
    """Return, in the words of the tree file, what a line says of where a tree belongs (``Category: Light · Tags: a, b``);
    None when it is another line.
    """
    match = _ABOUT.fullmatch(words)
    if match is None or not words:
        return None
    about: dict[str, Any] = {"category": match["category"]} if match["category"] else {}
    if match["tags"]:
        about["tags"] = [tag for tag in map(str.strip, match["tags"].split(",")) if tag]
    return about


def read_marks(words: str) -> Marked:
    """Return words without the marks that stand behind them, and what these say."""
    words, escalates = _without(words, ESCALATE)
    words, acknowledge = _without(words, CHECK_OFF)
    begin = words.rfind(_MEASURE)
    reading = None
    if begin >= 0:
        match = _MEASURED.fullmatch(words, begin)
        reading = None if match is None else _reading(match)
        if reading is not None:
            words = words[:begin].rstrip()
    kind = NodeKind.ESCALATION if escalates else None
    return Marked(words, kind, reading, acknowledge, odd=begin >= 0 and reading is None)


def read_numbers(label: str) -> tuple[str, dict[str, Any] | None]:
    """Return a label without the numbers that stand behind it, and these in the words of the tree file, if there are any."""
    match = _WITH_NUMBERS.fullmatch(label)
    wanted = None if match is None else parse_range(match["numbers"])
    if match is None or wanted is None:
        return label, None
    return match["label"], range_to_document(wanted)


def _without(words: str, mark: str) -> tuple[str, bool]:
    return words.removesuffix(mark).rstrip(), words.endswith(mark)


def _reading(match: re.Match[str]) -> dict[str, Any] | None:
    unit, expected, decimals = match["unit"] or "", match["expected"], match["decimals"]
    reading: dict[str, Any] = {"unit": unit}
    if expected is not None:
        wanted = parse_range(expected.removesuffix(unit))
        if wanted is None:
            return None
        ends = range_to_document(wanted)
        if not ends.keys() <= {"at_least", "at_most"}:
            return None
        reading |= {name: ends[end] for name, end in (("min", "at_least"), ("max", "at_most")) if end in ends}
    if decimals is not None:
        reading["decimals"] = int(decimals)
    return reading
