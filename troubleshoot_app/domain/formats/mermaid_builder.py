"""Puts a chart together from the statements of a Mermaid flowchart, and reports what has no place in a tree."""

import re
from dataclasses import dataclass, field
from typing import Any

from troubleshoot_app.domain.errors import UnreadableTree, fit, quoted
from troubleshoot_app.domain.formats.chart import Box, Chart, too_large
from troubleshoot_app.domain.formats.markup import from_mermaid, is_link, link
from troubleshoot_app.domain.formats.mermaid_tokens import ArrowToken, ShapeToken, Words
from troubleshoot_app.domain.formats.report import Code, Place, Report
from troubleshoot_app.domain.formats.structure import read_json, read_yaml
from troubleshoot_app.domain.formats.words import holds_markdown
from troubleshoot_app.domain.tree import NODE_LIMIT, TEXT_LIMIT, NodeKind

SUBGRAPH_DEPTH_LIMIT = 50
RAW_LIMIT = 5 * TEXT_LIMIT
"""Characters of a label as it is written, with all its entities."""
DESCRIBED_LIMIT = 2 * NODE_LIMIT
ABOUT_KEYS = ("title", "description", "category", "tags", "slug")

_ASKING_SHAPES = frozenset(
    ["diamond", "diam", "decision", "question", "rhombus", "hexagon", "hex", "prepare"]
)
_ICON_BEGINS = ":fa-"
_ICON = re.compile(r"\bfa[a-z]?:fa-[\w-]+")
_LINE_BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)
_IN_QUOTES = re.compile(r'"[^"]*"')
_NEW_LINE = re.compile(r"\n\s*")
_CLICK = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(slots=True)
class _Subgraph:
    title: str
    place: Place
    members: dict[str, None] = field(default_factory=dict)


