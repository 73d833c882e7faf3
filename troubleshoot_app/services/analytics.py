"""Insight: what escalations and walks say about trees, counted in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ColumnExpressionArgument, cast, func, select
from sqlalchemy.types import Date
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import HandoffStatus, Intent
from troubleshoot_app.domain.period import InvalidPeriod, Period, period_of
from troubleshoot_app.models import Handoff, TreeVersion, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.analytics import (
    DayCount,
    EscalationFigures,
    NodeCount,
    PersonCount,
    TreeCount,
    TreeName,
)
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import invalid
from troubleshoot_app.services.tree_rows import TREE

NODES_LIMIT = 100

_handoff = Handoff.__table__
_version = TreeVersion.__table__


def escalation_figures(
    db: Session, actor: Actor, *, since: str | None = None, until: str | None = None
) -> EscalationFigures:
    """Return how many escalations were raised in a time, what became of them, and where they came from.

    Raises:
        Invalid: ``since`` or ``until`` is no day and no moment.
    """
    require(actor, Permission.INSIGHT_READ)
    wanted = [
        _handoff.c.account_id == actor.account_id,
        _handoff.c.intent == Intent.ESCALATE,
        *within(_handoff.c.created_at, read_period(since, until)),
    ]
    total = _totals(db, wanted)
    counts = {
        status.value: total[status.value] for status in HandoffStatus if status is not HandoffStatus.RESUMED
    }
    return EscalationFigures(
        **counts,
        total=total["total"],
        median_seconds_to_claim=total["median"],
        p90_seconds_to_claim=total["p90"],
        by_tree=_by_tree(db, wanted),
        by_node=_by_node(db, wanted),
        by_person=_by_person(db, wanted),
        by_day=_by_day(db, wanted),
    )


def read_period(since: str | None, until: str | None) -> Period:
    """Return the period that a caller asks for; ``Invalid`` names what cannot be read."""
    try:
        return period_of(since, until)
    except InvalidPeriod as error:
        raise invalid_query(error.field, str(error)) from error


def invalid_query(field: str, sentence: str) -> Exception:
    """Return the error for one parameter of an address."""
    error = invalid(field, sentence)
    error.errors[0]["loc"] = ["query", field]
    return error


def within(column: ColumnElement[datetime], period: Period) -> list[ColumnElement[bool]]:
    """Return the conditions that put a time within a period."""
    conditions: list[ColumnElement[bool]] = []
    if period.begin is not None:
        conditions.append(column >= period.begin)
    if period.end is not None:
        conditions.append(column < period.end)
    return conditions


def _totals(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> dict[str, Any]:
    seconds = func.extract("epoch", _handoff.c.claimed_at - _handoff.c.created_at)
    statuses = [
        func.count().filter(_handoff.c.status == status).label(status.value) for status in HandoffStatus
    ]
    query = select(
        func.count().label("total"),
        *statuses,
        func.percentile_cont(0.5).within_group(seconds).label("median"),
        func.percentile_cont(0.9).within_group(seconds).label("p90"),
    ).where(*wanted)
    return dict(db.execute(query).one()._mapping)


def _by_tree(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> list[TreeCount]:
    rows = db.execute(
        _with_trees(select(TREE.c.id, TREE.c.title, func.count().label("total")))
        .where(*wanted)
        .group_by(TREE.c.id)
        .order_by(func.count().desc(), TREE.c.id)
    )
    return [TreeCount(tree=_tree(row), total=row.total) for row in rows]


def _by_node(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> list[NodeCount]:
    rows = db.execute(
        _with_trees(
            select(
                TREE.c.id,
                TREE.c.title,
                _version.c.number,
                _handoff.c.version_id,
                _handoff.c.node_id,
                func.count().label("total"),
            )
        )
        .where(*wanted)
        .group_by(TREE.c.id, _version.c.number, _handoff.c.version_id, _handoff.c.node_id)
        .order_by(func.count().desc(), TREE.c.id, _version.c.number.desc(), _handoff.c.node_id)
        .limit(NODES_LIMIT)
    )
    return [
        NodeCount(
            tree=_tree(row),
            version=row.number,
            node_id=row.node_id,
            text=_text(db, row.version_id, row.node_id),
            total=row.total,
        )
        for row in rows
    ]


def _by_person(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> list[PersonCount]:
    people: dict[UUID, PersonCount] = {}

    def count(column: ColumnElement[Any], field: str, *conditions: ColumnElement[bool]) -> None:
        query = (
            select(col(User.id), col(User.name), func.count().label("total"))
            .join(_handoff, column == col(User.id))
            .where(*wanted, *conditions)
            .group_by(col(User.id))
        )
        for row in db.execute(query):
            person = PersonCount(person=PersonRef(id=str(row.id), name=row.name))
            setattr(people.setdefault(row.id, person), field, row.total)

    count(_handoff.c.from_id, "escalated")
    count(_handoff.c.claimed_by_id, "claimed")
    count(_handoff.c.claimed_by_id, "resolved", _handoff.c.status == HandoffStatus.RESOLVED)
    return sorted(
        people.values(), key=lambda one: (-one.escalated, -one.claimed, one.person.name, one.person.id)
    )


def _by_day(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> list[DayCount]:
    day = cast(func.timezone("UTC", _handoff.c.created_at), Date).label("day")
    rows = db.execute(select(day, func.count().label("total")).where(*wanted).group_by(day).order_by(day))
    return [DayCount(date=row.day, total=row.total) for row in rows]


def _with_trees(query: AnySelect) -> AnySelect:
    return query.select_from(
        _handoff.join(_version, _version.c.id == _handoff.c.version_id).join(
            TREE, TREE.c.id == _version.c.tree_id
        )
    )


def _text(db: Session, version_id: UUID, node_id: str) -> str:
    node = tree_of_version(db, version_id).nodes.get(node_id)
    return node.text if node else ""


def _tree(row: AnyRow) -> TreeName:
    return TreeName(id=str(row.id), title=row.title)
