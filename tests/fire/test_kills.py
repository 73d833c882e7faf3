"""Server processes that are killed without a word, at any moment after somebody has pressed Escalate."""

import random
import threading
import time

import pytest

from tests.fire.aftermath import assert_in_order
from tests.fire.conftest import Killer, StartServer, wait_until_up
from tests.fire.technician import Escalation
from tests.support.accounts import open_account
from tests.support.people import Team
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.server.runner import CRASHES, Deaths

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
