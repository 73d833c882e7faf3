"""Blocking work in threads: results, errors and context come through, and no kind of work waits for another."""

import asyncio
import contextvars
import threading

import pytest

from troubleshoot_app.core.threads import Pool, in_thread

WHO = contextvars.ContextVar("WHO", default="nobody")


def test_results_errors_and_context_come_through():
    async def main() -> str:
        WHO.set("somebody")
        with pytest.raises(ZeroDivisionError):
            await in_thread(Pool.DATABASE, divmod, 1, 0)
        return await in_thread(Pool.DATABASE, WHO.get)

    assert asyncio.run(main()) == "somebody"


def test_a_full_pool_of_mails_does_not_hold_up_a_click():
    async def main() -> str:
        release = threading.Event()
        slow = [asyncio.create_task(in_thread(Pool.MAIL, release.wait, 10)) for _ in range(Pool.MAIL.value)]
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(in_thread(Pool.DATABASE, str, "clicked"), 5)
        finally:
            release.set()
            await asyncio.gather(*slow)

    assert asyncio.run(main()) == "clicked"
