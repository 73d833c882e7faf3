"""The sessions behind a figure: what is counted can be looked at."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlmodel import Session

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import OVER_STATUSES, HandoffStatus, Intent
from troubleshoot_app.domain.insight import Figure, Place
from troubleshoot_app.domain.period import Period
from troubleshoot_app.domain.tally import TallyKind
from troubleshoot_app.models import Handoff, Step, User
from troubleshoot_app.models.paths import published_version, tree_of_version
from troubleshoot_app.models.tallies import WAS_ESCALATED, became
from troubleshoot_app.schemas.analytics import CountedSessions, TreeName
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.inputs import known_id, word_of
from troubleshoot_app.services.session_rows import SESSION, SESSION_ROWS
from troubleshoot_app.services.session_views import session_summary
from troubleshoot_app.services.tree_analytics import started_in, version_numbers

SHOWN = 50

_handoff = Handoff.__table__
_step = Step.__table__
_BECAME = became(SESSION.c, WAS_ESCALATED)


def counted_sessions(
    db: Session,
    actor: Actor,
    *,
    figure: str,
    place: Place,
    since: str | None = None,
    until: str | None = None,
) -> CountedSessions:
    """Return the latest of the sessions that a figure counts, and how many there are; a session that it counts twice is
    there once.

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
    condition: ColumnElement[bool]
    if wanted.is_of_escalations:
        condition = SESSION.c.id.in_(_escalated(actor, wanted, period, versions, place))
    else:
        condition = and_(*started_in(actor, period), *_conditions(db, wanted, versions, place.node))
    query = SESSION_ROWS.where(SESSION.c.account_id == actor.account_id, condition)
    total = db.execute(
        select(func.count()).select_from(SESSION).where(SESSION.c.account_id == actor.account_id, condition)
    ).scalar_one()
    rows = db.execute(query.order_by(SESSION.c.id.desc()).limit(SHOWN)).all()
    return CountedSessions(
        total=total,
        items=[session_summary(db, row) for row in rows],
        person=get_row(db, actor, User, place.person).name if place.person else "",
        **_place(db, numbers, versions, place.node),
    )


def _place(db: Session, numbers: Mapping[UUID, int], versions: Collection[UUID], node: str) -> dict[str, Any]:
    """Return what the newest of these versions is called, and what the newest one that has the node says there."""
    newest = sorted(versions, key=lambda one: -numbers[one])
    if not newest:
        return {"tree": None, "node_text": ""}
    ref = published_version(db, newest[0]).ref
    found = (there for one in newest if (there := tree_of_version(db, one).nodes.get(node)))
    text = next((there.text for there in found), "")
    return {"tree": TreeName(id=ref.id, title=ref.title), "node_text": text}


def _escalated(
    actor: Actor, figure: Figure, period: Period, versions: set[UUID], place: Place
) -> ColumnElement[UUID]:
    """Return the query for the sessions of escalations."""
    conditions: list[ColumnElement[bool]] = [
        _handoff.c.account_id == actor.account_id,
        _handoff.c.intent == Intent.ESCALATE,
        *within(_handoff.c.created_at, period),
    ]
    if versions:
        conditions.append(_handoff.c.version_id.in_(versions))
    if place.node:
        conditions.append(_handoff.c.node_id == place.node)
    if figure is Figure.HELPED:
        conditions.append(_handoff.c.status == HandoffStatus.RESOLVED)
    who = _handoff.c.from_id if figure is Figure.RAISED else _handoff.c.claimed_by_id
    conditions.append(who == known_id(place.person) if place.person else who.is_not(None))
    return select(_handoff.c.session_id).where(*conditions).scalar_subquery()


def _conditions(db: Session, figure: Figure, versions: set[UUID], node: str) -> list[ColumnElement[bool]]:
    begun = SESSION.c.version_id.in_(versions)
    match figure:
        case Figure.VISITS:
            return [or_(*_starts_at(db, versions, node), SESSION.c.id.in_(_came_to(db, versions, node)))]
        case Figure.EXITS:
            at = (SESSION.c.current_version_id.in_(versions), SESSION.c.node_id == node)
            return [*at, SESSION.c.status.in_(OVER_STATUSES)]
        case Figure.UNDONE:
            # An answer that was kept is undone, and there again in a step that repeats it.
            taken_back = (
                select(_step.c.session_id)
                .where(_step.c.version_id.in_(versions), _step.c.node_id == node)
                .group_by(_step.c.session_id)
                .having(func.count(_step.c.undone_at) > func.count(_step.c.repeats_seq))
            )
            return [SESSION.c.id.in_(taken_back)]
        case Figure.ESCALATIONS:
            raised = select(_handoff.c.session_id).where(
                _handoff.c.intent == Intent.ESCALATE,
                _handoff.c.version_id.in_(versions),
                _handoff.c.node_id == node,
            )
            return [SESSION.c.id.in_(raised)]
        case _:
            return [begun, _BECAME[TallyKind(figure.value)]]


def _starts_at(db: Session, versions: set[UUID], node: str) -> list[ColumnElement[bool]]:
    """Return the conditions for walks that began at a node."""
    first = {one for one in versions if tree_of_version(db, one).start == node}
    return [
        and_(SESSION.c.version_id.in_(versions), SESSION.c.start_node_id == node),
        and_(SESSION.c.version_id.in_(first), SESSION.c.start_node_id.is_(None)),
    ]


def _came_to(db: Session, versions: set[UUID], node: str) -> ColumnElement[UUID]:
    """Return the query for the sessions in which an answer led to a node."""
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
    return select(_step.c.session_id).where(or_(within_tree, from_another)).scalar_subquery()
