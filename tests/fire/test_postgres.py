"""A database that crashes and comes back while people escalate."""

import contextlib
import random
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.fire.aftermath import assert_in_order
from tests.fire.conftest import StartServer
from tests.fire.technician import Escalation
from tests.support.accounts import open_account
from tests.support.postgres import Cluster
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import forget_engine
from troubleshoot_app.server.postgres import EmbeddedPostgres, processes_in

PRESSES_A_CRASH = 6
LOAD_SECONDS = 0.4


@pytest.fixture
def own_postgres(cluster: Cluster) -> Iterator[EmbeddedPostgres]:
    """A database server of its own that keeps what it has said it keeps."""
    postgres = EmbeddedPostgres(cluster.new_folder("crashing") / "postgres")
    postgres.start()
    yield postgres
    postgres.stop()


def crash(postgres: EmbeddedPostgres) -> None:
    """Kill every process of the database at once, and start it again on what is left."""
    processes = processes_in(postgres.folder)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)
    postgres.stop()
    postgres.start()
    forget_engine()


@pytest.mark.parametrize(
    "crashes", [pytest.param(1, id="quick"), pytest.param(50, id="soak", marks=pytest.mark.soak)]
)
def test_a_database_that_crashes_loses_nothing_that_was_answered(
    start_server: StartServer, mails: MailServer, own_postgres: EmbeddedPostgres, crashes: int
):
    server = start_server(DATABASE_URL=own_postgres.url)
    team = open_account()
    answered: list[str] = []
    for _ in range(crashes):
        under_way = [Escalation(server, team) for _ in range(PRESSES_A_CRASH)]
        technicians = [threading.Thread(target=press_soon, args=(one,)) for one in under_way]
        for technician in technicians:
            technician.start()
        time.sleep(random.uniform(0, LOAD_SECONDS))
        crash(own_postgres)
        for technician in technicians:
            technician.join()
        answered += [one.answer for one in under_way if one.answer]
    assert len(answered) == crashes * PRESSES_A_CRASH == len(set(answered))
    assert_in_order(team, answered, mails, told=team.seniors)
    assert server.answers()


def press_soon(escalation: Escalation) -> None:
    """Escalate at some moment around the crash, and insist."""
    time.sleep(random.uniform(0, LOAD_SECONDS))
    escalation.insist()
