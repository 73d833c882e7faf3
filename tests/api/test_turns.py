"""Turns at the hashing of passwords."""

import asyncio
import threading

import pytest

from troubleshoot_app.api import turns
from troubleshoot_app.api.turns import in_turn
from troubleshoot_app.core.errors import TooManyRequests

HERE, ELSEWHERE = "203.0.113.7", "203.0.113.8"


def test_who_sends_many_at_once_leaves_others_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right passwords, too: or anybody with an account could keep everybody else from signing in."""
    monkeypatch.setattr(turns, "WAITING_FROM_ONE_PLACE", 2)
    is_over = threading.Event()

    def hash_slowly(client: str) -> bool:
        return is_over.wait(10)

    async def come() -> None:
        waiting = [asyncio.create_task(in_turn(hash_slowly, client=HERE)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests):
            await in_turn(hash_slowly, client=HERE)
        assert await in_turn(lambda client: client, client=ELSEWHERE) == ELSEWHERE
        is_over.set()
        assert await asyncio.gather(*waiting) == [True, True]
        assert await in_turn(lambda client: client, client=HERE) == HERE

    asyncio.run(come())
