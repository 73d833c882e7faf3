"""What is counted of sessions: taken from their rows, and kept as tallies once they are over."""

import operator
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    String,
    Table,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, Session, SQLModel

from troubleshoot_app.domain.handoff import OVER_STATUSES, Intent, Outcome, SessionStatus
from troubleshoot_app.domain.tally import TallyKind, TallySpan
from troubleshoot_app.models.base import AnySelect, words
from troubleshoot_app.models.handoffs import Handoff
from troubleshoot_app.models.sessions import Step, TroubleshootingSession

NODE_LENGTH = 200


class Tally(SQLModel, table=True):
    """How often something happened in the tallied sessions that began on a day, or in a month, at a node of a version.

    ``to_version`` and ``to_node_id`` are of an answer that led to another tree, or home from one; ``seconds`` is of
    what an answer took. What does not apply is empty, for all of it together is the key.
    """

    __table__: ClassVar[Table]

    version_id: UUID = Field(foreign_key="tree_version.id", primary_key=True)
    span: TallySpan = Field(sa_type=words(TallySpan, "tally_span"), primary_key=True)
    begins: date = Field(primary_key=True)
    kind: TallyKind = Field(sa_type=words(TallyKind, "tally_kind"), primary_key=True)
    node_id: str = Field(max_length=NODE_LENGTH, primary_key=True)
    option_id: str = Field(max_length=NODE_LENGTH, primary_key=True)
    to_version: str = Field(max_length=36, primary_key=True)
    to_node_id: str = Field(max_length=NODE_LENGTH, primary_key=True)
    seconds: int = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    total: int


TALLY = Tally.__table__
# What two rows may share and still be of the same thing; the span and its beginning are beside it.
THING = ("version_id", "kind", "node_id", "option_id", "to_version", "to_node_id", "seconds")

_session = TroubleshootingSession.__table__
_handoff = Handoff.__table__
_step = Step.__table__

_KEY = tuple(one.name for one in TALLY.primary_key)

WAS_ESCALATED = (
    select(_handoff.c.id)
    .where(_handoff.c.session_id == _session.c.id, _handoff.c.intent == Intent.ESCALATE)
    .correlate(_session)
    .exists()
)


def became(session: Any, was_escalated: ColumnElement[bool]) -> dict[TallyKind, ColumnElement[bool]]:
    """Return the conditions for what has become of a session, which ``session`` has the columns of."""
    resolved = session.outcome == Outcome.RESOLVED
    return {
        TallyKind.STARTED: true(),
        TallyKind.COMPLETED: session.status == SessionStatus.COMPLETED,
        TallyKind.RESOLVED: resolved,
        TallyKind.UNAIDED: and_(resolved, not_(was_escalated)),
        TallyKind.ESCALATED: was_escalated,
        TallyKind.ABANDONED: session.status == SessionStatus.ABANDONED,
    }


