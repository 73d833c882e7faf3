"""Invitations and links for a new password: whatever befalls processes and mail servers, each mail ends as it has to."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.notifications.workers import eventually, post, working, working_process
from tests.support.people import Team, add_team, do
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models import Invitation, PasswordReset
from troubleshoot_app.models.queues import QueuedRow
from troubleshoot_app.notifications import reset_mails
from troubleshoot_app.schemas.people import OpenInvitation
from troubleshoot_app.services import invitations, passwords, throttle, users
from troubleshoot_app.services.paging import PageRequest

Row = TypeVar("Row", bound=QueuedRow)

NEW = "new@acme.test"
QUEUES: tuple[type[QueuedRow], ...] = (Invitation, PasswordReset)


@pytest.fixture
def team(clean_database: str) -> Team:
    """An account; nobody has asked for a mail yet."""
    throttle.forget_counts()
    return transact(add_team)


def invite(team: Team, email: str = NEW) -> str:
    """Invite somebody, and return the id of the invitation."""
    return do(team.admin, invitations.invite, email=email, role="engineer", client="").id


def ask_for_both(team: Team) -> None:
    """Have one mail of each kind sent."""
    invite(team)
    passwords.ask_for_reset(team.engineer.email)


def rows(queue: type[Row]) -> list[Row]:
    """Return all that was ever to be sent of one kind, the oldest first."""
    return transact(lambda db: list(db.scalars(select(queue).order_by(col(queue.id)))))


def all_are(status: DeliveryStatus) -> bool:
    """Whether every mail of either kind is in this state."""
    return {row.status for queue in QUEUES for row in rows(queue)} == {status}


def set_all(**values: object) -> None:
    """Change all mails of both kinds behind everybody's back."""

    def change(db: Session) -> None:
        for queue in QUEUES:
            db.execute(update(queue).values(**values))

    transact(change)


def shown(team: Team) -> OpenInvitation:
    """Return the one invitation that admins see."""
    page = do(team.admin, invitations.list_invitations, page=PageRequest(), with_expired=True)
    (invitation,) = page.items
    return invitation


def test_what_a_killed_process_was_sending_another_one_sends(team: Team, smtp: MailServer, database_url: str):
    smtp.hang()
    with working_process(smtp, database_url) as process:
        ask_for_both(team)
        eventually(lambda: all(row.lease_owner for queue in QUEUES for row in rows(queue)))
        process.kill()
        process.wait()
    assert all_are(DeliveryStatus.PENDING)
    smtp.mode = "accept"
    with working(smtp):
        smtp.wait_for(lambda mails: len(mails) >= 2)
        eventually(lambda: all_are(DeliveryStatus.SENT))
    assert sorted(mail.recipients[0] for mail in smtp.mails) == [team.engineer.email, NEW]
    assert {row.attempts for queue in QUEUES for row in rows(queue)} == {1}


def test_with_the_mail_server_down_they_wait_and_come_later_once(team: Team, smtp: MailServer):
    smtp.refuse()
    with working(smtp) as worker:
        worker.connect(team.admin, team.viewer)
        ask_for_both(team)
        eventually(lambda: all(row.attempts == 1 and row.error for queue in QUEUES for row in rows(queue)))
        waiting = shown(team)
        assert (waiting.mail_status, waiting.mailed_at, waiting.mail_error != "") == ("pending", None, True)
        assert waiting.next_attempt_at is not None
        assert timedelta(seconds=5) < waiting.next_attempt_at - now() < timedelta(seconds=12)
        eventually(lambda: worker.screen.progress == [{team.admin.id, team.owner.id}])
        smtp.start()
        set_all(next_attempt_at=now())
        eventually(lambda: all_are(DeliveryStatus.SENT))
        eventually(lambda: len(worker.screen.progress) == 2)
    assert sorted(mail.recipients[0] for mail in smtp.mails) == [team.engineer.email, NEW]
    assert (shown(team).mail_status, shown(team).mail_error) == ("sent", "")


def test_what_is_refused_has_failed_and_says_why_and_an_invitation_is_sent_again(
    team: Team, smtp: MailServer
):
    for address in (NEW, team.engineer.email):
        smtp.answer_recipient(address, "550 Mailbox unknown")
    ask_for_both(team)
    post(smtp)
    assert all_are(DeliveryStatus.FAILED)
    assert all("Mailbox unknown" in row.error for queue in QUEUES for row in rows(queue))
    failed = shown(team)
    assert (failed.mail_status, failed.next_attempt_at) == ("failed", None)
    assert "Mailbox unknown" in failed.mail_error
    smtp.answer_recipient(NEW, "250 OK")
    do(team.admin, invitations.renew, invitation_id=failed.id, client="")
    assert len(post(smtp).to(NEW)) == 1
    assert shown(team).mail_status == "sent"


