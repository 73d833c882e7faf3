"""Websockets that send too much."""

import asyncio
from typing import Any

import pytest

from troubleshoot_app.api import flood
from troubleshoot_app.api.flood import BURST, LENGTH, EndFlood


@pytest.mark.parametrize(
    ("message", "heard"),
    [
        ({"text": "2"}, BURST),
        ({"text": "2" * 3 * LENGTH}, BURST // 4),
        ({"bytes": b"2" * 3 * LENGTH, "text": None}, BURST // 4),
    ],
)
def test_what_is_too_much_ends_the_socket_unheard(
    monkeypatch: pytest.MonkeyPatch, message: dict[str, Any], heard: int
) -> None:
    monkeypatch.setattr(flood, "MESSAGES_PER_SECOND", 0.0)
    seen: list[str] = []

    async def goes_on_sending() -> Any:
        return {"type": "websocket.receive"} | message

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while "websocket.disconnect" not in seen:
            seen.append((await receive())["type"])

    asyncio.run(EndFlood(app)({"type": "websocket"}, goes_on_sending, asyncio.Event().wait))  # type: ignore[arg-type]
    assert seen == ["websocket.receive"] * heard + ["websocket.disconnect"]


def test_who_pauses_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 0.0
    monkeypatch.setattr("troubleshoot_app.api.flood.time.monotonic", lambda: at)
    allowance = flood.Allowance()
    assert [allowance.covers(0) for _ in range(BURST + 1)] == [True] * BURST + [False]
    at = 3600.0
    assert [allowance.covers(0) for _ in range(BURST + 1)] == [True] * BURST + [False]
