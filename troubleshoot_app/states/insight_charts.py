"""Figures on the charts of a tree: on its nodes, and as walks that flow from the start to the ends."""

from troubleshoot_app.domain.flow import WIDTH, Diagram, diagram
from troubleshoot_app.domain.insight import Figure, share
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.analytics import NodeFigures, TreeFigures
from troubleshoot_app.schemas.insight import FlowBand, FlowBox
from troubleshoot_app.states.insight_links import Range
from troubleshoot_app.states.insight_rows import cut, node_href, several, span_words

LEVELS = 5
MEASURES = ("visits", "exits", "undone", "minutes", "escalations")
_COUNTED = {"visits": "visit", "exits": "exit", "undone": "undone", "escalations": "escalation"}


def heat(figures: TreeFigures, measure: str) -> dict[str, dict[str, str | int]]:
    """Return how high a measure is at each node, from 0 to 5, and its words; what is nought is left out."""
    values = {one.node_id: _value(one, measure) for one in figures.nodes}
    most = max(values.values(), default=0)
    return {
        node_id: {"level": max(1, round(LEVELS * value / most)), "words": _heat_words(value, measure)}
        for node_id, value in values.items()
        if value > 0
    }


def heat_href(figures: TreeFigures, measure: str, asked: Range) -> str:
    """Return the link to what a measure counts, as far as the id of the node; empty for a time, which counts nothing."""
    if measure == "minutes":
        return ""
    place = asked.sessions(Figure(measure), tree_id=figures.tree.id, version=figures.version)
    return f"{place}&node="


def flow_diagram(figures: TreeFigures, start: str) -> Diagram:
    """Return how walks flowed from node to node."""
    flows = {(one.node_id, one.to): one.total for one in figures.flows if one.to is not None}
    return diagram(start, {one.node_id: one.visits for one in figures.nodes}, flows)


def flow_boxes(shown: Diagram, figures: TreeFigures, asked: Range) -> list[FlowBox]:
    """Return the boxes of a flow diagram."""
    nodes = {one.node_id: one for one in figures.nodes}
    started = max(1, nodes[shown.boxes[0].node_id].visits) if shown.boxes else 1
    return [
        FlowBox(
            text=cut(node.text),
            kind=node.kind,
            left=_percent(box.x),
            top=f"{box.y}px",
            width=_percent(box.width),
            total=box.total,
            words=_flow_words(node, box.total, box.back, started),
            href=node_href(figures, asked, node, Figure.VISITS),
        )
        for box in shown.boxes
        for node in (nodes[box.node_id],)
    ]


def flow_bands(shown: Diagram, figures: TreeFigures) -> list[FlowBand]:
    """Return the bands of a flow diagram."""
    texts = {one.node_id: cut(one.text) for one in figures.nodes}
    return [
        FlowBand(outline=band.outline, words=f"{texts[band.source]} → {texts[band.target]}: {band.total}")
        for band in shown.bands
    ]


def _flow_words(node: NodeFigures, total: int, back: int, started: int) -> str:
    words = [f"{cut(node.text)}: {several(total, 'visit')}, {share(total, started)} % of the start"]
    if back:
        words.append(f"{back} went back up from here")
    if node.kind is not NodeKind.RESOLUTION and node.exits:
        words.append(f"{node.exits} ended here")
    return "; ".join(words)


def _value(node: NodeFigures, measure: str) -> float:
    if measure == "minutes":
        return node.median_seconds or 0
    return float(getattr(node, measure))


def _heat_words(value: float, measure: str) -> str:
    if measure == "minutes":
        return span_words(value)
    word = _COUNTED[measure]
    return f"{value:.0f} undone" if measure == "undone" else several(int(value), word)


def _percent(thousandths: float) -> str:
    return f"{100 * thousandths / WIDTH:.2f}%"
