"""The path of a session, read the same way for a page, a mail and a file."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, func, select
from sqlmodel import Session

from troubleshoot_app.core.queries import HotQuery
from troubleshoot_app.domain.readings import Reading, parse_number, with_unit
from troubleshoot_app.domain.tree import Option, Tree
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.sessions import Step
from troubleshoot_app.models.users import User
from troubleshoot_app.models.versions import PublishedVersion, published_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import StepReading, StepView

# What no text can hold: there, each quotation mark has a backslash before it.
_DIFFERS = '"note":"","by":{"id":"","name":""},"at":"1970-01-01T00:00:00Z"'
_NOBODY = PersonRef(id="", name="")
_NEVER = datetime.fromtimestamp(0, UTC)

_STEP = TypeAdapter(StepView)

_step = Step.__table__
_user = User.__table__


def _columns(at: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Return what is read of each step, with its time as ``at`` has it.

    Ids come as text: making three UUIDs for each of many steps would take longer than reading them.
    """
    return (
        _step.c.seq,
        cast(_step.c.version_id, Text).label("version_id"),
        _step.c.node_id,
        _step.c.option_id,
        _step.c.to_version_id.is_not(None),
        _step.c.value,
        _step.c.note,
        cast(_step.c.by_id, Text).label("by_id"),
        at.label("at"),
        _step.c.undone_at.is_not(None),
        cast(_step.c.undone_by_id, Text).label("undone_by_id"),
        _step.c.repeats_seq,
        _step.c.replaces_seq,
    )


