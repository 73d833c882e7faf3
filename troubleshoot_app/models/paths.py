"""The path of a session, read the same way for a page, a mail and a file; and the trees that give it its words."""

import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, select
from sqlmodel import Session, col

from troubleshoot_app.core.queries import HotQuery
from troubleshoot_app.domain.readings import Reading, parse_number, with_unit
from troubleshoot_app.domain.steps_left import Ahead, ways_ahead
from troubleshoot_app.domain.tree import Node, Option, Tree, tree_from_document
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.sessions import Step
from troubleshoot_app.models.trees import TreeVersion
from troubleshoot_app.models.users import User
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import StepReading, StepView, TreeRef

CACHED_VERSIONS = 500


@dataclass(frozen=True)
class PublishedVersion:
    """A version as it was published: its nodes, and what it is called."""

    tree: Tree
    ref: TreeRef

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], tuple[Node, Option]]:
        """Each answer of it, by the ids of node and option."""
        return {(node.id, one.id): (node, one) for node in self.tree.nodes.values() for one in node.options}

    @cached_property
    def ahead(self) -> Mapping[str, Ahead]:
        """What is ahead of each of its nodes; worked out when it is first walked."""
        return ways_ahead(self.tree)


_lock = threading.Lock()
_cached: dict[UUID, PublishedVersion] = {}

_step = Step.__table__
_user = User.__table__

# Ids come as text: making three UUIDs for each of many steps would take longer than reading them.
_COLUMNS = (
    _step.c.seq,
    cast(_step.c.version_id, Text),
    _step.c.node_id,
    _step.c.option_id,
    _step.c.to_version_id.is_not(None),
    _step.c.value,
    _step.c.note,
    cast(_step.c.by_id, Text).label("by_id"),
    _step.c.created_at,
    _step.c.undone_at.is_not(None),
    cast(_step.c.undone_by_id, Text).label("undone_by_id"),
    _step.c.repeats_seq,
    _step.c.replaces_seq,
)
# ``LIMIT NULL`` is no limit.
_STEPS = (
    select(*_COLUMNS, _user.c.name)
    .join(_user, _user.c.id == _step.c.by_id)
    .where(_step.c.session_id == bindparam("of_session"))
    .order_by(_step.c.seq.desc())
    .limit(bindparam("latest"))
)
_ALL_STEPS = HotQuery(_STEPS)
_LIVE_STEPS = HotQuery(_STEPS.where(_step.c.undone_at.is_(None)))
# Here the people are read afterwards, all at once, and the last column says whose step it is instead.
_STEPS_OF_MANY = select(*_COLUMNS, _step.c.session_id).order_by(_step.c.seq.desc())


def tree_of_version(db: Session, version_id: UUID) -> Tree:
    """Return the tree of a version; read once a process, for a version never changes."""
    return published_version(db, version_id).tree


def published_version(db: Session, version_id: UUID) -> PublishedVersion:
    """Return a version; read once a process, for it never changes."""
    cached = _cached.get(version_id)
    if cached is None:
        columns = (TreeVersion.document, TreeVersion.tree_id, TreeVersion.title, TreeVersion.number)
        row = db.execute(select(*map(col, columns)).where(col(TreeVersion.id) == version_id)).one()
        ref = TreeRef(id=str(row.tree_id), title=row.title, version=row.number)
        cached = PublishedVersion(tree_from_document(row.document), ref)
        with _lock:
            _cached[version_id] = cached
            if len(_cached) > CACHED_VERSIONS:
                del _cached[next(iter(_cached))]
    return cached


def list_steps(
    db: Session, session_id: UUID, begun_in: UUID, *, latest: int | None = None, undone: bool = True
) -> list[StepView]:
    """Return the steps of a session that began in a version, in order, all or the ``latest`` ones, with or without those
    undone."""
    query = _ALL_STEPS if undone else _LIVE_STEPS
    rows = query.all(db, of_session=session_id, latest=latest)
    people = _people(db, rows, {row.by_id: row.name for row in rows})
    return _path(db, session_id, begun_in, rows, people, undone=undone)


def list_steps_of_many(db: Session, begun_in: Mapping[UUID, UUID]) -> Mapping[UUID, list[StepView]]:
    """Return all steps of each session in ``begun_in``, which names the versions that they began in, with as many queries
    as for one."""
    rows = db.execute(_STEPS_OF_MANY.where(_step.c.session_id.in_(list(begun_in)))).all()
    people = _people(db, rows, {})
    by_session: dict[UUID, list[AnyRow]] = {session_id: [] for session_id in begun_in}
    for row in rows:
        by_session[row.session_id].append(row)
    return {
        session_id: _path(db, session_id, begun_in[session_id], its, people, undone=True)
        for session_id, its in by_session.items()
    }


