"""One PostgreSQL for a whole test run, with a migrated template that every database is copied from."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from troubleshoot_app.core.db import engine
from troubleshoot_app.server.database import migrate
from troubleshoot_app.server.postgres import EmbeddedPostgres, create_database, stop_leftover

TEMPLATE = "template_troubleshoot"
PREFIX = "troubleshoot-test-"
# A test database may be lost; it must be fast.
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}

# Servers that this process started; they are kept, as the process may end before them.
_started: list[EmbeddedPostgres] = []


class Cluster:
    """The server of the test run that process ``run`` started; any of its processes may use it, the first one starts it."""

    def __init__(self, run: int) -> None:
        """Name the cluster of the run; nothing is started yet."""
        self.folder = Path(tempfile.gettempdir()) / f"{PREFIX}{run}"
        self._server = EmbeddedPostgres(self.folder / "postgres", OPTIONS)

    def database(self, name: str) -> str:
        """Return the address of a new, migrated, empty database; an older one of that name is dropped."""
        self._ensure_template()
        maintenance = self._server.url_of("postgres")
        _drop_database(maintenance, name)
        create_database(maintenance, name, template=TEMPLATE)
        return self._server.url_of(name)

    def empty_database(self, name: str) -> str:
        """Return the address of a new database without any tables."""
        self._ensure_template()
        maintenance = self._server.url_of("postgres")
        _drop_database(maintenance, name)
        create_database(maintenance, name)
        return self._server.url_of(name)

    def new_folder(self, name: str) -> Path:
        """Return a new folder that any user may pass into, as the database's has to, and that ends with the run."""
        self.folder.mkdir(mode=0o755, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        folder.chmod(0o755)
        return folder

    def stop(self) -> None:
        """Stop the server, if anybody started it, and remove its folder."""
        if self.folder.exists():
            stop_leftover(self._server.folder)
            shutil.rmtree(self.folder, ignore_errors=True)  # two runs may be removing the same leftover

    def _ensure_template(self) -> None:
        self.folder.mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            ready = self.folder / "ready"
            if ready.exists():
                return
            self._server.start()
            _started.append(self._server)
            create_database(self._server.url_of("postgres"), TEMPLATE)
            migrate(self._server.url_of(TEMPLATE))
            ready.touch()


def remove_leftovers() -> None:
    """Stop and remove the clusters of test runs that were killed."""
    Cluster(os.getpid()).stop()  # one that had the same number
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        run = folder.name.removeprefix(PREFIX)
        if run.isdigit() and not psutil.pid_exists(int(run)):
            Cluster(int(run)).stop()


@contextmanager
def rolled_back() -> Iterator[Session]:
    """Give a handle on the database that this process works on; in the end nothing that was done with it has happened.

    A commit inside it is only a savepoint.
    """
    with engine().connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as db:
            yield db
        outer.rollback()


def empty() -> None:
    """Empty all tables of the database that this process works on.

    After a test there is little in them, and TRUNCATE would make new files for each table and index all the same.
    """
    tables = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
    with engine().begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no look at foreign keys
        connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text("; ".join(f"DELETE FROM {table}" for table in tables)))


def _drop_database(url: str, name: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        connection.close()
