"""Lines: the shortest way to many tabs at once.

Socket.IO puts a message into the queue of each socket, and wakes a task for each that takes it out again and sends it.
For hundreds of tabs that are to be shown the same, these turns of the event loop take far longer than the sending.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import reflex as rx
from engineio.packet import MESSAGE
from engineio.packet import Packet as Frame
from reflex.state import StateUpdate
from socketio.packet import EVENT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINE = "troubleshoot.line"


class Line:
    """Sends to one socket, strictly in the order of the calls, which need not wait for one another."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last: asyncio.Future[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether all is sent that was to be sent."""
        return self._last is None or self._last.done()

    def __call__(self, message: Message) -> Awaitable[None]:
        """Begin to send; what is returned ends when it is sent."""
        if self._last is None or self._last.done():
            self._last = asyncio.ensure_future(self._send(message))
        else:
            self._last = asyncio.ensure_future(self._send_after(self._last, message))
        return self._last

    async def _send_after(self, last: Awaitable[None], message: Message) -> None:
        with suppress(Exception):  # whoever sent that has heard of it
            await last
        await self._send(message)


class Lines:
    """Stands around the whole application, next to the network, and gives each socket a line of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            scope[LINE] = send = Line(send)
        await self._app(scope, receive, send)


class Alike:
    """The same change of their state for many tabs, put into words once."""

    def __init__(self, app: rx.App, delta: dict[str, Any]) -> None:
        self._namespace, self._sio = app.event_namespace, app.sio
        self._update = StateUpdate(delta=delta)
        event = self._sio.packet_class(
            EVENT, namespace=self._namespace.namespace, data=["event", self._update]
        )
        self._message = {
            "type": "websocket.send",
            "text": Frame(MESSAGE, event.encode()).encode(),
            "bytes": None,
        }
        self._behind: list[str] = []

    def send(self, socket_id: str) -> None:
        """Begin to send it to a tab, straight if there is nothing else on the way; if there is, ``follow`` does."""
        line = _free_line(self._sio, self._namespace.namespace, socket_id)
        if line is None:
            self._behind.append(socket_id)
        else:
            line(self._message)

    async def follow(self) -> None:
        """Send it to the tabs that still had something else on the way, behind that.

        Nobody is waited for: what a slow one was sent is on its way.
        """
        if self._behind:
            await self._namespace.emit("event", self._update, to=self._behind)


def _free_line(sio: Any, namespace: str, socket_id: str) -> Line | None:
    """Return the line of a socket for which nothing waits, neither there nor in its queue; else None."""
    engine_id = sio.manager.eio_sid_from_sid(socket_id, namespace)
    socket, environ = sio.eio.sockets.get(engine_id), sio.environ.get(engine_id)
    line = environ and environ["asgi.scope"].get(LINE)
    if socket is None or line is None:
        return None
    # The count falls when the writer of the socket has taken a message out, just before it sends it on the line.
    return line if line.is_idle and not socket.queue._unfinished_tasks else None
