"""How many websockets may be open at once, and what is kept of those that are over."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx

from tests.support.accounts import cookie_for
from tests.support.people import Team
from tests.support.reflex_socket import COOKIE, ReflexSocket, Refused
from tests.support.server import Server
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.states import live
from troubleshoot_app.states.door import Door
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.live import LeftTabs

Aio = Callable[..., Any]
SECONDS = 10


def test_one_person_has_so_many_windows_and_the_others_have_theirs(
    server: Server, team: Team, aio: Aio
) -> None:
    most = Settings.model_fields["sockets_per_person"].default
    cookie = cookie_for(team.viewer)

    def window(cookie: str = cookie) -> ReflexSocket:
        return ReflexSocket(server.url, cookie=cookie, hydrate=False)

    async def come_in_as_soon_as_one_has_left() -> ReflexSocket:
        until = time.monotonic() + SECONDS
        while True:
            try:
                return await window().__aenter__()
            except Refused:
                assert time.monotonic() < until, "nobody is let in again"

    async def open_too_many() -> None:
        windows = [await window().__aenter__() for _ in range(most)]
        with pytest.raises(Refused, match="403"):
            await window().__aenter__()
        windows.append(await window(cookie_for(team.engineer)).__aenter__())
        await windows.pop(0).close()
        windows.append(await come_in_as_soon_as_one_has_left())
        for one in windows:
            await one.close()

    aio(open_too_many())


def test_strangers_are_counted_by_where_they_come_from(
    clean_database: str, monkeypatch: pytest.MonkeyPatch, aio: Aio
) -> None:
    monkeypatch.setattr(get_settings(), "sockets_per_address", 2)

    async def come() -> None:
        is_over = asyncio.Event()

        async def stay(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await is_over.wait()

        door, answers = Door(stay), asyncio.Queue[str]()
        staying = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            answers.put_nowait(message["type"])

        async def is_let_in(client: str, cookie: str = "") -> bool:
            headers = [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
            scope = {"type": "websocket", "client": (client, 5), "headers": headers}
            staying.append(asyncio.create_task(door(scope, receive, send)))
            return await asyncio.wait_for(answers.get(), SECONDS) == "websocket.accept"

        assert await is_let_in("203.0.113.7")
        assert await is_let_in("203.0.113.7", "made up")
        assert not await is_let_in("203.0.113.7", "made up as well")
        assert await is_let_in("203.0.113.8")
        assert [await is_let_in(f"2001:db8::{number}") for number in range(3)] == [True, True, False]
        is_over.set()
        await asyncio.gather(*staying)
        is_over.clear()
        assert await is_let_in("203.0.113.7")
        staying[-1].cancel()

    aio(come())


@pytest.fixture
def app(registry: dict[str, Any]) -> Any:
    """The application, in this process."""
    from troubleshoot_app.troubleshoot_app import app

    return app


async def until(is_so: Callable[[], bool]) -> None:
    """Return as soon as it is so; AssertionError when it is not in time."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def open_tabs(app: Any, *tabs: str) -> dict[str, Any]:
    """Let tabs be open, and return the states of all."""
    for tab in tabs:
        await app.event_namespace.link_token_to_sid(f"socket of {tab}", tab)
    states: dict[str, Any] = app.state_manager.states
    assert states.keys() >= set(tabs)
    return states


async def end_line(app: Any, tab: str) -> None:
    """Let a tab have gone, without anybody being told."""
    await app.event_namespace._token_manager.disconnect_token(tab, f"socket of {tab}")


def test_what_a_stranger_leaves_is_soon_forgotten(
    app: Any, monkeypatch: pytest.MonkeyPatch, aio: Aio
) -> None:
    monkeypatch.setattr(live, "STRANGER_SECONDS", 0.01)

    async def leave() -> None:
        states = await open_tabs(app, "stranger")
        await app.event_namespace.on_disconnect("socket of stranger")
        await until(lambda: "stranger" not in states)

    aio(leave())


def test_who_is_back_or_at_work_is_not_forgotten_and_of_very_many_the_latest_are_kept(
    app: Any, monkeypatch: pytest.MonkeyPatch, aio: Aio
) -> None:
    monkeypatch.setattr(live, "STRANGER_SECONDS", 0.01)
    monkeypatch.setattr(live, "LEFT_MOST", 2)

    async def leave() -> None:
        left = LeftTabs(app)
        states = await open_tabs(app, "back", "at work", "first", "second", "third")
        for tab in ("at work", "first", "second", "third"):
            await end_line(app, tab)
        async with app.state_manager.modify_state(rx.BaseStateToken(ident="at work", cls=InboxState)):
            for tab in ("back", "at work"):
                left.keep(tab, 0)
            await until(lambda: "back" not in left._timers)
            assert states.keys() >= {"back", "at work"}
        await until(lambda: "at work" not in states)
        for tab in ("first", "second", "third"):
            left.keep(tab, SECONDS)
        assert states.keys() & {"back", "first", "second", "third"} == {"back", "second", "third"}
        await end_line(app, "back")
        left.keep("back", 0)
        await until(lambda: "back" not in states)

    aio(leave())
