"""The queue of mails: rows of ``delivery`` that are due, leased by one process at a time.

A lease names the advisory lock that its process holds for as long as it lives; a lease whose lock nobody holds is free.
"""

from collections.abc import Collection
from datetime import timedelta
from email.message import EmailMessage
from random import SystemRandom
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES
from troubleshoot_app.domain.handoff import (
    Channel,
    DeliveryStatus,
    HandoffStatus,
    mail_due,
    next_attempt,
)
from troubleshoot_app.models import Delivery, Handoff, User
from troubleshoot_app.notifications.briefings import escalation_mail
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.notifications.presence import connected_users

LEASE_LOCK_CLASS = 815_002
ERROR_LENGTH = 500

_LIVING_OWNERS = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :lease_class"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due and not being sent by a living process; return their delivery ids.

    ``busy`` are those that this process is sending right now.
    """
    living = set(db.execute(_LIVING_OWNERS, {"lease_class": LEASE_LOCK_CLASS}).scalars()) - {owner}
    due = (
        select(Delivery.id)
        .where(
            Delivery.channel == Channel.EMAIL,
            Delivery.status == DeliveryStatus.PENDING,
            Delivery.next_attempt_at <= now(),
            or_(Delivery.lease_owner.is_(None), Delivery.lease_owner.not_in(living)),
            Delivery.id.not_in(list(busy)),
        )
        .order_by(Delivery.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.execute(due).scalars())
    if ids:
        db.execute(update(Delivery).where(Delivery.id.in_(ids)).values(lease_owner=owner))
    return ids


def prepare(db: Session, delivery_id: UUID) -> EmailMessage | None:
    """Ask once more whether a leased mail is to be sent, and return it.

    None means no: it is put off until its recipient had the time to see the banner, or ended with the reason why.
    """
    row = db.execute(
        select(Delivery, Handoff, User)
        .join(Handoff, Handoff.id == Delivery.handoff_id)
        .join(User, User.id == Delivery.recipient_id)
        .where(Delivery.id == delivery_id, Delivery.status == DeliveryStatus.PENDING)
        .with_for_update(of=Delivery)
    ).one_or_none()
    if row is None:
        return None
    delivery, handoff, recipient = row
    if why := _needless(handoff, recipient):
        _finish(delivery, DeliveryStatus.SKIPPED, why)
        return None
    on_screen = db.execute(
        select(Delivery.seen_at).where(
            Delivery.handoff_id == handoff.id,
            Delivery.recipient_id == recipient.id,
            Delivery.channel == Channel.IN_APP,
        )
    ).scalar_one_or_none()
    decision = mail_due(
        handoff.told_at,
        now(),
        connected=recipient.id in connected_users(db, [recipient.id]),
        seen=on_screen is not None,
        seen_timeout=timedelta(seconds=get_settings().seen_timeout_seconds),
    )
    if decision.not_needed:
        _finish(delivery, DeliveryStatus.SKIPPED, "Seen on screen.")
        return None
    if decision.wait_until is not None:
        delivery.next_attempt_at = decision.wait_until
        delivery.lease_owner = None
        return None
    delivery.attempts += 1
    return escalation_message(escalation_mail(db, delivery, handoff, recipient))


def record_sent(db: Session, delivery_id: UUID) -> None:
    """Note that the mail server has taken the mail."""
    delivery = db.get_one(Delivery, delivery_id, with_for_update=True)
    _finish(delivery, DeliveryStatus.SENT, "")
    delivery.sent_at = now()


def record_refused(db: Session, delivery_id: UUID, why: str) -> None:
    """Note that the mail server will never take this mail."""
    _finish(db.get_one(Delivery, delivery_id, with_for_update=True), DeliveryStatus.FAILED, why)


def record_deferred(db: Session, delivery_id: UUID, why: str) -> None:
    """Note that it did not work this time; try again later, or give up when a day has gone by."""
    delivery = db.get_one(Delivery, delivery_id, with_for_update=True)
    handoff = db.get_one(Handoff, delivery.handoff_id)
    again = next_attempt(delivery.attempts, now(), SystemRandom().uniform(-1, 1), handoff.told_at)
    if again is None:
        _finish(delivery, DeliveryStatus.FAILED, why)
        return
    delivery.error = why[:ERROR_LENGTH]
    delivery.next_attempt_at = again
    delivery.lease_owner = None


def _needless(handoff: Handoff, recipient: User) -> str:
    """Return why this person need not, or must not, be told any more; empty when they are to be told."""
    if handoff.status is not HandoffStatus.OPEN:
        return f"The escalation was {handoff.status} before this was sent."
    if recipient.deleted_at is not None or not recipient.is_active:
        return "No longer active."
    if recipient.role not in SENIOR_ROLES or recipient.account_id != handoff.account_id:
        return "No longer a senior."
    return ""


def _finish(delivery: Delivery, status: DeliveryStatus, why: str) -> None:
    delivery.status = status
    delivery.error = why[:ERROR_LENGTH]
    delivery.next_attempt_at = None
    delivery.lease_owner = None