def _path(
    db: Session,
    session_id: UUID,
    begun_in: UUID,
    rows: Sequence[AnyRow],
    people: Mapping[str, PersonRef],
    *,
    undone: bool,
) -> list[StepView]:
    """Return the steps of a session in order; ``rows`` are they, the latest first."""
    repeated = {row.repeats_seq for row in rows if row.repeats_seq is not None}
    kept_as = _kept_as(rows) if repeated and undone else {}
    given_at = _given_at(db, session_id, rows, repeated) if repeated else {}
    versions: dict[str, PublishedVersion] = {}
    steps = []
    before = str(begun_in)
    for row in reversed(rows):
        seq, version_id, _, _, _, _, _, _, at, _, _, repeats, _, _ = row
        if version_id not in versions:
            versions[version_id] = published_version(db, UUID(version_id))
        kept = kept_as.get(seq)
        given = at if repeats is None else given_at[repeats]
        steps.append(_step_view(row, versions[version_id], people, given, before, kept))
        if kept is None:
            before = version_id
    return steps


def _people(db: Session, rows: Sequence[AnyRow], names: Mapping[str, str]) -> Mapping[str, PersonRef]:
    """Return those who answered and those who undid it, by their ids; the ``names`` of some are known."""
    others = {user_id for row in rows for user_id in (row.by_id, row.undone_by_id)} - names.keys() - {None}
    if others:
        query = select(_user.c.id, _user.c.name).where(_user.c.id.in_(map(UUID, others)))
        names = {**names, **{str(one.id): one.name for one in db.execute(query)}}
    return {by_id: PersonRef(id=by_id, name=name) for by_id, name in names.items()}


def _kept_as(rows: Sequence[AnyRow]) -> dict[int, int]:
    """Return the steps whose answers were kept when an earlier one was changed, with those that they are there again in;
    ``rows`` are the steps, the latest first."""
    kept: dict[int, int] = {}
    later: dict[int, int] = {}
    for row in rows:
        first = row.seq if row.repeats_seq is None else row.repeats_seq
        if first in later:
            kept[row.seq] = later[first]
        later[first] = row.seq
    return kept


def _given_at(db: Session, session_id: UUID, rows: Sequence[AnyRow], seqs: Set[int]) -> dict[int, datetime]:
    """Return when the answers that were kept were given, by the step in which they were first: one of ``rows``, or one that
    is undone and not among them."""
    given_at = {row.seq: row.created_at for row in rows}
    if others := seqs - given_at.keys():
        given = select(_step.c.seq, _step.c.created_at).where(
            _step.c.session_id == session_id, _step.c.seq.in_(others)
        )
        given_at |= {step.seq: step.created_at for step in db.execute(given)}
    return given_at


def _step_view(
    row: AnyRow,
    version: PublishedVersion,
    people: Mapping[str, PersonRef],
    at: datetime,
    before: str,
    kept_as: int | None,
) -> StepView:
    (
        seq, version_id, node_id, option_id, crossed, value, note, by_id, _, undone, undone_by_id, repeats, replaces, _,
    ) = row  # fmt: skip
    node, option = version.answers[node_id, option_id]
    reading = None if node.reading is None else _reading(node.reading, value)
    found = _found(version.tree, option) if crossed else ""
    is_changeable = len(node.options) > 1 or node.reading is not None
    # In the order of the fields: naming twenty of them takes longer than all the rest.
    return StepView(
        seq,
        version.ref,
        version_id != before,
        node_id,
        node.text,
        option_id,
        option.label,
        value,
        reading,
        node.acknowledge,
        found,
        note,
        people[by_id],
        at,
        undone,
        None if undone_by_id is None else people[undone_by_id],
        repeats,
        replaces,
        kept_as,
        is_changeable,
    )


def _found(tree: Tree, option: Option) -> str:
    """Return the resolution that an answer came to before the walk went home with it."""
    return "" if option.jumps else tree.nodes[option.to].text


def _reading(reading: Reading, value: str | None) -> StepReading:
    number = parse_number(value or "")
    return StepReading(
        shown="" if value is None else with_unit(value, reading.unit),
        expected=reading.expected,
        out_of_range=number is not None and not reading.is_expected(float(number)),
    )
