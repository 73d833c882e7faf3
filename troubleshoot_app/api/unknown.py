"""Addresses under ``/api`` that nothing answers: a problem document, where the pages would answer with one of theirs."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Receive, Scope, Send

from troubleshoot_app.api.errors import problem

ROOT = "/api"


def install(app: FastAPI) -> None:
    """Answer what no route before this one answers."""
    app.mount(ROOT, _Unknown(app))


class _Unknown:
    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        allowed = self._allowed(scope["path"])
        if allowed:
            methods = ", ".join(sorted(allowed))
            answer = problem(405, f"This address takes {methods}.", headers={"Allow": methods})
        else:
            answer = problem(
                404, "There is no such address in this API; GET /api/docs shows those that there are."
            )
        await answer(scope, receive, send)

    def _allowed(self, path: str) -> set[str]:
        """Return the methods that the routes of this address take: ``/trees/search`` is no ``/trees/{tree_id}``."""
        found: dict[int, set[str]] = {}
        for route in iter_route_contexts(self._app.routes):
            if route.methods and route.path_format and route.path_regex.match(path):
                found.setdefault(route.path_format.count("{"), set()).update(route.methods)
        return found[min(found)] if found else set()
