"""Webhooks from the commit to the receiver: signed, in order, again when it did not work, and nowhere they must not go."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from tests.notifications.conftest import server_context
from tests.notifications.workers import eventually, working
from tests.support.people import Team, add_team, do, escalate
from tests.support.receiver import HOST, Receiver, status
from tests.support.smtp import MailServer
from troubleshoot_app.api import webhook_guide
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import AuditEntry, Webhook, WebhookDelivery
from troubleshoot_app.notifications import webhook_posting, webhook_queue
from troubleshoot_app.schemas.webhooks import NewWebhookView, WebhookDeliveryView
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.services import handoff_views, handoffs, sessions, users, webhooks
from troubleshoot_app.services.paging import PageRequest

ALL = ["handoff.opened", "handoff.claimed", "handoff.resolved", "session.completed"]
OWNER, OTHER_OWNER = 11, 12


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


@pytest.fixture(autouse=True)
def _private_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receivers of these tests are on loopback."""
    monkeypatch.setattr(get_settings(), "webhook_allow_private", True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def hook(team: Team, receiver: Receiver) -> NewWebhookView:
    return do(team.admin, webhooks.create_webhook, url=receiver.url, events=ALL)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long for an answer."""
    monkeypatch.setattr(webhook_posting, "WHOLE_SECONDS", 0.6)


def log_of(team: Team, hook: NewWebhookView) -> list[WebhookDeliveryView]:
    """Return what was sent to a webhook and how that went, oldest first."""
    page = do(team.admin, webhooks.find_webhook_deliveries, webhook_id=hook.id, page=PageRequest())
    return page.items[::-1]


def work_off(owner: int = OWNER) -> int:
    """Do what the worker does, once, in this thread, and return how much there was."""
    leased = transact(webhook_queue.lease_due, owner, busy=(), limit=8)
    for delivery_id in leased:
        webhook_queue.deliver(delivery_id, owner)
    return len(leased)


def make_due() -> None:
    """Let the time until the next attempt be over."""

    def change(db: Session) -> None:
        waiting = col(WebhookDelivery.next_attempt_at).is_not(None)
        db.execute(update(WebhookDelivery).where(waiting).values(next_attempt_at=now()))

    transact(change)


def example_of_the_docs() -> dict[str, Any]:
    """Return what the example defines that the documentation shows to whoever receives webhooks."""
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/webhooks.md").read_text(), re.DOTALL)
    assert example == webhook_guide.VERIFY
    defined: dict[str, Any] = {}
    exec(example, defined)
    return defined


def test_a_case_is_told_from_its_opening_to_its_end_in_order_and_as_the_api_shows_it(
    team: Team, receiver: Receiver, hook: NewWebhookView, smtp: MailServer
):
    with working(smtp):
        opened = transact(escalate, team, reason="Both fuses — blown")
        receiver.wait_for(1)
        claimed = do(team.engineer, handoffs.claim, handoff_id=opened.id)
        session = do(
            team.engineer,
            sessions.complete_session,
            session_id=opened.session_id,
            outcome="resolved",
            summary="New fuses",
        )
        receiver.wait_for(4)
        eventually(lambda: [one.status for one in log_of(team, hook)] == ["sent"] * 4)
    messages = [json.loads(one.body) for one in receiver.received]
    assert [message["type"] for message in messages] == ALL
    resolved = do(team.engineer, handoff_views.get_view, opened.id)
    shown = [view.model_dump(mode="json", by_alias=True) for view in (opened, claimed, resolved, session)]
    assert [message["data"] for message in messages] == shown
    assert shown[2]["resolution"] == "New fuses"
    assert {message["account_id"] for message in messages} == {str(team.account_id)}
    assert messages[0].keys() == {"id", "type", "created_at", "account_id", "data"}
    assert [one.event_id for one in log_of(team, hook)] == [message["id"] for message in messages]
    assert {(one.attempts, one.response_status, one.error) for one in log_of(team, hook)} == {(1, 204, "")}
    assert {one.path for one in receiver.received} == {"/in?from=troubleshoot"}


def test_a_case_that_is_open_again_is_told_whoever_opened_it(team: Team, receiver: Receiver):
    reopened = do(team.admin, webhooks.create_webhook, url=receiver.url, events=["handoff.reopened"])
    case = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=case.id)
    given_back = do(team.engineer, handoffs.release, handoff_id=case.id, note="No ladder.")
    do(team.engineer2, handoffs.claim, handoff_id=case.id)
    do(team.admin, users.change_user, user_id=team.engineer2.id, is_active=False)
    taken_back = do(team.admin, handoff_views.get_view, case.id)
    while work_off():
        pass
    messages = [json.loads(one.body) for one in receiver.received]
    assert [message["type"] for message in messages] == ["handoff.reopened"] * 2
    shown = [view.model_dump(mode="json", by_alias=True) for view in (given_back, taken_back)]
    assert [message["data"] for message in messages] == shown
    assert {(view["status"], view["claimed_by"]) for view in shown} == {("open", None)}
    assert {one.status for one in log_of(team, reopened)} == {"sent"}


@pytest.mark.parametrize("secret", [None, "a secret of our own, long enough"])
def test_a_receiver_that_does_what_the_docs_say_knows_a_genuine_message(
    team: Team, receiver: Receiver, secret: str | None
):
    hook = do(team.admin, webhooks.create_webhook, url=receiver.url, events=ALL, secret=secret)
    transact(escalate, team)
    assert work_off() == 1
    (one,) = receiver.received
    is_genuine = example_of_the_docs()["is_genuine"]
    assert is_genuine(hook.secret, one.headers, one.body)
    assert not is_genuine(hook.secret, one.headers, one.body + b" ")
    assert not is_genuine("another secret, long enough", one.headers, one.body)
    later = one.headers | {"webhook-timestamp": str(int(one.headers["webhook-timestamp"]) + 1)}
    assert not is_genuine(hook.secret, later, one.body)
    assert not is_genuine(hook.secret, one.headers | {"webhook-timestamp": "1614265330"}, one.body)
    assert one.headers["webhook-id"] == json.loads(one.body)["id"]
    assert one.headers["content-type"] == "application/json"


def test_only_what_was_asked_for_is_told_to_the_own_account_and_not_while_switched_off(
    team: Team, receiver: Receiver
):
    stranger = transact(add_team, "umbrella")
    picky = do(team.admin, webhooks.create_webhook, url=receiver.url, events=["handoff.claimed"])
    off = do(team.admin, webhooks.create_webhook, url=receiver.url, events=ALL)
    late = do(team.admin, webhooks.create_webhook, url=receiver.url, events=ALL)
    do(team.admin, webhooks.change_webhook, webhook_id=off.id, is_active=False)
    transact(escalate, stranger)
    opened = transact(escalate, team)
    do(team.admin, webhooks.change_webhook, webhook_id=late.id, is_active=False)
    parked = do(team.viewer, sessions.start_session, tree_id=team.tree_id)
    do(team.viewer, handoffs.open_handoff, session_id=parked.id, intent="park")
    do(team.engineer, handoffs.claim, handoff_id=opened.id)
    while work_off():
        pass
    assert [json.loads(one.body)["type"] for one in receiver.received] == ["handoff.claimed"]
    assert [one.event for one in log_of(team, picky)] == ["handoff.claimed"]
    assert log_of(team, off) == []
    assert [(one.status, one.error) for one in log_of(team, late)] == [
        ("skipped", "The webhook is switched off.")
    ]


def test_a_session_that_is_completed_with_its_handoff_is_told_as_any_other(
    team: Team, receiver: Receiver, hook: NewWebhookView
):
    opened = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=opened.id)
    do(team.engineer, handoffs.resolve, handoff_id=opened.id, resolution="New fuses", complete=True)
    while work_off():
        pass
    message = json.loads(receiver.received[-1].body)
    assert [json.loads(one.body)["type"] for one in receiver.received] == ALL
    session = do(team.engineer, sessions.get_session, session_id=opened.session_id)
    assert message["data"] == session.model_dump(mode="json", by_alias=True)
    assert (message["data"]["status"], message["data"]["summary"]) == ("completed", "New fuses")


def test_nothing_is_told_of_what_was_rolled_back(team: Team, hook: NewWebhookView):
    def fail(db: Session) -> None:
        escalate(db, team)
        assert db.execute(select(func.count(col(WebhookDelivery.id)))).scalar_one() == 1
        raise RuntimeError("after all")

    with pytest.raises(RuntimeError, match="after all"):
        transact(fail)
    assert (work_off(), log_of(team, hook)) == (0, [])


@pytest.mark.parametrize(
    ("code", "headers"),
    [(500, {}), (404, {}), (302, {"Location": "/elsewhere"}), (429, {"Retry-After": "1"})],
)
def test_what_is_not_taken_is_tried_again_as_the_same_event(
    team: Team, receiver: Receiver, hook: NewWebhookView, code: int, headers: dict[str, str]
):
    receiver.answer = status(code, b"not \x00 today \xff" + b"x" * 5000, headers)
    transact(escalate, team)
    assert (work_off(), work_off()) == (1, 0)
    (one,) = log_of(team, hook)
    assert (one.status, one.attempts, one.response_status) == ("pending", 1, code)
    assert one.error == f"The receiver answered {code}."
    assert one.response_snippet.startswith("not \ufffd today \ufffd")
    assert len(one.response_snippet) == 500
    assert one.next_attempt_at is not None
    assert timedelta(seconds=6) < one.next_attempt_at - now() < timedelta(seconds=12)
    receiver.answer = status(200, b"thanks")
    make_due()
    assert work_off() == 1
    (one,) = log_of(team, hook)
    assert (one.status, one.attempts, one.response_status, one.error) == ("sent", 2, 200, "")
    assert (one.response_snippet, one.next_attempt_at) == ("thanks", None)
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_after_a_day_it_is_not_tried_any_more(team: Team, receiver: Receiver, hook: NewWebhookView):
    receiver.answer = status(503)
    transact(escalate, team)
    yesterday = now() - timedelta(hours=24)
    transact(lambda db: db.execute(update(WebhookDelivery).values(created_at=yesterday)) and None)
    work_off()
    (one,) = log_of(team, hook)
    assert (one.status, one.next_attempt_at, one.error) == ("failed", None, "The receiver answered 503.")


def test_gone_switches_the_webhook_off_until_somebody_switches_it_on(
    team: Team, receiver: Receiver, hook: NewWebhookView
):
    receiver.answer = status(410)
    transact(escalate, team)
    transact(escalate, team)
    assert (work_off(), work_off(), work_off()) == (1, 1, 0)
    assert len(receiver.received) == 1
    assert [one.status for one in log_of(team, hook)] == ["failed", "skipped"]
    shown = do(team.admin, webhooks.get_webhook, webhook_id=hook.id)
    assert (shown.is_active, shown.disabled_reason) == (False, "The receiver answered 410 (Gone).")
    entry = transact(
        lambda db: db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "webhook.disabled")).one()
    )
    assert (entry.actor_id, entry.account_id, entry.subject_id) == (None, team.account_id, UUID(hook.id))
    receiver.answer = status(204)
    do(team.admin, webhooks.ping_webhook, webhook_id=hook.id)
    assert work_off() == 1
    assert json.loads(receiver.received[-1].body)["type"] == "webhook.ping"
    shown = do(team.admin, webhooks.change_webhook, webhook_id=hook.id, is_active=True)
    assert (shown.is_active, shown.disabled_reason) == (True, "")
    transact(escalate, team)
    work_off()
    assert log_of(team, hook)[-1].status == "sent"


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_hangs_drips_or_talks_nonsense_is_left_in_time(
    team: Team, receiver: Receiver, hook: NewWebhookView
):
    def drip(handler: Any) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def nonsense(handler: Any) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

    def slow_body(handler: Any) -> None:
        status(200, headers={"Content-Length": "10"})(handler)
        receiver.hang(handler)

    transact(escalate, team)
    for answer, said in (
        (receiver.hang, "did not answer in time"),
        (drip, "did not answer in time"),
        (nonsense, "did not answer in HTTP"),
        (slow_body, ""),
    ):
        receiver.answer = answer
        make_due()
        begin = time.monotonic()
        assert work_off() == 1
        assert time.monotonic() - begin < 3
        assert said in log_of(team, hook)[0].error
    (one,) = log_of(team, hook)
    assert (one.status, one.attempts) == ("sent", 4), "the status is what counts"


def test_nobody_at_the_address_and_no_such_name(team: Team):
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    nobody = do(team.admin, webhooks.create_webhook, url=f"http://{HOST}:{port}/", events=ALL)
    nameless = do(team.admin, webhooks.create_webhook, url="https://no-such-host.invalid/", events=ALL)
    transact(escalate, team)
    assert work_off() == 2
    assert "cannot be reached" in log_of(team, nobody)[0].error
    assert "no address for the name no-such-host.invalid" in log_of(team, nameless)[0].error
    assert [log_of(team, one)[0].status for one in (nobody, nameless)] == ["pending", "pending"]


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["fe80::1"], ["1.1.1.1", "127.0.0.1"]],
)  # fmt: skip
def test_the_address_that_a_name_has_at_sending_is_what_counts(
    team: Team, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
):
    monkeypatch.setattr(get_settings(), "webhook_allow_private", False)
    hook = do(
        team.admin, webhooks.create_webhook, url=f"https://rebound.example:{receiver.port}/", events=ALL
    )
    transact(escalate, team)

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "rebound.example"
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert work_off() == 1
    (one,) = log_of(team, hook)
    assert (one.status, one.attempts) == ("failed", 1)
    assert one.error == f"Nothing is sent to rebound.example: {addresses[-1]} is no public address."
    assert receiver.received == []


def test_the_connection_goes_to_the_address_that_was_looked_at(
    team: Team, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    looked_up = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, port))]

    url = f"http://tickets.example:{receiver.port}/in"
    do(team.admin, webhooks.create_webhook, url=url, events=ALL)
    transact(escalate, team)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    work_off()
    assert looked_up == ["tickets.example"]
    assert receiver.received[0].headers["host"] == f"tickets.example:{receiver.port}"


def test_what_was_allowed_once_is_not_sent_when_it_is_no_longer(
    team: Team, receiver: Receiver, hook: NewWebhookView, monkeypatch: pytest.MonkeyPatch
):
    transact(escalate, team)
    monkeypatch.setattr(get_settings(), "webhook_allow_private", False)
    work_off()
    assert (log_of(team, hook)[0].status, receiver.received) == ("failed", [])


def test_the_certificate_of_the_receiver_has_to_be_good(
    team: Team, monkeypatch: pytest.MonkeyPatch, trusting: Any
):
    receiver = Receiver(server_context())
    hook = do(team.admin, webhooks.create_webhook, url=receiver.url, events=ALL)
    transact(escalate, team)
    work_off()
    assert f"The certificate of {HOST} is not good" in log_of(team, hook)[0].error
    monkeypatch.setattr(webhook_posting, "_tls_context", lambda: trusting)
    make_due()
    work_off()
    assert log_of(team, hook)[0].status == "sent"
    receiver.close()


def test_what_a_dead_process_has_leased_is_taken_over_and_what_a_living_one_has_is_not(
    team: Team, receiver: Receiver, hook: NewWebhookView, smtp: MailServer
):
    transact(escalate, team)
    (delivery_id,) = transact(webhook_queue.lease_due, OWNER, busy=(), limit=8)
    # Nobody holds the lock of OWNER, so it counts as dead.
    assert transact(webhook_queue.lease_due, OTHER_OWNER, busy=(), limit=8) == [delivery_id]
    assert transact(webhook_queue.prepare, delivery_id, OWNER) is None, "the lease is somebody else's by now"
    assert receiver.received == []
    with working(smtp):
        receiver.wait_for(1)
        eventually(lambda: log_of(team, hook)[0].status == "sent")
    assert len(receiver.received) == 1


def test_a_slow_receiver_holds_up_nothing_but_itself(
    team: Team, receiver: Receiver, hook: NewWebhookView, smtp: MailServer
):
    other = Receiver()
    do(team.admin, webhooks.create_webhook, url=other.url, events=ALL)
    go_on = threading.Event()

    def when_let(handler: Any) -> None:
        go_on.wait(10)
        status(204)(handler)

    receiver.answer = when_let
    with working(smtp) as worker:
        worker.connect(team.engineer)
        ids = [transact(escalate, team).id for _ in range(12)]
        other.wait_for(12)
        eventually(lambda: worker.screen.inboxes[team.engineer.id].waiting == 12)
        smtp.wait_for(lambda mails: len(mails) == 12 * 3)
        assert len(receiver.received) == 1
        go_on.set()
        receiver.wait_for(12)
    opened = [json.loads(one.body)["data"]["id"] for one in receiver.received]
    assert opened == [json.loads(one.body)["data"]["id"] for one in other.received] == ids
    other.close()


def test_a_webhook_that_is_removed_while_it_is_sent_to_leaves_nothing(
    team: Team, receiver: Receiver, hook: NewWebhookView
):
    def remove(handler: Any) -> None:
        do(team.admin, webhooks.delete_webhook, webhook_id=hook.id)
        status(204)(handler)

    receiver.answer = remove
    transact(escalate, team)
    transact(escalate, team)
    assert (work_off(), work_off()) == (1, 0)
    assert transact(lambda db: db.execute(select(func.count(col(Webhook.id)))).scalar_one()) == 0


def test_what_ended_long_ago_leaves_the_log(team: Team, receiver: Receiver, hook: NewWebhookView):
    transact(escalate, team)
    transact(escalate, team)
    work_off()
    long_ago = now() - timedelta(days=31)
    transact(lambda db: db.execute(update(WebhookDelivery).values(created_at=long_ago)) and None)
    transact(webhook_queue.forget_old)
    assert [one.status for one in log_of(team, hook)] == ["pending"]


def test_the_secret_is_in_no_log(
    team: Team, receiver: Receiver, hook: NewWebhookView, caplog: pytest.LogCaptureFixture
):
    receiver.answer = status(500)
    transact(escalate, team)
    work_off()
    row = transact(lambda db: db.scalars(select(Webhook)).one())
    outbound = webhook_queue.Outbound(row.id, row.url, b"", row.secret)
    assert hook.secret == row.secret
    assert hook.secret not in caplog.text + repr(row) + repr(outbound)
    entries = transact(lambda db: db.scalars(select(AuditEntry)).all())
    assert "webhook.created" in {entry.action for entry in entries}
    assert hook.secret not in str([entry.details for entry in entries])


def test_the_page_about_webhooks_names_every_event():
    page = (ROOT / "docs/webhooks.md").read_text()
    assert all(f"`{event}`" in page for event in [*ALL, "webhook.ping"])
