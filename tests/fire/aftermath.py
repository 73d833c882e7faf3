"""What must hold after any fire: nothing lost, nobody told who must not be, the same mail twice at most as the same mail."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.notifications.workers import eventually
from tests.support.people import Person, Team
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus
from troubleshoot_app.models import CaseMail, Delivery, Handoff, User
from troubleshoot_app.services.integrity import find_faults

ENDED_SECONDS = 60


def hurry(account_id: UUID) -> None:
    """Let the time until the next attempt of every mail of the account be over."""

    def make_due(db: Session) -> None:
        waiting = (
            col(Delivery.account_id) == account_id,
            col(Delivery.status) == DeliveryStatus.PENDING,
            col(Delivery.lease_owner).is_(None),
            col(Delivery.next_attempt_at) > now(),
        )
        db.execute(update(Delivery).where(*waiting).values(next_attempt_at=now()))

    transact(make_due)


def all_ended(account_id: UUID) -> bool:
    """Whether nobody of the account is still to be told of anything."""

    def read(db: Session) -> bool:
        pending = col(Delivery.status) == DeliveryStatus.PENDING
        return (
            db.execute(
                select(col(Delivery.id)).where(col(Delivery.account_id) == account_id, pending)
            ).first()
            is None
        )

    return transact(read)


def assert_in_order(
    team: Team,
    answered: Collection[str],
    mails: MailServer,
    *,
    told: Collection[Person],
    seconds: float = ENDED_SECONDS,
) -> Counter[str]:
    """Check all that must hold of the escalations that were ``answered``; return how many mails came by Message-ID.

    ``told`` are the people who may be mailed of them.
    """

    def done() -> bool:
        hurry(team.account_id)
        return all_ended(team.account_id)

    eventually(done, seconds)
    kept = transact(_handoffs_of, team)
    assert set(answered) <= kept, f"answered and lost: {set(answered) - kept}"
    assert transact(lambda db: list(find_faults(db))) == []
    came: Counter[str] = Counter()
    about: dict[str, tuple[str, str]] = {}
    for mail in list(mails.mails):
        (address,) = mail.recipients
        if address not in transact(_addresses_of, team):
            continue
        message_id, thread = str(mail.message["Message-ID"]), str(mail.message["References"])
        came[message_id] += 1
        assert about.setdefault(message_id, (address, thread)) == (address, thread)
    addresses = {person.email for person in told}
    news = {str(mail_id) for mail_id in transact(_news_of, team)}
    strangers = {
        address for key, (address, _) in about.items() if address not in addresses and key[1:37] not in news
    }
    assert not strangers, f"{strangers} were mailed"
    _assert_one_id_a_round(about)
    _assert_sent_means_received(team, came)
    return came


def _assert_one_id_a_round(about: dict[str, tuple[str, str]]) -> None:
    per_delivery = Counter(message_id[1:37] + message_id[37:].partition("@")[0] for message_id in about)
    assert all(count == 1 for count in per_delivery.values()), "one round had mails with two ids"


def _assert_sent_means_received(team: Team, came: Counter[str]) -> None:
    """Everything that the record calls sent by mail has really been taken by the mail server."""
    received = {message_id[1:37] for message_id in came}
    missing = {str(delivery_id) for delivery_id in transact(_sent_mails_of, team)} - received
    assert not missing, f"called sent and never received: {missing}"


def _handoffs_of(db: Session, team: Team) -> set[str]:
    return {
        str(key)
        for key in db.scalars(select(col(Handoff.id)).where(col(Handoff.account_id) == team.account_id))
    }


def _addresses_of(db: Session, team: Team) -> set[str]:
    return set(db.scalars(select(col(User.email)).where(col(User.account_id) == team.account_id)))


def _news_of(db: Session, team: Team) -> list[UUID]:
    return list(db.scalars(select(col(CaseMail.id)).where(col(CaseMail.account_id) == team.account_id)))


def _sent_mails_of(db: Session, team: Team) -> list[UUID]:
    sent = (
        col(Delivery.account_id) == team.account_id,
        col(Delivery.channel) == Channel.EMAIL,
        col(Delivery.status) == DeliveryStatus.SENT,
        col(Handoff.status) == HandoffStatus.OPEN,
    )
    return list(
        db.scalars(
            select(col(Delivery.id)).join(Handoff, col(Handoff.id) == col(Delivery.handoff_id)).where(*sent)
        )
    )
