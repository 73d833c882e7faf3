"""The queue of mails: rows of ``delivery`` whose channel is the mail."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus, mail_due
from troubleshoot_app.models import (
    Delivery,
    Handoff,
    NotificationChoices,
    Presence,
    TroubleshootingSession,
    User,
)
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.briefings import escalation_mail
from troubleshoot_app.notifications.deliveries import SEEN_ON_SCREEN
from troubleshoot_app.notifications.leases import finish, is_leased, try_again
from troubleshoot_app.notifications.messages import EscalationMail
from troubleshoot_app.notifications.presence import LIFETIME
from troubleshoot_app.notifications.silence import keep_back, telling_now


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due; return their delivery ids. ``busy`` are under way in this process."""
    return leases.lease_due(db, _DUE, Delivery, owner, busy=busy, limit=limit)


_DUE = leases.due(Delivery, col(Delivery.channel) == Channel.EMAIL)


def prepare(db: Session, delivery_id: UUID, owner: int) -> EscalationMail | None:
    """Ask once more whether a mail that ``owner`` has leased is to be sent, and return what it says.

    None means no: it is put off until its recipient had the time to see the banner, ended with the reason why, or
    leased by somebody else meanwhile.
    """
    asked = {"row_id": delivery_id, "owner": owner, "alive_since": now() - LIFETIME}
    row = db.execute(_LEASED, asked).one_or_none()
    if row is None:
        return None
    delivery, handoff, recipient = row.Delivery, row.Handoff, row.User
    if why := _needless(handoff, recipient):
        finish(delivery, DeliveryStatus.SKIPPED, why)
        return None
    choices = row.NotificationChoices and row.NotificationChoices.choices
    verdict = telling_now(db, delivery, handoff, choices)
    if not verdict.is_due:
        keep_back(delivery, verdict)
        announce(db, handoff.account_id, handoff.id, HandoffEvent.TOLD)
        return None
    delivery.silenced = False
    decision = mail_due(
        handoff.told_at,
        now(),
        connected=row.is_connected,
        seen=row.was_seen,
        seen_timeout=_seen_timeout(),
        is_reminder=handoff.reminders > 0,
    )
    if decision.not_needed:
        finish(delivery, DeliveryStatus.SKIPPED, SEEN_ON_SCREEN)
        return None
    if decision.wait_until is not None:
        delivery.next_attempt_at = decision.wait_until
        delivery.lease_owner = None
        return None
    return escalation_mail(db, delivery, handoff, row.TroubleshootingSession, recipient, row.from_name)


_escalator = aliased(User, name="escalator")
_on_screen = aliased(Delivery, name="on_screen")
_IS_CONNECTED = exists().where(
    col(Presence.user_id) == col(Delivery.recipient_id), col(Presence.seen_at) > bindparam("alive_since")
)
_WAS_SEEN = exists().where(
    col(_on_screen.handoff_id) == col(Delivery.handoff_id),
    col(_on_screen.recipient_id) == col(Delivery.recipient_id),
    col(_on_screen.channel) == Channel.IN_APP,
    col(_on_screen.seen_at).is_not(None),
)
# All that there is to know in one question: a hundred mails are written while everybody else clicks on.
_LEASED: AnySelect = (
    select(
        Delivery,
        Handoff,
        TroubleshootingSession,
        User,
        NotificationChoices,
        col(_escalator.name).label("from_name"),
        _IS_CONNECTED.label("is_connected"),
        _WAS_SEEN.label("was_seen"),
    )
    .join(Handoff, col(Handoff.id) == col(Delivery.handoff_id))
    .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
    .join(User, col(User.id) == col(Delivery.recipient_id))
    .join(_escalator, col(_escalator.id) == col(Handoff.from_id))
    .outerjoin(NotificationChoices, col(NotificationChoices.user_id) == col(User.id))
    .where(*is_leased(Delivery))
    .with_for_update(of=Delivery)
)


def record_sent(db: Session, delivery_id: UUID, told_round: int | None) -> None:
    """Note that the mail server has taken the mail."""
    if delivery := _attempted(db, delivery_id, told_round):
        finish(delivery, DeliveryStatus.SENT, "")
        delivery.sent_at = now()
        announce(db, delivery.account_id, delivery.handoff_id, HandoffEvent.TOLD)


def record_refused(db: Session, delivery_id: UUID, told_round: int | None, why: str) -> None:
    """Note that the mail server will never take this mail."""
    if delivery := _attempted(db, delivery_id, told_round):
        finish(delivery, DeliveryStatus.FAILED, why)
        announce(db, delivery.account_id, delivery.handoff_id, HandoffEvent.TOLD)


def record_deferred(db: Session, delivery_id: UUID, told_round: int | None, why: str) -> None:
    """Note that it did not work this time; try again later, or give up when a day has gone by."""
    delivery = _attempted(db, delivery_id, told_round)
    if delivery is None or delivery.status is not DeliveryStatus.PENDING:
        return
    announce(db, delivery.account_id, delivery.handoff_id, HandoffEvent.TOLD)
    try_again(delivery, why, db.get_one(Handoff, delivery.handoff_id).told_at)


def _attempted(db: Session, delivery_id: UUID, told_round: int | None) -> Delivery | None:
    """Count an attempt and free its lease. None when everybody is being told anew by now: that mail is still to come."""
    delivery = db.get_one(Delivery, delivery_id, with_for_update=True)
    delivery.lease_owner = None
    if told_round is not None and told_round != db.get_one(Handoff, delivery.handoff_id).round:
        return None
    delivery.attempts += 1
    return delivery


def _seen_timeout() -> timedelta:
    return timedelta(seconds=get_settings().seen_timeout_seconds)


def _needless(handoff: Handoff, recipient: User) -> str:
    """Return why this person need not, or must not, be told any more; empty when they are to be told."""
    if handoff.status is not HandoffStatus.OPEN:
        return f"The escalation was {handoff.status} before this was sent."
    if recipient.deleted_at is not None or not recipient.is_active:
        return "No longer active."
    if recipient.role not in SENIOR_ROLES or recipient.account_id != handoff.account_id:
        return "No longer a senior."
    return ""
