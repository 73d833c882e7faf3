"""Ends websockets that send more than anybody could click: whatever they send, it is counted before it is read."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BURST = 200
MESSAGES_PER_SECOND = 100.0
# A message counts once more for each so many characters, for reading it takes as much longer.
LENGTH = 32 * 1024


class Allowance:
    """How much a websocket may still send right now."""

    def __init__(self) -> None:
        self._left: float = BURST
        self._counted_at = time.monotonic()

    def covers(self, length: int) -> bool:
        """Count one message; False when it is too much."""
        at = time.monotonic()
        grown = self._left + (at - self._counted_at) * MESSAGES_PER_SECOND
        self._left = min(BURST, grown) - 1 - length // LENGTH
        self._counted_at = at
        return self._left >= 0


class EndFlood:
    """Wraps the whole application; what would be too much is never seen by it, and the websocket is over."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        allowance = Allowance()

        async def receive_in_measure() -> Message:
            message = await receive()
            length = len(message.get("text") or message.get("bytes") or "")
            if message["type"] != "websocket.receive" or allowance.covers(length):
                return message
            return {"type": "websocket.disconnect", "code": 1008}

        await self._app(scope, receive_in_measure, send)
