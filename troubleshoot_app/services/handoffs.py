"""Handoffs: escalate or park, pick up, give back, resolve, cancel, resume."""

from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import (
    HandoffState,
    HandoffStatus,
    Intent,
    News,
    Outcome,
    Priority,
    SessionStatus,
    check_cancel,
    check_claim,
    check_keep,
    check_release,
    check_resolve,
    check_resume,
)
from troubleshoot_app.domain.webhooks import WebhookEvent
from troubleshoot_app.models import Handoff, User
from troubleshoot_app.models.cases import case_view
from troubleshoot_app.models.sessions import TEXT_LENGTH
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.case_mails import mail_news
from troubleshoot_app.notifications.claims import open_again
from troubleshoot_app.notifications.deliveries import mark_dismissed, stop_telling, tell_everybody
from troubleshoot_app.notifications.webhook_events import tell_of_completion, tell_of_handoff
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.webhooks import HandoffEventType
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.escalation_limit import require_room_to_escalate
from troubleshoot_app.services.handoff_views import get_view
from troubleshoot_app.services.inputs import invalid, number_of, text_of, word_of
from troubleshoot_app.services.session_rows import (
    SessionRow,
    check_held,
    check_walkable,
    lock_session,
    move_session,
    read_session,
)
from troubleshoot_app.services.session_views import session_view

_handoff = Handoff.__table__


def open_handoff(
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    intent: object,
    reason: object = "",
    priority: object = Priority.NORMAL,
    revision: object = None,
) -> HandoffView:
    """Escalate or park an active session. An escalation comes with a delivery for each senior who must be told.

    Raises:
        Conflict: the session is not active, has moved on since ``revision``, or has an open handoff already.
        Forbidden: the actor does not hold it.
        TooManyRequests: the actor has escalated so often lately that it can only be a program that runs wild.
    """
    require(actor, Permission.HANDOFF_OPEN)
    row = lock_session(db, actor, session_id)
    kind = word_of(Intent, intent, "intent")
    check_held(row, actor)
    if row.handoff_id is not None:
        raise Conflict("This session has an open handoff already.", extra={"handoff_id": str(row.handoff_id)})
    check_walkable(row, actor, number_of(revision, "revision"))
    if kind is Intent.ESCALATE:
        require_room_to_escalate(db, actor)
    handoff = Handoff(
        account_id=actor.account_id,
        session_id=row.id,
        intent=kind,
        reason=text_of(reason, "reason", TEXT_LENGTH),
        priority=Priority.NORMAL if priority is None else word_of(Priority, priority, "priority"),
        version_id=row.current_version_id,
        node_id=row.node_id,
        from_id=actor.user_id,
    )
    db.add(handoff)
    db.flush()
    if kind is Intent.PARK:
        move_session(db, row, status=SessionStatus.PARKED)
    else:
        move_session(db, row, status=SessionStatus.ESCALATED)
        reached = tell_everybody(db, handoff)
        audit.record(db, actor, "handoff.opened", handoff.id, session_id=str(row.id), told=reached)
        announce(db, actor.account_id, handoff.id, HandoffEvent.OPENED)
        tell_of_handoff(
            db, actor.account_id, WebhookEvent.HANDOFF_OPENED, lambda: _view(db, actor, handoff, row)
        )
    return _view(db, actor, handoff, row)


def claim(db: Session, actor: Actor, *, handoff_id: object) -> HandoffView:
    """Pick up an open escalation: one winner, who holds the session from now on.

    Raises:
        Conflict: somebody else has it (``claimed_by``), or it is over.
        Forbidden: the actor escalated it.
    """
    require(actor, Permission.HANDOFF_CLAIM)
    handoff, row = _lock(db, actor, handoff_id)
    if handoff.status is HandoffStatus.CLAIMED:
        raise _taken(db, actor, handoff)
    check_claim(_state(handoff, row), actor)
    handoff.status = HandoffStatus.CLAIMED
    handoff.claimed_by_id = actor.user_id
    handoff.claimed_at = now()
    db.flush()
    move_session(db, row, status=SessionStatus.ACTIVE, holder_id=actor.user_id)
    stop_telling(db, handoff.id, f"{actor.name} picked it up.")
    mail_news(db, handoff, handoff.from_id, News.CLAIMED)
    audit.record(db, actor, "handoff.claimed", handoff.id)
    announce(db, actor.account_id, handoff.id, HandoffEvent.CLAIMED)
    _tell(db, actor, WebhookEvent.HANDOFF_CLAIMED, handoff.id)
    return get_view(db, actor, handoff.id)


