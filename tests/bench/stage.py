"""Everything that a measurement needs, started for it and stopped after it: PostgreSQL, the real server, the bare one."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.support.ports import free_port
from tests.support.postgres import Cluster
from tests.support.server import SETTINGS, Server, clean_environment
from troubleshoot_app.core.db import forget_engine
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.server.postgres import EmbeddedPostgres

SECRET_KEY = "a-key-for-benchmarks-long-enough-to-sign-with"
START_SECONDS = 30
STOP_SECONDS = 5
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Floor:
    """The running bare server."""

    process: subprocess.Popen[str]
    port: int

    @property
    def page(self) -> str:
        """Return the address of its page."""
        return f"http://127.0.0.1:{self.port}/"

    def socket(self, name: str) -> str:
        """Return the address of one of its sockets."""
        return f"ws://127.0.0.1:{self.port}/{name}"


@dataclass(frozen=True)
class Stage:
    """The real server and the bare ones, on the same database, which ``transact`` in this process works on as well."""

    server: Server
    floor: Floor
    bare_api: str


class _AsInstalled(Cluster):
    """The PostgreSQL of the run, which keeps what was committed, as the one of an installation does."""

    def __init__(self, run: int) -> None:
        super().__init__(run)
        self._server = EmbeddedPostgres(self.folder / "postgres")


class House:
    """One PostgreSQL, with its settings as installed, and a stage for each measurement."""

    def __init__(self) -> None:
        """Start nothing yet."""
        for name in SETTINGS:
            os.environ.pop(name, None)
        os.environ["SECRET_KEY"] = SECRET_KEY
        Settings.model_config["env_file"] = None
        self._cluster = _AsInstalled(os.getpid())

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[None]:
        """Let ``transact`` in this process work on a new database, with no server beside it."""
        os.environ["DATABASE_URL"] = self._cluster.database(f"bench_{name}")
        get_settings.cache_clear()
        try:
            yield
        finally:
            forget_engine()

    @contextlib.contextmanager
    def stage(self, name: str, **settings: str) -> Iterator[Stage]:
        """Start both servers on a new database; ``settings`` are those of the real one."""
        url = self._cluster.database(f"bench_{name}")
        os.environ["DATABASE_URL"] = url
        get_settings.cache_clear()
        settings = {"DEMO_DATA": "false"} | settings
        server = Server(self._cluster.new_folder(name), DATABASE_URL=url, SECRET_KEY=SECRET_KEY, **settings)
        with contextlib.ExitStack() as stack:
            stack.callback(forget_engine)
            server.start(command=[sys.executable, "-m", "troubleshoot_app", "serve", "--end-with-parent"])
            stack.callback(server.stop)
            yield Stage(server, stack.enter_context(_floor(url)), stack.enter_context(_bare_api(url)))

    def close(self) -> None:
        """Stop PostgreSQL and remove what it kept."""
        self._cluster.stop()


@contextlib.contextmanager
def _floor(database_url: str) -> Iterator[Floor]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.floor", str(port)],
        cwd=ROOT,
        env=clean_environment(DATABASE_URL=database_url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n", "the bare server did not start"
        yield Floor(process, port)
    finally:
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextlib.contextmanager
def _bare_api(database_url: str) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--log-level", "error",
         "tests.bench.bare_api:app"],
        cwd=ROOT,
        env=clean_environment(DATABASE_URL=database_url),
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline, "the bare API did not start"
        time.sleep(POLL_SECONDS)


class Neighbours:
    """How much of the machine other programs use meanwhile: what makes figures noisy."""

    def __init__(self) -> None:
        """Begin to count."""
        self._begin = time.monotonic()
        self._used, self._own = _used(), _own()

    def share(self) -> float:
        """Return the percentage of all processors that others have used since the beginning."""
        others = (_used() - self._used) - (_own() - self._own)
        return max(0.0, 100 * others / ((time.monotonic() - self._begin) * (os.cpu_count() or 1)))


def _used() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _own() -> float:
    total = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
