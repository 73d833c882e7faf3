"""Turns at making PDFs: one person's are made one after the other, so that there is always a place for somebody else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from troubleshoot_app.core.errors import TooManyRequests
from troubleshoot_app.services.access import BUSY_SECONDS, Credential

AT_MOST = 3


@dataclass(slots=True)
class _Queue:
    """How many PDFs somebody has asked for that are not made yet, and the turn that these wait for."""

    length: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


_lock = threading.Lock()
_queues: dict[Credential | None, _Queue] = {}


@contextmanager
def turn_of(credential: Credential | None) -> Iterator[None]:
    """Make a PDF in this block, when those are made that the same sign-in has asked for before.

    Raises:
        TooManyRequests: it waits for several of them already.
    """
    with _lock:
        queue = _queues.setdefault(credential, _Queue())
        if queue.length >= AT_MOST:
            raise TooManyRequests(
                "Your PDFs before this one are still being made. Wait for them, then try again.",
                retry_after=BUSY_SECONDS,
            )
        queue.length += 1
    try:
        with queue.turn:
            yield
    finally:
        with _lock:
            queue.length -= 1
            if not queue.length:
                del _queues[credential]
