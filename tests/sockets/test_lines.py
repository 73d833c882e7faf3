"""A line to a socket: messages leave in order, whoever sends them, and nobody waits for another."""

import asyncio
from collections.abc import Awaitable

import pytest

from troubleshoot_app.states.lines import LINE, Line, Lines


class Network:
    """Takes a message when it is allowed to."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.begun: list[str] = []
        self._allowed = asyncio.Semaphore(0)

    async def send(self, message) -> None:
        self.begun.append(message["text"])
        await self._allowed.acquire()
        if message["text"] == "lost":
            raise OSError("the other side is gone")
        self.taken.append(message["text"])

    async def take(self, *sent: Awaitable[None]) -> None:
        for _ in sent:
            self._allowed.release()
        await asyncio.gather(*sent, return_exceptions=True)


def text(words: str) -> dict[str, str]:
    return {"type": "websocket.send", "text": words}


def test_messages_leave_in_the_order_in_which_they_were_sent():
    async def act() -> None:
        network = Network()
        line = Line(network.send)
        idle = [line.is_idle]
        first, second, third = (line(text(words)) for words in ("one", "two", "three"))
        await asyncio.sleep(0.01)
        assert network.begun == ["one"]
        idle.append(line.is_idle)
        await network.take(first, second, third)
        assert network.taken == ["one", "two", "three"]
        assert [*idle, line.is_idle] == [True, False, True]

    asyncio.run(act())


def test_what_is_lost_does_not_hold_up_what_follows():
    async def act() -> None:
        network = Network()
        line = Line(network.send)
        lost, kept = line(text("lost")), line(text("kept"))
        await network.take(lost, kept)
        assert network.taken == ["kept"]
        with pytest.raises(OSError, match="gone"):
            await lost

    asyncio.run(act())


def test_each_socket_has_a_line_and_a_request_has_none():
    found = []

    async def app(scope, receive, send) -> None:
        found.append((scope["type"], scope.get(LINE), send))

    async def act() -> None:
        network = Network()
        for kind in ("websocket", "http"):
            await Lines(app)({"type": kind}, network.send, network.send)
        (_, line, send), (_, none, plain) = found
        assert isinstance(line, Line)
        assert send is line
        assert none is None
        assert plain == network.send

    asyncio.run(act())
