"""Insight into one tree: what happens at its nodes, all versions together."""

from uuid import UUID

from sqlalchemy import ColumnElement, String, case, cast, func, or_, select
from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import Intent, Outcome, SessionStatus
from troubleshoot_app.models import Handoff, Step, TreeVersion
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.analytics import NodeFigures, TreeFigures, TreeName
from troubleshoot_app.services.access import require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.session_rows import SESSION
from troubleshoot_app.services.tree_rows import draft_of, visible_tree

OVER = (SessionStatus.COMPLETED, SessionStatus.ABANDONED)

_handoff = Handoff.__table__
_step = Step.__table__
_version = TreeVersion.__table__

Conditions = list[ColumnElement[bool]]


def tree_figures(
    db: Session, actor: Actor, *, tree_id: str, since: str | None = None, until: str | None = None
) -> TreeFigures:
    """Return what became of the sessions that were started on a tree in a time, and what happened at its nodes, in
    these sessions and in those that jumped to it.

    Raises:
        NotFound: no such tree.
        Invalid: ``since`` or ``until`` is no day and no moment.
    """
    require(actor, Permission.INSIGHT_READ)
    row = visible_tree(db, actor, tree_id)
    asked = [
        SESSION.c.account_id == actor.account_id,
        *within(SESSION.c.created_at, read_period(since, until)),
    ]
    started = [SESSION.c.tree_id == row.id, *asked]
    versions = set(db.execute(select(_version.c.id).where(_version.c.tree_id == row.id)).scalars())
    arrived = select(_step.c.session_id).where(_step.c.to_version_id.in_(versions))
    wanted = [or_(SESSION.c.tree_id == row.id, SESSION.c.id.in_(arrived)), *asked]
    nodes = _Nodes(db, versions)
    nodes.add_tree(row)
    _count_starts(db, started, nodes)
    _count_answers(db, wanted, nodes)
    _count_ends(db, wanted, nodes)
    _count_escalations(db, wanted, nodes)
    _measure_times(db, wanted, nodes)
    return TreeFigures(
        tree=TreeName(id=str(row.id), title=row.title), nodes=nodes.figures(), **_totals(db, started)
    )


class _Nodes:
    """The nodes of a tree with these versions, those of its newest one first, and what is counted at them."""

    def __init__(self, db: Session, versions: set[UUID]) -> None:
        self._db = db
        self.versions = versions
        self._figures: dict[str, NodeFigures] = {}

    def add_tree(self, row: AnyRow) -> None:
        """Begin with the nodes that readers have now."""
        tree = (
            draft_of(self._db, row.id)
            if row.version_id is None
            else tree_of_version(self._db, row.version_id)
        )
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

    def figures(self) -> list[NodeFigures]:
        """Return what was counted."""
        return list(self._figures.values())


def _totals(db: Session, wanted: Conditions) -> dict[str, int]:
    escalated = (
        select(_handoff.c.id)
        .where(_handoff.c.session_id == SESSION.c.id, _handoff.c.intent == Intent.ESCALATE)
        .exists()
    )
    query = select(
        func.count().label("started"),
        func.count().filter(SESSION.c.status == SessionStatus.COMPLETED).label("completed"),
        func.count().filter(SESSION.c.outcome == Outcome.RESOLVED).label("resolved"),
        func.count().filter(escalated).label("escalated"),
        func.count().filter(SESSION.c.status == SessionStatus.ABANDONED).label("abandoned"),
    ).where(*wanted)
    return dict(db.execute(query).one()._mapping)


def _count_starts(db: Session, wanted: Conditions, nodes: _Nodes) -> None:
    """Count visits by the start of a walk."""
    begun = (SESSION.c.version_id, SESSION.c.start_node_id)
    starts = select(*begun, func.count().label("total")).where(*wanted).group_by(*begun)
    for row in db.execute(starts):
        nodes.at(row.version_id, row.start_node_id or nodes.start(row.version_id)).visits += row.total


def _count_answers(db: Session, wanted: Conditions, nodes: _Nodes) -> None:
    """Count visits by an answer that leads there, from this tree or from another one, and answers that were taken
    back."""
    crossed = (_step.c.to_version_id, _step.c.to_node_id)
    key = (_step.c.version_id, _step.c.node_id, _step.c.option_id, *crossed)
    answers = (
        select(*key, func.count().label("total"), func.count(_step.c.undone_at).label("undone"))
        .join(SESSION, SESSION.c.id == _step.c.session_id)
        .where(*wanted)
        .group_by(*key)
    )
    for row in db.execute(answers):
        if row.version_id in nodes.versions:
            nodes.at(row.version_id, row.node_id).undone += row.undone
        came_to = (row.to_version_id, row.to_node_id)
        if row.to_version_id is None:
            came_to = (row.version_id, nodes.target(*row[:3]))
        if came_to[0] in nodes.versions:
            nodes.at(*came_to).visits += row.total


def _count_ends(db: Session, wanted: Conditions, nodes: _Nodes) -> None:
    key = (SESSION.c.current_version_id, SESSION.c.node_id)
    query = select(*key, func.count().label("total")).where(
        *wanted, SESSION.c.status.in_(OVER), key[0].in_(nodes.versions)
    )
    for row in db.execute(query.group_by(*key)):
        nodes.at(row.current_version_id, row.node_id).exits += row.total


def _count_escalations(db: Session, wanted: Conditions, nodes: _Nodes) -> None:
    key = (_handoff.c.version_id, _handoff.c.node_id)
    query = (
        select(*key, func.count().label("total"))
        .select_from(_handoff.join(SESSION, SESSION.c.id == _handoff.c.session_id))
        .where(*wanted, _handoff.c.intent == Intent.ESCALATE, key[0].in_(nodes.versions))
    )
    for row in db.execute(query.group_by(*key)):
        nodes.at(row.version_id, row.node_id).escalations += row.total


def _measure_times(db: Session, wanted: Conditions, nodes: _Nodes) -> None:
    """Measure how long answers took, from coming to a node (or back to it) to the answer there."""
    before = func.lag(_step.c.created_at).over(partition_by=_step.c.session_id, order_by=_step.c.seq)
    taken_back = func.lag(_step.c.undone_at).over(partition_by=_step.c.session_id, order_by=_step.c.seq)
    came = func.coalesce(
        case((taken_back <= _step.c.created_at, taken_back), else_=before), SESSION.c.created_at
    )
    answers = (
        select(
            _step.c.version_id,
            _step.c.node_id,
            func.extract("epoch", _step.c.created_at - came).label("seconds"),
        )
        .join(SESSION, SESSION.c.id == _step.c.session_id)
        .where(*wanted)
        .subquery()
    )
    query = select(
        answers.c.node_id,
        func.max(cast(answers.c.version_id, String)).label("version_id"),
        func.percentile_cont(0.5).within_group(answers.c.seconds).label("median"),
    )
    of_tree = query.where(answers.c.version_id.in_(nodes.versions))
    for row in db.execute(of_tree.group_by(answers.c.node_id)):
        nodes.at(UUID(row.version_id), row.node_id).median_seconds = row.median
