"""Reaching: what the rules of reach need to know of people, read from the rows."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, true
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.domain.reach import AT_ONCE, Choices, Senior, Telling, tellings
from troubleshoot_app.models import Delivery, NotificationChoices, User
from troubleshoot_app.models.base import is_among
from troubleshoot_app.notifications.presence import connected_users


def tellings_of(db: Session, user_ids: Collection[UUID]) -> Mapping[UUID, Mapping[Channel, Telling]]:
    """Decide on telling these people, who are all whom an escalation is for."""
    choices = choices_of(db, user_ids)
    if not choices:
        return dict.fromkeys(user_ids, AT_ONCE)
    return tellings(seniors_as_they_are(db, user_ids, choices), now())


def seniors_as_they_are(
    db: Session, user_ids: Collection[UUID], choices: Mapping[UUID, Choices]
) -> dict[UUID, Senior]:
    """Return what the rules need to know of these people, whose ``choices`` were read before."""
    connected = connected_users(db, user_ids)
    refused = refused_mails(db, user_ids)
    return {
        user_id: Senior(
            choices.get(user_id, Choices()), is_connected=user_id in connected, mail_fails=user_id in refused
        )
        for user_id in user_ids
    }


def choices_of(db: Session, user_ids: Collection[UUID]) -> dict[UUID, Choices]:
    """Return the choices of those of these people who have made any."""
    rows = db.scalars(select(NotificationChoices).where(is_among(col(NotificationChoices.user_id), user_ids)))
    return {row.user_id: row.choices for row in rows}


def refused_mails(db: Session, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return to whom of these people the last mail was refused for good, and what was said."""
    ended = (DeliveryStatus.SENT, DeliveryStatus.FAILED)
    last = (
        select(col(Delivery.status), col(Delivery.error))
        .where(
            col(Delivery.recipient_id) == col(User.id),
            col(Delivery.channel) == Channel.EMAIL,
            col(Delivery.status).in_(ended),
        )
        .order_by(col(Delivery.id).desc())
        .limit(1)
        .lateral("last")
    )
    refused = (
        select(col(User.id), last.c.error)
        .join(last, true())
        .where(is_among(col(User.id), user_ids), last.c.status == DeliveryStatus.FAILED)
    )
    return dict(db.execute(refused).all())
