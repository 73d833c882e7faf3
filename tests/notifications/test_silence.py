"""Choices and quiet hours: whom they keep back from, until when, and that they never keep an escalation back from all."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.notifications.workers import delivery_of, eventually, told, working
from tests.support.people import Person, Team, add_team, ask, do, escalate, fail_mail
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery, Handoff, Presence
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.rounds import tell_again
from troubleshoot_app.notifications.silence import lift_silence
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.services import handoff_views, handoffs, preferences, users

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def team(db: Session) -> Team:
    """An account in which one engineer makes choices, and the other seniors are out of the way but for the second one."""
    return two_seniors(db)


def two_seniors(db: Session) -> Team:
    team = add_team(db)
    ask(db, team.owner, users.change_user, user_id=team.admin.id, role="viewer")
    ask(db, team.owner, preferences.change_preferences, in_app=False, email=False)
    return team


def quiet_now(length: timedelta = timedelta(hours=3)) -> dict[str, Any]:
    """Return quiet hours that began an hour ago."""
    start, end = (datetime.now(UTC) + shift for shift in (timedelta(hours=-1), length))
    return {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "zone": "UTC"}


def be_quiet(db: Session, *people: Person) -> None:
    for person in people:
        ask(db, person, preferences.change_preferences, quiet_hours=quiet_now())


def rows(db: Session, handoff: HandoffView, person: Person) -> dict[str, Delivery]:
    """Return the deliveries of somebody by channel, as they are now."""
    found = db.scalars(
        select(Delivery)
        .where(col(Delivery.handoff_id) == handoff.id, col(Delivery.recipient_id) == person.id)
        .execution_options(populate_existing=True)
    )
    return {row.channel.value: row for row in found}


def standing(db: Session, handoff: HandoffView, person: Person) -> dict[str, tuple[str, bool]]:
    return {channel: (row.status.value, row.silenced) for channel, row in rows(db, handoff, person).items()}


DUE = {"in_app": ("pending", False), "email": ("pending", False)}
KEPT_BACK = {"in_app": ("pending", True), "email": ("pending", True)}


def test_quiet_hours_keep_back_until_they_end(db: Session, team: Team):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    assert standing(db, handoff, team.engineer) == KEPT_BACK
    assert standing(db, handoff, team.engineer2) == DUE
    for row in rows(db, handoff, team.engineer).values():
        assert row.error.startswith("Quiet hours until ")
        assert row.next_attempt_at is not None
        assert timedelta(hours=2) < row.next_attempt_at - now() <= timedelta(hours=3)
    assert standing(db, handoff, team.owner) == dict.fromkeys(DUE, ("skipped", True))


def test_no_banner_rises_in_quiet_hours_but_the_queue_counts(db: Session, team: Team):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    quiet = ask(db, team.engineer, handoff_views.get_inbox)
    assert (quiet.alerts, quiet.fresh, quiet.waiting) == ([], 0, 1)
    assert standing(db, handoff, team.engineer) == KEPT_BACK
    assert [alert.id for alert in ask(db, team.engineer2, handoff_views.get_inbox).alerts] == [handoff.id]


def test_a_channel_that_was_not_chosen_is_not_used_and_says_so(db: Session, team: Team):
    ask(db, team.engineer, preferences.change_preferences, email=False)
    handoff = escalate(db, team)
    assert standing(db, handoff, team.engineer) == DUE | {"email": ("skipped", True)}
    assert rows(db, handoff, team.engineer)["email"].error == "Chose not to be mailed."


def test_when_all_are_silent_everybody_is_told(db: Session, team: Team):
    be_quiet(db, team.engineer, team.engineer2)
    handoff = escalate(db, team)
    for person in (team.engineer, team.engineer2, team.owner):
        assert standing(db, handoff, person) == DUE


def test_whose_mails_are_refused_does_not_count_as_reached(db: Session, team: Team):
    fail_mail(db, escalate(db, team).id, team.engineer2)
    be_quiet(db, team.engineer)
    assert standing(db, escalate(db, team), team.engineer) == DUE


def test_who_wants_to_be_told_on_screen_only_counts_while_a_page_is_open(db: Session, team: Team):
    be_quiet(db, team.engineer)
    ask(db, team.engineer2, preferences.change_preferences, email=False)
    assert standing(db, escalate(db, team), team.engineer) == DUE
    db.add(
        Presence(
            instance_id=team.account_id, socket_id="s", account_id=team.account_id, user_id=team.engineer2.id
        )
    )
    db.flush()
    assert standing(db, escalate(db, team), team.engineer) == KEPT_BACK


def test_an_escalation_that_nobody_picks_up_is_told_to_all_whatever_they_chose(db: Session, team: Team):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    db.execute(update(Handoff).values(told_at=now() - LONG_AGO))
    db.expire_all()
    assert tell_again(db) == 1
    for person in (team.engineer, team.engineer2, team.owner):
        assert standing(db, handoff, person) == DUE


def test_given_back_it_is_told_as_at_first(db: Session, team: Team):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    ask(db, team.owner, handoffs.claim, handoff_id=handoff.id)
    ask(db, team.owner, handoffs.release, handoff_id=handoff.id)
    assert standing(db, handoff, team.engineer) == KEPT_BACK
    assert standing(db, handoff, team.engineer2) == DUE


def reached(db: Session, handoff: HandoffView, person: Person, channel: Channel, status: str) -> None:
    values = {"status": status, "sent_at": now(), "seen_at": now(), "attempts": 1, "next_attempt_at": None}
    db.execute(
        update(Delivery)
        .where(
            col(Delivery.handoff_id) == handoff.id,
            col(Delivery.recipient_id) == person.id,
            col(Delivery.channel) == channel,
        )
        .values(values)
    )


@pytest.mark.parametrize(
    ("channel", "status", "lifted"),
    [("email", "sent", 0), ("in_app", "seen", 0), ("in_app", "sent", 1), ("email", "failed", 1)],
)
def test_silence_ends_when_nobody_was_reached_in_time(
    db: Session, team: Team, channel: Channel, status: str, lifted: int
):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    reached(db, handoff, team.engineer2, channel, status)
    assert lift_silence(db) == 0
    db.execute(update(Handoff).values(told_at=now() - LONG_AGO))
    db.expire_all()
    assert lift_silence(db) == lifted
    assert lift_silence(db) == 0
    assert standing(db, handoff, team.engineer) == (DUE if lifted else KEPT_BACK)
    assert standing(db, handoff, team.owner) == (DUE if lifted else dict.fromkeys(DUE, ("skipped", True)))


def test_a_change_of_mind_counts_for_what_waits_already(db: Session, team: Team):
    be_quiet(db, team.engineer)
    ask(db, team.engineer, preferences.change_preferences, email=False)
    handoff = escalate(db, team)
    ask(db, team.engineer, preferences.change_preferences, quiet_hours=None)
    assert standing(db, handoff, team.engineer) == DUE | {"email": ("skipped", True)}
    ask(db, team.engineer, preferences.change_preferences, email=True)
    assert standing(db, handoff, team.engineer) == DUE
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    assert {status for status, _ in standing(db, handoff, team.engineer).values()} == {"skipped"}


def test_the_dialog_counts_with_quiet_hours_and_choices(db: Session, team: Team):
    def reach() -> tuple[int, int, int]:
        found = ask(db, team.viewer, handoff_views.get_reach)
        return found.online, found.by_mail, found.silenced

    assert reach() == (0, 2, 1)
    be_quiet(db, team.engineer)
    assert reach() == (0, 1, 2)
    be_quiet(db, team.engineer2)
    assert reach() == (0, 3, 0)


def watch(db: Session, team: Team, handoff: HandoffView) -> tuple[list[tuple[str, str, str]], str]:
    view = ask(db, team.viewer, handoff_views.get_watch, handoff_id=handoff.id)
    return [(line.person.name.split()[0], line.heard, line.why) for line in view.people], view.advice


def test_the_escalator_reads_how_far_it_has_come_to_each_best_first(db: Session, team: Team):
    be_quiet(db, team.engineer)
    handoff = escalate(db, team)
    quiet = rows(db, handoff, team.engineer)["email"].error
    off = ("Olivia", "not_chosen", "Chose not to be mailed.")
    assert watch(db, team, handoff) == ([("Ben", "on_its_way", ""), ("Erin", "quiet", quiet), off], "")
    reached(db, handoff, team.engineer2, Channel.IN_APP, DeliveryStatus.SEEN)
    assert watch(db, team, handoff)[0][0] == ("Ben", "seen", "")
    reached(db, handoff, team.engineer2, Channel.IN_APP, DeliveryStatus.SKIPPED)
    fail_mail(db, handoff.id, team.engineer2)
    lines, advice = watch(db, team, handoff)
    assert lines[0] == ("Ben", "failed", "mailbox unknown")
    assert advice.startswith("Nobody could be reached so far. Call somebody")


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence ends soon when nobody is reached."""
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    monkeypatch.setattr("troubleshoot_app.notifications.silence.GRACE", timedelta(0))
    monkeypatch.setattr(get_settings(), "seen_timeout_seconds", 1)


