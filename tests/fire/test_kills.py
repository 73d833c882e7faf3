"""Server processes that are killed without a word, at any moment after somebody has pressed Escalate."""

import random
import threading
import time

import httpx
import pytest

from tests.fire.aftermath import assert_in_order
from tests.fire.conftest import Killer, StartServer, wait_until_up
from tests.fire.technician import Escalation
from tests.support.accounts import open_account
from tests.support.people import Team
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.server.runner import CRASHES, Deaths
from troubleshoot_app.services.tokens import issue_access_token

WITHIN_SECONDS = 0.12
CYCLES = [pytest.param(3, id="quick"), pytest.param(500, id="soak", marks=pytest.mark.soak)]


@pytest.mark.parametrize("cycles", CYCLES)
def test_whatever_was_answered_is_told_though_the_server_is_killed(
    start_server: StartServer, mails: MailServer, cycles: int
):
    server = start_server(CLAIM_TIMEOUT_SECONDS="86400")  # hundreds of kills take longer than a round
    team = open_account()
    killer = Killer(server)
    answered = [press_and_kill(server, team, killer) for _ in range(cycles)]
    came = assert_in_order(team, answered, mails, told=team.seniors)
    assert len(came) == len(team.seniors) * cycles


def test_who_was_promised_a_mail_gets_it_though_the_server_is_killed(
    start_server: StartServer, mails: MailServer
):
    server = start_server()
    team = open_account()
    mails.hang()
    api = f"{server.url}/api/v1"
    forgotten = httpx.post(f"{api}/auth/password/forgot", json={"email": team.engineer.email})
    bearer = issue_access_token(team.admin.id, team.admin.actor.sign_in_id).text
    newcomer = f"new-{team.admin.email}"
    invited = httpx.post(
        f"{api}/users/invitations",
        json={"email": newcomer, "role": "viewer"},
        headers={"Authorization": f"Bearer {bearer}"},
    )
    Killer(server).kill_one()
    assert (forgotten.status_code, invited.status_code, mails.mails) == (202, 201, [])
    mails.mode = "accept"
    came = mails.wait_for(lambda mails: len(mails) >= 2)
    assert sorted(mail.recipients[0] for mail in came) == sorted([team.engineer.email, newcomer])
    for mail, page in (
        (mails.to(team.engineer.email)[0], "/reset?token="),
        (mails.to(newcomer)[0], "/register"),
    ):
        body = mail.message.get_body(("plain",))
        assert body is not None
        assert f"{server.url}{page}" in body.get_content()
    wait_until_up(server)
    assert server.stop() == 0
    assert len(mails.mails) == 2


def press_and_kill(server: Server, team: Team, killer: Killer) -> str:
    """Escalate, kill the worker at a random moment of it, and press again until there is an answer."""
    killer.rest()
    escalation = Escalation(server, team)
    pressing = threading.Thread(target=escalation.press)
    pressing.start()
    time.sleep(random.uniform(0, WITHIN_SECONDS))
    killer.kill_one()
    pressing.join()
    first = escalation.answer
    wait_until_up(server)
    handoff_id = escalation.insist()
    assert first in (None, handoff_id), "the same press was answered with two escalations"
    return handoff_id


def test_a_worker_that_cannot_live_is_given_up_and_the_others_are_not():
    deaths = Deaths()
    assert not any(deaths.are_too_many(1) for _ in range(CRASHES))
    assert deaths.are_too_many(1)
    assert not deaths.are_too_many(2)