def release(db: Session, actor: Actor, *, handoff_id: object, note: object = "") -> HandoffView:
    """Give a picked-up escalation back: it is open again and everybody else is told.

    Raises:
        Conflict: it is not claimed.
        Forbidden: somebody else claimed it.
    """
    require(actor, Permission.HANDOFF_CLAIM)
    handoff, row = _lock(db, actor, handoff_id)
    check_release(_state(handoff, row), actor)
    words = text_of(note, "note", TEXT_LENGTH)
    handoff.reason = _with_words_of(actor, handoff.reason, words)
    reached = open_again(db, handoff, except_user_id=actor.user_id)
    audit.record(db, actor, "handoff.released", handoff.id, told=reached)
    announce(db, actor.account_id, handoff.id, HandoffEvent.RELEASED)
    return get_view(db, actor, handoff.id)


def keep(db: Session, actor: Actor, *, handoff_id: object) -> HandoffView:
    """Say that one is still on a picked-up escalation, so that it is not opened again.

    Raises:
        Conflict: it is not claimed.
        Forbidden: somebody else claimed it.
    """
    require(actor, Permission.HANDOFF_CLAIM)
    handoff, row = _lock(db, actor, handoff_id)
    check_keep(_state(handoff, row), actor)
    handoff.kept_at = now()
    handoff.offered_at = None
    db.flush()
    announce(db, actor.account_id, handoff.id, HandoffEvent.KEPT)
    return get_view(db, actor, handoff.id)


def resolve(
    db: Session, actor: Actor, *, handoff_id: object, resolution: object, complete: bool = False
) -> HandoffView:
    """Close a picked-up escalation with what helped; with ``complete`` the session ends as resolved, too.

    Raises:
        Conflict: it is not claimed.
        Forbidden: somebody else claimed it.
        Invalid: no words.
    """
    require(actor, Permission.HANDOFF_CLAIM)
    handoff, row = _lock(db, actor, handoff_id)
    words = text_of(resolution, "resolution", TEXT_LENGTH)
    check_resolve(_state(handoff, row), actor)
    if not words:
        raise invalid(
            "resolution", "Say what helped: the technician and the next one with this problem will read it."
        )
    close_resolved(db, actor, handoff.id, words)
    if complete is True and row.status == SessionStatus.ACTIVE:
        move_session(
            db,
            row,
            status=SessionStatus.COMPLETED,
            outcome=Outcome.RESOLVED,
            summary=words,
            completed_at=now(),
        )
        tell_of_completion(
            db, actor.account_id, lambda: session_view(db, read_session(db, actor, handoff.session_id))
        )
    return get_view(db, actor, handoff.id)


def cancel(db: Session, actor: Actor, *, handoff_id: object) -> HandoffView:
    """Take an open escalation back; the escalator goes on where they stood.

    Raises:
        Conflict: it is not open any more.
        Forbidden: somebody else escalated it.
    """
    require(actor, Permission.HANDOFF_OPEN)
    handoff, row = _lock(db, actor, handoff_id)
    check_cancel(_state(handoff, row), actor)
    _close(db, handoff.id, HandoffStatus.CANCELLED)
    move_session(db, row, status=SessionStatus.ACTIVE)
    stop_telling(db, handoff.id, "Cancelled.")
    audit.record(db, actor, "handoff.cancelled", handoff.id)
    announce(db, actor.account_id, handoff.id, HandoffEvent.CANCELLED)
    return get_view(db, actor, handoff.id)


