"""Deliveries: one row for each person and channel, made with the handoff and worked off after its commit."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, Uuid, bindparam, select, text, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES, Role
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, mail_due
from troubleshoot_app.domain.reach import Telling
from troubleshoot_app.models import Delivery, Handoff, User
from troubleshoot_app.models.base import array_of, is_among
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.presence import LIFETIME
from troubleshoot_app.notifications.reaching import tellings_of

SEEN_ON_SCREEN = "Seen on screen."
COMMON_DIGITS = 24


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
    keeps back what people do not want now, as long as somebody is reached. Who has a page open is mailed when they had
    the time to look at it.
    """
    at = now()
    handoff.silence_lifted = not heeding_choices
    db.flush()
    eligible = eligible_seniors(handoff.account_id, handoff.from_id, roles)
    recipients = [user_id for user_id in db.scalars(eligible) if user_id != except_user_id]
    kept = _kept_back(db, recipients) if heeding_choices else []
    db.execute(
        _TELL,
        {
            "recipients": array_of(recipients),
            "new_id": new_id().hex[:COMMON_DIGITS],
            "account_id": handoff.account_id,
            "handoff_id": handoff.id,
            "at": at,
            "mail_connected_at": _mail_connected_at(handoff, at),
            "alive_since": at - LIFETIME,
            "kept_recipients": array_of(user_id for user_id, _, _ in kept),
            "kept_channels": [channel.value for _, channel, _ in kept],
            "kept_whys": [verdict.why for _, _, verdict in kept],
            "kept_untils": [verdict.until for _, _, verdict in kept],
        },
    )
    return len(recipients)


def _kept_back(db: Session, recipients: Collection[UUID]) -> list[tuple[UUID, Channel, Telling]]:
    """Return what these people, who are all whom an escalation is for, do not want to be told of now."""
    return [
        (user_id, channel, verdict)
        for user_id, verdicts in tellings_of(db, recipients).items()
        for channel, verdict in verdicts.items()
        if not verdict.is_due
    ]


def _mail_connected_at(handoff: Handoff, at: datetime) -> datetime:
    """Return when to mail somebody who has a page open, and should look at it before."""
    decision = mail_due(
        handoff.told_at,
        at,
        connected=True,
        seen=False,
        seen_timeout=timedelta(seconds=get_settings().seen_timeout_seconds),
        is_reminder=handoff.reminders > 0,
    )
    return decision.wait_until or at


# The rows are made where they stay: a thousand of them would take longer on their way than all the rest.
# Their ids begin like a new one, and count up in the order of people, with the screen before the mail.
_TELL = text(
    """
    INSERT INTO delivery
        (id, created_at, account_id, handoff_id, recipient_id, channel, status, attempts, error, next_attempt_at, silenced)
    SELECT
        CAST(:new_id || lpad(to_hex(2 * senior.place + told.place), 8, '0') AS uuid),
        :at, :account_id, :handoff_id, senior.id, told.channel,
        CASE WHEN kept.why IS NOT NULL AND kept.until IS NULL THEN 'skipped' ELSE 'pending' END, 0,
        coalesce(kept.why, ''),
        CASE WHEN kept.why IS NOT NULL THEN kept.until
            WHEN told.channel = 'email'
                AND senior.id IN (SELECT user_id FROM presence WHERE seen_at > :alive_since) THEN :mail_connected_at
            ELSE :at END,
        kept.why IS NOT NULL
    FROM unnest(CAST(:recipients AS uuid[])) WITH ORDINALITY AS senior (id, place)
    CROSS JOIN (VALUES (0, 'in_app'), (1, 'email')) AS told (place, channel)
    LEFT JOIN unnest(CAST(:kept_recipients AS uuid[]), CAST(:kept_channels AS text[]), CAST(:kept_whys AS text[]),
            CAST(:kept_untils AS timestamptz[])) AS kept (recipient_id, channel, why, until)
        ON kept.recipient_id = senior.id AND kept.channel = told.channel
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
            is_among(col(Delivery.recipient_id), user_ids),
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
