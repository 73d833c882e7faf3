"""Insight into one tree: what happens at its nodes, of one version or of all together."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, and_, cast, false, func, not_, or_, select, union_all
from sqlmodel import Session

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.insight import median
from troubleshoot_app.domain.period import Period
from troubleshoot_app.domain.tally import OF_SESSIONS, Days, TallyKind, TallySpan, parts_of
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.models import Step, TreeVersion
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.tallies import TALLY, THING, tallied_of
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.analytics import Flow, NodeFigures, TreeFigures, TreeName, VersionFigures
from troubleshoot_app.services.access import require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.session_rows import SESSION
from troubleshoot_app.services.tree_rows import draft_of, visible_tree

_step = Step.__table__
_version = TreeVersion.__table__


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
    tree = _tree_of(db, row) if version is None else tree_of_version(db, next(iter(counted)))
    nodes = _Nodes(db, counted, tree)
    versions: dict[UUID, Counter[str]] = defaultdict(Counter)
    for one in _counts(db, actor, period, numbers, counted):
        if one.kind in OF_SESSIONS:
            versions[UUID(one.version_id)][one.kind] += one.total
        else:
            nodes.count(one)
    by_version = [
        VersionFigures(version=numbers[one], **{kind: counts[kind] for kind in OF_SESSIONS})
        for one, counts in sorted(versions.items(), key=lambda item: -numbers[item[0]])
    ]
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


class _Nodes:
    """The nodes of these versions of a tree, and what is counted at them; those of ``tree`` come first."""

    def __init__(self, db: Session, versions: Collection[UUID], tree: Tree) -> None:
        self._db = db
        self._versions = {str(one): one for one in versions}
        self._figures = {
            node.id: NodeFigures(node_id=node.id, text=node.text, kind=node.kind)
            for node in tree.nodes.values()
        }
        self._flows: Counter[tuple[str, str | None]] = Counter()
        self._seconds: dict[str, Counter[int]] = defaultdict(Counter)

    def count(self, row: AnyRow) -> None:
        """Count what happened at a node of one of the versions."""
        tree = tree_of_version(self._db, self._versions[row.version_id])
        node = self._at(tree, row.node_id or tree.start)
        match row.kind:
            case TallyKind.ARRIVED_AT if row.option_id:
                self._at(tree, self._way(tree, row)).visits += row.total
            case TallyKind.BEGUN_AT | TallyKind.ARRIVED_AT:
                node.visits += row.total
            case TallyKind.ENDED_AT:
                node.exits += row.total
            case TallyKind.ESCALATED_AT:
                node.escalations += row.total
            case TallyKind.TOOK:
                self._seconds[node.node_id][row.seconds] += row.total
            case TallyKind.UNDONE:
                node.undone += row.total
                self._flows[node.node_id, self._target(tree, row)] -= row.total
            case TallyKind.ANSWERED:
                self._flows[node.node_id, self._target(tree, row)] += row.total
                if not row.to_version:
                    self._at(tree, self._way(tree, row)).visits += row.total

    def figures(self) -> list[NodeFigures]:
        """Return what was counted."""
        for node_id, seconds in self._seconds.items():
            self._figures[node_id].median_seconds = median(seconds)
        return list(self._figures.values())

    def flows(self) -> list[Flow]:
        """Return where answers led that still hold, most first."""
        return [
            Flow(node_id=key[0], to=key[1], total=total)
            for key, total in sorted(
                self._flows.items(), key=lambda one: (-one[1], one[0][0], one[0][1] or "")
            )
            if total > 0
        ]

    def _at(self, tree: Tree, node_id: str) -> NodeFigures:
        if node_id not in self._figures:
            node = tree.nodes[node_id]
            self._figures[node_id] = NodeFigures(node_id=node_id, text=node.text, kind=node.kind)
        return self._figures[node_id]

    def _target(self, tree: Tree, row: AnyRow) -> str | None:
        """Return the node that an answer led to; None where that is in another tree."""
        if not row.to_version:
            return self._way(tree, row)
        return str(row.to_node_id) if row.to_version in self._versions else None

    def _way(self, tree: Tree, row: AnyRow) -> str:
        option = tree.nodes[row.node_id].option(row.option_id)
        return option.to if option else ""


def _tree_of(db: Session, row: AnyRow) -> Tree:
    """Return the tree that readers have now."""
    return draft_of(db, row.id) if row.version_id is None else tree_of_version(db, row.version_id)


def _sum(figures: Iterable[VersionFigures]) -> dict[str, int]:
    several = list(figures)
    return {kind: sum(getattr(one, kind) for one in several) for kind in OF_SESSIONS}


def _counts(
    db: Session, actor: Actor, period: Period, versions: Collection[UUID], at_nodes_of: Collection[UUID]
) -> Iterable[AnyRow]:
    """Return what was counted of these versions, at the nodes of some of them: from tallies, and from the rows of the
    sessions that are not tallied yet. One statement, so that no session is in both, or in neither."""
    parts = parts_of(period)
    kept_in = or_(false(), *_spans(TallySpan.MONTH, parts.months), *_spans(TallySpan.DAY, parts.days))
    kept = select(*(TALLY.c[name] for name in THING), TALLY.c.total).where(
        _of(TALLY.c, versions, at_nodes_of), kept_in
    )
    at_the_ends = [and_(*within(SESSION.c.created_at, part)) for part in parts.rest]
    came = select(_step.c.session_id).where(_step.c.to_version_id.in_(at_nodes_of))
    fresh = tallied_of(
        *started_in(actor, period),
        or_(not_(SESSION.c.tallied), *at_the_ends),
        or_(SESSION.c.version_id.in_(versions), SESSION.c.id.in_(came)),
    ).subquery()
    counted = union_all(
        kept,
        select(*(fresh.c[name] for name in (*THING, "total"))).where(_of(fresh.c, versions, at_nodes_of)),
    ).subquery()
    thing = [counted.c[name] for name in THING]
    query = select(
        cast(counted.c.version_id, String).label("version_id"),
        *thing[1:],
        cast(func.sum(counted.c.total), Integer).label("total"),
    ).group_by(*thing)
    return db.execute(query)


def _of(row: Any, versions: Collection[UUID], at_nodes_of: Collection[UUID]) -> ColumnElement[bool]:
    return and_(row.version_id.in_(versions), or_(row.version_id.in_(at_nodes_of), row.kind.in_(OF_SESSIONS)))


def _spans(span: TallySpan, spans: Iterable[Days]) -> Iterable[ColumnElement[bool]]:
    for one in spans:
        begins = [TALLY.c.begins >= one.begin] if one.begin else []
        yield and_(TALLY.c.span == span, *begins, *([TALLY.c.begins < one.end] if one.end else []))
