"""Deliveries: one row for each person and channel, made with the handoff and worked off after its commit."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, Uuid, bindparam, select, text, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import SENIOR_ROLES, Role
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.domain.reach import AT_ONCE
from troubleshoot_app.models import Delivery, Handoff, User
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.reaching import tellings_of

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
    heeding_choices: bool = True,
) -> int:
    """Make (or make due again) a delivery for each eligible senior by each channel; return how many people.

    ``except_user_id`` is somebody who need not be told, such as the one who just gave the case back. ``heeding_choices``
    keeps back what people do not want now, as long as somebody is reached.
    """
    at = now()
    recipients = [
        user_id
        for user_id in db.execute(eligible_seniors(handoff.account_id, handoff.from_id, roles)).scalars()
        if user_id != except_user_id
    ]
    handoff.silence_lifted = not heeding_choices
    db.flush()
    verdicts = tellings_of(db, recipients) if heeding_choices else dict.fromkeys(recipients, AT_ONCE)
    told = [(recipient_id, channel) for recipient_id in recipients for channel in Channel]
    if told:
        kept = [verdicts[recipient_id][channel] for recipient_id, channel in told]
        db.execute(
            _TELL,
            {
                "ids": [str(new_id()) for _ in told],
                "recipients": [str(recipient_id) for recipient_id, _ in told],
                "channels": [channel.value for _, channel in told],
                "whys": [verdict.why for verdict in kept],
                "dues": [at if verdict.is_due else verdict.until for verdict in kept],
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
        (id, created_at, account_id, handoff_id, recipient_id, channel, status, attempts, error, next_attempt_at, silenced)
    SELECT told.id, :at, :account_id, :handoff_id, told.recipient_id, told.channel,
        CASE WHEN told.due IS NULL THEN 'skipped' ELSE 'pending' END, 0, told.why, told.due, told.why <> ''
    FROM unnest(CAST(:ids AS uuid[]), CAST(:recipients AS uuid[]), CAST(:channels AS text[]), CAST(:whys AS text[]),
            CAST(:dues AS timestamptz[]))
        AS told (id, recipient_id, channel, why, due)
    ON CONFLICT (handoff_id, recipient_id, channel) DO UPDATE
    SET status = excluded.status, attempts = 0, error = excluded.error, next_attempt_at = excluded.next_attempt_at,
        silenced = excluded.silenced, sent_at = NULL, seen_at = NULL, dismissed_at = NULL
    """
).bindparams(bindparam("account_id", type_=Uuid), bindparam("handoff_id", type_=Uuid))


def stop_telling(db: Session, handoff_id: UUID, why: str) -> None:
    """End what is still to be sent for a handoff that nobody needs to hear of any more."""
    db.execute(
        update(Delivery)
        .where(col(Delivery.handoff_id) == handoff_id, col(Delivery.status) == DeliveryStatus.PENDING)
        .values(status=DeliveryStatus.SKIPPED, error=why, next_attempt_at=None, silenced=False)
    )


def mark_shown(db: Session, handoff_ids: Iterable[UUID], user_ids: Iterable[UUID]) -> None:
    """Note that these people's tabs were given these escalations."""
    shown = (
        update(Delivery)
        .where(
            col(Delivery.handoff_id).in_(list(handoff_ids)),
            col(Delivery.recipient_id).in_(list(user_ids)),
            col(Delivery.channel) == Channel.IN_APP,
            col(Delivery.status).in_((DeliveryStatus.PENDING, DeliveryStatus.SKIPPED)),
            col(Delivery.silenced).is_(False),
        )
        .values(status=DeliveryStatus.SENT, sent_at=now(), attempts=1, error="", next_attempt_at=None)
    )
    _announce_told(db, shown)


def mark_seen(db: Session, handoff_ids: Iterable[UUID], user_id: UUID) -> None:
    """Note that a person had these escalations before their eyes; a mail that waits for that is not needed any more."""
    at = now()
    ids = list(handoff_ids)
    mine = (col(Delivery.handoff_id).in_(ids), col(Delivery.recipient_id) == user_id)
    seen = (
        update(Delivery)
        .where(*mine, col(Delivery.channel) == Channel.IN_APP, col(Delivery.status) != DeliveryStatus.SEEN)
        .values(status=DeliveryStatus.SEEN, seen_at=at, error="", next_attempt_at=None, silenced=False)
    )
    _announce_told(db, seen)
    db.execute(
        update(Delivery)
        .where(
            *mine,
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.status) == DeliveryStatus.PENDING,
            col(Delivery.lease_owner).is_(None),
        )
        .values(status=DeliveryStatus.SKIPPED, error=SEEN_ON_SCREEN, next_attempt_at=None, silenced=False)
    )


def _announce_told(db: Session, change: Update) -> None:
    """Make this change, and let whoever watches these escalations know."""
    changed = db.execute(change.returning(col(Delivery.account_id), col(Delivery.handoff_id)))
    for account_id, handoff_id in set(changed):
        announce(db, account_id, handoff_id, HandoffEvent.TOLD)


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
            .values(status=DeliveryStatus.SKIPPED, error=why, next_attempt_at=None, silenced=False)
        )
