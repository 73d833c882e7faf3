"""Deliveries: one row for each person and channel, made with the handoff and worked off after its commit."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES, Role
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, mail_due
from troubleshoot_app.domain.reach import Telling
from troubleshoot_app.models import Delivery, Handoff, NotificationChoices, Presence, User
from troubleshoot_app.models.base import Timestamp, array_of, is_among
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.presence import LIFETIME
from troubleshoot_app.notifications.reaching import tellings_of

SEEN_ON_SCREEN = "Seen on screen."
COMMON_DIGITS, ID_DIGITS = 24, 32


def eligible_seniors(
    account_id: UUID | BindParameter[UUID],
    escalator_id: UUID | BindParameter[UUID],
    roles: Collection[Role] | BindParameter[Collection[Role]] = SENIOR_ROLES,
) -> Select[UUID]:
    """Return the query for who an escalation is for: active seniors of the account, the escalator excepted."""
    return select(col(User.id)).where(
        col(User.account_id) == account_id,
        col(User.id) != escalator_id,
        col(User.role).in_(roles),
        *is_active_senior(),
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
    whom = {
        "account_id": handoff.account_id,
        "escalator_id": handoff.from_id,
        "roles": list(roles),
        "except_user_id": except_user_id or handoff.from_id,
    }
    kept = _kept_back(db, whom) if heeding_choices else []
    told = db.connection().execute(
        _TELL if handoff.round == 1 else _TELL_AGAIN,
        whom
        | {
            "new_id": new_id().hex[:COMMON_DIGITS],
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
    return told.rowcount // len(Channel)


def _kept_back(db: Session, whom: Mapping[str, Any]) -> list[tuple[UUID, Channel, Telling]]:
    """Return what these people, who are all whom an escalation is for, do not want to be told of now."""
    if not db.scalar(_HAVE_CHOICES, whom):
        return []
    return [
        (user_id, channel, verdict)
        for user_id, verdicts in tellings_of(db, db.scalars(_WHOM, whom).all()).items()
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


# All of this is built once: building it takes longer than reading who it is.
_WHOM = eligible_seniors(
    bindparam("account_id", type_=Uuid),
    bindparam("escalator_id", type_=Uuid),
    bindparam("roles", expanding=True),
).where(col(User.id) != bindparam("except_user_id", type_=Uuid))
_HAVE_CHOICES = select(exists().where(col(NotificationChoices.user_id).in_(_WHOM)))

_whom = _WHOM.add_columns(func.row_number().over(order_by=col(User.id)).label("place")).subquery("whom")
_told = (
    func.unnest(literal([Channel.IN_APP.value, Channel.EMAIL.value], ARRAY(Text)))
    .table_valued("channel", with_ordinality="place", name="told")
    .render_derived()
)
_kept = (
    func.unnest(
        cast(bindparam("kept_recipients", type_=Text), ARRAY(Uuid)),
        cast(bindparam("kept_channels"), ARRAY(Text)),
        cast(bindparam("kept_whys"), ARRAY(Text)),
        cast(bindparam("kept_untils"), ARRAY(Timestamp)),
    )
    .table_valued("recipient_id", "channel", "why", "until", name="kept")
    .render_derived()
)
_is_kept = _kept.c.why.is_not(None)
_has_page_open = _whom.c.id.in_(
    select(col(Presence.user_id)).where(col(Presence.seen_at) > bindparam("alive_since"))
)
# The ids begin like a new one, and count up in the order of people, with the screen before the mail.
_number = func.lpad(func.to_hex(2 * _whom.c.place + _told.c.place - 1), ID_DIGITS - COMMON_DIGITS, "0")
_MADE: dict[str, ColumnElement[Any]] = {
    "id": cast(bindparam("new_id", type_=Text).concat(_number), Uuid),
    "created_at": bindparam("at", type_=Timestamp),
    "account_id": bindparam("account_id", type_=Uuid),
    "handoff_id": bindparam("handoff_id", type_=Uuid),
    "recipient_id": _whom.c.id,
    "channel": _told.c.channel,
    "status": case((and_(_is_kept, _kept.c.until.is_(None)), "skipped"), else_="pending"),
    "attempts": literal(0),
    "error": func.coalesce(_kept.c.why, ""),
    "next_attempt_at": case(
        (_is_kept, _kept.c.until),
        (
            and_(_told.c.channel == Channel.EMAIL.value, _has_page_open),
            bindparam("mail_connected_at", type_=Timestamp),
        ),
        else_=bindparam("at", type_=Timestamp),
    ),
    "silenced": _is_kept,
}
# The rows are made where they stay: a thousand of them would take longer on their way than all the rest.
_TELL = insert(Delivery.__table__).from_select(
    list(_MADE),
    select(*_MADE.values())
    .select_from(_whom)
    .join(_told, true())
    .outerjoin(_kept, and_(_kept.c.recipient_id == _whom.c.id, _kept.c.channel == _told.c.channel)),
    include_defaults=False,
)
# Only when they were told before, as it takes a while to look for a thousand rows that are not there.
_TELL_AGAIN = _TELL.on_conflict_do_update(
    index_elements=["handoff_id", "recipient_id", "channel"],
    set_={
        **{
            name: _TELL.excluded[name]
            for name in ("status", "attempts", "error", "next_attempt_at", "silenced")
        },
        **dict.fromkeys(("sent_at", "seen_at", "dismissed_at")),
    },
)


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
