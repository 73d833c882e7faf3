"""An escalation that nobody picks up is told again, to all, by every channel; at last to the owners alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.notifications.workers import eventually, working
from tests.support.people import Team, add_team, ask, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import LAST_REMINDER, DeliveryStatus
from troubleshoot_app.models import Delivery, Handoff
from troubleshoot_app.notifications.rounds import tell_again
from troubleshoot_app.services import handoffs

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def team(db: Session) -> Team:
    """An account."""
    return add_team(db)


def wait(db: Session) -> None:
    """Let the time pass that an escalation may go unclaimed."""
    db.execute(update(Handoff).values(told_at=now() - LONG_AGO))
    db.expire_all()


def finish(db: Session) -> None:
    """Let every delivery have arrived."""
    db.execute(
        update(Delivery).values(status=DeliveryStatus.SENT, sent_at=now(), next_attempt_at=None, attempts=1)
    )
    db.expire_all()


def waiting(db: Session) -> set[tuple[object, str]]:
    """Return who is still to be told, and how."""
    rows = db.scalars(select(Delivery).where(col(Delivery.status) == DeliveryStatus.PENDING))
    return {(row.recipient_id, row.channel.value) for row in rows}


def test_nothing_is_told_again_before_its_time(db: Session, team: Team):
    escalate(db, team)
    assert tell_again(db) == 0


def test_everybody_is_told_three_times_more_and_then_the_owners_alone(db: Session, team: Team):
    escalate(db, team)
    everybody = {(person.id, channel) for person in team.seniors for channel in ("in_app", "email")}
    for _ in range(LAST_REMINDER - 1):
        finish(db)
        wait(db)
        assert tell_again(db) == 1
        assert waiting(db) == everybody
    finish(db)
    wait(db)
    assert tell_again(db) == 1
    assert waiting(db) == {(team.owner.id, "in_app"), (team.owner.id, "email")}
    finish(db)
    wait(db)
    assert tell_again(db) == 0


def test_what_is_picked_up_cancelled_or_parked_is_not_told_again(db: Session, team: Team):
    claimed = escalate(db, team)
    ask(db, team.engineer, handoffs.claim, handoff_id=claimed.id)
    cancelled = escalate(db, team)
    ask(db, team.viewer, handoffs.cancel, handoff_id=cancelled.id)
    wait(db)
    assert tell_again(db) == 0


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Escalations may go unclaimed for a second."""
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    monkeypatch.setenv("CLAIM_TIMEOUT_SECONDS", "1")
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("clean_database", "impatience")
def test_the_worker_mails_again_with_another_message_id(smtp: MailServer):
    team = transact(add_team)
    with working(smtp):
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: len([m for m in mails if m.recipients == ["owner@acme.test"]]) >= 2)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        eventually(lambda: not transact(waiting))
    mails = [mail.message for mail in smtp.mails if mail.recipients == ["owner@acme.test"]]
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert "Still open" in str(mails[1]["Subject"])
    assert mails[0]["In-Reply-To"] == mails[1]["In-Reply-To"]
