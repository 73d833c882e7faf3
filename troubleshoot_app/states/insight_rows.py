"""Figures as the pages of insight show them: as tiles, bars and rows, each with the link to what it counts."""

from collections.abc import Sequence
from datetime import date

from troubleshoot_app.domain.flow import WIDTH, Diagram, diagram
from troubleshoot_app.domain.insight import Figure, Span, share, spans
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.analytics import (
    CountedSessions,
    EscalationFigures,
    NodeFigures,
    TreeFigures,
    VersionFigures,
)
from troubleshoot_app.schemas.insight import Bar, FlowBand, FlowBox, NodeRow, Tile, VersionRow
from troubleshoot_app.states.insight_links import Range

LEVELS = 5
MOST_ROWS = 200
MOST_BARS = 10
LABEL_LENGTH = 90
MEASURES = ("visits", "exits", "undone", "minutes", "escalations")
FIGURE_WORDS = {
    Figure.RAISED: "Escalated",
    Figure.CLAIMED: "Picked up",
    Figure.HELPED: "Resolved by a senior",
    Figure.STARTED: "Started",
    Figure.COMPLETED: "Completed",
    Figure.RESOLVED: "Resolved",
    Figure.UNAIDED: "Resolved without help",
    Figure.ESCALATED: "Escalated",
    Figure.ABANDONED: "Abandoned",
    Figure.VISITS: "Came to a node",
    Figure.EXITS: "Ended at a node",
    Figure.UNDONE: "Took an answer back at a node",
    Figure.ESCALATIONS: "Escalated at a node",
}
_COUNTED = {"visits": "visit", "exits": "exit", "undone": "undone", "escalations": "escalation"}


