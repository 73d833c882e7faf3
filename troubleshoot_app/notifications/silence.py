"""Silence: what becomes of deliveries that choices or quiet hours keep back."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus
from troubleshoot_app.domain.reach import Choices, Telling, telling
from troubleshoot_app.models import Delivery, Handoff
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.deliveries import eligible_seniors
from troubleshoot_app.notifications.reaching import tellings_of

GRACE = timedelta(seconds=30)
AT_ONCE = 50


def telling_now(db: Session, delivery: Delivery, handoff: Handoff, own: Choices | None) -> Telling:
    """Decide, right before it is made, whether a delivery is to be made to somebody who has made these choices, or none."""
    if handoff.silence_lifted or own is None or telling(own, delivery.channel, now()).is_due:
        return Telling()
    eligible = set(db.execute(eligible_seniors(handoff.account_id, handoff.from_id)).scalars())
    return tellings_of(db, eligible | {delivery.recipient_id})[delivery.recipient_id][delivery.channel]


def keep_back(delivery: Delivery, verdict: Telling) -> None:
    """Put a delivery off until the quiet hours are over, or end it when its channel was not chosen."""
    delivery.silenced = not verdict.is_due
    delivery.error = verdict.why
    delivery.lease_owner = None
    if verdict.is_due or verdict.until is not None:
        delivery.status = DeliveryStatus.PENDING
        delivery.next_attempt_at = verdict.until or now()
    else:
        delivery.status = DeliveryStatus.SKIPPED
        delivery.next_attempt_at = None


def apply_choices(db: Session, user_id: UUID, choices: Choices) -> None:
    """Decide anew on what was kept back from somebody who has just changed their choices."""
    kept_back = (
        select(Delivery, Handoff)
        .join(Handoff, col(Handoff.id) == col(Delivery.handoff_id))
        .where(
            col(Delivery.recipient_id) == user_id,
            col(Delivery.silenced),
            col(Handoff.status) == HandoffStatus.OPEN,
        )
        .with_for_update(of=Delivery)
    )
    for delivery, handoff in db.execute(kept_back).all():
        keep_back(delivery, telling(choices, delivery.channel, now()))
        announce(db, handoff.account_id, handoff.id, HandoffEvent.TOLD)


def end_quiet(db: Session, delivery_ids: Collection[UUID]) -> None:
    """Let on-screen deliveries go on, the quiet hours of whose recipients are over."""
    if delivery_ids:
        over = update(Delivery).where(col(Delivery.id).in_(delivery_ids), col(Delivery.silenced))
        db.execute(over.values(silenced=False, error=""))


def lift_silence(db: Session) -> int:
    """Tell everybody of escalations that have reached nobody in the time in which they had to; return of how many.

    Somebody was reached who has seen it, or whose mail the mail server has taken.
    """
    in_time = timedelta(seconds=get_settings().seen_timeout_seconds) + GRACE
    of_it = exists().where(col(Delivery.handoff_id) == col(Handoff.id))
    was_seen = col(Delivery.status) == DeliveryStatus.SEEN
    was_mailed = and_(col(Delivery.status) == DeliveryStatus.SENT, col(Delivery.channel) == Channel.EMAIL)
    unheard = (
        select(Handoff)
        .where(
            col(Handoff.status) == HandoffStatus.OPEN,
            col(Handoff.silence_lifted).is_(False),
            col(Handoff.told_at) <= now() - in_time,
            of_it.where(col(Delivery.silenced)),
            ~of_it.where(or_(was_seen, was_mailed)),
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    handoffs: list[Handoff] = list(db.scalars(unheard))
    for handoff in handoffs:
        handoff.silence_lifted = True
        db.flush()
        db.execute(
            update(Delivery)
            .where(col(Delivery.handoff_id) == handoff.id, col(Delivery.silenced))
            .values(
                status=DeliveryStatus.PENDING, silenced=False, error="", attempts=0, next_attempt_at=now()
            )
        )
        announce(db, handoff.account_id, handoff.id, HandoffEvent.REMINDED)
    return len(handoffs)
