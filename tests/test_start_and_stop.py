"""``make run`` and ``serve``: ready soon, gone without a trace, and back again after being killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from tests.support.postgres import Cluster
from tests.support.server import Server
from troubleshoot_app.server import frontend as pages
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.server.postgres import EmbeddedPostgres, processes_in

SECOND_START_SECONDS = 10
GONE_SECONDS = 30
SERVE = [sys.executable, "-m", "troubleshoot_app", "serve"]
MAKE_RUN = ["make", "--silent", "run"]

pytestmark = pytest.mark.usefixtures("frontend")


@pytest.fixture
def folder(cluster: Cluster) -> Path:
    """A folder that the database's user can reach, as pytest's own are closed to others."""
    return cluster.new_folder("start")


@pytest.fixture
def new_server(folder: Path) -> Iterator[Server]:
    """A server on an embedded database of its own, never started before; nothing of it is left after the test."""
    server = Server(folder, DEMO_DATA="false")
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop()
    assert_gone(server)


@pytest.fixture(scope="module")
def used_var(cluster: Cluster) -> Path:
    """What a server leaves that was started for the first time and stopped."""
    server = Server(cluster.new_folder("used"), DEMO_DATA="false")
    server.start()
    assert server.stop() == 0
    return server.var_dir


@pytest.fixture
def own_server(new_server: Server, used_var: Path) -> Server:
    """A server of one's own, not started, whose database is there already, as after the first start."""
    subprocess.run(["cp", "-a", used_var, new_server.var_dir], check=True)
    return new_server


@pytest.fixture(scope="module")
def running_server(cluster: Cluster, used_var: Path) -> Iterator[Server]:
    """A running server, for tests that leave it alone."""
    server = Server(cluster.new_folder("running"), DEMO_DATA="false")
    subprocess.run(["cp", "-a", used_var, server.var_dir], check=True)
    server.start()
    yield server
    assert server.stop() == 0
    assert_gone(server)


def database_of(server: Server) -> EmbeddedPostgres:
    return EmbeddedPostgres(server.var_dir / "postgres")


def workers_of(server: Server) -> list[psutil.Process]:
    assert server.process is not None
    children = psutil.Process(server.process.pid).children()
    return [child for child in children if child.name() != "postgres"]


def assert_gone(server: Server) -> None:
    """Nobody listens on the port, and nobody works in the database's folder."""
    deadline = time.monotonic() + GONE_SECONDS
    while server.answers() or processes_in(database_of(server).folder):
        assert time.monotonic() < deadline, "something of the server is left"
        time.sleep(0.05)


def assert_gone_in_good_order(server: Server) -> None:
    """It says last that it has stopped, a moment after its database has."""
    assert_gone(server)
    deadline = time.monotonic() + GONE_SECONDS
    while not server.log_text().rstrip().endswith("Stopped."):
        assert time.monotonic() < deadline, server.log_tail()
        time.sleep(0.05)


