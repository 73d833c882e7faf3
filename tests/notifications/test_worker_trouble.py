"""The worker in trouble: mail servers, databases, tabs and processes that fail, each without harm to anything else."""

import gc
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import psycopg2
import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col

from tests.notifications.workers import (
    RunningWorker,
    delivery_of,
    eventually,
    sender_to,
    told,
    working,
    working_process,
)
from tests.support.people import Team, add_team, do, escalate
from tests.support.smtp import MailServer, ReceivedMail
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import libpq_url, transact
from troubleshoot_app.models import Delivery, Handoff
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.mail import MailSender
from troubleshoot_app.services import handoffs

LISTENER = "troubleshoot worker"
EVERYBODY = {"engineer", "engineer2", "admin", "owner"}


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


def make_due(db: Session) -> None:
    """Let the time until the next attempt be over."""
    pending = col(Delivery.next_attempt_at).is_not(None)
    db.execute(update(Delivery).where(pending).values(next_attempt_at=now()))


def end_connections(database_url: str, application_name: str) -> int:
    """End the connections of that name to this database, and return how many those were."""
    connection = psycopg2.connect(libpq_url(database_url), application_name="the test")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            (application_name,),
        )
        (count,) = cursor.fetchone() or (0,)
    connection.close()
    return int(count)


def test_an_address_that_is_refused_fails_at_once_and_alone(team: Team, smtp: MailServer):
    smtp.answer_recipient("owner@acme.test", "550 No such user here")
    with working(smtp):
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 3)
        eventually(lambda: told(team.viewer, handoff.id)["owner"] == "failed")
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent", "failed"})
    delivery = delivery_of(handoff.id, team.owner)
    assert "550" in delivery.error
    assert (delivery.attempts, delivery.next_attempt_at, delivery.lease_owner) == (1, None, None)


def test_an_address_that_is_put_off_is_tried_again_later_and_holds_up_nobody(team: Team, smtp: MailServer):
    smtp.answer_recipient("owner@acme.test", "451 Try again later")
    with working(smtp):
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 3, 3)
        eventually(lambda: delivery_of(handoff.id, team.owner).attempts == 1)
        delivery = delivery_of(handoff.id, team.owner)
        assert (delivery.status, delivery.lease_owner) == ("pending", None)
        assert "451" in delivery.error
        assert delivery.next_attempt_at is not None
        assert timedelta(seconds=6) < delivery.next_attempt_at - now() < timedelta(seconds=12)
        smtp.answer_recipient("owner@acme.test", "250 OK")
        transact(make_due)
        smtp.wait_for(lambda mails: len(mails) == 4, 3)
        eventually(lambda: told(team.viewer, handoff.id)["owner"] == "sent")
    delivery = delivery_of(handoff.id, team.owner)
    assert (delivery.attempts, delivery.error) == (2, "")


def test_after_a_day_nobody_tries_any_more(team: Team, smtp: MailServer):
    smtp.answer_recipient("owner@acme.test", "451 Try again later")
    handoff = transact(escalate, team)
    yesterday = now() - timedelta(hours=24, minutes=1)
    transact(lambda db: db.execute(update(Handoff).values(told_at=yesterday, round=9)) and None)
    with working(smtp):
        eventually(lambda: told(team.viewer, handoff.id)["owner"] == "failed")


def test_with_the_mail_server_down_mails_wait_and_come_later(team: Team, smtp: MailServer):
    smtp.refuse()
    with working(smtp) as worker:
        worker.connect(team.engineer)
        handoff = transact(escalate, team)
        assert eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id]) < 1
        eventually(lambda: delivery_of(handoff.id, team.owner).error != "")
        assert delivery_of(handoff.id, team.owner).status == "pending"
        smtp.start()
        transact(make_due)
        smtp.wait_for(lambda mails: len(mails) == 3)


