"""Figures as the pages of insight show them: as tiles, bars and rows, each with the link to what it counts."""

from collections.abc import Sequence
from datetime import date

from troubleshoot_app.domain.formats.words import plain
from troubleshoot_app.domain.insight import Figure, Span, share, spans
from troubleshoot_app.schemas.analytics import (
    CountedSessions,
    EscalationFigures,
    NodeFigures,
    TreeFigures,
    VersionFigures,
)
from troubleshoot_app.schemas.insight import Bar, NodeRow, Tile, VersionRow
from troubleshoot_app.states.insight_links import Range

MOST_ROWS = 200
MOST_BARS = 10
LABEL_LENGTH = 90
FIGURE_WORDS = {
    Figure.RAISED: "Escalated",
    Figure.CLAIMED: "Picked up",
    Figure.HELPED: "Resolved by a senior",
    Figure.WAITING: "Escalated and not over yet",
    Figure.STARTED: "Started",
    Figure.OVER: "Over",
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
_TIMES = {Figure.VISITS: "visit", Figure.UNDONE: "undone answer"}


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
    sooner = figures.p90_seconds_to_claim
    return [
        Tile(words="Escalations", value=str(figures.total), href=asked.sessions(Figure.RAISED)),
        Tile(
            words="Not over yet",
            value=str(figures.open + figures.claimed),
            detail="Open, or picked up",
            href=asked.sessions(Figure.WAITING),
        ),
        Tile(
            words="Resolved",
            value=str(figures.resolved),
            detail=f"{share(figures.resolved, figures.total)} % of all",
            href=asked.sessions(Figure.HELPED),
        ),
        Tile(
            words="Half picked up within",
            value=span_words(figures.median_seconds_to_claim),
            detail="None was picked up" if sooner is None else f"Nine of ten within {span_words(sooner)}",
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
            label=cut(one.text),
            detail=f"{one.tree.title}, version {one.version}",
            value=str(one.total),
            share=share(one.total, most),
            href=asked.sessions(Figure.RAISED, tree_id=one.tree.id, version=one.version, node=one.node_id),
        )
        for one in figures.by_node[:MOST_BARS]
    ]


def person_bars(figures: EscalationFigures, asked: Range) -> list[Bar]:
    """Return who escalated, picked up and resolved, most first."""
    most = max((max(one.escalated, one.claimed) for one in figures.by_person), default=0)
    bars: list[Bar] = []
    for one in figures.by_person[: MOST_BARS * 2]:
        counts = (
            (Figure.RAISED, "Raised", one.escalated),
            (Figure.CLAIMED, "Picked up", one.claimed),
            (Figure.HELPED, "Resolved", one.resolved),
        )
        bars += [
            Bar(
                of=one.person.name,
                is_first=place == 0,
                label=words,
                value=str(total),
                share=share(total, most),
                href=asked.sessions(figure, person=one.person.id),
            )
            for place, (figure, words, total) in enumerate(count for count in counts if count[2])
        ]
    return bars


def tree_tiles(figures: TreeFigures, asked: Range) -> list[Tile]:
    """Return what became of the sessions on a tree."""
    over = figures.completed + figures.abandoned

    def tile(words: str, figure: Figure, total: int, detail: str = "") -> Tile:
        href = asked.sessions(figure, tree_id=figures.tree.id, version=figures.version)
        return Tile(words=words, value=str(total), detail=detail, href=href)

    unaided = f"{share(figures.unaided, over)} % of those over"
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
            "Abandoned",
            Figure.ABANDONED,
            figures.abandoned,
            f"{share(figures.abandoned, over)} % of those over",
        ),
    ]


def node_rows(figures: TreeFigures, asked: Range) -> list[NodeRow]:
    """Return what was counted at the nodes, those with most visits first."""

    def href(node: NodeFigures, figure: Figure) -> str:
        return node_href(figures, asked, node, figure) if getattr(node, figure.value) else ""

    nodes = sorted(figures.nodes, key=lambda one: -one.visits)
    return [
        NodeRow(
            node_id=one.node_id,
            text=cut(one.text),
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
            over_href=asked.sessions(Figure.OVER, **of_version),
            unaided_href=asked.sessions(Figure.UNAIDED, **of_version),
        )

    return [row(one) for one in figures.versions]


def place_words(found: CountedSessions, version: int | None) -> str:
    """Return where and by whom the sessions of a list were counted."""
    words = [found.tree.title] if found.tree else []
    words += [f"version {version}"] if version else []
    words += [f"“{cut(found.node_text)}”"] if found.node_text else []
    words += [found.person] if found.person else []
    return " · ".join(words)


def counted_words(found: CountedSessions, figure: Figure) -> str:
    """Return how many sessions a figure counts, and how often, where that is more."""
    words = several(found.total, "session")
    if found.times == found.total:
        return words
    counted = _TIMES.get(figure, "escalation")
    return f"{several(found.times, counted)} in {words}"


def node_href(figures: TreeFigures, asked: Range, node: NodeFigures, figure: Figure) -> str:
    """Return the link to the sessions that a figure of a node counts."""
    place = {"tree_id": figures.tree.id, "version": figures.version, "node": node.node_id}
    return asked.sessions(figure, **place)


def several(total: int, word: str) -> str:
    """Return a number of things in words."""
    return f"{total} {word}" if total == 1 else f"{total} {word}s"


def _days(span: Span) -> str:
    first = f"{span.first:%-d %b %Y}"
    return first if span.first == span.last else f"{first} – {span.last:%-d %b %Y}"


def cut(text: str) -> str:
    """Return a text in one line, short enough for a label."""
    words = plain(text)
    return words if len(words) <= LABEL_LENGTH else f"{words[: LABEL_LENGTH - 1]}…"


def days_words(asked: Sequence[str]) -> str:
    """Return from when to when a range of days is."""
    return _days(Span(*first_and_last(asked), 0))


def first_and_last(asked: Sequence[str]) -> tuple[date, date]:
    """Return days of a range as dates; moments count as the day that they are on."""
    first, last = (date.fromisoformat(day[:10]) for day in asked)
    return first, last
