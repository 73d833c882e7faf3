"""The API in this process, asked over HTTP without a socket: what a test changes in the process holds for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from tests.support.conformance import Conformance
from troubleshoot_app.api.app import make_api

BASE_URL = "http://testserver"
PREFIX = "/api/v1"


class Api:
    """Sends requests, from any thread, as somebody and from somewhere.

    An answer is there when all that happens after it has happened, too, such as a mail that was sent. What is no answer
    that the API documents is an ``AssertionError``.
    """

    def __init__(
        self,
        portal: BlockingPortal,
        app: FastAPI,
        *,
        token: str = "",
        client: str = "203.0.113.7",
        prefix: str = PREFIX,
    ) -> None:
        """Use ``running`` instead; ``token`` is an access token, ``client`` the address that requests come from."""
        self._portal = portal
        self.app = app
        self._token = token
        self._client = client
        self._prefix = prefix

    def signed_in(self, token: str) -> "Api":
        """Return the same API, asked with an access token."""
        return Api(self._portal, self.app, token=token, client=self._client)

    def from_client(self, client: str) -> "Api":
        """Return the same API, asked from another address."""
        return Api(self._portal, self.app, token=self._token, client=client)

    def at_root(self) -> "Api":
        """Return the same API, asked for whole paths."""
        return Api(self._portal, self.app, token=self._token, client=self._client, prefix="")

    def request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Return the answer; ``parts`` are what httpx takes, and ``path`` goes on after ``/api/v1``, or is a whole one."""
        return self._portal.call(partial(self._request, method, path, **parts))

    def get(self, path: str, **parts: Any) -> httpx.Response:
        """Return the answer to a GET."""
        return self.request("GET", path, **parts)

    def post(self, path: str, json: Any = None, **parts: Any) -> httpx.Response:
        """Return the answer to a POST of JSON, or of what ``parts`` say."""
        return self.request("POST", path, **({"json": json} if json is not None else {}), **parts)

    def patch(self, path: str, json: Any = None, **parts: Any) -> httpx.Response:
        """Return the answer to a PATCH."""
        return self.request("PATCH", path, json=json, **parts)

    def put(self, path: str, json: Any = None, **parts: Any) -> httpx.Response:
        """Return the answer to a PUT."""
        return self.request("PUT", path, json=json, **parts)

    def delete(self, path: str, **parts: Any) -> httpx.Response:
        """Return the answer to a DELETE."""
        return self.request("DELETE", path, **parts)

    async def _request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self._client, 50000))
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= parts.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            answer = await client.request(method, f"{self._prefix}{path}", headers=headers, **parts)
        documented(self.app).check(answer)
        return answer


@cache
def documented(app: FastAPI) -> Conformance:
    """Return what an application says of its answers."""
    return Conformance(app.openapi())


@cache
def the_app() -> FastAPI:
    """Return the API of this process; it keeps nothing between two requests."""
    return make_api()


@contextmanager
def running(app: FastAPI | None = None) -> Iterator[Api]:
    """Let the API, or another one than that of this process, answer in a thread of its own."""
    with start_blocking_portal() as portal:
        yield Api(portal, app or the_app())
