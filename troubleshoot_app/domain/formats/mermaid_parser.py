"""Reads Mermaid flowcharts, several in one text, statement by statement; what it cannot read of one it reports."""

import re

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import CHART_LIMIT, Chart, too_large
from troubleshoot_app.domain.formats.mermaid_builder import MermaidChart
from troubleshoot_app.domain.formats.mermaid_header import (
    COMMENT,
    HEADER,
    SEPARATORS,
    front_matter,
    other_diagram,
)
from troubleshoot_app.domain.formats.mermaid_scanner import Scanner
from troubleshoot_app.domain.formats.mermaid_tokens import ArrowToken, NotMermaid
from troubleshoot_app.domain.formats.report import Code, Place
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.formats.structure import FAULTS_LIMIT, read_yaml
from troubleshoot_app.domain.formats.tree_shape import TITLE_LIMIT

NOTE = "troubleshoot:"
"""What a comment begins with that says what Mermaid has no words for; exports write it."""

PARTS_LIMIT = 120_000
"""Statements, and nodes in them, of one file."""

_KEYWORD = re.compile(
    r"(?:(subgraph|end|direction|click|style|linkStyle|classDef|class)(?=[\s;]|\Z)|(accTitle|accDescr)(?=\s*[:{]))"
)
_COLON = re.compile(r"[ \t]*:")
_STATEMENT = re.compile(r'(?:"[^"\n]*"|[^;\n"]|"(?=[^"\n]*(?:\n|\Z)))*')
_CLASS = re.compile(r":::[ \t]*(?:\w+(?:[-,]\w+)*)?")
_AND = re.compile(r"\s*&\s*")


def read_mermaid(source: Source, start: int = 0, end: int | None = None) -> list[Chart]:
    """Return the flowcharts that stand between two positions, with what there is to report about each.

    Raises:
        UnreadableTree: there is none, or nothing in one of them can be read, or one is too large.
    """
    parser = _Parser(source, start, len(source.text) if end is None else end)
    return parser.read()


