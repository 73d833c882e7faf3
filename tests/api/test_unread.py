"""Websockets whose other end does not read."""

import asyncio
from typing import Any

import pytest

from troubleshoot_app.api import unread
from troubleshoot_app.api.unread import EndUnread


def test_a_socket_that_is_not_read_from_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or what it is sent would pile up for as long as the other end says that it is there."""
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 0.05)
    seen: list[str] = []

    async def network_is_full(_message: Any) -> None:
        await asyncio.Event().wait()

    async def goes_on_sending() -> Any:
        return {"type": "websocket.receive", "text": "3"}

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["type"])
        try:
            await send({"type": "websocket.send", "text": "news"})
        except TimeoutError:
            await send({"type": "websocket.close", "code": 1000})
        seen.append((await receive())["type"])

    async def serve() -> None:
        async with asyncio.timeout(10):
            await EndUnread(app)({"type": "websocket"}, goes_on_sending, network_is_full)

    asyncio.run(serve())
    assert seen == ["websocket.receive", "websocket.disconnect"]


def test_a_slow_answer_to_a_request_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 0.01)
    sent: list[Any] = []

    async def slowly(message: Any) -> None:
        await asyncio.sleep(0.05)
        sent.append(message)

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.body"})

    asyncio.run(EndUnread(app)({"type": "http"}, asyncio.Event().wait, slowly))  # type: ignore[arg-type]
    assert len(sent) == 1
