"""Figures as tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator

from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.formats.csv_columns import guarded
from troubleshoot_app.domain.formats.csv_writer import BYTE_ORDER_MARK
from troubleshoot_app.schemas.analytics import EscalationFigures
from troubleshoot_app.services.analytics import escalation_figures
from troubleshoot_app.services.tree_analytics import tree_figures

_ESCALATIONS = (
    "counted",
    "day",
    "tree",
    "version",
    "node",
    "text",
    "person",
    "raised",
    "claimed",
    "resolved",
)
_NODES = ("version", "node", "kind", "text", "visits", "exits", "undone", "escalations", "median_seconds")

Cell = str | int | float | None


def escalation_sheet(db: Session, actor: Actor, *, since: str | None, until: str | None) -> str:
    """Return the escalations of a time as CSV, counted in each way; ``Invalid`` for what is no day."""
    return sheet(_ESCALATIONS, _escalations(escalation_figures(db, actor, since=since, until=until)))


def tree_sheet(
    db: Session, actor: Actor, *, tree_id: str, since: str | None, until: str | None, version: int | None
) -> tuple[str, str]:
    """Return the title of a tree and as CSV what happened at its nodes.

    Raises:
        NotFound: no such tree or version.
        Invalid: ``since`` or ``until`` is no day and no moment.
    """
    figures = tree_figures(db, actor, tree_id=tree_id, since=since, until=until, version=version)
    counted = ("visits", "exits", "undone", "escalations", "median_seconds")
    rows = (
        (figures.version or "all", one.node_id, one.kind, one.text, *(getattr(one, name) for name in counted))
        for one in figures.nodes
    )
    return figures.tree.title, sheet(_NODES, rows)


def _escalations(figures: EscalationFigures) -> Iterator[tuple[Cell, ...]]:
    claimed = sum(one.claimed for one in figures.by_person)
    yield ("in all", "", "", "", "", "", "", figures.total, claimed, figures.resolved)
    for day in figures.by_day:
        yield ("by day", day.date.isoformat(), "", "", "", "", "", day.total)
    for tree in figures.by_tree:
        yield ("by tree", "", tree.tree.title, "", "", "", "", tree.total)
    for node in figures.by_node:
        yield ("by node", "", node.tree.title, node.version, node.node_id, node.text, "", node.total)
    for one in figures.by_person:
        yield (
            "by person", "", "", "", "", "", one.person.name, one.escalated, one.claimed, one.resolved,
        )  # fmt: skip


def sheet(head: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> str:
    """Return a table such that no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([*map(_shown, row), *[""] * (len(head) - len(row))])
    return BYTE_ORDER_MARK + out.getvalue()


def _shown(cell: Cell) -> Cell:
    """Return a cell that is no formula and, where a point means thousands or days, no other number."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return guarded(cell) if isinstance(cell, str) else cell