def wait_until_answered(server: Server, seconds: float = GONE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not server.answers():
        assert time.monotonic() < deadline, server.log_tail()
        time.sleep(0.05)


def assert_ends(server: Server, number: signal.Signals) -> None:
    """The signal ends everything, with status 0."""
    assert server.stop(number) == 0
    assert not server.answers()
    assert not processes_in(database_of(server).folder)


def run(*arguments: str, server: Server, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "troubleshoot_app", *arguments]
    environment = server.environment | settings
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_ctrl_c_in_a_terminal_reaches_all_processes_at_once_and_is_no_error(own_server: Server) -> None:
    own_server.start()
    assert own_server.process is not None

    os.killpg(own_server.process.pid, signal.SIGINT)

    assert own_server.process.wait(GONE_SECONDS) == 0
    assert "Traceback" not in own_server.log_text()


def test_commands_work_beside_a_running_server_on_its_database(running_server: Server) -> None:
    checked = run("check", server=running_server)
    refused = run("export", "nonsense", "--format", "json", server=running_server)

    assert (checked.returncode, checked.stdout) == (0, "All is as it must be: nothing was found.\n")
    assert (refused.returncode, refused.stderr) == (2, "There is no tree with the id nonsense.\n")
    assert running_server.answers()


def test_a_second_start_builds_nothing_and_is_ready_within_ten_seconds_and_sigint_ends_it(
    own_server: Server,
) -> None:
    built = pages.MARK.stat().st_mtime_ns

    seconds = own_server.start()
    if seconds > SECOND_START_SECONDS:  # other tests keep the machine busy; it has to manage once
        own_server.stop()
        seconds = own_server.start()

    assert seconds <= SECOND_START_SECONDS
    assert pages.MARK.stat().st_mtime_ns == built
    assert "Building" not in own_server.log_text()
    assert_ends(own_server, signal.SIGINT)


def test_a_start_after_kill_9_works_and_keeps_the_data_and_sighup_ends_it(own_server: Server) -> None:
    own_server.start()
    orphans = workers_of(own_server)
    with psycopg2.connect(database_of(own_server).url) as connection:
        connection.cursor().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()

    own_server.kill()
    own_server.start()

    assert not any(orphan.is_running() for orphan in orphans), "an old worker still shares the port"
    with psycopg2.connect(database_of(own_server).url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    connection.close()
    assert_ends(own_server, signal.SIGHUP)


def test_a_database_mark_with_the_number_of_another_process_is_not_believed(own_server: Server) -> None:
    own_server.start()
    own_server.kill()
    for process in processes_in(database_of(own_server).folder):
        if process.pid == int((database_of(own_server).folder / "postmaster.pid").read_text().split()[0]):
            process.kill()
    mark = database_of(own_server).folder / "postmaster.pid"
    mark.write_text(mark.read_text().replace(mark.read_text().split()[0], str(os.getpid()), 1))

    own_server.start()

    assert own_server.stop() == 0


def test_a_worker_that_dies_is_replaced_and_sigterm_ends_all(own_server: Server) -> None:
    own_server.start()
    (worker,) = workers_of(own_server)

    worker.kill()
    worker.wait(GONE_SECONDS)

    wait_until_answered(own_server)
    assert [process.pid for process in workers_of(own_server)] != [worker.pid]
    assert_ends(own_server, signal.SIGTERM)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
def test_a_port_in_use_is_told_in_one_sentence(new_server: Server, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((address, new_server.port))
        other.listen()

        done = run("serve", server=new_server)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"Port {new_server.port} is in use" in done.stderr
    assert done.stdout == ""
    assert not new_server.var_dir.exists(), "nothing was started"


def test_a_second_server_on_the_same_folder_is_refused(running_server: Server, folder: Path) -> None:
    (folder / "other").mkdir()
    other = Server(folder / "other", VAR_DIR=str(running_server.var_dir), DEMO_DATA="false")

    done = run("serve", server=other)

    assert done.returncode == 2
    assert "already runs" in done.stderr
    assert done.stderr.count("\n") == 1
    assert running_server.answers()


def test_a_signal_while_it_starts_leaves_nothing(new_server: Server) -> None:
    process = subprocess.Popen(SERVE, cwd=ROOT, env=new_server.environment, stdout=subprocess.DEVNULL)
    while not (new_server.var_dir / "postgres" / "postmaster.pid").exists():
        time.sleep(0.01)

    process.terminate()

    assert process.wait(GONE_SECONDS) == 0


def test_several_workers_without_redis_are_refused(new_server: Server) -> None:
    done = run("serve", server=new_server, WORKERS="2")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "REDIS_URL" in done.stderr


def test_a_database_that_is_not_there_is_told_in_one_sentence(new_server: Server) -> None:
    done = run(
        "migrate", server=new_server, DATABASE_URL="postgresql://127.0.0.1:1/none", SECRET_KEY="k" * 32
    )

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot be reached" in done.stderr


def test_a_database_of_one_s_own_needs_a_secret_key(new_server: Server) -> None:
    done = run("migrate", server=new_server, DATABASE_URL="postgresql://127.0.0.1:1/none")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "SECRET_KEY" in done.stderr


def test_make_run_passes_a_signal_on(own_server: Server) -> None:
    own_server.start(command=MAKE_RUN)

    own_server.stop(signal.SIGTERM)

    assert_gone_in_good_order(own_server)


def test_killing_make_itself_ends_the_server_in_good_order(own_server: Server) -> None:
    own_server.start(command=MAKE_RUN)

    own_server.kill()

    assert_gone_in_good_order(own_server)
