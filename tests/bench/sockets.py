"""Sockets that cost as little as they can: a message is looked at for the words that somebody waits for, no more."""

import asyncio
import json
from typing import Any, Self
from uuid import uuid4

import aiohttp

from tests.support.reflex_socket import COOKIE, HYDRATE, NAMESPACE
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.sessions import SessionState

SECONDS = 30
LOADED = '"is_hydrated_rx_state_":true'


class Wire:
    """A websocket of which one message at a time is waited for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Begin to read."""
        self._socket = socket
        self._wanted = ""
        self._came: asyncio.Future[str] | None = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, url: str, **headers: str) -> Self:
        """Connect to ``url``."""
        return cls(await http.ws_connect(url, headers=headers, max_msg_size=0))

    async def send(self, text: str) -> None:
        """Send a message."""
        await self._socket.send_str(text)

    def expect(self, wanted: str = "") -> asyncio.Future[str]:
        """Return what will be the next message that has ``wanted`` in it."""
        self._wanted = wanted
        self._came = asyncio.get_running_loop().create_future()
        return self._came

    async def close(self) -> None:
        """Close the socket."""
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self._socket:
            text = message.data
            if text == "2":  # a ping of Engine.IO
                await self._socket.send_str("3")
            elif self._came is not None and self._wanted in text:
                came, self._came = self._came, None
                came.set_result(text)
        if self._came is not None:
            self._came.set_exception(
                ConnectionError(f"the server closed the socket ({self._socket.close_code})")
            )


class Tab(Wire):
    """A page of the application that is open in somebody's browser."""

    _router: dict[str, Any]

    @classmethod
    async def load(
        cls, http: aiohttp.ClientSession, url: str, cookie: str, session_id: str = "", *, tree_id: str = ""
    ) -> Self:
        """Open the page of a session, the editor of a tree, or the home page, and wait until it is filled."""
        address = f"{url}{NAMESPACE}/?token={uuid4()}&EIO=4&transport=websocket"
        tab = await cls.open(http, address, Cookie=f"{COOKIE}={cookie}")
        path = f"/sessions/{session_id}" if session_id else "/"
        arguments = {"session_id": session_id} if session_id else {}
        if tree_id:
            path, arguments = f"/trees/{tree_id}/edit", {"tree_id": tree_id}
        tab._router = {"pathname": path, "asPath": path, "query": arguments}
        loaded = tab.expect(LOADED)
        first = {"event": {"name": HYDRATE, "payload": {}, "router_data": tab._router}}
        await tab.send(f"40{NAMESPACE},{json.dumps(first)}")
        await loaded
        return tab

    async def call(self, handler: str, state: type[SignedInState] = SessionState, **payload: Any) -> None:
        """Call a handler of the walk page, or of another one's state, as a press does."""
        name = f"{state.get_full_name()}.{handler}"
        event = {"name": name, "payload": payload, "router_data": self._router}
        await self.send(f"42{NAMESPACE},{json.dumps(['event', event])}")


def client() -> aiohttp.ClientSession:
    """Return a client with as many connections as anybody wants."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
