"""Mails with news of a case: to the escalator who has no page open, and to a claimer who forgot; one thread a case."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from tests.notifications.conftest import OPENED, escalation
from tests.notifications.test_claims import LEASE, pass_time
from tests.notifications.workers import eventually, working
from tests.support.people import Team, add_team, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import DeliveryStatus, News
from troubleshoot_app.models import CaseMail, User
from troubleshoot_app.notifications.case_messages import NewsMail, news_message
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.services import handoffs

HOSTILE = "Eve\r\nBcc: all@example.org\0\ud800 " + "x" * 10_000


@pytest.fixture
def team(clean_database: str) -> Team:
    """An account."""
    return transact(add_team)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is given time to look at a page."""
    monkeypatch.setattr(get_settings(), "seen_timeout_seconds", 0)


def ended(db: Session) -> bool:
    """Whether no such mail is still to be sent."""
    return all(mail.status is not DeliveryStatus.PENDING for mail in db.scalars(select(CaseMail)))


@pytest.mark.usefixtures("at_once")
def test_the_escalator_without_a_page_reads_it_all_in_one_thread(team: Team, smtp: MailServer):
    with working(smtp):
        handoff = transact(escalate, team, reason="It hums.")
        smtp.wait_for(lambda mails: len(mails) == 4)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        smtp.wait_for(lambda _: len(smtp.to(team.viewer.email)) == 1)
        do(team.engineer, handoffs.release, handoff_id=handoff.id)
        smtp.wait_for(lambda _: len(smtp.to(team.viewer.email)) == 2)
        do(team.admin, handoffs.claim, handoff_id=handoff.id)
        smtp.wait_for(lambda _: len(smtp.to(team.viewer.email)) == 3)
        do(team.admin, handoffs.resolve, handoff_id=handoff.id, resolution="A new fuse.")
        smtp.wait_for(lambda _: len(smtp.to(team.viewer.email)) == 4)
        eventually(lambda: transact(ended))
    mails = [mail.message for mail in smtp.to(team.viewer.email)]
    subjects = [str(mail["Subject"]) for mail in mails]
    for subject, words in zip(
        subjects, ("Erin of Acme", "open again", "Adam of Acme", "resolved"), strict=True
    ):
        assert words in subject
    text = mails[-1].get_body(("plain",))
    assert text is not None
    assert "A new fuse." in text.get_content()
    assert f"/handoffs/{handoff.id}" in text.get_content()
    assert {str(mail["References"]) for mail in mails} == {str(smtp.mails[0].message["References"])}
    assert len({str(mail["Message-ID"]) for mail in mails}) == 4
    assert all(mail["Auto-Submitted"] == "auto-generated" for mail in mails)


@pytest.mark.usefixtures("at_once")
def test_who_has_a_page_open_is_told_there(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(team.viewer)
        handoff = transact(escalate, team)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        eventually(lambda: transact(ended))
        assert transact(errors) == ["Told on screen."]
        eventually(lambda: len(worker.screen.notices) == 1)
    assert smtp.to(team.viewer.email) == []


def errors(db: Session) -> list[str]:
    """Return why mails were not sent."""
    return [mail.error for mail in db.scalars(select(CaseMail))]


@pytest.mark.usefixtures("at_once")
def test_news_that_is_overtaken_or_for_who_has_left_is_not_sent(team: Team, smtp: MailServer):
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    do(team.engineer, handoffs.release, handoff_id=handoff.id)
    gone = transact(escalate, team, team.admin)
    do(team.owner, handoffs.claim, handoff_id=gone.id)
    transact(
        lambda db: (
            db.execute(update(User).where(User.__table__.c.id == team.admin.id).values(is_active=False))
            and None
        )
    )
    with working(smtp):
        eventually(lambda: transact(ended))
    assert len(smtp.to(team.viewer.email)) == 1
    assert smtp.to(team.admin.email) == []
    assert set(transact(errors)) == {
        "",
        "Something else had happened before this was sent.",
        "No longer active.",
    }


def test_whoever_left_a_case_alone_is_mailed_once_wherever_they_are(
    team: Team, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    with working(smtp) as worker:
        worker.connect(team.engineer, team.viewer)
        transact(pass_time, LEASE)
        smtp.wait_for(lambda mails: len(mails) == 1)
    (mail,) = smtp.to(team.engineer.email)
    assert str(mail.message["Subject"]) == "Still on it? No internet"


@pytest.mark.parametrize("news", News)
def test_whatever_people_wrote_it_can_be_sent_and_is_in_the_thread(news: News):
    mail = NewsMail(
        mail_id=escalation().delivery_id,
        handoff_id=escalation().handoff_id,
        mail_from="troubleshoot@example.org",
        public_url=escalation().public_url,
        recipient_name=HOSTILE,
        recipient_address="vera@example.org",
        sent_at=OPENED,
        news=news,
        escalator_name=HOSTILE,
        claimer_name=HOSTILE,
        title=HOSTILE,
        question=HOSTILE,
        resolution=HOSTILE,
        until=OPENED + timedelta(minutes=5),
    )
    message = news_message(mail)
    raw = message.as_bytes()
    assert b"\0" not in raw
    assert message["Bcc"] is None
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert message["References"] == escalation_message(escalation())["References"]
