"""The queue of mails: rows of ``delivery`` whose channel is the mail."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, exists, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus, mail_due
from troubleshoot_app.models import Delivery, Handoff, Presence, User
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.briefings import escalation_mail
from troubleshoot_app.notifications.deliveries import SEEN_ON_SCREEN
from troubleshoot_app.notifications.leases import finish, is_leased, try_again
from troubleshoot_app.notifications.messages import EscalationMail
from troubleshoot_app.notifications.presence import LIFETIME, connected_users
from troubleshoot_app.notifications.silence import keep_back, telling_now


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due; return their delivery ids. ``busy`` are under way in this process."""
    if not db.execute(_ANY_DUE, {"now": now()}).scalar_one():
        return []
    db.execute(_PUT_OFF, {"seen_timeout": _seen_timeout(), "now": now(), "alive_since": now() - LIFETIME})
    by_mail = col(Delivery.channel) == Channel.EMAIL
    return leases.lease_due(db, Delivery, owner, by_mail, busy=busy, limit=limit)


_DUE = (
    col(Delivery.channel) == Channel.EMAIL,
    col(Delivery.status) == DeliveryStatus.PENDING,
    col(Delivery.next_attempt_at) <= bindparam("now"),
)
_ANY_DUE = select(exists().where(*_DUE))

# All who are connected at once: asking for each of them would keep the threads busy just when their banner is to rise.
_LOOK_BY = col(Handoff.told_at) + bindparam("seen_timeout", type_=Interval)
_CONNECTED = select(col(Presence.user_id)).where(col(Presence.seen_at) > bindparam("alive_since"))
_TO_PUT_OFF = (
    select(col(Delivery.id), _LOOK_BY.label("look_by"))
    .join(Handoff, col(Handoff.id) == col(Delivery.handoff_id))
    .where(*_DUE, col(Delivery.lease_owner).is_(None), col(Delivery.recipient_id).in_(_CONNECTED))
    .where(col(Handoff.reminders) == 0, bindparam("now") < _LOOK_BY)
    .with_for_update(of=Delivery, skip_locked=True)
    .cte("to_put_off")
)
_PUT_OFF = (
    update(Delivery.__table__)
    .where(col(Delivery.id) == _TO_PUT_OFF.c.id)
    .values(next_attempt_at=_TO_PUT_OFF.c.look_by)
)


def prepare(db: Session, delivery_id: UUID, owner: int) -> EscalationMail | None:
    """Ask once more whether a mail that ``owner`` has leased is to be sent, and return what it says.

    None means no: it is put off until its recipient had the time to see the banner, ended with the reason why, or
    leased by somebody else meanwhile.
    """
    row = db.execute(
        select(Delivery, Handoff, User)
        .join(Handoff, col(Handoff.id) == col(Delivery.handoff_id))
        .join(User, col(User.id) == col(Delivery.recipient_id))
        .where(*is_leased(Delivery, delivery_id, owner))
        .with_for_update(of=Delivery)
    ).one_or_none()
    if row is None:
        return None
    delivery, handoff, recipient = row
    if why := _needless(handoff, recipient):
        finish(delivery, DeliveryStatus.SKIPPED, why)
        return None
    verdict = telling_now(db, delivery, handoff)
    if not verdict.is_due:
        keep_back(delivery, verdict)
        announce(db, handoff.account_id, handoff.id, HandoffEvent.TOLD)
        return None
    delivery.silenced = False
    decision = mail_due(
        handoff.told_at,
        now(),
        connected=recipient.id in connected_users(db, [recipient.id]),
        seen=_was_seen(db, delivery),
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
    return escalation_mail(db, delivery, handoff, recipient)


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


def _was_seen(db: Session, delivery: Delivery) -> bool:
    """Tell whether the recipient has had the same escalation before their eyes."""
    on_screen = select(col(Delivery.seen_at)).where(
        col(Delivery.handoff_id) == delivery.handoff_id,
        col(Delivery.recipient_id) == delivery.recipient_id,
        col(Delivery.channel) == Channel.IN_APP,
    )
    return db.execute(on_screen).scalar_one_or_none() is not None


def _needless(handoff: Handoff, recipient: User) -> str:
    """Return why this person need not, or must not, be told any more; empty when they are to be told."""
    if handoff.status is not HandoffStatus.OPEN:
        return f"The escalation was {handoff.status} before this was sent."
    if recipient.deleted_at is not None or not recipient.is_active:
        return "No longer active."
    if recipient.role not in SENIOR_ROLES or recipient.account_id != handoff.account_id:
        return "No longer a senior."
    return ""
