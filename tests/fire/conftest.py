"""Servers to set on fire, each with a database and a mail server of its own."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import SECRET_KEY, _use_database
from tests.notifications.workers import eventually
from tests.support.postgres import Cluster
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.server.runner import CRASH_SECONDS, CRASHES

READY_SECONDS = 60
ESCALATIONS = "100000"  # one technician presses on and on

StartServer = Callable[..., Server]


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server for one test."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start_server(
    frontend: None, cluster: Cluster, worker_name: str, mails: MailServer, tmp_path: Path
) -> Iterator[StartServer]:
    """``start_server(WORKERS="3", …)`` returns a running server that may be killed; ``transact`` works on its database."""
    started: list[Server] = []
    before = os.environ.get("DATABASE_URL")

    def start(**settings: str) -> Server:
        database_url = settings.pop("DATABASE_URL", "") or cluster.database(f"fire_{worker_name}")
        server = Server(
            tmp_path,
            DATABASE_URL=database_url,
            SECRET_KEY=SECRET_KEY,
            SMTP_URL=mails.url,
            DEMO_DATA="false",
            ESCALATIONS_PER_PERSON=ESCALATIONS,
            **settings,
        )
        server.start()
        started.append(server)
        _use_database(database_url)
        return server

    yield start
    for server in started:
        if server.process is not None and server.process.poll() is None:
            server.stop()
    _use_database(before)


def workers_of(server: Server) -> list[psutil.Process]:
    """Return the worker processes of a server, oldest first."""
    assert server.process is not None
    return sorted(psutil.Process(server.process.pid).children(), key=lambda child: child.create_time())


class Killer:
    """Kills workers of a server, never so many in a row that it gives up."""

    def __init__(self, server: Server) -> None:
        """Nobody is killed yet."""
        self._server = server
        self._kills: list[float] = []

    def kill_one(self) -> None:
        """Kill one of the workers, whichever."""
        random.choice(workers_of(self._server)).kill()
        self._kills.append(time.monotonic())

    def rest(self) -> None:
        """Wait until another death is not one too many."""
        if len(self._kills) >= CRASHES:
            time.sleep(max(0, self._kills[-CRASHES] + CRASH_SECONDS + 1 - time.monotonic()))


def wait_until_up(server: Server, workers: int = 1) -> None:
    """Wait until that many workers are there and the page comes."""
    eventually(lambda: len(workers_of(server)) >= workers and server.answers(), READY_SECONDS)
