"""Threads: blocking work (database, bcrypt, SMTP) never runs on the event loop.

Each kind of work has a pool of its own, so that a slow mail server or a burst of sign-ins never holds up a click.
Pools are made at first use: server workers are forked after the import.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from functools import cache, partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Pool(Enum):
    """A kind of blocking work, and how many of it run at once."""

    DATABASE = 16
    MAIL = 24
    PASSWORD = 5
    WEBHOOK = 22
    CASE_MAIL = 6
    INVITATION_MAIL = 3
    RESET_MAIL = 4


@cache
def _executor(pool: Pool) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(pool.value, thread_name_prefix=pool.name.lower())


os.register_at_fork(after_in_child=_executor.cache_clear)  # threads do not live on in a child


async def in_thread(pool: Pool, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``fn`` in a thread of ``pool`` and return, or raise, what it does."""
    call = partial(copy_context().run, fn, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_executor(pool), call)
