"""Insight into one tree: what happens at its nodes, of one version or of all together."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Float,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union,
)
from sqlmodel import Session

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import Intent, Outcome, SessionStatus
from troubleshoot_app.domain.period import Period
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.models import Handoff, Step, TreeVersion
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.analytics import Flow, NodeFigures, TreeFigures, TreeName, VersionFigures
from troubleshoot_app.services.access import require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.session_rows import SESSION
from troubleshoot_app.services.tree_rows import draft_of, visible_tree

OVER = (SessionStatus.COMPLETED, SessionStatus.ABANDONED)
COUNTED = ("started", "completed", "resolved", "unaided", "escalated", "abandoned")

_handoff = Handoff.__table__
_step = Step.__table__
_version = TreeVersion.__table__

WAS_ESCALATED = (
    select(_handoff.c.id)
    .where(_handoff.c.session_id == SESSION.c.id, _handoff.c.intent == Intent.ESCALATE)
    .correlate(SESSION)
    .exists()
)


def tree_figures(
    db: Session,
    actor: Actor,
    *,
    tree_id: str,
    since: str | None = None,
    until: str | None = None,
    version: int | None = None,
) -> TreeFigures:
    """Return what became of the sessions that were started on a tree in a time, and what happened at its nodes, in
    these sessions and in those that jumped to it; of one ``version``, or of all together.

    Raises:
        NotFound: no such tree or version.
        Invalid: ``since`` or ``until`` is no day and no moment.
    """
    require(actor, Permission.INSIGHT_READ)
    row = visible_tree(db, actor, tree_id)
    period = read_period(since, until)
    numbers = version_numbers(db, actor, row.id)
    counted = {one for one, number in numbers.items() if version in (None, number)}
    if version is not None and not counted:
        raise NotFound()
    by_version = _count_sessions(db, actor, period, numbers)
    nodes = _Nodes(db, counted)
    tree = _tree_of(db, row) if version is None else tree_of_version(db, next(iter(counted)))
    nodes.add_tree(tree)
    walks = walks_at(actor, period, counted)
    _count_starts(db, actor, period, nodes)
    _count_answers(db, walks, nodes)
    _count_ends(db, walks, nodes)
    _count_escalations(db, walks, nodes)
    return TreeFigures(
        tree=TreeName(id=str(row.id), title=row.title),
        version=version,
        start=tree.start,
        nodes=nodes.figures(),
        flows=nodes.flows(),
        versions=by_version,
        **_sum(one for one in by_version if version in (None, one.version)),
    )


def version_numbers(db: Session, actor: Actor, tree_id: UUID) -> dict[UUID, int]:
    """Return the versions of a tree of the account with their numbers."""
    query = select(_version.c.id, _version.c.number).where(
        _version.c.tree_id == tree_id, _version.c.account_id == actor.account_id
    )
    return {row.id: row.number for row in db.execute(query)}


def started_in(actor: Actor, period: Period) -> list[ColumnElement[bool]]:
    """Return the conditions for sessions of the account that were started in a time."""
    return [SESSION.c.account_id == actor.account_id, *within(SESSION.c.created_at, period)]


def walks_at(actor: Actor, period: Period, versions: Iterable[UUID]) -> CTE:
    """Return the sessions started in a time that were ever at a node of these versions: begun there, or come there."""
    asked, versions = started_in(actor, period), list(versions)
    begun = select(SESSION.c.id, SESSION.c.created_at).where(*asked, SESSION.c.version_id.in_(versions))
    came = (
        select(SESSION.c.id, SESSION.c.created_at)
        .join(_step, _step.c.session_id == SESSION.c.id)
        .where(*asked, _step.c.to_version_id.in_(versions))
    )
    return union(begun, came).cte("walks")


class _Nodes:
    """The nodes of these versions of a tree, and what is counted at them; those that one begins with come first."""

    def __init__(self, db: Session, versions: set[UUID]) -> None:
        self._db = db
        self.versions = versions
        self._figures: dict[str, NodeFigures] = {}
        self._flows: Counter[tuple[str, str | None]] = Counter()

    def add_tree(self, tree: Tree) -> None:
        """Begin with the nodes of a tree."""
        for node in tree.nodes.values():
            self._figures[node.id] = NodeFigures(node_id=node.id, text=node.text, kind=node.kind)

    def at(self, version_id: UUID, node_id: str) -> NodeFigures:
        """Return what is counted at a node of a version."""
        if node_id not in self._figures:
            node = tree_of_version(self._db, version_id).nodes[node_id]
            self._figures[node_id] = NodeFigures(node_id=node_id, text=node.text, kind=node.kind)
        return self._figures[node_id]

    def target(self, version_id: UUID, node_id: str, option_id: str) -> str:
        """Return the node that an answer led to."""
        option = tree_of_version(self._db, version_id).nodes[node_id].option(option_id)
        return option.to if option else ""

    def start(self, version_id: UUID) -> str:
        """Return the node that walks of a version begin with."""
        return tree_of_version(self._db, version_id).start

    def flow(self, node_id: str, to: str | None, total: int) -> None:
        """Count answers that led on from a node."""
        if total:
            self._flows[node_id, to] += total

    def figures(self) -> list[NodeFigures]:
        """Return what was counted."""
        return list(self._figures.values())

    def flows(self) -> list[Flow]:
        """Return where answers led, most first."""
        return [Flow(node_id=key[0], to=key[1], total=total) for key, total in self._flows.most_common()]


def _tree_of(db: Session, row: AnyRow) -> Tree:
    """Return the tree that readers have now."""
    return draft_of(db, row.id) if row.version_id is None else tree_of_version(db, row.version_id)


def _count_sessions(
    db: Session, actor: Actor, period: Period, numbers: dict[UUID, int]
) -> list[VersionFigures]:
    resolved = SESSION.c.outcome == Outcome.RESOLVED
    query = select(
        SESSION.c.version_id,
        func.count().label("started"),
        func.count().filter(SESSION.c.status == SessionStatus.COMPLETED).label("completed"),
        func.count().filter(resolved).label("resolved"),
        func.count().filter(resolved & ~WAS_ESCALATED).label("unaided"),
        func.count().filter(WAS_ESCALATED).label("escalated"),
        func.count().filter(SESSION.c.status == SessionStatus.ABANDONED).label("abandoned"),
    ).where(*started_in(actor, period), SESSION.c.version_id.in_(numbers))
    figures = [
        VersionFigures(version=numbers[row.version_id], **{name: row._mapping[name] for name in COUNTED})
        for row in db.execute(query.group_by(SESSION.c.version_id))
    ]
    return sorted(figures, key=lambda one: -one.version)


def _sum(figures: Iterable[VersionFigures]) -> dict[str, int]:
    several = list(figures)
    return {name: sum(getattr(one, name) for one in several) for name in COUNTED}


def _count_starts(db: Session, actor: Actor, period: Period, nodes: _Nodes) -> None:
    """Count visits by the start of a walk."""
    begun = (SESSION.c.version_id, SESSION.c.start_node_id)
    starts = select(*begun, func.count().label("total")).where(
        *started_in(actor, period), SESSION.c.version_id.in_(nodes.versions)
    )
    for row in db.execute(starts.group_by(*begun)):
        nodes.at(row.version_id, row.start_node_id or nodes.start(row.version_id)).visits += row.total


def _count_answers(db: Session, walks: CTE, nodes: _Nodes) -> None:
    """Count visits by an answer that leads there, from this tree or from another one, and answers that were taken back;
    and measure how long answers took, from coming to a node (or back to it) to the answer there."""
    for row in db.execute(_answers(walks, nodes.versions)):
        version_id = UUID(row.version_id)
        if row.option_id is None:
            nodes.at(version_id, row.node_id).median_seconds = row.median
            continue
        is_here = version_id in nodes.versions
        came_to = (row.to_version_id, row.to_node_id)
        if row.to_version_id is None:
            came_to = (version_id, nodes.target(version_id, row.node_id, row.option_id))
        arrived = came_to[0] in nodes.versions
        if arrived:
            nodes.at(*came_to).visits += row.total
        if is_here:
            nodes.at(version_id, row.node_id).undone += row.undone
            nodes.flow(row.node_id, came_to[1] if arrived else None, row.total - row.undone)


def _answers(walks: CTE, versions: set[UUID]) -> CompoundSelect[Any]:
    """Return the query for the answers of walks: for each how often it was given and taken back, and, without an option,
    how long answers took at each node of these versions. One pass over the steps gives both."""
    seconds = func.extract("epoch", _step.c.created_at - _came_at(walks))
    key = (_step.c.version_id, _step.c.node_id, _step.c.option_id, _step.c.to_version_id, _step.c.to_node_id)
    given = (
        select(*key, _step.c.undone_at, seconds.label("seconds"))
        .join(walks, walks.c.id == _step.c.session_id)
        .cte("given")
    )
    version_id = cast(given.c.version_id, String).label("version_id")
    counts = select(
        version_id,
        *(given.c[column.name] for column in key[1:]),
        func.count().label("total"),
        func.count(given.c.undone_at).label("undone"),
        cast(null(), Float).label("median"),
    ).group_by(*(given.c[column.name] for column in key))
    times = (
        select(
            func.max(version_id),
            given.c.node_id,
            *(cast(null(), column.type) for column in key[2:]),
            literal(0),
            literal(0),
            func.percentile_cont(0.5).within_group(given.c.seconds),
        )
        .where(given.c.version_id.in_(versions))
        .group_by(given.c.node_id)
    )
    return counts.union_all(times)


def _came_at(walks: CTE) -> ColumnElement[datetime]:
    """Return when a walk came to the node of a step, or back to it."""
    window: dict[str, Any] = {"partition_by": _step.c.session_id, "order_by": _step.c.seq}
    before = func.lag(_step.c.created_at).over(**window)
    taken_back = func.lag(_step.c.undone_at).over(**window)
    return func.coalesce(
        case((taken_back <= _step.c.created_at, taken_back), else_=before), walks.c.created_at
    )


def _count_ends(db: Session, walks: CTE, nodes: _Nodes) -> None:
    key = (SESSION.c.current_version_id, SESSION.c.node_id)
    query = (
        select(*key, func.count().label("total"))
        .join(walks, walks.c.id == SESSION.c.id)
        .where(SESSION.c.status.in_(OVER), key[0].in_(nodes.versions))
    )
    for row in db.execute(query.group_by(*key)):
        nodes.at(row.current_version_id, row.node_id).exits += row.total


def _count_escalations(db: Session, walks: CTE, nodes: _Nodes) -> None:
    key = (_handoff.c.version_id, _handoff.c.node_id)
    query = (
        select(*key, func.count().label("total"))
        .join(walks, walks.c.id == _handoff.c.session_id)
        .where(_handoff.c.intent == Intent.ESCALATE, key[0].in_(nodes.versions))
    )
    for row in db.execute(query.group_by(*key)):
        nodes.at(row.version_id, row.node_id).escalations += row.total
