"""What goes out of the house: each queue is worked off in threads of its own, so that none waits for another."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

import psycopg2
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.core.log import about, log_bug
from troubleshoot_app.core.threads import Pool, in_thread

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


BREATH_SECONDS = 0.05
AT_WORK = 2
_turns = threading.BoundedSemaphore(AT_WORK)


def in_turn(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``fn`` in a transaction. However many wait for other servers, few work at once, so that clicks come first."""
    with _turns:
        return transact(fn, *args, **kwargs)


class LeaseDue(Protocol):
    """Lease what is due and return the ids; ``busy`` are under way in this process."""

    def __call__(self, db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]: ...


class Outgoing:
    """Works off one queue: leases what is due, and sends as many at once as ``pool`` has threads.

    ``send(row_id, owner)`` blocks; it records by itself what became of a row.
    """

    def __init__(self, name: str, pool: Pool, lease_due: LeaseDue, send: Callable[[UUID, int], None]) -> None:
        self._name = name
        self._pool = pool
        self._lease_due = lease_due
        self._send = send
        self._wake = asyncio.Event()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Look at once whether something is due."""
        self._wake.set()

    async def work_off(self, owner: Callable[[], int], sweep_seconds: float) -> None:
        """Send what is due, whenever woken and every so often, for as long as ``owner`` returns a key that holds."""
        while True:
            self._wake.clear()
            key, free = owner(), self._pool.value - len(self._under_way)
            if key and free > 0:
                busy = list(self._under_way)
                for row_id in await in_thread(
                    Pool.DATABASE, transact, self._lease_due, key, busy=busy, limit=free
                ):
                    self._under_way[row_id] = asyncio.create_task(self._send_one(row_id, key))
            await first_of(self._wake, sweep_seconds)
            await asyncio.sleep(
                BREATH_SECONDS
            )  # screens come first, and what comes together is leased together

    async def drained(self, seconds: float) -> None:
        """Wait for what is under way, so many seconds at most."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)

    async def _send_one(self, row_id: UUID, owner: int) -> None:
        with about(delivery_id=row_id):
            try:
                await in_thread(self._pool, self._send, row_id, owner)
            except Exception as error:  # noqa: BLE001  the outermost edge of a task
                log_trouble(logger, error, f"{self._name} {row_id}")
            finally:
                del self._under_way[row_id]
                self._wake.set()


async def first_of(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event or the time. Not by ``asyncio.wait_for``, which may lose a cancellation before Python 3.12."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def log_trouble(log: logging.Logger, error: Exception, where: str) -> None:
    """Log what ended a piece of work: a lost database in one line, anything else as the bug that it is."""
    cause: BaseException | None = error.__cause__ if isinstance(error, NoDatabase) else error
    cause = cause.orig if isinstance(cause, DBAPIError) else cause
    if isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
        log.warning("no database for %s (%s); trying again", where, " ".join(str(cause).split()))
    else:
        log_bug(log, error, where)
