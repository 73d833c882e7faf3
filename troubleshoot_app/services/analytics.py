"""Insight: what escalations and walks say about trees, counted in the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    ColumnExpressionArgument,
    Date,
    Double,
    cast,
    func,
    select,
    tuple_,
)
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import HandoffStatus, Intent
from troubleshoot_app.domain.period import InvalidPeriod, Period, period_of
from troubleshoot_app.models import Handoff, TreeVersion, User
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.versions import tree_of_version
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
    counted = _counted(db, wanted)
    statuses: Counter[str] = Counter()
    for row in counted[_Way.CLAIMER]:
        statuses[row.status] += row.total
    places = _places(db, counted[_Way.PLACE])
    median, p90 = _times_to_claim(db, wanted)
    return EscalationFigures(
        total=statuses.total(),
        open=statuses[HandoffStatus.OPEN],
        claimed=statuses[HandoffStatus.CLAIMED],
        resolved=statuses[HandoffStatus.RESOLVED],
        cancelled=statuses[HandoffStatus.CANCELLED],
        median_seconds_to_claim=median,
        p90_seconds_to_claim=p90,
        by_tree=_by_tree(places),
        by_node=_by_node(db, places),
        by_person=_by_person(db, counted[_Way.RAISER], counted[_Way.CLAIMER]),
        by_day=[
            DayCount(date=row.day, total=row.total)
            for row in sorted(counted[_Way.DAY], key=lambda one: one.day)
        ],
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


def _counted(db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]) -> dict["_Way", list[AnyRow]]:
    """Return the escalations counted in each way, in one pass over them."""
    day = cast(func.timezone("UTC", _handoff.c.created_at), Date)
    place = (_handoff.c.version_id, _handoff.c.node_id)
    claimer = (_handoff.c.claimed_by_id, _handoff.c.status)
    ways = func.grouping_sets(tuple_(*place), tuple_(_handoff.c.from_id), tuple_(*claimer), tuple_(day))
    query = select(
        *place,
        _handoff.c.from_id,
        *claimer,
        day.label("day"),
        func.grouping(place[0], _handoff.c.from_id, claimer[0], day).label("way"),
        func.count().label("total"),
    )
    counted: dict[_Way, list[AnyRow]] = {way: [] for way in _Way}
    for row in db.execute(query.where(*wanted).group_by(ways)):
        counted[_Way(row.way)].append(row)
    return counted


class _Way(IntEnum):
    """By what rows are counted, in the words of ``GROUPING``: a bit for each column that does not count."""

    PLACE = 0b0111
    RAISER = 0b1011
    CLAIMER = 0b1101
    DAY = 0b1110


def _times_to_claim(
    db: Session, wanted: Iterable[ColumnExpressionArgument[bool]]
) -> tuple[float | None, float | None]:
    """Return how many seconds half, and nine of ten, of the escalations waited at most that were picked up."""
    seconds = cast(func.extract("epoch", _handoff.c.claimed_at - _handoff.c.created_at), Double)
    shares = func.percentile_cont(cast([0.5, 0.9], ARRAY(Double))).within_group(seconds)
    found = db.execute(select(shares).where(*wanted, _handoff.c.claimed_at.is_not(None))).scalar_one()
    return (None, None) if found is None else (found[0], found[1])


@dataclass(frozen=True, slots=True)
class _Place:
    """How often a node of a version was escalated from."""

    tree: TreeName
    number: int
    version_id: UUID
    node_id: str
    total: int


def _places(db: Session, counted: Iterable[AnyRow]) -> list[_Place]:
    """Return the nodes that were escalated from, most first."""
    totals = {(row.version_id, row.node_id): row.total for row in counted}
    query = select(_version.c.id.label("version_id"), _version.c.number, TREE.c.id, TREE.c.title).join(
        TREE, TREE.c.id == _version.c.tree_id
    )
    ids = {version_id for version_id, _ in totals}
    versions = {row.version_id: row for row in db.execute(query.where(_version.c.id.in_(ids)))}
    places = [
        _Place(TreeName(id=str(one.id), title=one.title), one.number, version_id, node_id, total)
        for (version_id, node_id), total in totals.items()
        for one in (versions[version_id],)
    ]
    return sorted(places, key=lambda one: (-one.total, one.tree.id, -one.number, one.node_id))


def _by_tree(places: Iterable[_Place]) -> list[TreeCount]:
    trees: dict[str, TreeCount] = {}
    for one in places:
        trees.setdefault(one.tree.id, TreeCount(tree=one.tree, total=0)).total += one.total
    return sorted(trees.values(), key=lambda one: (-one.total, one.tree.id))


def _by_node(db: Session, places: list[_Place]) -> list[NodeCount]:
    return [
        NodeCount(
            tree=one.tree,
            version=one.number,
            node_id=one.node_id,
            text=_text(db, one.version_id, one.node_id),
            total=one.total,
        )
        for one in places[:NODES_LIMIT]
    ]


def _by_person(db: Session, raised: Iterable[AnyRow], claimed: Iterable[AnyRow]) -> list[PersonCount]:
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in raised:
        counts[row.from_id]["escalated"] += row.total
    for row in claimed:
        if row.claimed_by_id is not None:
            counts[row.claimed_by_id]["claimed"] += row.total
            counts[row.claimed_by_id]["resolved"] += row.total * (row.status == HandoffStatus.RESOLVED)
    names = db.execute(select(col(User.id), col(User.name)).where(col(User.id).in_(counts)))
    people = [PersonCount(person=PersonRef(id=str(row.id), name=row.name), **counts[row.id]) for row in names]
    return sorted(people, key=lambda one: (-one.escalated, -one.claimed, one.person.name, one.person.id))


def _text(db: Session, version_id: UUID, node_id: str) -> str:
    node = tree_of_version(db, version_id).nodes.get(node_id)
    return node.text if node else ""
