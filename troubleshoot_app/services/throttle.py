"""How often something may be tried: failed sign-ins above all. Counted in Redis, for all processes, when there is one."""

import hashlib
import ipaddress
import logging
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from troubleshoot_app.core.errors import TooManyRequests
from troubleshoot_app.core.settings import get_settings

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

FAILURES_OF_ADDRESS = RateLimitItemPerMinute(10, 15, "failures-of-address")
FAILURES_OF_CLIENT = RateLimitItemPerMinute(50, 15, "failures-of-client")
ACCOUNTS_OF_CLIENT = RateLimitItemPerHour(300, 1, "accounts-of-client")
MAILS_OF_CLIENT = RateLimitItemPerHour(300, 1, "mails-of-client")
MAILS_TO_ADDRESS = RateLimitItemPerHour(10, 1, "mails-to-address")
# Loopback is a proxy that does not say for whom it comes: one person must not lock all the others out.
THIS_MACHINE = 20
LOOPBACK = "loopback"

KEY_PREFIX = "troubleshoot-limits"
REDIS_SECONDS = 2
IPV6_NETWORK = 64


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted, such as the failures of one address, with how many are let pass in which time."""

    limit: RateLimitItem
    key: str


def client_of(host: str, forwarded: Iterable[str]) -> str:
    """Return the address that somebody comes from: ``host``, or behind trusted proxies what the outermost of them has seen.

    ``forwarded`` are the headers ``X-Forwarded-For``.
    """
    hops = get_settings().trusted_proxy_hops
    if not hops:
        return host
    way = [*(part.strip() for part in ",".join(forwarded).split(",") if part.strip()), host]
    return way[max(0, len(way) - 1 - hops)]


def failures(email: str, client: str) -> tuple[Count, ...]:
    """Return what a failed sign-in counts for: the address that was tried, known or not, and where it came from."""
    of_address = Count(FAILURES_OF_ADDRESS, _hidden(email))
    return (of_address, *failures_of(client))


def failures_of(client: str) -> tuple[Count, ...]:
    """Return what a wrong secret counts for when it does not say whose it is."""
    return _of_client(FAILURES_OF_CLIENT, client)


def accounts_of(client: str) -> tuple[Count, ...]:
    """Return what an attempt to register counts for."""
    return _of_client(ACCOUNTS_OF_CLIENT, client)


def mails_of(client: str) -> tuple[Count, ...]:
    """Return what asking for a mail counts for."""
    return _of_client(MAILS_OF_CLIENT, client)


def mails_to(email: str) -> tuple[Count, ...]:
    """Return what a mail to a stranger counts for."""
    return (Count(MAILS_TO_ADDRESS, _hidden(email)),)


def require_room(counts: tuple[Count, ...]) -> None:
    """Raise ``TooManyRequests`` when one of the counts is full."""
    for count in counts:
        if not _ask(partial(_test, count)):
            raise _too_many(count)


def add(counts: tuple[Count, ...]) -> tuple[Count, ...]:
    """Count one more, and return those of the counts that had no room for it."""
    return tuple(count for count in counts if not _ask(partial(_hit, count)))


def take(counts: tuple[Count, ...]) -> None:
    """Count one more, or raise ``TooManyRequests``."""
    for full in add(counts):
        raise _too_many(full)


def forgive(email: str) -> None:
    """Forget the failures of an address: its owner has come."""
    _ask(lambda limiter: limiter.clear(FAILURES_OF_ADDRESS, _hidden(email)))


@cache
def _limiter() -> MovingWindowRateLimiter:
    url = get_settings().redis_url
    if not url:
        return _own_limiter()
    storage = RedisStorage(
        url,
        key_prefix=KEY_PREFIX,
        wrap_exceptions=True,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
    )
    return MovingWindowRateLimiter(storage)


@cache
def _own_limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())


def forget_counts() -> None:
    """Drop what this process has counted itself, and its connection to Redis."""
    _limiter.cache_clear()
    _own_limiter.cache_clear()


os.register_at_fork(after_in_child=forget_counts)  # its threads and connections belong to the parent


def _ask(question: Callable[[MovingWindowRateLimiter], Answer]) -> Answer:
    """Return what the limiter says; without Redis this process counts for itself until it is back."""
    try:
        return question(_limiter())
    except StorageError as error:
        logger.warning("no Redis to count attempts in (%s); this process counts alone", error)
        return question(_own_limiter())


def _test(count: Count, limiter: MovingWindowRateLimiter) -> bool:
    return limiter.test(count.limit, count.key)


def _hit(count: Count, limiter: MovingWindowRateLimiter) -> bool:
    return limiter.hit(count.limit, count.key)


def _too_many(count: Count) -> TooManyRequests:
    reset = _ask(lambda limiter: limiter.get_window_stats(count.limit, count.key)).reset_time
    seconds = max(1, math.ceil(reset - time.time()))
    return TooManyRequests(f"Too many attempts. Try again in {wait_in_words(seconds)}.", retry_after=seconds)


def wait_in_words(seconds: int) -> str:
    """Return how long somebody is to wait, in whole minutes."""
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _of_client(limit: RateLimitItem, client: str) -> tuple[Count, ...]:
    """Return what counts for the place that a request came from; nothing when that is not known."""
    if not client:
        return ()
    network = network_of(client)
    if network == LOOPBACK:
        limit = type(limit)(limit.amount * THIS_MACHINE, limit.multiples, limit.namespace)
    return (Count(limit, network),)


def network_of(client: str) -> str:
    """Return who is counted as one: an IPv4 address, or the network that one customer gets in IPv6."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return _hidden(client)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return LOOPBACK
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address.packed, IPV6_NETWORK), strict=False))
    return str(address)


def _hidden(words: str) -> str:
    """Return a short name for any text, from which the text cannot be read."""
    plain = words.strip().lower().encode("utf-8", "surrogatepass")
    return hashlib.sha256(plain).hexdigest()[:32]
