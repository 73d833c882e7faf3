"""From the cells of a draw.io page to boxes and arrows."""

from dataclasses import dataclass, field

from troubleshoot_app.domain.errors import quoted
from troubleshoot_app.domain.formats.chart import Chart, too_large
from troubleshoot_app.domain.formats.markup import from_html, is_link, link
from troubleshoot_app.domain.formats.report import Code, Place
from troubleshoot_app.domain.formats.words import holds_markdown
from troubleshoot_app.domain.formats.xml_reader import Element
from troubleshoot_app.domain.tree import TEXT_LIMIT

RAW_LIMIT = 5 * TEXT_LIMIT
"""Characters of a label as it is written, with all its HTML."""

_WRAPPERS = frozenset({"UserObject", "object"})
_ASKING = ("rhombus", "decision", "hexagon")


@dataclass(slots=True)
class _Cell:
    id: str
    place: Place
    words: str
    style: dict[str, str]
    attributes: dict[str, str]
    link: str = ""
    tip: str = ""
    labels: list[str] = field(default_factory=list)

    @property
    def is_edge(self) -> bool:
        return self.attributes.get("edge") == "1"

    @property
    def is_vertex(self) -> bool:
        return self.attributes.get("vertex") == "1"

    def has_style(self, *names: str) -> bool:
        return not {*self.style, *self.style.get("shape", "").split(".")}.isdisjoint(names)


def chart_of_page(model: Element, title: str) -> Chart:
    """Return the chart that the cells of a page show; it has no boxes when there are none."""
    return _Page(Chart(model.place, about={"title": title} if title else {}), model).read()