class MermaidChart:
    """A chart that grows by one statement after the other."""

    def __init__(self, place: Place) -> None:
        """Begin a chart at a place of its file."""
        self.chart = Chart(place)
        self._open: list[tuple[str, _Subgraph]] = []
        self._subgraphs: dict[str, _Subgraph] = {}
        self._arrow_ids = set[str]()
        self._notes: list[tuple[dict[str, Any], Place]] = []
        self._described = 0
        self._plain_styles = 0
        self._first_style: Place | None = None

    @property
    def report(self) -> Report:
        """What there is to tell about this chart."""
        return self.chart.report

    def mention(self, box_id: str, place: Place) -> None:
        """Take the id of a box that is drawn here, or, as in ``e1@{...}``, of an arrow."""
        if box_id in self._arrow_ids and box_id not in self.chart.boxes:
            return
        self.chart.box(box_id, place)
        for _, subgraph in self._open:
            subgraph.members.setdefault(box_id)

    def draw(self, box_id: str, shape: ShapeToken, place: Place) -> None:
        """Give a box its words and its shape."""
        words = shape.words
        if shape.opener == "[|":
            words = Words(words.raw.partition("|")[2], words.style, words.place)
        if words.odd:
            message = f"{quoted(words.raw)} has brackets in it, for which Mermaid wants quotes around it."
            self.report.info(Code.UNQUOTED_BRACKETS, words.place, message)
        box = self.chart.box(box_id, place)
        self._say(box, self.label(words), words.place)
        box.asks = box.asks or shape.opener in ("{", "{{")

    def describe(self, box_id: str, written: str, place: Place) -> None:
        """Take what stands in ``@{...}`` behind an id."""
        self._described += 1
        if self._described > DESCRIBED_LIMIT:
            raise too_large(f"A chart has at most {DESCRIBED_LIMIT:,} times @{{…}}; here is one more.", place)
        try:
            words = _IN_QUOTES.sub(lambda match: _NEW_LINE.sub("<br/>", match[0]), written)
            fields = read_yaml(words if "\n" in words else "{" + words + "}").value
        except UnreadableTree as error:
            self.report.error(
                Code.NOT_UNDERSTOOD, place, f"In @{{…}} of {quoted(box_id)}: {error.faults[0].message}"
            )
            return
        left_out = []
        box = self.chart.boxes.get(box_id)
        for key, value in fields.items() if isinstance(fields, dict) else ():
            if box is not None and key == "label" and isinstance(value, str):
                self._say(box, self.label(Words(value, "quoted", place)), place)
            elif box is not None and key == "shape" and isinstance(value, str):
                box.asks = box.asks or value in _ASKING_SHAPES
            else:
                left_out.append(fit(key))
        if left_out:
            message = (
                f"{', '.join(left_out)} of {quoted(box_id)} is about the look of the chart; it was left out."
            )
            self.report.info(Code.STYLE_LEFT_OUT, place, message)

    def connect(
        self, sources: list[str], targets: list[str], arrow: ArrowToken, arrow_id: str | None
    ) -> None:
        """Draw an arrow from each of some boxes to each of others."""
        if arrow.line == "hidden":
            message = "A hidden line (~~~) only moves boxes about; it was left out."
            self.report.info(Code.HIDDEN_LINE_LEFT_OUT, arrow.place, message)
            return
        self._report_look(arrow)
        label = self.label(arrow.label) if arrow.label is not None else ""
        if arrow_id is not None:
            self._arrow_ids.add(arrow_id)
        both = arrow.tail == "<" and arrow.head == ">"
        backwards = arrow.tail == "<" and not both
        for source in sources:
            for target in targets:
                ends = (target, source) if backwards else (source, target)
                self.chart.arrow(*ends, label or None, arrow.place, arrow_id)
                if both:
                    self.chart.arrow(target, source, label or None, arrow.place)

    def label(self, words: Words) -> str:
        """Return what a label says, as Markdown, and report what of it was left out."""
        raw = words.raw.strip()
        if len(raw) > RAW_LIMIT:
            raise too_large(f"This label has {len(raw):,} characters; shorten it.", words.place)
        if _ICON_BEGINS in raw:
            raw, icons = _ICON.subn(" ", raw)
            if icons:
                self.report.info(
                    Code.ICON_LEFT_OUT, words.place, f"The icon of {quoted(raw.strip())} was left out."
                )
        raw = "\n".join(line.strip() for line in _LINE_BREAK.split(raw.strip()))
        text, dropped = from_mermaid(raw)
        if dropped:
            message = f"HTML that the label cannot keep was left out: {', '.join(dropped)}."
            self.report.info(Code.HTML_IN_LABEL, words.place, message)
        if words.style != "markdown" and holds_markdown(raw):
            message = f"{quoted(raw)} holds Markdown; it is shown as that."
            self.report.info(Code.MARKDOWN_IN_LABEL, words.place, message)
        return text

    def begin_subgraph(self, name: str, title: str, place: Place) -> None:
        """Begin a subgraph; ``UnreadableTree`` when they stand too deep in each other."""
        if len(self._open) == SUBGRAPH_DEPTH_LIMIT:
            message = (
                f"Subgraphs stand at most {SUBGRAPH_DEPTH_LIMIT} deep in each other; this is one deeper."
            )
            raise too_large(message, place)
        subgraph = self._subgraphs.setdefault(name, _Subgraph(title.strip('"` '), place))
        self._open.append((name, subgraph))

    def end_subgraph(self, place: Place) -> None:
        """End the innermost subgraph."""
        if not self._open:
            self.report.error(Code.NOT_UNDERSTOOD, place, "There is no subgraph that this end could close.")
            return
        self._open.pop()

    def click(self, written: str, place: Place) -> None:
        """Take what a click on a box does: a link goes to the help of its node, anything else is left out."""
        parts = [(one[1] if one[2] is None else one[2], one[2] is None) for one in _CLICK.finditer(written)]
        box = self.chart.boxes.get(parts[0][0]) if parts else None
        address = next((words for words, _ in parts[1:] if is_link(words)), None)
        if box is None or address is None:
            message = f"{quoted(f'click {written}')} has no place in a tree; it was left out."
            self.report.info(Code.CLICK_LEFT_OUT, place, message)
            return
        tips = [words for words, in_quotes in parts[1:] if in_quotes and words and words != address]
        words = link(tips[0] if tips else address, address)
        if len(box.help) > TEXT_LIMIT:
            raise too_large(f"{quoted(box.id)} has more links than fit its help.", place)
        box.help = f"{box.help}\n\n{words}" if box.help else words
        message = f"The link of {quoted(box.words)} moved to its help: {address}"
        self.report.info(Code.LINK_MOVED_TO_HELP, place, message)

    def take_note(self, written: str, place: Place) -> None:
        """Take a comment in which an export says what Mermaid has no words for."""
        try:
            fields = read_json(written).value
        except UnreadableTree:
            fields = None
        if isinstance(fields, dict):
            self._notes.append((fields, place))
        else:
            self.report.warning(
                Code.COMMENT_LEFT_OUT, place, "This note of an export was changed; it was left out."
            )

    def finish(self) -> Chart:
        """Return the chart when all has been read."""
        for name, subgraph in self._open:
            self.report.error(Code.NOT_UNDERSTOOD, subgraph.place, f"The subgraph {quoted(name)} has no end.")
        if self._first_style is not None:
            message = f"Dotted and thick arrows became arrows like all others: {self._plain_styles}."
            self.report.info(Code.STYLE_LEFT_OUT, self._first_style, message)
        for fields, place in self._notes:
            self._apply_note(fields, place)
        self._resolve_subgraphs()
        return self.chart

    def _say(self, box: Box, words: str, place: Place) -> None:
        if box.text is not None and box.text != words:
            message = (
                f"{quoted(box.id)} said {quoted(box.text)} before; the later words count: {quoted(words)}."
            )
            self.report.warning(Code.TEXT_CHANGED_LATER, place, message)
        box.text = words

    def _report_look(self, arrow: ArrowToken) -> None:
        if arrow.line != "solid":
            self._plain_styles += 1
            self._first_style = self._first_style or arrow.place
        if arrow.tail == "<" and arrow.head == ">":
            message = "This arrow points both ways; it became two."
            self.report.warning(Code.TWO_WAY_ARROW, arrow.place, message)
        elif "x" in (arrow.tail, arrow.head) or "o" in (arrow.tail, arrow.head):
            message = "This line ends in a circle or a cross; it became an arrow like all others."
            self.report.warning(Code.ODD_ARROW, arrow.place, message)
        elif not arrow.head and arrow.tail != "<":
            message = "This line has no head; it became an arrow in the direction in which it is written."
            self.report.warning(Code.UNDIRECTED_LINE, arrow.place, message)

    def _apply_note(self, fields: dict[str, Any], place: Place) -> None:
        if "node" not in fields:
            self.chart.about |= {key: fields[key] for key in ABOUT_KEYS if key in fields}
            if isinstance(fields.get("start"), str):
                self.chart.start = fields["start"]
            return
        box = self.chart.boxes.get(fields["node"]) if isinstance(fields["node"], str) else None
        if box is None:
            message = f"The chart has no box {quoted(str(fields['node']))} any more; what was noted of it was left out."
            self.report.warning(Code.CHANGED_BY_HAND, place, message)
            return
        if fields.get("kind") in list(NodeKind):
            box.kind = NodeKind(fields["kind"])
        for key, attribute in (("id", "keep_as"), ("help", "help"), ("nowhere", "keep_as")):
            if isinstance(fields.get(key), str):
                setattr(box, attribute, fields[key])
        box.stands_for_nothing = "nowhere" in fields
        box.reading, box.acknowledge = fields.get("reading"), fields.get("acknowledge") is True
        options = fields.get("options")
        if isinstance(options, list) and all(isinstance(one, dict) for one in options):
            box.options = options

    def _resolve_subgraphs(self) -> None:
        """Report the subgraphs, and lead arrows that are drawn at one of them to boxes in it."""
        boxes, arrows = self.chart.boxes, self.chart.arrows
        for name, subgraph in self._subgraphs.items():
            count = len(subgraph.members.keys() - self._subgraphs.keys())
            message = f"The subgraph {quoted(subgraph.title or name)} is no group in a tree; its boxes ({count}) are kept."
            self.report.info(Code.SUBGRAPH_LEFT_OUT, subgraph.place, message)
        ends = {end for arrow in arrows for end in (arrow.source, arrow.target)}
        drawn_at = {name for name in self._subgraphs if name in boxes and name in ends and self._inside(name)}
        for name in self._subgraphs:
            if name in boxes and self._inside(name):
                del boxes[name]
        if not drawn_at:
            return
        leaving = {arrow.source for arrow in arrows}
        self.chart.arrows = []
        for arrow in arrows:
            sources, targets = [arrow.source], [arrow.target]
            if arrow.source in drawn_at:
                inside = self._inside(arrow.source)
                sources = [box_id for box_id in inside if box_id not in leaving] or inside[-1:]
            if arrow.target in drawn_at:
                targets = self._inside(arrow.target)[:1]
            if (sources, targets) != ([arrow.source], [arrow.target]):
                message = (
                    "This arrow is drawn at a subgraph; it was led from its last boxes, or to its first one."
                )
                self.report.warning(Code.ARROW_AT_SUBGRAPH, arrow.place, message)
            for source in sources:
                self.chart.arrow(source, targets[0], arrow.label, arrow.place)

    def _inside(self, name: str) -> list[str]:
        return [one for one in self._subgraphs[name].members if one not in self._subgraphs]
