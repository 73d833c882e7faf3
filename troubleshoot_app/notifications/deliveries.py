"""Deliveries: one row for each person and channel, made with the handoff and worked off after its commit."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, text, update
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
    told = [(new_id(), recipient_id, channel) for recipient_id in recipients for channel in Channel]
    if told:
        ids, people, channels = zip(*told, strict=True)
        db.execute(
            _TELL,
            {
                "ids": [str(one) for one in ids],
                "recipients": [str(one) for one in people],
                "channels": [channel.value for channel in channels],
                "account_id": handoff.account_id,
                "handoff_id": handoff.id,
                "at": at,
            },
        )
    return len(recipients)


# One statement however many people there are: the driver would send several rows one after the other.
_TELL = text(
    """
    INSERT INTO delivery
        (id, created_at, account_id, handoff_id, recipient_id, channel, status, attempts, error, next_attempt_at)
    SELECT told.id, :at, :account_id, :handoff_id, told.recipient_id, told.channel, 'pending', 0, '', :at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:recipients AS uuid[]), CAST(:channels AS text[]))
        AS told (id, recipient_id, channel)
    ON CONFLICT (handoff_id, recipient_id, channel) DO UPDATE
    SET status = 'pending', attempts = 0, error = '', next_attempt_at = excluded.next_attempt_at,
        sent_at = NULL, seen_at = NULL, dismissed_at = NULL
    """
).bindparams(bindparam("account_id", type_=Uuid), bindparam("handoff_id", type_=Uuid))


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