def tallied_of(*wanted: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Return the query that counts sessions from their rows, those that ``wanted`` is true of: the ``THING``, the ``day``
    that they began on (UTC), their account, and the ``total``, which may be in several rows."""
    walked = _walked(wanted)
    return union_all(*_sessions(walked), *_places(walked), *_answers(walked))


def add_tallies(db: Session, session_ids: Iterable[UUID], *, sign: int = 1) -> None:
    """Add what is counted of sessions to the tallies; a ``sign`` of -1 takes it out again. The caller has locked them."""
    # In one order, or two processes that add at once might wait for each other.
    rows = _summed(_session.c.id.in_(list(session_ids)), sign=sign).order_by(*_KEY)
    adding = insert(TALLY).from_select([*_KEY, "account_id", "total"], rows)
    sums = {"total": TALLY.c.total + adding.excluded.total}
    db.execute(adding.on_conflict_do_update(index_elements=_KEY, set_=sums))


def wrong_tallies() -> AnySelect:
    """Return the query for the versions of which the tallies are not what the rows of the tallied sessions come to."""
    right = _summed(_session.c.tallied).subquery()
    both = TALLY.join(right, and_(*(TALLY.c[name] == right.c[name] for name in _KEY)), full=True)
    version_id = func.coalesce(TALLY.c.version_id, right.c.version_id)
    totals = (func.coalesce(one.c.total, 0) for one in (TALLY, right))
    return select(version_id).distinct().select_from(both).where(operator.ne(*totals))


def _summed(*wanted: ColumnElement[bool], sign: int = 1) -> AnySelect:
    """Return the query for what sessions come to, as rows of tallies."""
    counted = tallied_of(*wanted).subquery()
    span = values(column("span", String), name="spans").data([(one.value,) for one in TallySpan])
    begins = case(
        (span.c.span == TallySpan.MONTH.value, cast(func.date_trunc("month", counted.c.day), Date)),
        else_=counted.c.day,
    )
    known = {"span": span.c.span, "begins": begins}
    key = [known[name] if name in known else counted.c[name] for name in _KEY]
    return (
        select(
            *(one.label(name) for name, one in zip(_KEY, key, strict=True)),
            counted.c.account_id,
            (sign * func.sum(counted.c.total)).label("total"),
        )
        .join(span, true())
        .group_by(*key, counted.c.account_id)
    )


def _walked(wanted: Iterable[ColumnElement[bool]]) -> CTE:
    columns = (
        "id",
        "account_id",
        "created_at",
        "version_id",
        "start_node_id",
        "current_version_id",
        "node_id",
    )
    day = cast(func.timezone("UTC", _session.c.created_at), Date)
    return (
        select(
            *(_session.c[name] for name in (*columns, "status", "outcome")),
            day.label("day"),
            WAS_ESCALATED.label("was_escalated"),
        )
        .where(*wanted)
        .cte("walked")
    )


def _sessions(walked: CTE) -> Iterator[AnySelect]:
    for kind, condition in became(walked.c, walked.c.was_escalated).items():
        yield _counted(kind, walked, walked.c.version_id).where(condition)


def _places(walked: CTE) -> Iterator[AnySelect]:
    began_at = func.coalesce(walked.c.start_node_id, "")
    yield _counted(TallyKind.BEGUN_AT, walked, walked.c.version_id, node_id=began_at)
    stood = (walked.c.current_version_id, walked.c.node_id)
    yield _counted(TallyKind.ENDED_AT, walked, stood[0], node_id=stood[1]).where(
        walked.c.status.in_(OVER_STATUSES)
    )
    yield (
        _counted(TallyKind.ESCALATED_AT, walked, _handoff.c.version_id, node_id=_handoff.c.node_id)
        .join(_handoff, _handoff.c.session_id == walked.c.id)
        .where(_handoff.c.intent == Intent.ESCALATE)
    )


def _answers(walked: CTE) -> Iterator[AnySelect]:
    """Count answers, and how long they took: from coming to a node, or back to it, to the answer there.

    One that was kept when an earlier one was changed is one answer, not taken back and given again: steps that repeat it
    are taken away from those undone. It has arrived anew only where it leads elsewhere by now; where that is no longer
    home but an end of its own tree, the arrival names the answer. How long it took to change an answer is not known.
    """
    seconds = func.extract("epoch", _step.c.created_at - _came_at(walked))
    columns = (
        "version_id",
        "node_id",
        "option_id",
        "to_version_id",
        "to_node_id",
        "undone_at",
        "repeats_seq",
        "replaces_seq",
    )
    given = (
        select(
            *(_step.c[name] for name in columns),
            walked.c.day,
            walked.c.account_id,
            cast(func.round(seconds), Integer).label("seconds"),
            arrives_anew().label("arrives_anew"),
        )
        .join(walked, walked.c.id == _step.c.session_id)
        .cte("given")
    )
    version_id, node_id = given.c.version_id, given.c.node_id
    answer = {
        "node_id": node_id,
        "option_id": given.c.option_id,
        "to_version": func.coalesce(cast(given.c.to_version_id, String), ""),
        "to_node_id": func.coalesce(given.c.to_node_id, ""),
    }
    is_first = given.c.repeats_seq.is_(None)
    yield _counted(TallyKind.ANSWERED, given, version_id, **answer).where(is_first)
    undone = func.count(given.c.undone_at) - func.count(given.c.repeats_seq)
    yield _counted(TallyKind.UNDONE, given, version_id, undone, **answer).where(
        or_(given.c.undone_at.is_not(None), not_(is_first))
    )
    yield _counted(TallyKind.ARRIVED_AT, given, given.c.to_version_id, node_id=given.c.to_node_id).where(
        given.c.to_version_id.is_not(None), given.c.arrives_anew
    )
    stays = {"node_id": node_id, "option_id": given.c.option_id}
    yield _counted(TallyKind.ARRIVED_AT, given, version_id, **stays).where(
        given.c.to_version_id.is_(None), not_(is_first), given.c.arrives_anew
    )
    yield _counted(TallyKind.TOOK, given, version_id, node_id=node_id, seconds=given.c.seconds).where(
        is_first, given.c.replaces_seq.is_(None)
    )


def arrives_anew() -> ColumnElement[bool]:
    """Return the condition for a step that leads somewhere for the first time: not one that repeats another, and leads to
    the same place as the latest before it."""
    led = _step.alias("led")
    before = (
        select(func.concat(led.c.to_version_id, " ", led.c.to_node_id))
        .where(
            led.c.session_id == _step.c.session_id,
            led.c.seq < _step.c.seq,
            func.coalesce(led.c.repeats_seq, led.c.seq) == _step.c.repeats_seq,
        )
        .order_by(led.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    leads = func.concat(_step.c.to_version_id, " ", _step.c.to_node_id)
    return case((_step.c.repeats_seq.is_not(None), leads != before), else_=true())


def _came_at(walked: CTE) -> ColumnElement[datetime]:
    """Return when a walk came to the node of a step, or back to it."""
    window: dict[str, Any] = {"partition_by": _step.c.session_id, "order_by": _step.c.seq}
    before = func.lag(_step.c.created_at).over(**window)
    taken_back = func.lag(_step.c.undone_at).over(**window)
    return func.coalesce(
        case((taken_back <= _step.c.created_at, taken_back), else_=before), walked.c.created_at
    )


def _counted(
    kind: TallyKind,
    rows: CTE,
    version_id: ColumnElement[Any],
    total: ColumnElement[int] | None = None,
    **thing: Any,
) -> AnySelect:
    """Return how often something is among ``rows``, a day each."""
    empty = {name: 0 if name == "seconds" else "" for name in THING[2:]}
    columns = [
        (value if isinstance(value, ColumnElement) else literal(value)).label(name)
        for name, value in (empty | thing).items()
    ]
    grouped = [column for name, column in thing.items()]
    return select(
        version_id.label("version_id"),
        literal(kind.value).label("kind"),
        *columns,
        rows.c.day,
        rows.c.account_id,
        (func.count() if total is None else total).label("total"),
    ).group_by(version_id, rows.c.day, rows.c.account_id, *grouped)
