"""Reads a page with a section for each node, as ``markdown_writer`` writes it and people change it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import Box, Chart, too_large
from troubleshoot_app.domain.formats.report import Code, Place, Report
from troubleshoot_app.domain.formats.section_marks import (
    BULLET,
    CHECK_OFF,
    FORMAT,
    HEADING,
    MEASURED,
    QUOTE,
    Answer,
    Marks,
    closed_fences,
    read_answer,
    said,
    split_marks,
    unescaped,
)
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.formats.structure import Null, read_yaml
from troubleshoot_app.domain.formats.words import made_id
from troubleshoot_app.domain.readings import BOUNDS
from troubleshoot_app.domain.tree import NODE_LIMIT, NodeKind

LINE_LIMIT = 200_000
FRONT_LIMIT = 100_000

_KINDS = {kind.value: kind for kind in NodeKind}
_WORDS = (*_KINDS, MEASURED, CHECK_OFF)
_NUMBER_KEYS = ("min", "max", "decimals")
_READING_KEYS = ("unit", *_NUMBER_KEYS)
_OPTION_KEYS = ("label", "tree", "return", *BOUNDS)
_ABOUT_KEYS = ("title", "description", "category", "tags", "slug")
_FRONT = re.compile(rf"---[ \t]*\n(?P<yaml>(?s:.{{0,{FRONT_LIMIT}}}?)\n)---[ \t]*(?:\n|\Z)")
_FORMAT = re.compile(rf"^format:[ \t]*{re.escape(FORMAT)}[ \t]*$", re.MULTILINE)
_SECTION = re.compile(
    rf"^ {{0,3}}##[ \t].*\{{#[^\s{{}}]+ \.(?:{'|'.join(_KINDS)})\b[^{{}}\n]*\}}[ \t]*$", re.MULTILINE
)


def has_sections(source: Source) -> bool:
    """Tell whether a page has a section for each node: it says so, or its headings say of what kind their nodes are."""
    front = _FRONT.match(source.text)
    return (front is not None and _FORMAT.search(front["yaml"]) is not None) or _SECTION.search(
        source.text
    ) is not None


def read_sections(source: Source) -> Chart:
    """Return the chart of a page.

    Raises:
        UnreadableTree: the page is too long, has no section, or what stands at its top is no YAML.
    """
    if source.text.count("\n") >= LINE_LIMIT:
        raise too_large(
            f"A page has at most {LINE_LIMIT:,} lines; here is one more.", Place(LINE_LIMIT + 1, 1)
        )
    return _Page(source).read()


@dataclass(slots=True)
class _Section:
    """A heading with the lines below it, parted into words, help and answers."""

    place: Place
    heading: str
    marks: Marks
    text: list[str] = field(default_factory=list)
    help: list[str] = field(default_factory=list)
    answers: list[tuple[Answer, Place]] = field(default_factory=list)
    last: str = ""
    """What the line above was: words, help or an answer."""


class _Page:
    """Goes down a page line by line."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._chart = Chart(Place(1, 1))
        self._report: Report = self._chart.report
        self._sections: list[_Section] = []
        self._described: list[str] = []

    def read(self) -> Chart:
        begin = self._read_front()
        lines = self._source.text.split("\n")[begin:]
        fences = dict(closed_fences(lines))
        number = 0
        while number < len(lines):
            end = fences.get(number, number)
            if end > number:
                self._take_words(lines[number : end + 1])
            else:
                self._take(lines[number], begin + number + 1)
            number = end + 1
        if self._described:
            self._chart.about["description"] = said("\n".join(self._described).strip())
        if not self._sections and self._chart.start is None:
            message = (
                "There is no section on this page. Each node needs a heading: ## Is it lit? {#lit .question}"
            )
            raise UnreadableTree([Fault((), message, 1, 1)])
        boxes = self._boxes()
        for section, box in zip(self._sections, boxes, strict=True):
            self._describe(box, section)
            for answer, place in section.answers:
                self._lead(box, answer, place)
        if boxes and self._chart.start is None:
            self._chart.start = boxes[0].id
        return self._chart

    def _read_front(self) -> int:
        """Take what stands between ``---`` at the top; return the number of the line after it, from 0."""
        front = _FRONT.match(self._source.text)
        if front is None:
            return 0
        fields = read_yaml("\n" + front["yaml"]).value
        if isinstance(fields, dict):
            start = fields.pop("start", None)
            self._chart.start = start if isinstance(start, str) and not isinstance(start, Null) else None
            for key, value in fields.items():
                if key in _ABOUT_KEYS and not isinstance(value, Null):
                    self._chart.about[key] = value
                elif key not in (*_ABOUT_KEYS, "format"):
                    message = (
                        f"{quoted(key)} is not known here. Known are {', '.join((*_ABOUT_KEYS, 'start'))}."
                    )
                    self._report.warning(Code.FIELD_LEFT_OUT, Place(1, 1), message)
        return self._source.text.count("\n", 0, front.end())

    def _take(self, line: str, number: int) -> None:
        heading = HEADING.fullmatch(line)
        section = self._sections[-1] if self._sections else None
        if heading is not None:
            self._take_heading(heading, Place(number, heading.start("level") + 1))
        elif section is None:
            self._described.append(unescaped(line))
        elif line.startswith(QUOTE):
            self._take_help(section, line)
        elif (answer := read_answer(line) or self._loose_answer(section, line, number)) is not None:
            section.answers.append((answer, Place(number, 1)))
            section.last = "answer"
        else:
            self._take_words([unescaped(line)])

    def _take_heading(self, heading: re.Match[str], place: Place) -> None:
        words, marks = split_marks(heading["words"] or "")
        if (
            not self._sections
            and "title" not in self._chart.about
            and heading["level"] == "#"
            and marks is None
        ):
            self._chart.about["title"] = said(words)
            return
        if len(self._sections) == NODE_LIMIT:
            raise too_large(f"A tree has at most {NODE_LIMIT:,} nodes; here is one more. Split it.", place)
        self._sections.append(_Section(place, words, marks or Marks()))

    def _take_words(self, lines: list[str]) -> None:
        if not self._sections:
            self._described += lines
            return
        section = self._sections[-1]
        section.text += lines
        section.last = "words" if any(lines) else ""

    def _take_help(self, section: _Section, line: str) -> None:
        if section.help and section.last != "help":
            section.help.append("")
        section.help.append(line.removeprefix(QUOTE).removeprefix(" "))
        section.last = "help"

    def _loose_answer(self, section: _Section, line: str, number: int) -> Answer | None:
        """Return the answer that a line directly below another one must be, though it does not say where it leads."""
        bullet = BULLET.match(line)
        if bullet is None or section.last != "answer":
            return None
        words, marks = split_marks(line[bullet.end() :])
        return Answer(said(words), "", "", False, marks or Marks())

    def _boxes(self) -> list[Box]:
        """Return a box for each section; one whose id is taken, or that has none, gets one of its own."""
        boxes = []
        given = {section.marks.id for section in self._sections}
        used = Counter[str]()
        for section in self._sections:
            wanted = section.marks.id
            base = box_id = wanted or made_id(section.heading)
            while box_id in self._chart.boxes or (box_id in given and box_id != wanted):
                used[base] += 1
                box_id = f"{base}-{used[base] + 1}"
            if not wanted:
                message = f"The section {quoted(section.heading)} has no id; answers lead to it by [words](#{box_id})."
                self._report.info(Code.ID_MADE, section.place, message)
            elif box_id != wanted:
                message = (
                    f"{quoted(wanted)} is the id of a section above, too; this one became {quoted(box_id)}. "
                    "Give it an id of its own, and look where answers lead."
                )
                self._report.warning(Code.ID_MADE, section.place, message)
            boxes.append(self._chart.box(box_id, section.place))
        return boxes

    def _describe(self, box: Box, section: _Section) -> None:
        box.text, box.help = said(_words(section)), said("\n".join(section.help))
        words, values = [word.casefold() for word in section.marks.words], section.marks.values
        kinds = [_KINDS[word] for word in words if word in _KINDS]
        box.kind = kinds[0] if kinds else None
        box.acknowledge = CHECK_OFF in words
        unit = {"unit": values["unit"]} if "unit" in values else {}
        reading = unit | _numbers(values, _NUMBER_KEYS)
        if reading or MEASURED in words:
            box.reading = reading
        odd = [
            f".{word}" for word in words if word not in _WORDS or word in [kind.value for kind in kinds[1:]]
        ]
        known = f"{', '.join(f'.{word}' for word in _WORDS)}, {', '.join(_READING_KEYS)}"
        self._tell_odd([*odd, *(key for key in values if key not in _READING_KEYS)], known, section.place)

    def _lead(self, box: Box, answer: Answer, place: Place) -> None:
        values = answer.marks.values
        if not answer.to and not answer.tree:
            message = f"The answer {quoted(answer.label)} does not say where it leads. Write → [words](#id) behind it."
            self._report.warning(Code.ANSWER_WITHOUT_NEXT, place, message)
        label = answer.label or values.get("label")
        arrow = self._chart.arrow(box.id, answer.to, label, place, answer.marks.id)
        arrow.tree, arrow.returns = answer.tree, answer.returns
        arrow.when = _numbers(values, BOUNDS) or None
        odd = [
            *(f".{word}" for word in answer.marks.words),
            *(key for key in values if key not in _OPTION_KEYS),
        ]
        self._tell_odd(odd, f"#id, {', '.join(_OPTION_KEYS)}", place)

    def _tell_odd(self, odd: list[str], known: str, place: Place) -> None:
        for mark in odd:
            message = f"{quoted(mark)} is not known here, and was left out. Known are {known}."
            self._report.warning(Code.FIELD_LEFT_OUT, place, message)


def _numbers(values: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
    """Return the numbers among values, with a point where people write a comma."""
    return {name: values[name].replace(",", ".") for name in names if name in values}


def _words(section: _Section) -> str:
    """Return the text of a node: its heading and what stands below, or that alone where the heading only names it."""
    lines = section.text
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    first = next((number for number, line in enumerate(lines) if line.strip(" \t")), len(lines))
    if not section.heading or (lines and said(section.heading) == section.marks.id):
        return "\n".join(lines[first:])
    return "\n".join((section.heading, *lines))
