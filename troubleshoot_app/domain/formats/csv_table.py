"""Reads tables, one row an option; the columns are those of ``csv_columns``."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import CHART_LIMIT, Box, Chart, too_large
from troubleshoot_app.domain.formats.csv_columns import (
    ABOUT_KINDS,
    COLUMNS,
    TREE_COLUMN,
    column_named,
    is_formula,
    unguarded,
)
from troubleshoot_app.domain.formats.report import Code, Place, Report
from troubleshoot_app.domain.readings import parse_range, range_to_document
from troubleshoot_app.domain.tree import NodeKind

ROW_LIMIT = 40_000
COLUMN_LIMIT = 100
DELIMITERS = (",", ";", "\t", "|")
YES = ("yes", "true", "1", "x", "ja")
OPTION_COLUMNS = ("option", "to", "option_id", "jump", "return", "when")
NO = ("", "no", "false", "0", "nein")

_QUOTES = 'A cell with quotes in it has quotes around it, and each of its own twice: "say ""hi""".'
_LINE_END = ("\r", "\n")


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a row by column; ``line`` is the line of the file that it begins on."""

    line: int
    cells: dict[str, str]
    numbers: dict[str, int]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def word(self, column: str) -> str:
        return self.text(column).strip()

    def place(self, column: str = "node") -> Place:
        """Return the line of the row, and the number of the column, counted from 1."""
        return Place(self.line, self.numbers.get(column, 1))


def looks_like_table(text: str) -> bool:
    """Tell whether a text begins with the columns of a tree."""
    return _delimiter(text) is not None


def read_csv(text: str, report: Report) -> list[Chart]:
    """Return the charts of a table; ``report`` gets what is about the table as a whole.

    Raises:
        UnreadableTree: the columns are not those of a tree, the table is broken, or too large.
    """
    charts: dict[str, _TableChart] = {}
    for row in _rows(text, report):
        title = row.word(TREE_COLUMN)
        if title not in charts:
            if len(charts) == CHART_LIMIT:
                raise too_large(
                    f"A file has at most {CHART_LIMIT} trees; here is one more.", row.place(TREE_COLUMN)
                )
            charts[title] = _TableChart(row.place(), title)
        charts[title].take(row)
    found = [chart.finish() for chart in charts.values()]
    if not any(chart.boxes or chart.about for chart in found):
        raise UnreadableTree([Fault((), "There is no row with a node in this table.", 1, 1)])
    return found


class _TableChart:
    """A chart that grows by one row after the other."""

    def __init__(self, place: Place, title: str) -> None:
        self.chart = Chart(place, about={"title": title} if title else {})
        self._start: str | None = None
        self._current: Box | None = None
        self._described = set[str]()

    def take(self, row: _Row) -> None:
        """Take the next row."""
        node_id, kind = row.word("node"), row.word("kind").casefold()
        if not node_id and kind in ABOUT_KINDS:
            self._take_about(kind, row.text("text"))
            return
        box = self._current
        if node_id:
            box = self._current = self.chart.box(node_id, row.place())
        if box is None:
            if any(cell.strip() for cell in row.cells.values()):
                message = "This row names no node, and none stands above it; it was left out."
                self.chart.report.error(Code.ROW_LEFT_OUT, row.place(), message)
            return
        self._describe(box, row, kind)
        if any(row.word(column) for column in OPTION_COLUMNS):
            self._add_option(box, row)

    def finish(self) -> Chart:
        """Return the chart when all rows are read."""
        if self._start is not None:
            self.chart.start = self._start
        else:
            self._find_targets_by_text()
        return self.chart

    def _find_targets_by_text(self) -> None:
        """People also write the words of a node where its id should stand: let them."""
        by_text = {box.text.strip(): box.id for box in reversed(self.chart.boxes.values()) if box.text}
        for arrow in self.chart.arrows:
            if arrow.target not in self.chart.boxes:
                arrow.target = by_text.get(arrow.target, arrow.target)

    def _take_about(self, kind: str, text: str) -> None:
        if kind == "start":
            self._start = text
        elif kind == "tag":
            self.chart.about.setdefault("tags", []).append(text)
        else:
            self.chart.about[kind] = text

    def _describe(self, box: Box, row: _Row, kind: str) -> None:
        report = self.chart.report
        if kind:
            if kind in list(NodeKind):
                box.kind = NodeKind(kind)
            else:
                message = f"{quoted(kind)} is no kind of node ({', '.join(NodeKind)}); it was guessed."
                report.warning(Code.KIND_GUESSED, row.place("kind"), message)
        text, note = row.text("text"), row.text("help")
        if text.strip() or box.id not in self._described:
            if box.id in self._described and box.text != text and box.text:
                message = f"{quoted(box.id)} said {quoted(box.text)} above; the later words count."
                report.warning(Code.TEXT_CHANGED_LATER, row.place("text"), message)
            box.text = text if text or kind else None
        box.help = note or box.help
        self._measure(box, row)
        self._described.add(box.id)
        for column in ("text", "help", "option"):
            if is_formula(row.text(column)):
                message = f"{quoted(row.text(column))} looks like a formula; it is kept as text."
                report.info(Code.FORMULA_KEPT_AS_TEXT, row.place(column), message)

    def _add_option(self, box: Box, row: _Row) -> None:
        option_id = row.word("option_id") or None
        label: str | None = row.text("option")
        if not label and option_id is None:
            label = None
        other, returns = row.word("jump"), self._says_yes(row, "return")
        if not row.word("to") and not other:
            message = f"The option {quoted(label or '')} of {quoted(box.id)} does not say where it leads."
            self.chart.report.warning(Code.ANSWER_WITHOUT_NEXT, row.place("to"), message)
        arrow = self.chart.arrow(box.id, row.word("to"), label, row.place("option"), option_id)
        arrow.tree, arrow.returns = other, returns
        if cell := row.word("when"):
            wanted = parse_range(cell)
            arrow.when = None if wanted is None else range_to_document(wanted)
            if wanted is None:
                message = f"{quoted(cell)} is no range of numbers, such as >= 11.5 < 12.6; it was left out."
                self.chart.report.warning(Code.FIELD_LEFT_OUT, row.place("when"), message)

    def _measure(self, box: Box, row: _Row) -> None:
        """Take what is measured at a node, and whether it is checked off."""
        said = {name: row.word(name) for name in ("unit", "min", "max", "decimals") if row.word(name)}
        if said or self._says_yes(row, "reading"):
            bounds = {name: word.replace(",", ".") for name, word in said.items() if name != "unit"}
            box.reading = (box.reading or {}) | said | bounds
        box.acknowledge = self._says_yes(row, "check_off") or box.acknowledge

    def _says_yes(self, row: _Row, column: str) -> bool:
        word = row.word(column).casefold()
        if word not in (*YES, *NO):
            message = f"{quoted(word)} is neither yes nor no; it was taken for no."
            self.chart.report.warning(Code.NOT_UNDERSTOOD, row.place(column), message)
        return word in YES


def _rows(text: str, report: Report) -> Iterator[_Row]:
    """Return the rows below the header."""
    delimiter = _delimiter(text)
    if delimiter is None:
        message = f"The first row should name the columns of a tree: {', '.join(COLUMNS)}."
        raise UnreadableTree([Fault((), message, 1, 1)])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str | None] = []
    line = 1
    try:
        for number, cells in enumerate(reader):
            if number > ROW_LIMIT:
                raise too_large(f"A table has at most {ROW_LIMIT:,} rows; here is one more.", Place(line, 1))
            if names:
                yield _row(cells, names, line, report)
            elif not _is_separator_line(cells) and any(cells):
                names = _names(cells, line, report)
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "Close the quotes that are open here." if "unexpected end" in str(error) else _QUOTES
        raise UnreadableTree([Fault((), f"This is not CSV: {error}. {hint}", line, 1)]) from None


def _row(cells: list[str], names: list[str | None], line: int, report: Report) -> _Row:
    found: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for number, (cell, name) in enumerate(zip(cells, names, strict=False), 1):
        if name is not None:
            found[name] = unguarded(cell)
            numbers[name] = number
    beyond = next(
        (number for number, cell in enumerate(cells[len(names) :], len(names)) if cell.strip()), None
    )
    if beyond is not None:
        message = f"{quoted(cells[beyond])}, and what stands beside it, stands in no column; it was left out."
        report.warning(Code.ROW_LEFT_OUT, Place(line, beyond + 1), message)
    return _Row(line, found, numbers)


def _names(cells: list[str], line: int, report: Report) -> list[str | None]:
    if len(cells) > COLUMN_LIMIT:
        raise too_large(
            f"A table has at most {COLUMN_LIMIT} columns; here is one more.", Place(line, COLUMN_LIMIT + 1)
        )
    names: list[str | None] = []
    for number, cell in enumerate(cells):
        name = column_named(cell)
        if name is None or name in names:
            message = f"The column {quoted(cell)} has no place in a tree, or is there twice; it was left out."
            report.warning(Code.COLUMN_LEFT_OUT, Place(line, number + 1), message)
            name = None
        names.append(name)
    return names


def _delimiter(text: str) -> str | None:
    """Return the delimiter with which the first line names the columns of a tree best."""
    begin = 0
    while text.startswith(_LINE_END, begin) or text[begin : begin + 4].casefold() == "sep=":
        end = text.find("\n", begin)
        if end < 0:
            return None
        begin = end + 1
    first = text[begin : begin + 2_000].split("\n", 1)[0].strip("\r")
    best, most = None, 1
    for delimiter in DELIMITERS:
        names = {column_named(cell.strip('"')) for cell in first.split(delimiter)} - {None}
        if "node" in names and len(names) > most:
            best, most = delimiter, len(names)
    return best


def _is_separator_line(cells: list[str]) -> bool:
    return bool(cells) and cells[0].casefold().startswith("sep=")