@pytest.mark.usefixtures("clean_database", "impatience")
def test_the_worker_heeds_quiet_hours_and_ends_them_when_the_others_cannot_be_reached(smtp: MailServer):
    team = transact(two_seniors)
    do(team.engineer, preferences.change_preferences, quiet_hours=quiet_now())
    smtp.answer_recipient(team.engineer2.email, "550 5.1.1 No such user")
    with working(smtp) as worker:
        worker.connect(team.viewer, team.engineer)
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: any(team.engineer.email in mail.recipients for mail in mails))
        eventually(lambda: told(team.viewer, handoff.id)["engineer"] == "sent")
        assert worker.screen.alerts(team.engineer) == [handoff.id]
        eventually(lambda: {team.viewer.id} <= set().union(*worker.screen.progress))
    assert delivery_of(handoff.id, team.engineer2).status is DeliveryStatus.FAILED
    assert smtp.attempts.count(team.engineer2.email) == 1


@pytest.mark.usefixtures("clean_database")
def test_when_quiet_hours_are_over_the_banner_rises_and_the_mail_goes_out(smtp: MailServer):
    team = transact(two_seniors)
    do(team.engineer, preferences.change_preferences, quiet_hours=quiet_now())
    with working(smtp) as worker:
        worker.connect(team.engineer)
        handoff = transact(escalate, team)
        eventually(lambda: told(team.viewer, handoff.id)["engineer2"] == "sent")
        assert worker.screen.alerts(team.engineer) == []
        do(team.engineer, preferences.change_preferences, quiet_hours=None)
        eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id])
        eventually(lambda: delivery_of(handoff.id, team.engineer, "in_app").status is DeliveryStatus.SENT)


