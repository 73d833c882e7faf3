"""The sessions behind a figure: what is counted can be looked at."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import OVER_STATUSES, HandoffStatus, Intent
from troubleshoot_app.domain.insight import Figure, Place
from troubleshoot_app.domain.period import Period
from troubleshoot_app.domain.tally import TallyKind
from troubleshoot_app.models import Handoff, Step, User
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.tallies import WAS_ESCALATED, arrives_anew, became
from troubleshoot_app.models.versions import published_version, tree_of_version
from troubleshoot_app.schemas.analytics import CountedSessions, TreeName
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.inputs import known_id, word_of
from troubleshoot_app.services.session_rows import SESSION, SESSION_ROWS
from troubleshoot_app.services.session_views import session_summary
from troubleshoot_app.services.tree_analytics import started_in, version_numbers

SHOWN = 50

_Counted: TypeAlias = Select[Any] | CompoundSelect[Any]

_handoff = Handoff.__table__
_step = Step.__table__
_ONCE = literal(1).label("times")
_BECAME = became(SESSION.c, WAS_ESCALATED)
_STATUSES = {
    Figure.HELPED: (HandoffStatus.RESOLVED,),
    Figure.WAITING: (HandoffStatus.OPEN, HandoffStatus.CLAIMED),
}


def counted_sessions(
    db: Session,
    actor: Actor,
    *,
    figure: str,
    place: Place,
    since: str | None = None,
    until: str | None = None,
) -> CountedSessions:
    """Return the latest of the sessions that a figure counts, how many there are, and how often it counts them.

    Raises:
        Invalid: there is no such figure, it is one of a node and none is named, or the time cannot be read.
        NotFound: no such version of that tree.
    """
    require(actor, Permission.INSIGHT_READ)
    wanted = word_of(Figure, figure, "figure")
    period = read_period(since, until)
    numbers = version_numbers(db, actor, known_id(place.tree_id)) if place.tree_id else {}
    versions = {one for one, number in numbers.items() if place.version in (None, number)}
    if place.tree_id and not versions:
        raise NotFound()
    counted: _Counted
    if wanted.is_of_escalations:
        counted = _escalations(actor, wanted, period, versions, place)
    else:
        counted = _counted(db, wanted, versions, place.node, started_in(actor, period))
    total, times, rows = _latest(db, counted)
    return CountedSessions(
        total=total,
        times=times,
        items=[session_summary(db, row) for row in rows],
        person=get_row(db, actor, User, place.person).name if place.person else "",
        **_place(db, numbers, versions, place.node),
    )


def _latest(db: Session, counted: _Counted) -> tuple[int, int, Sequence[AnyRow]]:
    """Return how many sessions there are in ``counted``, how many times these are counted, and the latest of them."""
    each = counted.subquery()
    hits = select(each.c.id, func.sum(each.c.times).label("times")).group_by(each.c.id).cte("hits")
    latest = select(hits.c.id).order_by(hits.c.id.desc()).limit(SHOWN).subquery()
    sums = (
        select(func.count()).select_from(hits).scalar_subquery().label("total"),
        select(func.sum(hits.c.times)).scalar_subquery().label("times"),
    )
    query = SESSION_ROWS.add_columns(*sums).join(latest, latest.c.id == SESSION.c.id)
    rows = db.execute(query.order_by(SESSION.c.id.desc())).all()
    return (rows[0].total, int(rows[0].times), rows) if rows else (0, 0, [])


def _place(db: Session, numbers: Mapping[UUID, int], versions: Collection[UUID], node: str) -> dict[str, Any]:
    """Return what the newest of these versions is called, and what the newest one that has the node says there."""
    newest = sorted(versions, key=lambda one: -numbers[one])
    if not newest:
        return {"tree": None, "node_text": ""}
    ref = published_version(db, newest[0]).ref
    found = (there for one in newest if (there := tree_of_version(db, one).nodes.get(node)))
    text = next((there.text for there in found), "")
    return {"tree": TreeName(id=ref.id, title=ref.title), "node_text": text}


def _escalations(
    actor: Actor, figure: Figure, period: Period, versions: set[UUID], place: Place
) -> Select[Any]:
    """Return the query for escalations: the sessions that they are of, once each."""
    conditions = [
        _handoff.c.account_id == actor.account_id,
        _handoff.c.intent == Intent.ESCALATE,
        *within(_handoff.c.created_at, period),
    ]
    if versions:
        conditions.append(_handoff.c.version_id.in_(versions))
    if place.node:
        conditions.append(_handoff.c.node_id == place.node)
    if figure in _STATUSES:
        conditions.append(_handoff.c.status.in_(_STATUSES[figure]))
    who = _handoff.c.from_id if figure in (Figure.RAISED, Figure.WAITING) else _handoff.c.claimed_by_id
    conditions.append(who == known_id(place.person) if place.person else who.is_not(None))
    return select(_handoff.c.session_id.label("id"), _ONCE).where(*conditions)


def _counted(
    db: Session, figure: Figure, versions: set[UUID], node: str, started: list[ColumnElement[bool]]
) -> _Counted:
    """Return the query for what happened at a node, or to sessions: the sessions that it happened in, and how often.

    From the sessions to their steps, never the other way: of a version that was published just now the database does
    not know how much there is, and might look through all steps for each session.
    """
    sessions = select(SESSION.c.id, _ONCE).where(*started)
    match figure:
        case Figure.VISITS:
            answers = sessions.join(_step, _step.c.session_id == SESSION.c.id)
            return union_all(
                sessions.where(or_(*_starts_at(db, versions, node))),
                answers.where(_leads_to(db, versions, node)),
            )
        case Figure.EXITS:
            at = (SESSION.c.current_version_id.in_(versions), SESSION.c.node_id == node)
            return sessions.where(*at, SESSION.c.status.in_(OVER_STATUSES))
        case Figure.UNDONE:
            # An answer that was kept is undone, and there again in a step that repeats it.
            undone = func.count(_step.c.undone_at) - func.count(_step.c.repeats_seq)
            return (
                select(SESSION.c.id, undone.label("times"))
                .join(_step, _step.c.session_id == SESSION.c.id)
                .where(*started, _step.c.version_id.in_(versions), _step.c.node_id == node)
                .group_by(SESSION.c.id)
                .having(undone > 0)
            )
        case Figure.ESCALATIONS:
            return sessions.join(_handoff, _handoff.c.session_id == SESSION.c.id).where(
                _handoff.c.intent == Intent.ESCALATE,
                _handoff.c.version_id.in_(versions),
                _handoff.c.node_id == node,
            )
        case Figure.OVER:
            return sessions.where(SESSION.c.version_id.in_(versions), SESSION.c.status.in_(OVER_STATUSES))
        case _:
            return sessions.where(SESSION.c.version_id.in_(versions), _BECAME[TallyKind(figure.value)])


def _starts_at(db: Session, versions: set[UUID], node: str) -> list[ColumnElement[bool]]:
    """Return the conditions for walks that began at a node."""
    first = {one for one in versions if tree_of_version(db, one).start == node}
    return [
        and_(SESSION.c.version_id.in_(versions), SESSION.c.start_node_id == node),
        and_(SESSION.c.version_id.in_(first), SESSION.c.start_node_id.is_(None)),
    ]


def _leads_to(db: Session, versions: set[UUID], node: str) -> ColumnElement[bool]:
    """Return the condition for answers that led to a node; one that was kept comes there once."""
    ways = [
        (version_id, one.id, option.id)
        for version_id in versions
        for one in tree_of_version(db, version_id).nodes.values()
        for option in one.options
        if option.to == node
    ]
    within_tree = and_(
        _step.c.to_version_id.is_(None),
        tuple_(_step.c.version_id, _step.c.node_id, _step.c.option_id).in_(ways),
    )
    from_another = and_(_step.c.to_version_id.in_(versions), _step.c.to_node_id == node)
    return and_(or_(within_tree, from_another), arrives_anew())