def _steps(at: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Return the query of the steps of a session, the latest first. ``LIMIT NULL`` is no limit."""
    return (
        select(*_columns(at), _user.c.name)
        .join(_user, _user.c.id == _step.c.by_id)
        .where(_step.c.session_id == bindparam("of_session"))
        .order_by(_step.c.seq.desc())
        .limit(bindparam("latest"))
    )


# A time in the very form that the views are written with; the connection is in UTC.
_WRITTEN_AT = func.replace(func.to_char(_step.c.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ".000000Z", "Z")

_ALL_STEPS = HotQuery(_steps(_step.c.created_at))
_LIVE_STEPS = HotQuery(_steps(_step.c.created_at).where(_step.c.undone_at.is_(None)))
_STEPS_TO_WRITE = HotQuery(_steps(_WRITTEN_AT))
# Here the people are read afterwards, all at once, and the last column says whose step it is instead.
_STEPS_OF_MANY = select(*_columns(_step.c.created_at), _step.c.session_id).order_by(_step.c.seq.desc())

_Given = tuple[AnyRow, PublishedVersion, bool]


@dataclass(frozen=True)
class _Path:
    """The rows of the steps of a session, in order, with what they refer to."""

    rows: Sequence[AnyRow]
    begun_in: str
    versions: Mapping[str, PublishedVersion]
    people: Mapping[str, PersonRef]
    kept_as: Mapping[int, int]
    given_at: Mapping[int, Any]

    def given(self) -> Iterator[_Given]:
        """Yield each step with the version of its question, and whether the path came into it there."""
        before = self.begun_in
        for row in self.rows:
            version_id = row.version_id
            yield row, self.versions[version_id], version_id != before
            if row.seq not in self.kept_as:
                before = version_id

    def at(self, row: AnyRow) -> Any:
        """Return when the answer of a step was given first."""
        return row.at if row.repeats_seq is None else self.given_at[row.repeats_seq]


def list_steps(
    db: Session, session_id: UUID, begun_in: UUID, *, latest: int | None = None, undone: bool = True
) -> list[StepView]:
    """Return the steps of a session that began in a version, in order, all or the ``latest`` ones, with or without those
    undone."""
    rows = (_ALL_STEPS if undone else _LIVE_STEPS).all(db, of_session=session_id, latest=latest)
    return _views(_path(db, session_id, begun_in, rows, _people(db, rows, _names(rows))))


def list_steps_of_many(db: Session, begun_in: Mapping[UUID, UUID]) -> Mapping[UUID, list[StepView]]:
    """Return all steps of each session in ``begun_in``, which names the versions that they began in, with as many queries
    as for one."""
    rows = db.execute(_STEPS_OF_MANY.where(_step.c.session_id.in_(list(begun_in)))).all()
    people = _people(db, rows, {})
    by_session: dict[UUID, list[AnyRow]] = {session_id: [] for session_id in begun_in}
    for row in rows:
        by_session[row.session_id].append(row)
    return {
        session_id: _views(_path(db, session_id, begun_in[session_id], its, people))
        for session_id, its in by_session.items()
    }


def write_steps(db: Session, session_id: UUID, begun_in: UUID) -> str:
    """Return all steps of ``list_steps`` as the JSON array that a view of the session has.

    Most of a step is the question and its answer, which are the same whoever gives it: they are written once.
    """
    rows = _STEPS_TO_WRITE.all(db, of_session=session_id, latest=None)
    path = _path(db, session_id, begun_in, rows, _people(db, rows, _names(rows)))
    people = {by_id: one.model_dump_json() for by_id, one in path.people.items()}
    return f"[{','.join([_written(path, given, people) for given in path.given()])}]"


def _views(path: _Path) -> list[StepView]:
    return [_step_view(path, given, path.at(given[0])) for given in path.given()]


def _written(path: _Path, given: _Given, people: Mapping[str, str]) -> str:
    row, version, is_first = given
    (
        seq, _, node_id, option_id, crossed, value, note, by_id, at, undone, _, repeats, replaces, _,
    ) = row  # fmt: skip
    if crossed or value is not None or undone or repeats is not None or replaces is not None:
        return _STEP.dump_json(_step_view(path, given, datetime.fromisoformat(path.at(row)))).decode()
    key = node_id, option_id, is_first
    if key not in version.frames:
        version.frames[key] = _frame(_step_view(path, given, _NEVER))
    start, end = version.frames[key]
    noted = to_json(note).decode() if note else '""'
    return f'{{"seq":{seq}{start}"note":{noted},"by":{people[by_id]},"at":"{at}"{end}'


def _frame(step: StepView) -> tuple[str, str]:
    """Return what stands before and after the note, person and time of a step, but for its number."""
    blank = replace(step, seq=0, note="", by=_NOBODY, at=_NEVER)
    start, end = _STEP.dump_json(blank).decode().split(_DIFFERS)
    return start.removeprefix('{"seq":0'), end


def _path(
    db: Session, session_id: UUID, begun_in: UUID, rows: Sequence[AnyRow], people: Mapping[str, PersonRef]
) -> _Path:
    """Return the path of a session; ``rows`` are its steps, the latest first."""
    repeated = {row.repeats_seq for row in rows if row.repeats_seq is not None}
    return _Path(
        rows=rows[::-1],
        begun_in=str(begun_in),
        versions={one: published_version(db, UUID(one)) for one in {row.version_id for row in rows}},
        people=people,
        kept_as=_kept_as(rows) if repeated else {},
        given_at=_given_at(db, session_id, rows, repeated) if repeated else {},
    )


def _names(rows: Sequence[AnyRow]) -> dict[str, str]:
    return {row.by_id: row.name for row in rows}


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


def _given_at(db: Session, session_id: UUID, rows: Sequence[AnyRow], seqs: Set[int]) -> dict[int, Any]:
    """Return when the answers that were kept were given, by the step in which they were first: one of ``rows``, or one that
    is undone and not among them."""
    given_at = {row.seq: row.at for row in rows}
    if others := seqs - given_at.keys():
        given = select(_step.c.seq, _step.c.created_at).where(
            _step.c.session_id == session_id, _step.c.seq.in_(others)
        )
        given_at |= {step.seq: step.created_at for step in db.execute(given)}
    return given_at


def _step_view(path: _Path, given: _Given, at: datetime) -> StepView:
    row, version, is_first = given
    (
        seq, _, node_id, option_id, crossed, value, note, by_id, _, undone, undone_by_id, repeats, replaces, _,
    ) = row  # fmt: skip
    node, option = version.answers[node_id, option_id]
    reading = None if node.reading is None else _reading(node.reading, value)
    # In the order of the fields: naming twenty of them takes longer than all the rest.
    return StepView(
        seq,
        version.ref,
        is_first,
        node_id,
        node.text,
        option_id,
        option.label,
        value,
        reading,
        node.acknowledge,
        _found(version.tree, option) if crossed else "",
        note,
        path.people[by_id],
        at,
        undone,
        None if undone_by_id is None else path.people[undone_by_id],
        repeats,
        replaces,
        path.kept_as.get(seq),
        len(node.options) > 1 or node.reading is not None,
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
