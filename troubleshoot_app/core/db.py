"""The database: one lazy engine a process, and ``transact``, the only thing that commits."""

import os
import threading
import time
from collections.abc import Callable
from random import SystemRandom
from typing import Concatenate, ParamSpec, TypeVar

import psycopg2
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from troubleshoot_app.core.errors import NoDatabase, NoRoom
from troubleshoot_app.core.settings import get_settings

P = ParamSpec("P")
R = TypeVar("R")

POOL_SIZE = 20
CONNECT_SECONDS = 5

RETRIES = 3
RETRY_SECONDS = 0.02
_LOST_TO_ANOTHER = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_DISK_FULL = "53100"
_NO_LINE = ("08", "53300", "57P")  # no connection, no connection left, shutting down or starting up

_lock = threading.Lock()
_engine: Engine | None = None


def sqlalchemy_url(url: str) -> str:
    """Return ``url`` with psycopg2 named as the driver (a bare ``postgresql://`` would mean psycopg 3)."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg2://" + url.removeprefix(scheme)
    return url


def libpq_url(url: str) -> str:
    """Return ``url`` as libpq, and so psycopg2 itself, takes it."""
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)


def require_database_url() -> str:
    """Return the database that this process works on; ``RuntimeError`` when none was set up."""
    url = get_settings().database_url
    if not url:
        raise RuntimeError("DATABASE_URL is not set; `python -m troubleshoot_app serve` sets it.")
    return url


def engine() -> Engine:
    """Return this process's engine, made at first use: server workers are forked after the import."""
    global _engine
    if _engine is None:
        with _lock:
            if _engine is None:
                _engine = create_engine(
                    sqlalchemy_url(require_database_url()),
                    pool_size=POOL_SIZE,
                    max_overflow=0,  # made for one request and closed after it, a connection costs more than the request
                    hide_parameters=True,  # or the log of a failed statement shows secrets, and what people wrote
                    connect_args={
                        "application_name": "troubleshoot",
                        "connect_timeout": CONNECT_SECONDS,
                        "options": "-c timezone=UTC",
                    },
                )
    return _engine


def forget_engine(*, close: bool = True) -> None:
    """Drop the engine; the next use makes a new one. A forked child must not close its parent's sockets."""
    global _engine
    if _engine is not None:
        _engine.dispose(close=close)
        _engine = None


def _start_afresh() -> None:
    """In a forked child: another thread of the parent may have held the lock."""
    global _lock
    _lock = threading.Lock()
    forget_engine(close=False)


os.register_at_fork(after_in_child=_start_afresh)


def transact(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``fn(db, …)`` in one transaction: commit what it did and return what it says, or roll all of it back.

    When the database ends the transaction in favour of another one, or is found to have gone away before the commit
    began (after a restart every pooled connection is dead), ``fn`` is run again, three times at most.

    Raises:
        NoDatabase: it cannot be reached, or has gone away.
        NoRoom: the disk of the database is full.
    """
    retries = 0
    while True:
        committing = False
        try:
            with Session(engine(), expire_on_commit=False) as db, db.begin():
                result = fn(db, *args, **kwargs)
                committing = True
            return result
        except DBAPIError as error:
            code = getattr(error.orig, "pgcode", None)
            if code == _DISK_FULL:
                raise NoRoom() from error
            lost = error.connection_invalidated and not committing
            if retries == RETRIES or not (lost or code in _LOST_TO_ANOTHER):
                if _is_without_line(error):
                    raise NoDatabase(may_be_kept=committing) from error
                raise
        retries += 1
        time.sleep(RETRY_SECONDS * retries * SystemRandom().uniform(0.5, 1.5))


def _is_without_line(error: DBAPIError) -> bool:
    """Tell whether the database is not there, rather than that it said no."""
    if error.connection_invalidated:
        return True
    cause = error.orig
    if not isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    return cause.pgcode is None or cause.pgcode.startswith(_NO_LINE)
