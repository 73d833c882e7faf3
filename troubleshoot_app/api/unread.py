"""Ends websockets whose other end has stopped reading: what it is sent would pile up here for as long as it likes."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNREAD_SECONDS = 10.0


class EndUnread:
    """Wraps the whole application; a message that cannot be handed to the network in time is the last one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        is_over = False

        async def send_in_time(message: Message) -> None:
            nonlocal is_over
            if is_over:  # the farewell would wait as the message did
                return
            try:
                async with asyncio.timeout(UNREAD_SECONDS):
                    await send(message)
            except TimeoutError:
                is_over = True
                raise

        async def receive_until_over() -> Message:
            return {"type": "websocket.disconnect", "code": 1008} if is_over else await receive()

        await self._app(scope, receive_until_over, send_in_time)
