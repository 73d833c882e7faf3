"""Session rows: found, locked, checked and moved on; what the services for sessions and handoffs share."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, Forbidden, NotFound
from troubleshoot_app.core.ids import parse_id
from troubleshoot_app.core.queries import HotQuery
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import HandoffStatus, SessionStatus
from troubleshoot_app.models import Handoff, TreeVersion, TroubleshootingSession, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.tallies import add_tallies

SessionRow = AnyRow | SimpleNamespace

SESSION = TroubleshootingSession.__table__
_handoff = Handoff.__table__
_version = TreeVersion.__table__
_holder = User.__table__.alias("holder")
_starter = User.__table__.alias("starter")
_raiser = User.__table__.alias("raiser")
_claimer = User.__table__.alias("claimer")

LIVE = (HandoffStatus.OPEN, HandoffStatus.CLAIMED)
_is_live = or_(*(_handoff.c.status == status for status in LIVE))

SESSION_ROWS: AnySelect = (
    select(
        SESSION,
        _holder.c.name.label("holder_name"),
        _starter.c.name.label("starter_name"),
        _version.c.title.label("tree_title"),
        _version.c.number.label("tree_version"),
        _handoff.c.id.label("handoff_id"),
        _handoff.c.intent.label("handoff_intent"),
        _handoff.c.status.label("handoff_status"),
        _handoff.c.priority.label("handoff_priority"),
        _handoff.c.reason.label("handoff_reason"),
        _handoff.c.from_id.label("handoff_from_id"),
        _raiser.c.name.label("handoff_from_name"),
        _handoff.c.claimed_by_id.label("handoff_claimed_by_id"),
        _claimer.c.name.label("handoff_claimed_by_name"),
    )
    .join(_holder, _holder.c.id == SESSION.c.holder_id)
    .join(_starter, _starter.c.id == SESSION.c.started_by_id)
    .join(_version, _version.c.id == SESSION.c.version_id)
    .outerjoin(_handoff, (_handoff.c.session_id == SESSION.c.id) & _is_live)
    .outerjoin(_raiser, _raiser.c.id == _handoff.c.from_id)
    .outerjoin(_claimer, _claimer.c.id == _handoff.c.claimed_by_id)
)

_THIS_SESSION = (SESSION.c.id == bindparam("this_id"), SESSION.c.account_id == bindparam("actor_account_id"))
_READ = HotQuery(SESSION_ROWS.where(*_THIS_SESSION))
_LOCK = select(SESSION.c.id).where(*_THIS_SESSION).with_for_update()
_MOVE = update(SESSION).where(SESSION.c.id == bindparam("this_id"))


def lock_session(db: Session, actor: Actor, session_id: object) -> AnyRow:
    """Return a session of the actor's account, locked until the transaction ends; ``NotFound`` if there is none.

    Two statements, because what a locking query joins is as old as its start, however long it waited for the lock.
    """
    db.execute(_LOCK, _this_session(actor, session_id))
    return _one(db, actor, session_id)


def read_session(db: Session, actor: Actor, session_id: object) -> AnyRow:
    """Return a session that the actor may see.

    Raises:
        NotFound: no such session in the account.
        Forbidden: it is somebody else's, and the actor is no senior.
    """
    row = _one(db, actor, session_id)
    check_may_read(actor, row)
    return row


def check_may_read(actor: Actor, row: SessionRow) -> None:
    """Raise ``Forbidden`` unless the actor holds or started the session, or is a senior."""
    if actor.user_id not in (row.holder_id, row.started_by_id) and not actor.may(Permission.SESSION_READ_ALL):
        raise Forbidden("Only the people on this session and seniors may see it.")


def move_session(db: Session, row: SessionRow, **values: Any) -> SessionRow:
    """Write ``values`` to a locked session as its next revision, and return the row as it is now."""
    if row.tallied:
        add_tallies(db, [row.id], sign=-1)
        values |= {"tallied": False}
    changed = {"revision": row.revision + 1, "updated_at": now()} | values
    db.execute(_MOVE, {"this_id": row.id} | changed)
    return with_values(row, changed)


def with_values(row: SessionRow, changed: dict[str, Any]) -> SessionRow:
    """Return ``row`` with ``changed`` in place of what it held."""
    fields = vars(row) if isinstance(row, SimpleNamespace) else row._asdict()
    return SimpleNamespace(**(fields | changed))


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for sessions that the actor holds or started."""
    return or_(SESSION.c.holder_id == actor.user_id, SESSION.c.started_by_id == actor.user_id)


def check_held(row: SessionRow, actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor holds the session."""
    check_may_read(actor, row)
    if row.holder_id != actor.user_id:
        raise Forbidden(f"{row.holder_name} has this session. Only its holder can change it.")


def check_walkable(row: SessionRow, actor: Actor, seen: int | None) -> None:
    """Raise unless the actor holds the session, it is active, and it is still at the revision that they saw."""
    check_held(row, actor)
    if row.status != SessionStatus.ACTIVE:
        raise Conflict(_WHY_NOT_ACTIVE[row.status])
    check_revision(row, seen)


def check_revision(row: SessionRow, seen: int | None) -> None:
    """Raise ``Conflict`` with the current revision when the caller saw another one."""
    if seen is not None and seen != row.revision:
        raise Conflict(
            "This session has moved on in another tab or device. Here is where it stands now.",
            extra={"revision": row.revision},
        )


_WHY_NOT_ACTIVE = {
    SessionStatus.PARKED: "This session is parked. Resume it first.",
    SessionStatus.ESCALATED: "This session is escalated and waits for a senior. Cancel the escalation to go on yourself.",
    SessionStatus.COMPLETED: "This session is completed. Start a new one.",
    SessionStatus.ABANDONED: "This session was closed because nobody went on with it. Resume it first.",
}


def _one(db: Session, actor: Actor, session_id: object) -> AnyRow:
    found: AnyRow | None = _READ.one_or_none(db, **_this_session(actor, session_id))
    if found is None:
        raise NotFound()
    return found


def _this_session(actor: Actor, session_id: object) -> dict[str, Any]:
    return {"this_id": parse_id(session_id), "actor_account_id": actor.account_id}