def test_a_mail_that_is_put_off_for_a_day_is_given_up(team: Team, smtp: MailServer):
    smtp.answer_text("451 Later")
    invite(team)
    set_all(created_at=now() - timedelta(hours=24, minutes=1))
    post(smtp)
    assert (shown(team).mail_status, "451" in shown(team).mail_error) == ("failed", True)


def withdraw(team: Team) -> None:
    """Take the invitation back."""
    do(team.admin, invitations.withdraw, invitation_id=shown(team).id)


def accept(team: Team) -> None:
    """Let the invitation have been taken."""
    transact(lambda db: db.execute(update(Invitation).values(accepted_at=now())) and None)


def let_expire(team: Team) -> None:
    """Let the time be over in which the links are good."""
    set_all(expires_at=now())


def demote_the_inviter(team: Team) -> None:
    """Take from the inviter the right to invite."""
    do(team.owner, users.change_user, user_id=team.admin.id, role="engineer")


def choose_a_password(team: Team) -> None:
    """Use the link up, as if it were another one that was mailed before."""
    (row,) = rows(PasswordReset)
    passwords.reset(token=reset_mails.token_of(row.id), password="a new password")


def deactivate(team: Team) -> None:
    """Lock out who has the address."""
    do(team.owner, users.change_user, user_id=team.engineer.id, is_active=False)


def lock_out_and_let_in(team: Team) -> None:
    """Lock out who has the address, and let them in again."""
    deactivate(team)
    do(team.owner, users.change_user, user_id=team.engineer.id, is_active=True)


def change_the_key(team: Team) -> None:
    """Start the server with another SECRET_KEY."""
    get_settings().secret_key = "another key of some length, to be forgotten"


@pytest.mark.parametrize(
    ("queue", "happens", "why"),
    [
        (Invitation, withdraw, "Withdrawn before"),
        (Invitation, accept, "Accepted before"),
        (Invitation, let_expire, "Expired before"),
        (Invitation, demote_the_inviter, "Adam of Acme may not invite"),
        (Invitation, change_the_key, "another SECRET_KEY"),
        (PasswordReset, choose_a_password, "No longer good"),
        (PasswordReset, let_expire, "Expired before"),
        (PasswordReset, deactivate, "Nobody active"),
        (PasswordReset, lock_out_and_let_in, "No longer good"),
        (PasswordReset, change_the_key, "another SECRET_KEY"),
    ],
)
@pytest.mark.parametrize("tried_before", [False, True])
def test_what_is_not_wanted_any_more_is_not_sent(
    team: Team,
    smtp: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    queue: type[QueuedRow],
    happens: Callable[[Team], None],
    why: str,
    tried_before: bool,
):
    monkeypatch.setattr(get_settings(), "secret_key", get_settings().secret_key)
    ask_for_both(team)
    if tried_before:
        smtp.answer_text("451 Later")
        assert len(post(smtp).attempts) == 2
        set_all(next_attempt_at=now())
        smtp.reset()
    happens(team)
    post(smtp)
    (row,) = rows(queue)
    assert (row.status, row.next_attempt_at, row.sent_at) == (DeliveryStatus.SKIPPED, None, None)
    assert why in row.error
    spared = NEW if queue is Invitation else team.engineer.email
    assert smtp.to(spared) == []


def test_an_address_that_nobody_has_is_a_row_that_ends_and_goes(team: Team, smtp: MailServer):
    for address in ("nobody@acme.test", team.engineer.email):
        passwords.ask_for_reset(f" {address} ")
    with working(smtp):
        smtp.wait_for(bool)
        eventually(lambda: all(row.status is not DeliveryStatus.PENDING for row in rows(PasswordReset)))
    nobody, known = rows(PasswordReset)
    assert (nobody.status, nobody.error, nobody.attempts) == ("skipped", "Nobody active has this address.", 0)
    assert (known.status, smtp.attempts) == ("sent", [team.engineer.email])
    old = now() - reset_mails.KEPT_FOR - timedelta(minutes=1)
    transact(_age, nobody.id, old)
    transact(reset_mails.forget_old)
    assert [row.id for row in rows(PasswordReset)] == [known.id]


def _age(db: Session, reset_id: UUID, created_at: object) -> None:
    db.execute(update(PasswordReset).where(col(PasswordReset.id) == reset_id).values(created_at=created_at))


def test_one_worker_of_many_sends_each(team: Team, smtp: MailServer):
    with working(smtp), working(smtp), working(smtp):
        for number in range(5):
            invite(team, f"new{number}@acme.test")
            passwords.ask_for_reset(team.viewer.email)
        eventually(lambda: all_are(DeliveryStatus.SENT))
    assert len(smtp.attempts) == 10
    ids = {str(mail.message["Message-ID"]) for mail in smtp.mails}
    assert len(ids) == 10