def resume(db: Session, actor: Actor, *, handoff_id: object) -> HandoffView:
    """Go on with a parked session.

    Raises:
        Conflict: it is not parked.
        Forbidden: the actor does not hold it.
    """
    require(actor, Permission.SESSION_WALK)
    handoff, row = _lock(db, actor, handoff_id)
    check_resume(_state(handoff, row), actor)
    _close(db, handoff.id, HandoffStatus.RESUMED)
    move_session(db, row, status=SessionStatus.ACTIVE)
    return get_view(db, actor, handoff.id)


def dismiss(db: Session, actor: Actor, *, handoff_id: object) -> None:
    """Put the banner of an escalation away, on all tabs of the actor; it stays in the queue."""
    require(actor, Permission.HANDOFF_CLAIM)
    handoff = get_row(db, actor, Handoff, handoff_id)
    mark_dismissed(db, handoff.id, actor.user_id, now())
    announce(db, actor.account_id, handoff.id, HandoffEvent.DISMISSED)


def close_resolved(db: Session, actor: Actor, handoff_id: UUID, resolution: str) -> None:
    """Resolve a claimed handoff of a locked session and tell the escalator."""
    _close(db, handoff_id, HandoffStatus.RESOLVED, resolution=resolution)
    stop_telling(db, handoff_id, "Resolved.")
    handoff = get_row(db, actor, Handoff, handoff_id)
    mail_news(db, handoff, handoff.from_id, News.RESOLVED)
    audit.record(db, actor, "handoff.resolved", handoff_id)
    announce(db, actor.account_id, handoff_id, HandoffEvent.RESOLVED)
    _tell(db, actor, WebhookEvent.HANDOFF_RESOLVED, handoff_id)


def _view(db: Session, actor: Actor, handoff: Handoff, row: SessionRow) -> HandoffView:
    """Return a handoff that the actor has just made, without reading it again: everybody waits for the commit."""
    case = SimpleNamespace(
        Handoff=handoff,
        TroubleshootingSession=row,
        raiser_name=actor.name,
        claimer_name=None,
        tree_title=row.tree_title,
    )
    return case_view(db, case)


def _tell(db: Session, actor: Actor, event: HandoffEventType, handoff_id: UUID) -> None:
    """Tell other programs what was done to a handoff, which looks to them as it does to the actor now."""
    tell_of_handoff(db, actor.account_id, event, lambda: get_view(db, actor, handoff_id))


def _lock(db: Session, actor: Actor, handoff_id: object) -> tuple[Handoff, SessionRow]:
    """Return a handoff that the actor may see and its session, both locked: always the session first."""
    found = get_row(db, actor, Handoff, handoff_id)
    row = lock_session(db, actor, found.session_id)
    get_view(db, actor, found.id)
    db.refresh(found, with_for_update=True)
    return found, row


def _close(db: Session, handoff_id: UUID, status: HandoffStatus, *, resolution: str = "") -> None:
    db.execute(
        update(_handoff)
        .where(_handoff.c.id == handoff_id)
        .values(status=status, closed_at=now(), resolution=resolution)
    )


def _state(handoff: Handoff, row: SessionRow) -> HandoffState:
    return HandoffState(
        intent=handoff.intent,
        status=handoff.status,
        from_id=handoff.from_id,
        holder_id=row.holder_id,
        claimed_by_id=handoff.claimed_by_id,
    )


def _with_words_of(actor: Actor, reason: str, words: str) -> str:
    """Return the reason with what the actor said when giving the case back; if it gets too long, the old words give way."""
    if not words:
        return reason
    added = f"{actor.name} gave it back: {words}"[:TEXT_LENGTH]
    return f"{reason[: max(0, TEXT_LENGTH - len(added) - 2)]}\n\n{added}".strip()


def _taken(db: Session, actor: Actor, handoff: Handoff) -> Conflict:
    claimer = db.get_one(User, handoff.claimed_by_id)
    mine = claimer.id == actor.user_id
    return Conflict(
        "You have this case already." if mine else f"{claimer.name} has this case.",
        extra={"claimed_by": {"id": str(claimer.id), "name": claimer.name}},
    )
