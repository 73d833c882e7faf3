"""The door: how many websockets one person, or strangers from one place, may have open at once in this process.

Each costs the memory of an open page. What strangers do on pages, such as signing in, works without one.
"""

import logging
from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.services.throttle import LOOPBACK, THIS_MACHINE, network_of
from troubleshoot_app.states.guard import CONNECTION, Connection

logger = logging.getLogger(__name__)

TRY_AGAIN_LATER = 1013


class Door:
    """Wraps the whole application. A websocket too many is refused before it is open; its page says that it is not live,
    and tries again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open: Counter[str] = Counter()
        self._refused: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        connection = scope[CONNECTION] = Connection.of(scope)
        try:
            actor = await connection.who()
        except NoDatabase:
            actor = None
        whose, most = _share_of(actor, connection.client)
        if self._open[whose] >= most:
            self._note_refusal(whose, most)
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        self._open[whose] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._leave(whose)

    def _leave(self, whose: str) -> None:
        self._refused.discard(whose)
        self._open[whose] -= 1
        if not self._open[whose]:
            del self._open[whose]

    def _note_refusal(self, whose: str, most: int) -> None:
        """Log it once: a page that was refused goes on trying."""
        if whose not in self._refused:
            self._refused.add(whose)
            logger.warning("no more than %d websockets at once for %s", most, whose)


def _share_of(actor: Actor | None, client: str) -> tuple[str, int]:
    """Return who is counted as one, and how many websockets that one may have."""
    settings = get_settings()
    if actor is not None:
        return f"person {actor.user_id}", settings.sockets_per_person
    place = network_of(client)
    return f"strangers from {place}", settings.sockets_per_address * (
        THIS_MACHINE if place == LOOPBACK else 1
    )
