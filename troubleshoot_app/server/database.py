"""Which database this installation works on, and bringing it up to date."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import create_engine, pool

from troubleshoot_app.core.db import forget_engine, libpq_url, sqlalchemy_url
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.server.postgres import START_SECONDS, EmbeddedPostgres

OLDEST_VERSION = 15
LOCK_SECONDS = 10
CONNECT_SECONDS = 10
POLL_SECONDS = 0.1

Say = Callable[[str], None]


@contextlib.contextmanager
def database(settings: Settings, say: Say, *, join: bool = False) -> Iterator[str]:
    """Give the address of a running database: the one of the settings, or an embedded one for as long as this lasts.

    From then on this process and its children see the address in the settings. With ``join``, an embedded database
    that a running server holds is used as well.

    Raises:
        StartError: it cannot be reached, is too old, or is held by another server.
    """
    with contextlib.ExitStack() as stack:
        url = settings.database_url or stack.enter_context(_embedded(settings.var_dir, say, join=join))
        _adopt(settings, url)
        stack.callback(forget_engine)
        _require_version(url)
        yield url


def migrate(url: str) -> str:
    """Bring the schema up to date and return its revision.

    Raises:
        StartError: a newer program has changed the database, and there is no way down.
    """
    config = Config(ROOT / "alembic.ini")
    config.attributes["database_url"] = url
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StartError(
            f"A newer Troubleshoot has changed this database ({error}). Start that one, or restore the backup of before."
        ) from error
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        return str(MigrationContext.configure(connection).get_current_revision())


@contextlib.contextmanager
def _embedded(var_dir: Path, say: Say, *, join: bool) -> Iterator[str]:
    server = EmbeddedPostgres(var_dir / "postgres", say=say)
    var_dir.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context((var_dir / "postgres.lock").open("a+"))
        if not _take(lock.fileno()):
            if join:
                yield _wait_until_ready(server)
                return
            say(f"Another Troubleshoot uses {var_dir}; waiting for it to end.")
            _wait_for(lock.fileno(), var_dir)
        say(f"Starting the database in {server.folder}.")
        try:
            yield server.start()
        finally:
            server.stop()


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(lock: int, var_dir: Path) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while not _take(lock):
        if time.monotonic() > deadline:
            raise StartError(
                f"Troubleshoot already runs on {var_dir.absolute()}; stop it first, or set VAR_DIR to another folder."
            )
        time.sleep(POLL_SECONDS)


def _wait_until_ready(server: EmbeddedPostgres) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if time.monotonic() > deadline:
            raise StartError(f"The database in {server.folder} does not answer.")
        time.sleep(POLL_SECONDS)
    return server.url


def _adopt(settings: Settings, url: str) -> None:
    """Put what was found and made into the environment, where this process and its children read their settings."""
    try:
        secret = settings.require_secret()
    except ValueError as error:
        raise StartError(str(error)) from error
    os.environ["DEMO_DATA"] = "true" if settings.wants_demo_data else "false"
    os.environ["SECRET_KEY"] = secret
    os.environ["DATABASE_URL"] = url
    get_settings.cache_clear()
    forget_engine()


def _require_version(url: str) -> None:
    try:
        connection = psycopg2.connect(libpq_url(url), connect_timeout=CONNECT_SECONDS)
    except psycopg2.Error as error:
        raise StartError(
            f"The database of DATABASE_URL cannot be reached: {' '.join(str(error).split())}"
        ) from error
    version = connection.server_version // 10_000
    connection.close()
    if version < OLDEST_VERSION:
        raise StartError(f"PostgreSQL {version} is too old: {OLDEST_VERSION} or newer is needed.")
