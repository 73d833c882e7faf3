"""Claims: how a case that was picked up becomes open again, and what is done about one that was left alone."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Interval, and_, bindparam, case, func, or_, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.claim_lease import TIME_TO_ANSWER, ClaimStep, claim_step
from troubleshoot_app.domain.handoff import HandoffStatus, News, SessionStatus
from troubleshoot_app.domain.webhooks import WebhookEvent
from troubleshoot_app.models import AuditEntry, Handoff, TroubleshootingSession, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.cases import read_case
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.case_mails import mail_news
from troubleshoot_app.notifications.deliveries import is_active_senior, tell_everybody
from troubleshoot_app.notifications.webhook_events import tell_of_handoff

AT_ONCE = 50

_session = TroubleshootingSession.__table__
# Whatever the holder does to the session moves ``updated_at``; nobody else can do anything to it.
TOUCHED_AT = func.greatest(col(Handoff.claimed_at), col(Handoff.kept_at), _session.c.updated_at)


_STILL_SENIOR = and_(*is_active_senior())
_CLAIM: AnySelect = (
    select(
        Handoff,
        col(User.id).label("claimer_id"),
        TOUCHED_AT.label("touched_at"),
        _STILL_SENIOR.label("still_senior"),
    )
    .join(_session, _session.c.id == col(Handoff.session_id))
    .join(User, col(User.id) == col(Handoff.claimed_by_id))
    .where(col(Handoff.id) == bindparam("this_id"), col(Handoff.status) == HandoffStatus.CLAIMED)
    .with_for_update(of=Handoff)
    .execution_options(populate_existing=True)
)


def open_again(db: Session, handoff: Handoff, *, except_user_id: UUID | None = None) -> int:
    """Open a claimed handoff again, give its session (both are locked) back to the escalator, and tell everybody anew,
    other programs too.

    Return how many people are told; ``except_user_id`` is somebody who need not be.
    """
    handoff.status = HandoffStatus.OPEN
    handoff.claimed_by_id = handoff.claimed_at = handoff.kept_at = handoff.offered_at = None
    session = db.get_one(TroubleshootingSession, handoff.session_id, populate_existing=True)
    handoff.version_id, handoff.node_id = session.current_version_id, session.node_id
    handoff.told_at = now()
    handoff.round += 1
    handoff.reminders = 0
    db.flush()
    db.execute(
        update(_session)
        .where(_session.c.id == handoff.session_id)
        .values(
            status=SessionStatus.ESCALATED,
            holder_id=handoff.from_id,
            revision=_session.c.revision + 1,
            updated_at=now(),
        )
    )
    mail_news(db, handoff, handoff.from_id, News.OPEN_AGAIN)
    tell_of_handoff(db, handoff.account_id, WebhookEvent.HANDOFF_REOPENED, lambda: read_case(db, handoff.id))
    return tell_everybody(db, handoff, except_user_id=except_user_id)


def tend_claims(db: Session) -> int:
    """Do what is due about claims that were left alone or whose claimer may not have them; return for how many.

    Of several processes each takes others.
    """
    tended = 0
    lease = timedelta(minutes=get_settings().claim_lease_minutes)
    for session_id, handoff_id in db.execute(_DUE, {"now": now(), "lease": lease}).all():
        locked = select(_session.c.id).where(_session.c.id == session_id).with_for_update(skip_locked=True)
        if db.execute(locked).first() is None:
            continue  # somebody is at it right now
        row = db.execute(_CLAIM, {"this_id": handoff_id}).one_or_none()
        if row is not None:
            tended += _tend(db, row)
    return tended


def reopen_claims_of(db: Session, user_id: UUID) -> None:
    """Open again what somebody has picked up who may not have it any more."""
    claimed = (
        select(col(Handoff.session_id), col(Handoff.id))
        .where(col(Handoff.claimed_by_id) == user_id, col(Handoff.status) == HandoffStatus.CLAIMED)
        .order_by(col(Handoff.session_id))
    )
    for session_id, handoff_id in db.execute(claimed).all():
        db.execute(select(_session.c.id).where(_session.c.id == session_id).with_for_update())
        row = db.execute(_CLAIM, {"this_id": handoff_id}).one_or_none()
        if row is not None and row.Handoff.claimed_by_id == user_id:
            _tend(db, row)


# The claims about which something may be due; the rule itself is asked once they are locked.
_WAITS_UNTIL = case(
    (col(Handoff.offered_at).is_(None), TOUCHED_AT + bindparam("lease", type_=Interval)),
    else_=col(Handoff.offered_at) + TIME_TO_ANSWER,
)
_DUE = (
    select(col(Handoff.session_id), col(Handoff.id))
    .join(_session, _session.c.id == col(Handoff.session_id))
    .join(User, col(User.id) == col(Handoff.claimed_by_id))
    .where(
        col(Handoff.status) == HandoffStatus.CLAIMED,
        or_(~_STILL_SENIOR, bindparam("now") >= _WAITS_UNTIL, col(Handoff.offered_at) < TOUCHED_AT),
    )
    .order_by(col(Handoff.claimed_at))
    .limit(AT_ONCE)
)


def _tend(db: Session, row: AnyRow) -> bool:
    handoff: Handoff = row.Handoff
    step = claim_step(
        row.touched_at,
        handoff.offered_at,
        now(),
        lease=timedelta(minutes=get_settings().claim_lease_minutes),
        claimer_may_keep_it=row.still_senior,
    )
    match step:
        case ClaimStep.OFFER_BACK:
            handoff.offered_at = now()
            mail_news(db, handoff, row.claimer_id, News.STILL_ON_IT)
            event = HandoffEvent.OFFERED
        case ClaimStep.TAKE_OFFER_BACK:
            handoff.offered_at = None
            event = HandoffEvent.KEPT
        case ClaimStep.REOPEN:
            _reopen(db, handoff)
            event = HandoffEvent.REOPENED
        case _:
            return False
    announce(db, handoff.account_id, handoff.id, event)
    return True


def _reopen(db: Session, handoff: Handoff) -> None:
    claimed_by = str(handoff.claimed_by_id)
    reached = open_again(db, handoff)
    db.add(
        AuditEntry(
            account_id=handoff.account_id,
            action="handoff.reopened",
            subject_id=handoff.id,
            details={"claimed_by": claimed_by, "told": reached},
        )
    )
