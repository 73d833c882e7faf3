"""Deliveries: one row for each person and channel, made with the handoff and worked off after its commit."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import SENIOR_ROLES, Role
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery, Handoff, User

SEEN_ON_SCREEN = "Seen on screen."


def eligible_seniors(
    account_id: UUID, escalator_id: UUID, roles: Collection[Role] = SENIOR_ROLES
) -> Select[UUID]:
    """Return the query for who an escalation is for: active seniors of the account, the escalator excepted."""
    return (
        select(col(User.id))
        .where(
            col(User.account_id) == account_id,
            col(User.id) != escalator_id,
            col(User.role).in_(roles),
            *is_active_senior(),
        )
        .order_by(col(User.id))
    )


def is_active_senior() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a user who is to be told of escalations."""
    return col(User.role).in_(SENIOR_ROLES), col(User.is_active).is_(True), col(User.deleted_at).is_(None)


def tell_everybody(
    db: Session,
    handoff: Handoff,
    *,
    roles: Collection[Role] = SENIOR_ROLES,
    except_user_id: UUID | None = None,
) -> int:
    """Make (or make due again) a delivery for each eligible senior by each channel; return how many people.

    ``except_user_id`` is somebody who need not be told, such as the one who just gave the case back.
    """
    at = now()
    recipients = [
        user_id
        for user_id in db.execute(eligible_seniors(handoff.account_id, handoff.from_id, roles)).scalars()
        if user_id != except_user_id
    ]
    rows = [
        {
            "id": new_id(),
            "created_at": at,
            "account_id": handoff.account_id,
            "handoff_id": handoff.id,
            "recipient_id": recipient_id,
            "channel": channel,
            "status": DeliveryStatus.PENDING,
            "attempts": 0,
            "error": "",
            "next_attempt_at": at,
        }
        for recipient_id in recipients
        for channel in Channel
    ]
    if rows:
        db.execute(_TELL, rows)
    return len(recipients)


# Built once and given the rows as parameters: a statement with the rows in it would be put together anew each time.
_FRESH = insert(Delivery.__table__)
_TELL = _FRESH.on_conflict_do_update(
    index_elements=["handoff_id", "recipient_id", "channel"],
    set_={
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "error": "",
        "next_attempt_at": _FRESH.excluded.next_attempt_at,
        "sent_at": None,
        "seen_at": None,
        "dismissed_at": None,
    },
)


def stop_telling(db: Session, handoff_id: UUID, why: str) -> None:
    """End what is still to be sent for a handoff that nobody needs to hear of any more."""
    db.execute(
        update(Delivery)
        .where(col(Delivery.handoff_id) == handoff_id, col(Delivery.status) == DeliveryStatus.PENDING)
        .values(status=DeliveryStatus.SKIPPED, error=why, next_attempt_at=None)
    )


def mark_shown(db: Session, handoff_ids: Iterable[UUID], user_ids: Iterable[UUID]) -> None:
    """Note that these people's tabs were given these escalations."""
    db.execute(
        update(Delivery)
        .where(
            col(Delivery.handoff_id).in_(list(handoff_ids)),
            col(Delivery.recipient_id).in_(list(user_ids)),
            col(Delivery.channel) == Channel.IN_APP,
            col(Delivery.status).in_((DeliveryStatus.PENDING, DeliveryStatus.SKIPPED)),
        )
        .values(status=DeliveryStatus.SENT, sent_at=now(), attempts=1, error="", next_attempt_at=None)
    )


def mark_seen(db: Session, handoff_ids: Iterable[UUID], user_id: UUID) -> None:
    """Note that a person had these escalations before their eyes; a mail that waits for that is not needed any more."""
    at = now()
    ids = list(handoff_ids)
    mine = (col(Delivery.handoff_id).in_(ids), col(Delivery.recipient_id) == user_id)
    db.execute(
        update(Delivery)
        .where(*mine, col(Delivery.channel) == Channel.IN_APP, col(Delivery.status) != DeliveryStatus.SEEN)
        .values(status=DeliveryStatus.SEEN, seen_at=at, error="", next_attempt_at=None)
    )
    db.execute(
        update(Delivery)
        .where(
            *mine,
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.status) == DeliveryStatus.PENDING,
            col(Delivery.lease_owner).is_(None),
        )
        .values(status=DeliveryStatus.SKIPPED, error=SEEN_ON_SCREEN, next_attempt_at=None)
    )


def mark_dismissed(db: Session, handoff_id: UUID, user_id: UUID, at: datetime) -> None:
    """Note that a person does not want to see the banner of this escalation any more."""
    db.execute(
        update(Delivery)
        .where(
            col(Delivery.handoff_id) == handoff_id,
            col(Delivery.recipient_id) == user_id,
            col(Delivery.channel) == Channel.IN_APP,
        )
        .values(dismissed_at=at)
    )


def skip(db: Session, delivery_ids: Collection[UUID], why: str) -> None:
    """End deliveries that were not made yet, such as those on the screens of people who have none open."""
    if delivery_ids:
        db.execute(
            update(Delivery)
            .where(col(Delivery.id).in_(delivery_ids), col(Delivery.status) == DeliveryStatus.PENDING)
            .values(status=DeliveryStatus.SKIPPED, error=why, next_attempt_at=None)
        )