@pytest.mark.usefixtures("clean_database")
def test_a_mail_that_waits_when_quiet_hours_begin_waits_until_they_end(smtp: MailServer):
    team = transact(two_seniors)
    smtp.answer_recipient(team.engineer.email, "451 Try again")
    with working(smtp):
        handoff = transact(escalate, team)
        eventually(lambda: delivery_of(handoff.id, team.engineer).attempts == 1)
        do(team.engineer, preferences.change_preferences, quiet_hours=quiet_now())
        transact(hurry, handoff)
        eventually(lambda: delivery_of(handoff.id, team.engineer).silenced)
    row = delivery_of(handoff.id, team.engineer)
    assert (row.status, row.attempts) == (DeliveryStatus.PENDING, 1)
    assert row.error.startswith("Quiet hours until ")


@pytest.mark.usefixtures("clean_database")
def test_who_watches_is_let_know_once_of_many_who_are_told_at_once(smtp: MailServer):
    team = transact(add_team)
    handoff = transact(escalate, team)
    many = 20
    with working(smtp) as worker:
        worker.connect(team.viewer, team.engineer)
        eventually(lambda: set(told(team.viewer, handoff.id).values()) <= {"sent", "pending"})
        known = len(worker.screen.progress)
        for _ in range(many):
            transact(announce, team.account_id, UUID(handoff.id), HandoffEvent.TOLD)
        eventually(lambda: len(worker.screen.progress) > known)
    assert worker.screen.progress[-1] == {team.viewer.id, team.admin.id, team.owner.id}
    assert len(worker.screen.progress) - known < many / 2


def hurry(db: Session, handoff: HandoffView) -> None:
    """Let the time of the next attempt come."""
    due = update(Delivery).where(col(Delivery.handoff_id) == handoff.id, col(Delivery.status) == "pending")
    db.execute(due.values(next_attempt_at=now()))
