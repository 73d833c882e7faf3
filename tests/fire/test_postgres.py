"""A database that crashes and comes back while people escalate."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from tests.fire.aftermath import assert_in_order
from tests.fire.conftest import StartServer
from tests.fire.technician import Escalation
from tests.support.accounts import cookie_for, open_account
from tests.support.people import start
from tests.support.postgres import Cluster
from tests.support.reflex_socket import ReflexSocket
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import forget_engine, transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.server.postgres import EmbeddedPostgres, processes_in
from troubleshoot_app.services.tokens import issue_access_token
from troubleshoot_app.states.sessions import SessionState

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


def test_while_there_is_no_database_everybody_is_told_so_and_nothing_is_done(
    start_server: StartServer, own_postgres: EmbeddedPostgres
):
    server = start_server(DATABASE_URL=own_postgres.url)
    team = open_account()
    session = transact(start, team)
    token = issue_access_token(team.viewer.id, team.viewer.actor.sign_in_id).text
    cookie = cookie_for(team.viewer)

    def ask(method: str, path: str, **parts: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx.request(method, f"{server.url}/api/v1{path}", headers=bearer, timeout=30, **parts)

    def sign_in() -> httpx.Response:
        return httpx.post(
            f"{server.url}/api/v1/auth/login/json",
            json={"email": "a@b.test", "password": "x" * 12},
            timeout=30,
        )

    async def story() -> list[str]:
        async with ReflexSocket(server.url, cookie=cookie) as tab:
            await tab.wait(lambda update: "user_name" in str(update.delta))
            await asyncio.to_thread(stop, own_postgres)
            said = []
            for call in (
                lambda: ask("GET", "/sessions"),
                lambda: ask("POST", f"/sessions/{session.id}/steps", json={"option": "no"}),
                lambda: ask("POST", f"/sessions/{session.id}/handoff", json={"intent": "escalate"}),
                sign_in,
            ):
                answer = await asyncio.to_thread(call)
                assert answer.status_code == 503, answer.text
                assert answer.headers["content-type"] == "application/problem+json"
                assert int(answer.headers["retry-after"]) > 0
                said.append(answer.json()["detail"])
            await tab.send(f"{SessionState.get_full_name()}.escalate", form={"reason": "Dark."})
            toast = await tab.wait(lambda update: "does not answer" in str(update.delta))
            said.append(next(v["text_rx_state_"] for v in toast.delta.values() if "text_rx_state_" in v))
            await asyncio.to_thread(own_postgres.start)
            forget_engine()
            answer = await asyncio.to_thread(
                ask, "POST", f"/sessions/{session.id}/steps", json={"option": "no"}
            )
            assert answer.status_code == 200, answer.text
            assert [step["option_id"] for step in answer.json()["steps"]] == ["no"]
            return said

    with ThreadPoolExecutor(1) as beside:
        said = beside.submit(asyncio.run, story()).result()
    assert set(said) == {NoDatabase().detail}
    assert "Traceback" not in server.log_text()


def stop(postgres: EmbeddedPostgres) -> None:
    """Stop the database as its operator would, and nobody's connection with it is left."""
    postgres.stop()
    forget_engine()


def press_soon(escalation: Escalation) -> None:
    """Escalate at some moment around the crash, and insist."""
    time.sleep(random.uniform(0, LOAD_SECONDS))
    escalation.insist()