def span_words(seconds: float | None) -> str:
    """Return a time as people say it, short enough for a tile."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def escalation_tiles(figures: EscalationFigures, asked: Range) -> list[Tile]:
    """Return what escalations come to in all."""
    waiting = figures.open + figures.claimed
    return [
        Tile(words="Escalations", value=str(figures.total), href=asked.sessions(Figure.RAISED)),
        Tile(
            words="Resolved",
            value=str(figures.resolved),
            detail=f"{share(figures.resolved, figures.total)} % of all, {waiting} not over yet",
            href=asked.sessions(Figure.HELPED),
        ),
        Tile(
            words="Time to claim, median",
            value=span_words(figures.median_seconds_to_claim),
            detail="Half of them were picked up sooner",
            href=asked.sessions(Figure.CLAIMED),
        ),
        Tile(
            words="Time to claim, 90 %",
            value=span_words(figures.p90_seconds_to_claim),
            detail="Nine of ten were picked up sooner",
            href=asked.sessions(Figure.CLAIMED),
        ),
    ]


def day_bars(figures: EscalationFigures, first: date, last: date) -> list[Bar]:
    """Return a bar for each day, or for several days where these are many."""
    bars = spans({one.date: one.total for one in figures.by_day}, first, last)
    most = max((bar.total for bar in bars), default=0)
    return [
        Bar(
            label=_days(bar),
            value=str(bar.total),
            share=share(bar.total, most),
            href=Range(bar.first.isoformat(), bar.last.isoformat()).sessions(Figure.RAISED),
        )
        for bar in bars
    ]


def tree_bars(figures: EscalationFigures, asked: Range) -> list[Bar]:
    """Return the trees that most escalations came out of."""
    most = max((one.total for one in figures.by_tree), default=0)
    return [
        Bar(
            label=one.tree.title,
            value=str(one.total),
            share=share(one.total, most),
            href=asked.sessions(Figure.RAISED, tree_id=one.tree.id),
            more=asked.href(f"/insights/trees/{one.tree.id}"),
        )
        for one in figures.by_tree[:MOST_BARS]
    ]


def node_bars(figures: EscalationFigures, asked: Range) -> list[Bar]:
    """Return the nodes that most escalations came from."""
    most = max((one.total for one in figures.by_node), default=0)
    return [
        Bar(
            label=_cut(one.text),
            detail=f"{one.tree.title}, version {one.version}",
            value=str(one.total),
            share=share(one.total, most),
            href=asked.sessions(Figure.RAISED, tree_id=one.tree.id, version=one.version, node=one.node_id),
        )
        for one in figures.by_node[:MOST_BARS]
    ]


def person_bars(figures: EscalationFigures, asked: Range) -> list[Bar]:
    """Return who escalated and who picked up, most first."""
    most = max((max(one.escalated, one.claimed) for one in figures.by_person), default=0)
    return [
        Bar(
            label=one.person.name,
            detail=words,
            value=str(total),
            share=share(total, most),
            href=asked.sessions(figure, person=one.person.id),
        )
        for one in figures.by_person[: MOST_BARS * 2]
        for figure, words, total in (
            (Figure.RAISED, "raised", one.escalated),
            (Figure.CLAIMED, f"picked up, {one.resolved} of them resolved", one.claimed),
        )
        if total
    ]


def tree_tiles(figures: TreeFigures, asked: Range) -> list[Tile]:
    """Return what became of the sessions on a tree."""
    over = figures.completed + figures.abandoned

    def tile(words: str, figure: Figure, total: int, detail: str = "") -> Tile:
        href = asked.sessions(figure, tree_id=figures.tree.id, version=figures.version)
        return Tile(words=words, value=str(total), detail=detail, href=href)

    unaided = f"{share(figures.unaided, over)} % of {over} that are over"
    return [
        tile("Started", Figure.STARTED, figures.started),
        tile("Resolved without help", Figure.UNAIDED, figures.unaided, unaided),
        tile(
            "Escalated",
            Figure.ESCALATED,
            figures.escalated,
            f"{share(figures.escalated, figures.started)} % of all",
        ),
        tile(
            "Abandoned", Figure.ABANDONED, figures.abandoned, f"{share(figures.abandoned, over)} % of {over}"
        ),
    ]


def node_rows(figures: TreeFigures, asked: Range) -> list[NodeRow]:
    """Return what was counted at the nodes, those with most visits first."""

    def href(node: NodeFigures, figure: Figure) -> str:
        if not getattr(node, figure.value):
            return ""
        return asked.sessions(figure, tree_id=figures.tree.id, version=figures.version, node=node.node_id)

    nodes = sorted(figures.nodes, key=lambda one: -one.visits)
    return [
        NodeRow(
            node_id=one.node_id,
            text=_cut(one.text),
            kind=one.kind,
            visits=one.visits,
            exits=one.exits,
            undone=one.undone,
            escalations=one.escalations,
            minutes=span_words(one.median_seconds),
            visits_href=href(one, Figure.VISITS),
            exits_href=href(one, Figure.EXITS),
            undone_href=href(one, Figure.UNDONE),
            escalations_href=href(one, Figure.ESCALATIONS),
        )
        for one in nodes[:MOST_ROWS]
    ]


def heat(figures: TreeFigures, measure: str) -> dict[str, dict[str, str | int]]:
    """Return how high a measure is at each node, from 0 to 5, and its words; what is nought is left out."""
    values = {one.node_id: _value(one, measure) for one in figures.nodes}
    most = max(values.values(), default=0)
    return {
        node_id: {"level": max(1, round(LEVELS * value / most)), "words": _heat_words(value, measure)}
        for node_id, value in values.items()
        if value > 0
    }


def version_rows(figures: TreeFigures, asked: Range) -> list[VersionRow]:
    """Return the versions that were walked, newest first."""
    path = f"/insights/trees/{figures.tree.id}"

    def row(one: VersionFigures) -> VersionRow:
        of_version = {"tree_id": figures.tree.id, "version": one.version}
        over = one.completed + one.abandoned
        return VersionRow(
            version=one.version,
            started=one.started,
            over=over,
            unaided=one.unaided,
            share=share(one.unaided, over),
            is_shown=one.version == figures.version,
            href=asked.href(path, version=one.version),
            started_href=asked.sessions(Figure.STARTED, **of_version),
            unaided_href=asked.sessions(Figure.UNAIDED, **of_version),
        )

    return [row(one) for one in figures.versions]


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
            text=_cut(node.text),
            kind=node.kind,
            left=_percent(box.x),
            top=f"{box.y}px",
            width=_percent(box.width),
            total=box.total,
            words=_flow_words(node, box.total, box.back, started),
            href=asked.sessions(
                Figure.VISITS, tree_id=figures.tree.id, version=figures.version, node=box.node_id
            ),
        )
        for box in shown.boxes
        for node in (nodes[box.node_id],)
    ]


def flow_bands(shown: Diagram, figures: TreeFigures) -> list[FlowBand]:
    """Return the bands of a flow diagram."""
    texts = {one.node_id: _cut(one.text) for one in figures.nodes}
    return [
        FlowBand(outline=band.outline, words=f"{texts[band.source]} → {texts[band.target]}: {band.total}")
        for band in shown.bands
    ]


def place_words(found: CountedSessions, version: int | None) -> str:
    """Return where and by whom the sessions of a list were counted."""
    words = [found.tree.title] if found.tree else []
    words += [f"version {version}"] if version else []
    words += [f"“{_cut(found.node_text)}”"] if found.node_text else []
    words += [found.person] if found.person else []
    return " · ".join(words)


def _flow_words(node: NodeFigures, total: int, back: int, started: int) -> str:
    words = [f"{_cut(node.text)}: {_several(total, 'visit')}, {share(total, started)} % of the start"]
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
    return f"{value:.0f} undone" if measure == "undone" else _several(int(value), word)


def _several(total: int, word: str) -> str:
    return f"{total} {word}" if total == 1 else f"{total} {word}s"


def _percent(thousandths: float) -> str:
    return f"{100 * thousandths / WIDTH:.2f}%"


def _days(span: Span) -> str:
    first = f"{span.first:%-d %b %Y}"
    return first if span.first == span.last else f"{first} – {span.last:%-d %b %Y}"


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LABEL_LENGTH else f"{words[: LABEL_LENGTH - 1]}…"


def first_and_last(asked: Sequence[str]) -> tuple[date, date]:
    """Return days of a range as dates; moments count as the day that they are on."""
    first, last = (date.fromisoformat(day[:10]) for day in asked)
    return first, last
