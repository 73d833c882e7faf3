"""Reads the charts of a Markdown page: nested lists, drawn trees, and Mermaid in fences. Headings give their titles."""

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import CHART_LIMIT, Chart, too_large
from troubleshoot_app.domain.formats.markdown_blocks import Block, blocks_of, text_range
from troubleshoot_app.domain.formats.mermaid_header import begins_flowchart, other_diagram
from troubleshoot_app.domain.formats.mermaid_parser import read_mermaid
from troubleshoot_app.domain.formats.outline import DRAWN, Item, read_drawn, read_list
from troubleshoot_app.domain.formats.outline_marks import read_about
from troubleshoot_app.domain.formats.outline_to_chart import chart_of_outline, is_tree
from troubleshoot_app.domain.formats.report import Code, Report
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.formats.words import asks, plain

_OUTLINES = frozenset(
    {"", "text", "txt", "plain", "plaintext", "ascii", "tree", "none", "console", "markdown", "md"}
)


def has_mermaid(source: Source) -> bool:
    """Tell whether a page has a flowchart in a fence."""
    return "mermaid" in source.text and any(_is_flowchart(source, block) for block in blocks_of(source))


def looks_like_page(source: Source) -> bool:
    """Tell whether a text has a list, a heading or a drawn tree."""
    return any(block.kind in {"heading", "list", "drawn"} for block in blocks_of(source))


def read_fences(source: Source, report: Report) -> list[Chart]:
    """Return the flowcharts in the fences of a page; ``UnreadableTree`` when none of them can be read."""
    return _Page(source, report, only_fences=True).read()


def read_markdown(source: Source, report: Report) -> list[Chart]:
    """Return all charts of a page; ``report`` gets what is in none of them.

    Raises:
        UnreadableTree: there is none, or it is too large.
    """
    return _Page(source, report, only_fences=False).read()


class _Page:
    """Goes down a page and keeps the last heading and the words below it for the chart that may follow."""

    def __init__(self, source: Source, report: Report, *, only_fences: bool) -> None:
        self._source = source
        self._report = report
        self._only_fences = only_fences
        self._blocks = list(blocks_of(source))
        self._charts: list[Chart] = []
        self._lists: list[tuple[Block, list[Item], Block | None]] = []
        self._heading: Block | None = None
        self._prose: list[Block] = []

    def read(self) -> list[Chart]:
        for block in self._blocks:
            if len(self._charts) > CHART_LIMIT:
                raise too_large(f"A page has at most {CHART_LIMIT} charts; here is one more.", block.place)
            if block.kind == "heading":
                self._leave_section()
                self._heading = block
            elif block.kind == "prose":
                self._prose.append(block)
            elif block.kind == "fence":
                self._take_fence(block)
            elif block.kind == "drawn":
                self._take_outline(block, read_drawn(self._source, block.lines))
            else:
                self._take_list(block)
        self._leave_section()
        self._take_plain_lists()
        if not self._charts:
            raise self._refusal()
        return sorted(self._charts, key=lambda chart: chart.place.line or 0)

    def _refusal(self) -> UnreadableTree:
        errors = [line for line in self._report.lines() if line.severity == "error"]
        faults = [Fault((), line.message, line.line, line.column) for line in errors]
        if self._lists:
            message = "This list is not nested. Indent each answer below its question, and what follows below the answer."
            return UnreadableTree(faults or [Fault((), message, *self._lists[0][0].place)])
        message = (
            "There is no decision tree on this page: no nested list, no drawn tree, no Mermaid flowchart. "
            "Write a question as an item of a list, and below it, indented, its answers."
        )
        return UnreadableTree(faults or [Fault((), message, 1, 1)])

    def _take_fence(self, block: Block) -> None:
        begin, end = text_range(block)
        words = self._source.text[begin:end]
        if block.text == "mermaid":
            name = other_diagram(words.lstrip())
            if name:
                message = f"This is a {name}; only flowcharts can become trees."
                self._report.info(Code.OTHER_DIAGRAM, block.place, message)
                return
            try:
                charts = read_mermaid(self._source, begin, end)
            except UnreadableTree as error:
                self._report.faults(error.faults)
                return
            for chart in charts:
                self._add(chart)
        elif block.text in _OUTLINES and any(DRAWN.match(line) for line in words.split("\n")):
            self._take_outline(block, read_drawn(self._source, block.lines))
        else:
            self._prose.append(block)

    def _take_list(self, block: Block) -> None:
        roots = read_list(self._source, block.lines)
        heading = self._heading
        if heading is not None and asks(heading.text):
            roots = [Item(heading.text, heading.place, children=roots)]
        if is_tree(roots):
            self._take_outline(block, roots)
        else:
            self._lists.append((block, roots, heading))

    def _take_outline(self, block: Block, roots: list[Item]) -> None:
        if self._only_fences:
            return
        self._add(chart_of_outline(roots, roots[0].place if roots else block.place))

    def _add(self, chart: Chart) -> None:
        """Keep a chart; the heading above it names it, the words between the two describe it."""
        if self._heading is not None:
            chart.about.setdefault("title", plain(self._heading.text))
            self._heading = None
        words = [self._words(block) for block in self._prose]
        if words and (about := read_about(words[-1])):
            chart.about = about | chart.about
            words.pop()
        if words:
            chart.about.setdefault("description", "\n\n".join(words))
        self._prose = []
        self._charts.append(chart)

    def _take_plain_lists(self) -> None:
        """Take nested lists without a question in them, where a page has nothing else."""
        take = not self._charts and not self._only_fences
        for block, roots, heading in self._lists:
            if take and any(root.children for root in roots):
                chart = chart_of_outline(roots, block.place)
                if heading is not None:
                    chart.about["title"] = plain(heading.text)
                self._charts.append(chart)
            elif not self._only_fences:
                message = f"The list that begins with {quoted(roots[0].text if roots else '')} is no tree; it was left out."
                self._report.info(Code.LIST_LEFT_OUT, block.place, message)

    def _leave_section(self) -> None:
        left = [*([self._heading] if self._heading else []), *self._prose]
        self._heading, self._prose = None, []
        if self._only_fences:
            return
        for block in left:
            words = quoted(" ".join(self._words(block).split()))
            name = "The heading" if block.kind == "heading" else "The text"
            self._report.info(
                Code.PROSE_LEFT_OUT, block.place, f"{name} {words} belongs to no tree; it was left out."
            )

    def _words(self, block: Block) -> str:
        if block.kind == "heading":
            return block.text
        begin, end = text_range(block)
        return self._source.text[begin:end].strip()


def _is_flowchart(source: Source, block: Block) -> bool:
    begin, end = text_range(block)
    return block.kind == "fence" and block.text == "mermaid" and begins_flowchart(source.text[begin:end])