class _Parser:
    """One pass over a text. A statement that is no Mermaid is reported, and reading goes on in the next line."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self._scanner = Scanner(source, start, end)
        self._builder: MermaidChart | None = None
        self._finished: list[Chart] = []
        self._errors = 0
        self._parts = 0
        self._front_seen = False
        self._start = start
        self._front: MermaidChart | None = None

    def read(self) -> list[Chart]:
        """Return the charts."""
        while not self._scanner.at_end():
            self._scanner.take(SEPARATORS)
            if self._scanner.at_end():
                break
            try:
                self._statement()
            except NotMermaid as error:
                self._skip_line(error)
        self._finish()
        if not self._finished:
            raise self._no_flowchart(self._start)
        return self._finished

    def _statement(self) -> None:
        scanner, start = self._scanner, self._scanner.position
        place = scanner.place
        self._count(place)
        if (fields := front_matter(scanner)) is not None:
            self._front_matter(fields, place)
        elif (directive := scanner.enclosed("%%{", "}%%")) is not None:
            message = f"{quoted(directive.strip())} is about the look of the chart; it was left out."
            self._chart(place).report.info(Code.DIRECTIVE_LEFT_OUT, place, message)
        elif match := scanner.take(COMMENT):
            self._comment(match[0], place)
        elif scanner.take(HEADER):
            self._header(place)
        elif self._builder is None:
            raise self._no_flowchart(start)
        elif match := scanner.take(_KEYWORD):
            self._keyword(self._builder, match[0], place)
        else:
            self._chain(self._builder)
            self._end_of_statement()

    def _count(self, place: Place) -> None:
        self._parts += 1
        if self._parts > PARTS_LIMIT:
            raise too_large(
                f"A file has at most {PARTS_LIMIT:,} statements and nodes; here is one more.", place
            )

    def _no_flowchart(self, start: int) -> UnreadableTree:
        line = self._scanner.rest_of_line()
        name = other_diagram(line)
        message = "A Mermaid flowchart begins with graph or flowchart, such as: flowchart TD."
        if name:
            message = f"This is a {name}; only flowcharts can become trees."
        return UnreadableTree([Fault((), message, *self._scanner.place_of(start))])

    def _chart(self, place: Place) -> MermaidChart:
        """Return the chart that is read, or, before its header, the one to come."""
        if self._builder is not None:
            return self._builder
        if self._front is None:
            self._front = MermaidChart(place)
        return self._front

    def _header(self, place: Place) -> None:
        front = self._front
        self._front = None
        self._front_seen = False
        self._finish()
        self._builder = front or MermaidChart(place)
        self._builder.chart.place = place
        self._errors = 0

    def _finish(self) -> None:
        if self._builder is not None:
            chart = self._builder.finish()
            if self._errors and not chart.boxes:
                raise _refusal(self._builder)
            if len(self._finished) == CHART_LIMIT:
                raise too_large(f"A file has at most {CHART_LIMIT} charts; here is one more.", chart.place)
            self._finished.append(chart)
            self._builder = None

    def _skip_line(self, error: NotMermaid) -> None:
        builder = self._chart(self._scanner.place)
        builder.report.error(
            Code.NOT_UNDERSTOOD, self._scanner.place_of(error.position), f"{error} Line left out."
        )
        self._errors += 1
        if self._errors == FAULTS_LIMIT:
            raise _refusal(builder)
        self._scanner.position = max(self._scanner.position, error.position)
        self._scanner.rest_of_line()

    def _front_matter(self, text: str, place: Place) -> None:
        self._finish()
        if self._front_seen:
            raise NotMermaid(
                "This is a second front matter before the same chart.", self._scanner.position - 1
            )
        self._front_seen = True
        report = self._chart(place).report
        try:
            fields = read_yaml(text).value
        except UnreadableTree as error:
            line = (place.line or 1) + (error.faults[0].line or 1)
            report.error(Code.NOT_UNDERSTOOD, Place(line, error.faults[0].column), error.faults[0].message)
            return
        for key, value in fields.items() if isinstance(fields, dict) else ():
            if key == "title" and isinstance(value, str):
                self._chart(place).chart.about["title"] = str(value)
            else:
                message = (
                    f"{quoted(key)} in the front matter is about the look of the chart; it was left out."
                )
                report.info(Code.DIRECTIVE_LEFT_OUT, place, message)

    def _comment(self, written: str, place: Place) -> None:
        words = written.lstrip("%").strip()
        builder = self._chart(place)
        if words.startswith(NOTE):
            builder.take_note(words.removeprefix(NOTE), place)
        elif words:
            builder.report.info(Code.COMMENT_LEFT_OUT, place, f"The comment {quoted(words)} was left out.")

    def _keyword(self, builder: MermaidChart, keyword: str, place: Place) -> None:
        if keyword in ("accTitle", "accDescr"):
            self._description(builder, keyword)
            return
        self._scanner.skip_blanks()
        if keyword == "subgraph":
            self._subgraph(builder, place)
            return
        match = self._scanner.take(_STATEMENT)
        rest = match[0].strip() if match else ""
        if keyword == "end":
            builder.end_subgraph(place)
            if rest:
                raise NotMermaid(
                    f"Nothing can follow end on its line, but {quoted(rest)} does.", self._scanner.position
                )
        elif keyword == "click":
            builder.click(rest, place)
        elif keyword == "direction":
            builder.report.info(Code.LAYOUT_LEFT_OUT, place, f"The direction {quoted(rest)} was left out.")
        else:
            message = f"{quoted(f'{keyword} {rest}')} is about the look of the chart; it was left out."
            builder.report.info(Code.STYLE_LEFT_OUT, place, message)

    def _description(self, builder: MermaidChart, keyword: str) -> None:
        self._scanner.skip_space()
        words = self._scanner.enclosed("{", "}")
        if words is None:
            self._scanner.take(_COLON)
            words = self._scanner.rest_of_line()
        key = "title" if keyword == "accTitle" else "description"
        words = " ".join(words.split())
        builder.chart.about.setdefault(key, words[:TITLE_LIMIT] if key == "title" else words)

    def _subgraph(self, builder: MermaidChart, place: Place) -> None:
        scanner = self._scanner
        words = scanner.words_in_quotes()
        if words is not None:
            builder.begin_subgraph(words.raw, words.raw, place)
            return
        position = scanner.position
        name = scanner.id() or ""
        scanner.skip_blanks()
        shape = scanner.shape() if name and scanner.sees("[") else None
        if shape is not None:
            builder.begin_subgraph(name, shape.words.raw, place)
            return
        scanner.position = position
        match = scanner.take(_STATEMENT)
        title = match[0].strip() if match else ""
        builder.begin_subgraph(title, title, place)

    def _chain(self, builder: MermaidChart) -> None:
        group = self._group(builder)
        while True:
            begin = self._scanner.position
            arrow_id, arrow = self._arrow()
            if arrow is None:
                self._scanner.position = begin
                return
            self._scanner.skip_space()
            targets = self._group(builder)
            builder.connect(group, targets, arrow, arrow_id)
            group = targets

    def _arrow(self) -> tuple[str | None, ArrowToken | None]:
        """Return the arrow that comes next with its id, if it has one, as in ``A e1@--> B``."""
        arrow = self._scanner.arrow()
        if arrow is not None:
            return None, arrow
        arrow_id = self._scanner.id()
        if arrow_id is None or not self._scanner.sees("@") or self._scanner.sees("@{"):
            return None, None
        self._scanner.position += 1
        return arrow_id, self._scanner.arrow()

    def _group(self, builder: MermaidChart) -> list[str]:
        group = [self._node(builder)]
        while self._scanner.take(_AND):
            group.append(self._node(builder))
        return group

    def _node(self, builder: MermaidChart) -> str:
        scanner = self._scanner
        begin = scanner.position
        node_id = scanner.id()
        if node_id is None:
            raise NotMermaid("Here the id of a node should stand.", begin)
        place = scanner.place_of(begin)
        self._count(place)
        builder.mention(node_id, place)
        while True:
            position = scanner.position
            scanner.skip_blanks()
            if (match := scanner.take(_CLASS)) is not None:
                message = f"The class {quoted(match[0])} is about the look of the chart; it was left out."
                builder.report.info(Code.STYLE_LEFT_OUT, scanner.place_of(match.start()), message)
            elif (words := scanner.braces()) is not None:
                builder.describe(node_id, words, place)
            elif (shape := scanner.shape()) is not None:
                builder.draw(node_id, shape, place)
            else:
                scanner.position = position
                return node_id

    def _end_of_statement(self) -> None:
        scanner = self._scanner
        scanner.skip_blanks()
        if scanner.at_end() or scanner.sees("\n") or scanner.sees(";") or scanner.sees("%%"):
            return
        begin = scanner.position
        rest = scanner.rest_of_line()
        scanner.position = begin
        raise NotMermaid(
            f"{quoted(rest.strip())} is no arrow and no end of a statement. An arrow is: -->", begin
        )


def _refusal(builder: MermaidChart) -> UnreadableTree:
    """Return the error of a chart in which too little can be read."""
    errors = [line for line in builder.report.lines() if line.severity == "error"]
    return UnreadableTree([Fault((), one.message, one.line, one.column) for one in errors])
