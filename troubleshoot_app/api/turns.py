"""Turns at the hashing of passwords, which takes a third of a second: whoever sends many at once waits, not all others."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from troubleshoot_app.core.errors import TooManyRequests
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.services.throttle import LOOPBACK, THIS_MACHINE, network_of

R = TypeVar("R")

WAITING_FROM_ONE_PLACE = 20
SECONDS = 10

_waiting: Counter[str] = Counter()


async def in_turn(fn: Callable[..., R], *args: Any, client: str, **kwargs: Any) -> R:
    """Run ``fn``, which hashes a password for somebody who comes from ``client``, in a thread, and return what it does.

    Raises:
        TooManyRequests: so many from the same place wait already that everybody else would wait for them.
    """
    place = network_of(client)
    if _waiting[place] >= WAITING_FROM_ONE_PLACE * (THIS_MACHINE if place == LOOPBACK else 1):
        raise TooManyRequests("Too many at once. Try again in a moment.", retry_after=SECONDS)
    _waiting[place] += 1
    try:
        return await in_thread(Pool.PASSWORD, fn, *args, client=client, **kwargs)
    finally:
        _waiting[place] -= 1
        if not _waiting[place]:
            del _waiting[place]