def seconds_to_escalate(team: Team, times: int) -> float:
    """Return how long an escalation takes whoever makes it: the median of several."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        transact(escalate, team)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


@pytest.mark.parametrize("trouble", ["hang", "refuse", "drop"])
def test_escalating_is_as_fast_as_ever_whatever_the_mail_server_does(
    team: Team, smtp: MailServer, trouble: str
):
    seconds_to_escalate(team, 2)
    with working(sender_to(smtp, time_out=1)):
        accepting = seconds_to_escalate(team, 7)
        smtp.wait_for(lambda mails: len(mails) == 4 * (2 + 7))
        getattr(smtp, trouble)()
        in_trouble = seconds_to_escalate(team, 7)
    assert in_trouble < 3 * accepting + 0.05


def test_a_mail_server_that_recovers_is_used_at_once_though_some_still_hang(team: Team, smtp: MailServer):
    smtp.hang()
    with working(sender_to(smtp, time_out=4)):
        stuck = transact(escalate, team)
        eventually(lambda: all(delivery_of(stuck.id, person).lease_owner for person in team.seniors))
        time.sleep(0.3)
        smtp.mode = "accept"
        handoff = transact(escalate, team)
        smtp.wait_for(lambda mails: sum(is_about(mail, handoff.id) for mail in mails) == 4, 2.5)
        assert "pending" in told(team.viewer, stuck.id).values()


def is_about(mail: ReceivedMail, handoff_id: str) -> bool:
    return handoff_id in str(mail.message["References"])


def test_a_mail_that_cannot_be_written_fails_alone_and_not_in_circles(
    team: Team, smtp: MailServer, caplog: pytest.LogCaptureFixture
):
    broken = transact(escalate, team)
    transact(lambda db: db.execute(update(Handoff).values(node_id="a node that is not there")) and None)
    with working(smtp):
        good = transact(escalate, team)
        smtp.wait_for(lambda mails: len(mails) == 4)
        eventually(lambda: all(delivery_of(broken.id, person).error for person in team.seniors))
        time.sleep(1.2)
    assert caplog.text.count("KeyError: 'a node that is not there'") == 4
    assert {delivery_of(broken.id, person).attempts for person in team.seniors} == {1}
    assert set(told(team.viewer, good.id).values()) == {"sent"}


class Slow:
    """Hands mails on to a real server when it is let."""

    def __init__(self, sender: MailSender) -> None:
        self._sender = sender
        self.arrived = threading.Semaphore(0)
        self.may_go = threading.Event()

    def send(self, message: EmailMessage) -> None:
        """Wait, then send."""
        self.arrived.release()
        assert self.may_go.wait(10)
        self._sender.send(message)

    def wait_for(self, count: int) -> None:
        """Return when so many mails are under way."""
        for _ in range(count):
            assert self.arrived.acquire(timeout=10)


@pytest.fixture
def slow(smtp: MailServer) -> Iterator[Slow]:
    slow = Slow(sender_to(smtp))
    yield slow
    slow.may_go.set()


def test_stopping_lets_mails_under_way_finish_and_nobody_else_sends_them(
    team: Team, smtp: MailServer, slow: Slow
):
    worker = RunningWorker(slow)
    worker.start()
    handoff = transact(escalate, team)
    slow.wait_for(4)
    with working(smtp):
        threading.Timer(2.5, slow.may_go.set).start()
        worker.stop()
        assert set(told(team.viewer, handoff.id).values()) == {"sent"}
        time.sleep(1.2)
    assert len(smtp.attempts) == 4


def test_stopping_amid_a_flood_of_announcements_leaves_nothing_begun(team: Team, smtp: MailServer):
    handoff = transact(escalate, team)
    quiet = threading.Event()

    def flood() -> None:
        while not quiet.is_set():
            transact(announce, team.viewer.actor.account_id, UUID(handoff.id), HandoffEvent.KEPT)

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        for _ in range(20):
            with working(smtp):
                pass
    finally:
        quiet.set()
        flooding.join()
    gc.collect()


def test_what_is_under_way_at_the_claim_is_recorded_as_sent(team: Team, smtp: MailServer, slow: Slow):
    with working(slow):
        handoff = transact(escalate, team)
        slow.wait_for(4)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        assert set(told(team.viewer, handoff.id).values()) == {"skipped"}
        slow.may_go.set()
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent"})


def test_what_is_under_way_when_it_is_given_back_does_not_stand_for_the_next_round(
    team: Team, smtp: MailServer, slow: Slow
):
    with working(slow):
        handoff = transact(escalate, team)
        slow.wait_for(4)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        do(team.engineer, handoffs.release, handoff_id=handoff.id)
        slow.may_go.set()
        smtp.wait_for(lambda mails: len(mails) == 7)
        eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent", "skipped"})
    ids = [mail.message["Message-ID"] for mail in smtp.to("owner@acme.test")]
    assert len(set(ids)) == 2
    assert told(team.viewer, handoff.id)["engineer"] == "skipped"


def test_what_was_put_off_is_not_brought_back_by_a_mail_that_failed_late(
    team: Team, smtp: MailServer, slow: Slow
):
    smtp.answer_text("451 Try again later")
    with working(slow):
        handoff = transact(escalate, team)
        slow.wait_for(4)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        slow.may_go.set()
        eventually(lambda: delivery_of(handoff.id, team.owner).attempts == 1)
    delivery = delivery_of(handoff.id, team.owner)
    assert (delivery.status, delivery.next_attempt_at, delivery.lease_owner) == ("skipped", None, None)
    assert delivery.error == f"{team.engineer.name} picked it up."


def test_a_tab_that_cannot_be_reached_is_tried_again(team: Team, smtp: MailServer):
    with working(smtp) as worker:
        worker.connect(*team.seniors)
        worker.screen.broken = True
        handoff = transact(escalate, team)
        pushes = worker.screen.pushes
        eventually(lambda: worker.screen.pushes > pushes + 1)
        assert set(told(team.viewer, handoff.id, "in_app").values()) == {"pending"}
        worker.screen.broken = False
        eventually(lambda: worker.screen.alerts(team.owner) == [handoff.id], 4)
        worker.screen.broken = True
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        time.sleep(0.3)
        worker.screen.broken = False
        eventually(lambda: worker.screen.alerts(team.owner) == [], 4)


def test_a_worker_that_lost_its_ear_catches_up(team: Team, smtp: MailServer, database_url: str):
    with working(smtp) as worker:
        worker.connect(*team.seniors, team.viewer)
        first = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.owner) == [first.id])
        assert end_connections(database_url, LISTENER) == 1
        do(team.engineer, handoffs.claim, handoff_id=first.id)
        second = transact(escalate, team, team.engineer2)
        assert eventually(lambda: worker.screen.alerts(team.owner) == [second.id]) < 4
        eventually(lambda: len(worker.screen.notices) >= 1)
        assert worker.screen.notices[0].text == f"{team.engineer.name} has picked up your escalation."
        third = transact(escalate, team, team.engineer2)
        assert eventually(lambda: third.id in worker.screen.alerts(team.owner)) < 1


def test_a_worker_whose_database_was_away_goes_on(team: Team, smtp: MailServer, database_url: str):
    with working(smtp) as worker:
        worker.connect(team.engineer)
        for name in ("troubleshoot", LISTENER):
            assert end_connections(database_url, name) >= 1
        handoff = transact(escalate, team)
        eventually(lambda: worker.screen.alerts(team.engineer) == [handoff.id], 5)
        smtp.wait_for(lambda mails: len(mails) == 3)


def test_mails_of_a_process_that_was_killed_are_taken_over(team: Team, smtp: MailServer, database_url: str):
    smtp.hang()
    with working_process(smtp, database_url) as process:
        handoff = transact(escalate, team)
        eventually(lambda: all(delivery_of(handoff.id, person).lease_owner for person in team.seniors))
        time.sleep(0.3)
        smtp.mode = "accept"
        with working(smtp):
            time.sleep(1.5)
            assert smtp.attempts == [], "what a living process is sending is left to it"
            process.send_signal(signal.SIGKILL)
            assert eventually(lambda: len(smtp.mails) == 4) < 5
            eventually(lambda: set(told(team.viewer, handoff.id).values()) == {"sent"})
    assert len(smtp.attempts) == 4
    assert {mail.recipients[0].partition("@")[0] for mail in smtp.mails} == EVERYBODY


def test_a_lease_of_nobody_is_free(team: Team, smtp: MailServer):
    handoff = transact(escalate, team)
    transact(lambda db: db.execute(update(Delivery).values(lease_owner=4711)) and None)
    with working(smtp):
        smtp.wait_for(lambda mails: len(mails) == 4, 3)
    assert {UUID(handoff.id)} == transact(handoffs_with_leases, None)


def handoffs_with_leases(db: Session, owner: int | None) -> set[UUID]:
    """Return the handoffs whose deliveries have that lease."""
    query = text("SELECT DISTINCT handoff_id FROM delivery WHERE lease_owner IS NOT DISTINCT FROM :owner")
    return set(db.scalars(query, {"owner": owner}))