class _Page:
    """Sorts the cells of a page into boxes, arrows, labels of arrows, and what has no place in a tree."""

    def __init__(self, chart: Chart, model: Element) -> None:
        self._chart = chart
        self._report = chart.report
        self._cells: dict[str, _Cell] = {}
        for root in model.all("root"):
            for element in root.children:
                self._take(element)

    def read(self) -> Chart:
        cells = self._shown()
        edges = [cell for cell in cells if cell.is_edge]
        ends = {
            end for edge in edges for end in (edge.attributes.get("source"), edge.attributes.get("target"))
        }
        parents = {cell.attributes.get("parent") for cell in cells if cell.is_vertex}
        for cell in cells:
            if cell.is_vertex:
                self._take_vertex(cell, drawn_at=cell.id in ends, holds_others=cell.id in parents)
        for edge in edges:
            self._take_edge(edge)
        if any(cell.is_vertex for cell in cells):
            message = "Sizes, colours and positions were left out; the tree is laid out anew."
            self._report.info(Code.LAYOUT_LEFT_OUT, self._chart.place, message)
        return self._chart

    def _take(self, element: Element) -> None:
        inner = element
        if element.name in _WRAPPERS:
            inner = next(element.all("mxCell"), element)
        elif element.name != "mxCell":
            message = f"<{element.name}> has no place in a tree; it was left out."
            self._report.info(Code.ELEMENT_LEFT_OUT, element.place, message)
            return
        style = dict(_split(part) for part in inner.get("style").split(";") if part)
        label = element.get("label") if inner is not element else inner.get("value")
        cell_id = element.get("id") or inner.get("id") or f"cell-{len(self._cells)}"
        cell = _Cell(
            cell_id, element.place, "", style, inner.attributes, element.get("link"), element.get("tooltip")
        )
        cell.words = self._words(label, cell)
        self._cells[cell_id] = cell

    def _words(self, label: str, cell: _Cell) -> str:
        if len(label) > RAW_LIMIT:
            raise too_large(f"This label has {len(label):,} characters; shorten it.", cell.place)
        if cell.style.get("html") != "1":
            words = label.strip()
            if holds_markdown(words):
                self._report.info(
                    Code.MARKDOWN_IN_LABEL,
                    cell.place,
                    f"{quoted(words)} holds Markdown; it is shown as that.",
                )
            return words
        words, dropped = from_html(label)
        if {"img", "iframe", "svg", "script", "video", "audio", "object", "embed"} & set(dropped):
            message = f"HTML that the label cannot keep was left out: {', '.join(dropped)}."
            self._report.info(Code.HTML_IN_LABEL, cell.place, message)
        return words

    def _shown(self) -> list[_Cell]:
        """Return the cells that are shown, with all that they stand in; those that are not are reported."""
        shown: dict[str, bool] = {}
        for cell in self._cells.values():
            chain: list[str] = []
            one: _Cell | None = cell
            while one is not None and one.id not in shown:
                chain.append(one.id)
                shown[one.id] = one.attributes.get("visible") != "0"
                one = self._cells.get(one.attributes.get("parent", ""))
            visible = one is None or shown[one.id]
            for cell_id in reversed(chain):
                visible = shown[cell_id] = shown[cell_id] and visible
            if not shown[cell.id] and cell.words:
                message = f"{quoted(cell.words)} is hidden; it was left out."
                self._report.info(Code.ELEMENT_LEFT_OUT, cell.place, message)
        return [cell for cell in self._cells.values() if shown[cell.id]]

    def _take_vertex(self, cell: _Cell, *, drawn_at: bool, holds_others: bool) -> None:
        parent = self._cells.get(cell.attributes.get("parent", ""))
        if parent is not None and parent.is_edge:
            if cell.words:
                parent.labels.append(cell.words)
            return
        if not drawn_at and (holds_others or cell.has_style("swimlane", "group")):
            message = f"The group {quoted(cell.words)} is no group in a tree; what stands in it is kept."
            self._report.info(Code.GROUP_LEFT_OUT, cell.place, message)
            return
        if not drawn_at and (cell.has_style("text", "note", "image") or not cell.words):
            message = (
                f"{quoted(cell.words)} has no arrows; as a note it has no place in a tree and was left out."
            )
            self._report.warning(Code.NOTE_LEFT_OUT, cell.place, message)
            return
        box = self._chart.box(cell.id, cell.place)
        box.text = cell.words
        box.asks = cell.has_style(*_ASKING)
        self._take_link(cell)

    def _take_link(self, cell: _Cell) -> None:
        box = self._chart.boxes[cell.id]
        box.help = cell.tip
        if is_link(cell.link):
            box.help = f"{box.help}\n\n{link(cell.link, cell.link)}".strip()
            message = f"The link of {quoted(cell.words)} moved to its help: {cell.link}"
            self._report.info(Code.LINK_MOVED_TO_HELP, cell.place, message)
        elif cell.link:
            message = (
                f"{quoted(cell.words)} leads to another page ({quoted(cell.link)}); lead there in the editor."
            )
            self._report.info(Code.LINK_TO_ANOTHER_TREE, cell.place, message)

    def _take_edge(self, edge: _Cell) -> None:
        source, target = edge.attributes.get("source", ""), edge.attributes.get("target", "")
        boxes = self._chart.boxes
        label = " ".join([words for words in (edge.words, *edge.labels) if words])
        if source not in boxes or target not in boxes:
            which = "beginning" if source not in boxes else "end"
            known = boxes.get(source) or boxes.get(target)
            name = f"The arrow {quoted(label)}" if label else "An arrow"
            at = f" at {quoted(known.words)}" if known else ""
            message = f"{name}{at} hangs loose: its {which} is tied to no box. It was left out."
            self._report.error(Code.LOOSE_ARROW, edge.place, message)
            return
        begins = edge.style.get("startArrow", "none") != "none"
        ends = edge.style.get("endArrow", "classic") != "none"
        if begins and not ends:
            source, target = target, source
        elif begins:
            self._report.warning(
                Code.TWO_WAY_ARROW, edge.place, "This arrow points both ways; it became two."
            )
            self._chart.arrow(target, source, label or None, edge.place)
        elif not ends:
            message = "This line has no head; it became an arrow in the direction in which it was drawn."
            self._report.warning(Code.UNDIRECTED_LINE, edge.place, message)
        self._chart.arrow(source, target, label or None, edge.place)


def _split(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key.strip(), value.strip()
