"""Who is connected, truly: several tabs, a clean close, a line that is silent, a process that is frozen."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.notifications.workers import eventually
from tests.support.accounts import cookie_for, open_account
from tests.support.people import Person
from tests.support.reflex_socket import ReflexSocket
from tests.support.server import Server
from troubleshoot_app.core.db import transact
from troubleshoot_app.notifications.presence import connected_users
from troubleshoot_app.server.paths import ROOT

CLOSED_SECONDS = 1
SILENT_SECONDS = 15
# A shared machine may be slower than the promise by this much.
SLACK_SECONDS = 2


def is_connected(person: Person) -> bool:
    """Whether somebody counts as connected now."""
    return person.id in transact(connected_users, [person.id])


class SilentSocket(ReflexSocket):
    """A tab whose line is half open: it gets nothing, says nothing, and never closes."""

    def fall_silent(self) -> None:
        """Read and answer nothing from now on."""
        self._reader.cancel()


@pytest.mark.usefixtures("server_database")
def test_connected_ends_when_it_ends(server: Server, aio: Callable[..., Any]):
    team = open_account()
    frozen = subprocess.Popen(
        [sys.executable, "-m", "tests.fire.silent_tab", server.url, cookie_for(team.admin)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert frozen.stdout is not None
    try:
        assert frozen.stdout.readline() == "ready\n"
        aio(_close_and_fall_silent(server, team.engineer, team.owner, team.admin, frozen))
    finally:
        frozen.kill()
        frozen.wait()
        frozen.stdout.close()


async def _close_and_fall_silent(
    server: Server, with_two_tabs: Person, silent: Person, frozen: Person, tab: subprocess.Popen[str]
) -> None:
    cookie = cookie_for(with_two_tabs)
    async with SilentSocket(server.url, cookie=cookie_for(silent)) as half_open:
        async with ReflexSocket(server.url, cookie=cookie):
            async with ReflexSocket(server.url, cookie=cookie):
                await until(lambda: all(map(is_connected, (with_two_tabs, silent, frozen))))
            await asyncio.sleep(CLOSED_SECONDS)
            assert is_connected(with_two_tabs), "one tab is still open"
        await until(lambda: not is_connected(with_two_tabs), CLOSED_SECONDS + SLACK_SECONDS)
        half_open.fall_silent()
        tab.send_signal(signal.SIGSTOP)
        await until(
            lambda: not (is_connected(silent) or is_connected(frozen)), SILENT_SECONDS + SLACK_SECONDS
        )


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until it becomes true, while the tabs of this process go on."""
    await asyncio.to_thread(eventually, true, seconds)
