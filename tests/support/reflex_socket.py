"""A raw client of Reflex's websocket: what any script on the network can send, and what it gets back.

async with ReflexSocket(server.url, cookie=cookie_of(server.url, "viewer@demo.test")) as socket:
    await socket.send("reflex___state____state.….choose", option_id="yes")
    update = await socket.wait(lambda update: "choose" in str(update))
"""

import asyncio
import json
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.support.pages import DEMO_PASSWORD

NAMESPACE = "/_event"
ROOT_STATE = "reflex___state____state"
HYDRATE = f"{ROOT_STATE}.hydrate_and_load"
COOKIE = "troubleshoot_sign_in"
# The browser reads these off the address and says them with every event.
ROUTE_ARGUMENTS = {"trees": "tree_id", "sessions": "session_id", "handoffs": "handoff_id"}
SECONDS = 10
QUIET_SECONDS = 0.3


@dataclass(frozen=True)
class Update:
    """One answer: changed variables by state, and what the browser is told to do."""

    delta: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)


class Refused(Exception):
    """The server did not let the socket in."""


class ReflexSocket:
    """One tab. Entering it connects and, unless ``hydrate`` is false, loads the page at ``path``."""

    def __init__(
        self,
        url: str,
        *,
        cookie: str | None = None,
        path: str = "/",
        origin: str | None = None,
        token: str | None = None,
        hydrate: bool = True,
    ) -> None:
        """Remember whom to connect to, as whom, and from which ``Origin``; without one, none is sent."""
        self.token = token or str(uuid.uuid4())
        self.path = path
        self.updates: list[Update] = []
        self.vars: dict[str, dict[str, Any]] = {}
        self.sid = ""
        self._url = url
        self._hydrate = hydrate
        self._headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        self._headers |= {"Origin": origin} if origin else {}
        self._changed = asyncio.Condition()
        self._closed = False

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        try:
            await self._connect()
        except BaseException:
            await self._http.close()
            raise
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, handler: str, **payload: Any) -> None:
        """Call an event handler by its full name, as a click does."""
        await self._emit("event", self._event(handler, payload))

    async def wait(self, wanted: Callable[[Update], bool], seconds: float = SECONDS) -> Update:
        """Return the first update, past ones included, that is ``wanted``; AssertionError when none comes in time."""
        seen = 0
        async with self._changed:
            try:
                async with asyncio.timeout(seconds):
                    while True:
                        for update in self.updates[seen:]:
                            if wanted(update):
                                return update
                        seen = len(self.updates)
                        assert not self._closed, "the server closed the socket"
                        await self._changed.wait()
            except TimeoutError:
                raise AssertionError(f"not in {seconds} s; there were {self.updates}") from None

    async def settle(self, quiet: float = QUIET_SECONDS) -> list[Update]:
        """Wait until nothing has come for ``quiet`` seconds; return what came since the last time, and forget it."""
        seen = -1
        while seen != len(self.updates):
            seen = len(self.updates)
            await asyncio.sleep(quiet)
        came, self.updates = self.updates, []
        return came

    def var(self, state: str, name: str) -> Any:
        """Return the latest value of a variable of the state whose full name ends in ``state``; KeyError if unknown."""
        for full_name, values in self.vars.items():
            if full_name == state or full_name.endswith(f"___{state}"):
                return values[f"{name}_rx_state_"]
        raise KeyError(state)

    @property
    def is_closed(self) -> bool:
        """Whether the connection is over."""
        return self._closed

    async def close(self) -> None:
        """Close as a tab does that is closed."""
        await self._socket.close()
        self._reader.cancel()
        await self._http.close()

    def _event(self, handler: str, payload: dict[str, Any]) -> dict[str, Any]:
        place, _, query = self.path.partition("?")
        arguments = dict(part.partition("=")[::2] for part in query.split("&") if part)
        noun, _, rest = place.strip("/").partition("/")
        if rest and noun in ROUTE_ARGUMENTS:
            arguments[ROUTE_ARGUMENTS[noun]] = rest.partition("/")[0]
        router = {"pathname": place, "asPath": self.path, "query": arguments}
        return {"name": handler, "payload": payload, "router_data": router}

    async def _connect(self) -> None:
        address = f"{self._url}{NAMESPACE}/?token={self.token}&EIO=4&transport=websocket"
        try:
            self._socket = await self._http.ws_connect(address, headers=self._headers, max_msg_size=0)
        except aiohttp.WSServerHandshakeError as error:
            raise Refused(f"{error.status} {error.message}") from error
        opened = await self._socket.receive_str(timeout=SECONDS)
        assert opened.startswith("0"), opened
        first = {"event": self._event(HYDRATE, {})} if self._hydrate else {}
        await self._socket.send_str(f"40{NAMESPACE},{json.dumps(first)}")
        # Answers to the first event may come before the namespace is acknowledged.
        while not self.sid:
            self._take(await self._socket.receive_str(timeout=SECONDS))

    async def _emit(self, name: str, content: Any) -> None:
        await self._socket.send_str(f"42{NAMESPACE},{json.dumps([name, content])}")

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            if message.data == "2":
                await self._socket.send_str("3")
            async with self._changed:
                self._take(message.data)
                self._changed.notify_all()
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, packet: str) -> None:
        kind, _, body = packet.partition(",")
        if kind == f"40{NAMESPACE}":
            self.sid = json.loads(body)["sid"]
        elif packet == f"41{NAMESPACE},":
            self._closed = True
        elif kind == f"44{NAMESPACE}":
            raise Refused(body)
        elif kind == f"42{NAMESPACE}":
            name, content = json.loads(body)
            if name == "new_token":
                self.token = content
            elif name == "event":
                update = Update(content.get("delta") or {}, content.get("events") or [])
                self.updates.append(update)
                for state, values in update.delta.items():
                    self.vars.setdefault(state, {}).update(values)


def cookie_of(url: str, email: str, password: str = DEMO_PASSWORD) -> str:
    """Sign somebody in and return the value of the cookie that proves it."""
    request = urllib.request.Request(
        f"{url}/api/v1/auth/web/sign-in",
        data=json.dumps({"email": email, "password": password}).encode(),
        headers={"Content-Type": "application/json", "Origin": url},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        cookies: list[str] = answer.headers.get_all("Set-Cookie") or []
    return next(
        cookie.partition("=")[2].partition(";")[0] for cookie in cookies if cookie.startswith(f"{COOKIE}=")
    )
