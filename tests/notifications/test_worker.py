"""The worker: banners for who is connected, mails for the rest, and what makes either unnecessary."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select, update
from sqlmodel import Session, col

from tests.notifications.workers import Screen, delivery_of, eventually, present, sender_to, told, working
from tests.support.people import Person, Team, add_person, add_team, ask, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import engine, transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import Delivery, Handoff, SignIn, TroubleshootingSession, User
from troubleshoot_app.notifications.deliveries import tell_everybody
from troubleshoot_app.notifications.figures import COUNTED
from troubleshoot_app.notifications.presence import Sockets
from troubleshoot_app.notifications.worker import Worker
from troubleshoot_app.services import auth, handoff_views, handoffs, sessions

SEEN_TIMEOUT_SECONDS = 2


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """People have two seconds to see a banner."""
    monkeypatch.setattr(get_settings(), "seen_timeout_seconds", SEEN_TIMEOUT_SECONDS)


def mailed(smtp: MailServer) -> set[str]:
    return {mail.recipients[0].partition("@")[0] for mail in smtp.mails}


def pushes() -> float:
    """Return how many pushes this process has counted for Prometheus."""
    return COUNTED.get_sample_value("troubleshoot_push_seconds_count") or 0.0


def test_who_is_connected_has_it_on_screen_at_once_and_the_others_a_mail(team: Team, smtp: MailServer):
    before = pushes()
    with working(smtp) as worker:
        worker.connect(team.engineer, team.viewer)
        handoff = transact(escalate, team, priority="urgent")
        assert eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id]) < 1
        eventually(lambda: pushes() > before)
        smtp.wait_for(lambda mails: len(mails) == 3)
        by_mail = {"engineer": "pending", "engineer2": "sent", "admin": "sent", "owner": "sent"}
        eventually(lambda: told(team.viewer, handoff.id) == by_mail)
        eventually(lambda: told(team.viewer, handoff.id, "in_app")["owner"] == "skipped")
        assert told(team.viewer, handoff.id, "in_app")["engineer"] == "sent"
        assert worker.screen.alerts(team.viewer) == []
    assert mailed(smtp) == {"engineer2", "admin", "owner"}


def test_a_mail_is_a_briefing_with_a_link(team: Team, smtp: MailServer):
    with working(smtp):
        session = transact(ask, team.viewer, sessions.start_session, tree_id=team.tree_id, asset="RT-7")
        do(team.viewer, sessions.choose_option, session_id=session.id, option_id="yes", note="a mistake")
        do(team.viewer, sessions.step_back, session_id=session.id)
        do(team.viewer, sessions.choose_option, session_id=session.id, option_id="no", note="It is dark.")
        do(team.viewer, sessions.save_note, session_id=session.id, seq=2, note="no socket here")
        handoff = do(
            team.viewer, handoffs.open_handoff,
            session_id=session.id, intent="escalate", reason="Need power.", priority="high",
        )  # fmt: skip
        smtp.wait_for(lambda mails: len(mails) == 4)
    (mail,) = smtp.to("owner@acme.test")
    body = mail.message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for words in (
        f"{get_settings().base_url}/handoffs/{handoff.id}", "Need power.", "Is the power LED lit?", "It is dark.",
        "Plug it in.", "no socket here", "RT-7", team.viewer.name, "No internet",
    ):  # fmt: skip
        assert words in text
    assert "a mistake" not in text
    assert "[High]" in mail.message["Subject"]
    assert mail.sender == "troubleshoot@localhost"


def test_every_mail_of_a_round_has_an_id_of_its_own_and_keeps_it(team: Team, smtp: MailServer):
    smtp.answer_recipient("owner@acme.test", "451 later")
    with working(smtp):
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 3)
        eventually(lambda: delivery_of(handoff.id, team.owner).attempts == 1)
        smtp.answer_recipient("owner@acme.test", "250 OK")
        transact(lambda db: db.execute(update(Delivery).values(next_attempt_at=now())) and None)
        smtp.wait_for(lambda mails: len(mails) == 4)
        first = {mail.recipients[0]: mail.message["Message-ID"] for mail in smtp.mails}
        assert len(set(first.values())) == 4
        assert str(delivery_of(handoff.id, team.owner).id) in first["owner@acme.test"]
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        do(team.engineer, handoffs.release, handoff_id=handoff.id)
        smtp.wait_for(lambda mails: len(mails) == 7)
    again = smtp.to("owner@acme.test")[1].message
    assert again["Message-ID"] not in first.values()
    assert again["References"] == smtp.to("owner@acme.test")[0].message["References"]
    assert again["Subject"].startswith("Still open")


@pytest.mark.usefixtures("soon")
def test_who_is_connected_but_does_not_look_is_mailed_in_the_end(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors)
        handoff = transact(escalate, team)
        eventually(lambda: len(worker.screen.inboxes) == 4)
        do(team.engineer, handoff_views.note_seen, handoff_ids=[handoff.id])
        assert smtp.attempts == []
        waited = eventually(lambda: len(smtp.mails) == 3)
        assert SEEN_TIMEOUT_SECONDS - 1 < waited < SEEN_TIMEOUT_SECONDS + 2.5
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent", "skipped"})
    assert mailed(smtp) == {"engineer2", "admin", "owner"}
    assert delivery_of(handoff.id, team.engineer).error == "Seen on screen."
    assert delivery_of(handoff.id, team.engineer, "in_app").status == "seen"


@pytest.mark.usefixtures("soon")
def test_leaving_without_having_seen_it_does_not_swallow_the_mail(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors)
        handoff = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.owner) == [handoff.id])
        worker.disconnect(*team.seniors)
        smtp.wait_for(lambda mails: len(mails) == 4)


def role_removed(team: Team) -> None:
    transact(_change, team.owner, {"role": Role.VIEWER})


def deactivated(team: Team) -> None:
    transact(_change, team.owner, {"is_active": False})


def deleted(team: Team) -> None:
    transact(_change, team.owner, {"deleted_at": now()})


def _change(db: Session, person: Person, values: dict[str, object]) -> None:
    db.execute(update(User).where(col(User.id) == person.id).values(values))


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (role_removed, "No longer a senior."),
        (deactivated, "No longer active."),
        (deleted, "No longer active."),
    ],
)
def test_who_is_no_senior_any_more_when_it_is_to_be_sent_is_not_told(
    team: Team, smtp: MailServer, happens: Callable[[Team], None], why: str
):
    handoff = transact(escalate, team)
    happens(team)
    with working(smtp) as worker:
        smtp.wait_for(lambda mails: len(mails) == 3)
        eventually(lambda: told(team.viewer, handoff.id)["owner"] == "skipped")
        eventually(lambda: told(team.viewer, handoff.id, "in_app")["owner"] == "skipped")
        assert worker.screen.alerts(team.owner) == []
    assert delivery_of(handoff.id, team.owner).error == why
    assert "owner@acme.test" not in smtp.attempts


def test_a_tab_of_who_lost_the_role_or_the_sign_in_shows_nothing_new(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors)
        role_removed(team)
        do(team.admin, auth.sign_out)
        handoff = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id])
        assert worker.screen.inboxes.keys() == {team.engineer.id, team.engineer2.id}


@pytest.mark.parametrize("how", ["claim", "cancel"])
def test_what_is_settled_before_it_is_sent_is_not_sent(team: Team, smtp: MailServer, how: str):
    handoff = transact(escalate, team)
    if how == "claim":
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    else:
        do(team.viewer, handoffs.cancel, handoff_id=handoff.id)
    with working(smtp):
        other = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 4)
        eventually(lambda: set(told(team.viewer, other.id).values()) == {"sent"})
    assert set(told(team.viewer, handoff.id).values()) == {"skipped"}
    assert all(other.id in str(mail.message["References"]) for mail in smtp.mails)


def test_what_is_settled_goes_from_every_screen_and_the_escalator_is_told(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors, team.viewer)
        handoff = transact(escalate, team)
        eventually(lambda: all(worker.screen.alerts(person) == [handoff.id] for person in team.seniors))
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        eventually(lambda: not any(worker.screen.alerts(person) for person in team.seniors))
        eventually(lambda: len(worker.screen.notices) == 1)
        do(team.engineer, handoffs.release, handoff_id=handoff.id)
        eventually(lambda: worker.screen.alerts(team.owner) == [handoff.id])
        do(team.owner, handoffs.claim, handoff_id=handoff.id)
        do(team.owner, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.")
        eventually(lambda: len(worker.screen.notices) == 4)
    notices = worker.screen.notices
    assert {notice.user_id for notice in notices} == {team.viewer.id}
    assert {notice.href for notice in notices} == {f"/sessions/{handoff.session_id}"}
    assert len({notice.id for notice in notices}) == 4
    assert sorted(notice.text for notice in notices) == [
        f"{team.engineer.name} has picked up your escalation.",
        f"{team.owner.name} has picked up your escalation.",
        "Your escalation is resolved: New fuse.",
        "Your escalation was given back. It is open again and everybody was told.",
    ]


def test_what_one_tab_puts_away_is_put_away_on_the_others(team: Team, smtp: MailServer):
    with working(smtp) as here, working(smtp) as there:
        here.connect(team.engineer)
        there.connect(team.engineer, team.admin)
        handoff = transact(escalate, team)
        eventually(lambda: all(tab.screen.alerts(team.engineer) == [handoff.id] for tab in (here, there)))
        do(team.engineer, handoffs.dismiss, handoff_id=handoff.id)
        eventually(lambda: not any(tab.screen.alerts(team.engineer) for tab in (here, there)))
        assert there.screen.alerts(team.admin) == [handoff.id]
        assert there.screen.inboxes[team.engineer.id].waiting == 1


def test_two_accounts_do_not_hear_of_each_other(team: Team, smtp: MailServer):
    other = transact(add_team, "umbrella")
    with working(smtp) as worker:
        worker.connect(team.owner, other.owner)
        handoff = transact(escalate, other)
        eventually(lambda: worker.screen.alerts(other.owner) == [handoff.id])
        smtp.wait_for(lambda mails: len(mails) == 3)
        assert worker.screen.alerts(team.owner) == []
    assert all(address.endswith("@umbrella.test") for address in smtp.attempts)


def test_each_mail_is_sent_once_however_many_workers_there_are(team: Team, smtp: MailServer):
    with working(smtp), working(smtp), working(smtp):
        escalations = [transact(escalate, team) for _ in range(5)]
        smtp.wait_for(lambda mails: len(mails) >= 20)
        eventually(lambda: all(set(told(team.viewer, one.id).values()) == {"sent"} for one in escalations))
    assert len(smtp.attempts) == 20
    assert {delivery.attempts for delivery in transact(mails)} == {1}


def mails(db: Session) -> list[Delivery]:
    return list(db.scalars(select(Delivery).where(col(Delivery.channel) == "email")))


def test_what_nobody_announced_is_found_by_the_sweep(team: Team, smtp: MailServer):
    alone = transact(add_team, "umbrella")
    for person in alone.seniors:
        transact(_change, person, {"is_active": False})
    handoff = transact(escalate, alone)
    with working(smtp) as worker:
        new = transact(add_person, alone.account_id, Role.ENGINEER, "Late", "late@umbrella.test")
        away = transact(add_person, alone.account_id, Role.ENGINEER, "Away", "away@umbrella.test")
        worker.connect(new)
        transact(_tell_again_unannounced, handoff.id)
        assert eventually(lambda: worker.screen.alerts(new) == [handoff.id]) < 4
        smtp.wait_for(lambda mails: len(mails) == 1, 3)
        eventually(lambda: told(alone.viewer, handoff.id, "in_app") == {"late": "sent", "away": "skipped"})
    assert smtp.attempts == [away.email]


def _tell_again_unannounced(db: Session, handoff_id: str) -> None:
    handoff = db.get_one(Handoff, UUID(handoff_id))
    handoff.round += 1
    tell_everybody(db, handoff)


def test_an_idle_worker_asks_little_and_writes_nothing(team: Team, smtp: MailServer):
    handoff = transact(escalate, team)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with working(smtp):
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent"})
        eventually(lambda: set(told(team.viewer, handoff.id, "in_app").values()) == {"skipped"})
        event.listen(engine(), "before_cursor_execute", note)
        try:
            eventually(lambda: len(statements) >= 10, 6)
        finally:
            event.remove(engine(), "before_cursor_execute", note)
    assert all(statement.startswith("SELECT") for statement in statements)
    by_kind = {statement.split("FROM")[1][:60] for statement in statements}
    assert len(by_kind) <= 9, (
        "one for each of five queues, one for screens, now and then for reminders, claims and silence"
    )


def test_a_tab_that_closes_and_a_worker_that_stops_are_not_counted_as_connected(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(team.engineer, team.admin)
        worker.disconnect(team.admin)
        assert do(team.viewer, handoff_views.get_reach).online == 1
    assert transact(present) == set()
    assert do(team.viewer, handoff_views.get_reach).online == 0


def test_a_worker_that_is_woken_at_the_moment_when_it_stops_does_stop(team: Team, smtp: MailServer):
    async def stop() -> None:
        sockets = Sockets()
        worker = Worker(sockets, Screen(sockets), sender_to(smtp))
        async with worker.running():
            await asyncio.sleep(0.3)
            worker._wake()
            sockets.on_change()

    async def in_time() -> None:
        async with asyncio.timeout(5):
            await stop()

    asyncio.run(in_time())


def test_a_sign_in_that_expired_is_shown_nothing(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(team.engineer, team.admin)
        expired = {"expires_at": now() - timedelta(seconds=1)}
        transact(
            lambda db: (
                db.execute(
                    update(SignIn).where(col(SignIn.id) == team.admin.actor.sign_in_id).values(expired)
                )
                and None
            )
        )
        handoff = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id])
        assert worker.screen.alerts(team.admin) == []


def test_a_worker_tallies_what_is_over(team: Team, smtp: MailServer):
    session = do(team.viewer, sessions.start_session, tree_id=team.tree_id)
    do(team.viewer, sessions.complete_session, session_id=session.id, outcome="resolved")
    still_open = do(team.viewer, sessions.start_session, tree_id=team.tree_id)

    def is_tallied(session_id: str) -> bool:
        return transact(lambda db: db.get_one(TroubleshootingSession, session_id).tallied)

    with working(smtp):
        eventually(lambda: is_tallied(session.id))
    assert not is_tallied(still_open.id)
