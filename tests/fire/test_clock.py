"""A clock that is set an hour forward or back while escalations are under way."""

from datetime import timedelta

import pytest
from sqlalchemy import DateTime, update
from sqlmodel import Session, SQLModel

from tests.notifications.workers import eventually, told, working
from tests.support.people import Team, add_team, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.models import Delivery, Handoff, Presence, TroubleshootingSession
from troubleshoot_app.services import handoff_views, handoffs
from troubleshoot_app.services.integrity import find_faults

HOUR = timedelta(hours=1)
SHIFTED: tuple[type[SQLModel], ...] = (Delivery, Handoff, Presence, TroubleshootingSession)


@pytest.fixture
def team(clean_database: str) -> Team:
    """An account."""
    return transact(add_team)


def set_clock(db: Session, by: timedelta) -> None:
    """Set the clock forward by that much: for all that is written down, the same as if it were so much older."""
    for model in SHIFTED:
        columns = model.__table__.c  # type: ignore[attr-defined]
        times = {column.name: column - by for column in columns if isinstance(column.type, DateTime)}
        db.execute(update(model).values(times))


def test_set_forward_everything_is_due_and_nothing_is_sent_twice(
    team: Team, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    with working(smtp) as worker:
        worker.connect(team.engineer)
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 3)
        eventually(lambda: list(told(team.viewer, handoff.id).values()).count("sent") == 3)
        transact(set_clock, HOUR)
        smtp.wait_for(lambda mails: len(mails) >= 3 + 4)
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent"})
        assert do(team.viewer, handoff_views.get_view, handoff.id).status == "open"
    ids = [str(mail.message["Message-ID"]) for mail in smtp.mails]
    # Four of the new round; and the one who was pushed and has not looked may be mailed of the first one, too.
    assert len(set(ids)) == len(ids)
    assert len(ids) in (7, 8)
    assert transact(lambda db: list(find_faults(db))) == []


def test_set_back_nobody_is_told_twice_and_what_waits_is_told_when_its_time_comes(
    team: Team, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    told_already = transact(escalate, team)
    with working(smtp):
        smtp.wait_for(lambda mails: len(mails) == 4)
        eventually(lambda: set(told(team.viewer, told_already.id).values()) == {"sent"})
    waiting = transact(escalate, team)
    claimed = do(team.engineer, handoffs.claim, handoff_id=transact(escalate, team).id)
    transact(set_clock, -HOUR)
    with working(smtp) as worker:
        worker.connect(team.engineer)
        newer = transact(escalate, team)
        eventually(lambda: {waiting.id, newer.id} <= set(worker.screen.alerts(team.engineer)))
        smtp.wait_for(lambda mails: sum(newer.id in str(mail.message["References"]) for mail in mails) == 3)
        assert do(team.viewer, handoff_views.get_view, claimed.id).status == "claimed"
        transact(set_clock, HOUR)
        smtp.wait_for(lambda mails: sum(waiting.id in str(mail.message["References"]) for mail in mails) >= 3)
        assert do(team.viewer, handoff_views.get_view, claimed.id).status == "claimed"
    ids = [str(mail.message["Message-ID"]) for mail in smtp.mails]
    assert len(set(ids)) == len(ids)
    assert transact(lambda db: list(find_faults(db))) == []
