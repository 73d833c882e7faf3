"""Who is told of an escalation, and that telling never gets in the way of it."""

from collections.abc import Iterator
from email.message import EmailMessage

import psycopg2
import psycopg2.extensions
import pytest
from sqlalchemy import select
from sqlmodel import Session

from tests.notifications.workers import eventually, told, working
from tests.support.people import Team, add_person, add_team, ask, do, escalate, start
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import libpq_url, transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import AuditEntry, Delivery, Handoff
from troubleshoot_app.notifications.announcements import CHANNEL, Announcement, HandoffEvent
from troubleshoot_app.services import handoffs


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


def test_engineers_and_admins_of_the_account_are_mailed_and_nobody_else(team: Team, smtp: MailServer):
    def others(db: Session) -> None:
        add_team(db, "umbrella")
        for role in Role:
            add_person(db, team.account_id, role, "Inactive", f"inactive-{role}@acme.test", is_active=False)
            add_person(db, team.account_id, role, "Deleted", f"deleted-{role}@acme.test", deleted_at=now())

    transact(others)
    with working(smtp):
        handoff = transact(escalate, team, team.engineer, reason="No light at all.")
        expected = {"engineer2@acme.test", "admin@acme.test", "owner@acme.test"}
        smtp.wait_for(lambda mails: {mail.recipients[0] for mail in mails} >= expected)
        eventually(lambda: set(told(team.engineer, handoff.id).values()) == {"sent"})
    assert sorted(mail.recipients for mail in smtp.mails) == [[address] for address in sorted(expected)]
    assert sorted(smtp.attempts) == sorted(expected)


def test_park_does_not_fan_out(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors)
        pushes = worker.screen.pushes
        session = transact(start, team)
        do(team.viewer, handoffs.open_handoff, session_id=session.id, intent="park", reason="Lunch.")
        escalated = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.owner) == [escalated.id])
        assert worker.screen.pushes == pushes + 1
    assert {row.handoff_id.hex for row in transact(rows)} == {escalated.id.replace("-", "")}
    assert smtp.attempts == []


def rows(db: Session) -> list[Delivery]:
    return list(db.scalars(select(Delivery)))


def count(db: Session, table: type[Handoff | Delivery]) -> int:
    return len(db.scalars(select(table)).all())


class Broken:
    """A mail service of which nobody knows what it raises."""

    def send(self, message: EmailMessage) -> None:
        """Fail."""
        raise ZeroDivisionError("the mail service is broken")


def test_a_mail_service_that_raises_does_not_reach_the_caller(team: Team, caplog: pytest.LogCaptureFixture):
    with working(Broken()):
        handoff = transact(escalate, team)
        assert handoff.status == "open"
        eventually(lambda: all(row.error for row in transact(rows) if row.channel == "email"))
    mails = [row for row in transact(rows) if row.channel == "email"]
    assert {(row.status, row.attempts, row.lease_owner) for row in mails} == {("pending", 1, None)}
    assert all(row.error.startswith("Something went wrong (") for row in mails)
    assert "the mail service is broken" not in "".join(row.error for row in mails)
    assert "ZeroDivisionError" in caplog.text


@pytest.fixture
def listening(team: Team, database_url: str) -> Iterator[psycopg2.extensions.connection]:
    connection = psycopg2.connect(libpq_url(database_url))
    connection.autocommit = True
    connection.cursor().execute(f"LISTEN {CHANNEL}")
    yield connection
    connection.close()


def heard(listening: psycopg2.extensions.connection, count: int = 0) -> list[Announcement]:
    """Return what was announced since the last time, as soon as it is as much as ``count``."""

    def enough() -> bool:
        listening.poll()
        return len(listening.notifies) >= count

    eventually(enough)
    announcements = [Announcement.from_payload(notify.payload) for notify in listening.notifies]
    listening.notifies.clear()
    return announcements


def test_handoff_dispatches_on_escalate_after_the_commit_and_never_on_rollback(
    team: Team, smtp: MailServer, listening: psycopg2.extensions.connection
):
    session = transact(start, team)

    def changes_its_mind(db: Session) -> None:
        ask(db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate")
        assert len(db.scalars(select(Delivery)).all()) == 8
        assert heard(listening) == []
        raise LookupError("never mind")

    with working(smtp) as worker:
        worker.connect(team.engineer)
        pushes = worker.screen.pushes
        with pytest.raises(LookupError):
            transact(changes_its_mind)
        for table in (Handoff, Delivery):
            assert transact(count, table) == 0
        assert "handoff.opened" not in transact(actions)

        def checks_before_the_commit(db: Session) -> str:
            handoff = ask(db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate")
            db.flush()
            assert (heard(listening), smtp.attempts, worker.screen.pushes) == ([], [], pushes)
            return handoff.id

        handoff_id = transact(checks_before_the_commit)
        (announcement,) = heard(listening, 1)
        assert (announcement.account_id, announcement.event) == (team.account_id, HandoffEvent.OPENED)
        assert str(announcement.handoff_id) == handoff_id
        smtp.wait_for(lambda mails: len(mails) == 3)
        eventually(lambda: worker.screen.alerts(team.engineer) == [handoff_id])
    assert len(smtp.attempts) == 3


def actions(db: Session) -> list[str]:
    return [entry.action for entry in db.scalars(select(AuditEntry))]


def test_everything_that_happens_to_an_escalation_is_announced(
    team: Team, listening: psycopg2.extensions.connection
):
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.dismiss, handoff_id=handoff.id)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    do(team.engineer, handoffs.release, handoff_id=handoff.id)
    do(team.admin, handoffs.claim, handoff_id=handoff.id)
    do(team.admin, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.")
    second = transact(escalate, team)
    do(team.viewer, handoffs.cancel, handoff_id=second.id)
    events = ["opened", "dismissed", "claimed", "released", "claimed", "resolved", "opened", "cancelled"]
    assert [announcement.event for announcement in heard(listening, len(events))] == events
