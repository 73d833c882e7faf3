"""What bodies are taken: of which media type, and how large."""

import asyncio

from fastapi import Request
from fastapi.params import File, Form
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.api.deps import bearer_token, browser_credential, read_credential, refuse_strangers
from troubleshoot_app.api.errors import problem
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import AppError
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.domain.attachments import SIZE_LIMIT
from troubleshoot_app.domain.tree import FILE_LIMIT
from troubleshoot_app.services.access import load_actor

API_PREFIX = "/api/"
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
FORM_OVERHEAD = 64 * 1024
# By how their addresses end; anything else has the room of a tree file.
LARGER = {"/attachments": SIZE_LIMIT + FORM_OVERHEAD}
# Where strangers are heard: a name, a password and a token need no more.
SIGN_IN_PREFIX = "/api/v1/auth/"
SIGN_IN_LIMIT = 64 * 1024
# So much of a body that nobody wants is read all the same, for so long.
DROPPED = 32 * 1024 * 1024
DROPPED_SECONDS = 10

_WITHOUT_BODY = ("GET", "HEAD")
_TOO_LARGE = "The body is larger than the {limit:,} bytes that are taken here."


async def known_media_type(request: Request) -> None:
    """Refuse, with 415, a body of another media type than the route reads."""
    route = request.scope["route"]
    if route.body_field is None or not _has_body(request.headers):
        return
    match route.body_field.field_info:
        case File():
            taken: tuple[str, ...] = (MULTIPART,)
        case Form():
            taken = (URLENCODED, MULTIPART)
        case _:
            taken = (JSON,)
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in taken and not (
        JSON in taken and sent.startswith("application/") and sent.endswith("+json")
    ):
        await refuse_strangers(request)
        wanted = " or ".join(taken)
        raise HTTPException(415, f"Send the body as {wanted}.", headers={"Accept": ", ".join(taken)})


class BodyLimit:
    """Answers 413 to whoever sends more than is taken, whether they say so beforehand or not.

    What is left of a body is read and dropped before any answer goes out, or the answer says that the line ends with it:
    the server cuts the line otherwise, under the hands of who is still sending, or sends the next request along it.

    A body is read before the route asks who is calling. One that may be larger than what strangers send where they are
    heard is not kept, in memory or on the disk, before it is known that somebody sends it: 401 otherwise.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(API_PREFIX):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] in _WITHOUT_BODY and not _has_body(headers):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, _limit_of(scope["path"]), headers.get("content-length", ""))

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start" and not await body.drop_rest():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        if body.size > body.limit:
            await problem(413, _TOO_LARGE.format(limit=body.limit))(scope, receive, send_after_body)
            return
        try:
            is_small = 0 < body.size <= SIGN_IN_LIMIT or not _has_body(headers)
            if body.limit > SIGN_IN_LIMIT and not is_small:
                await _require_caller(Request(scope))
        except AppError as error:
            answer = problem(error.status, error.detail, title=error.title, headers=error.headers)
            await answer(scope, receive, send_after_body)
            return
        await self._app(scope, body.receive, send_after_body)


class _Body:
    """A body while it comes in; ``size`` is what it was said to be, 0 when that was not said."""

    def __init__(self, receive: Receive, limit: int, said: str) -> None:
        self.limit, self.size = limit, int(said) if said.isdigit() else 0
        self._receive, self._came, self._is_over = receive, 0, False

    async def receive(self) -> Message:
        """Return what comes next; ``HTTPException`` when it is more than is taken."""
        message = await self._next()
        if self._came > self.limit:
            raise HTTPException(413, _TOO_LARGE.format(limit=self.limit))
        return message

    async def drop_rest(self) -> bool:
        """Read what is left, and tell whether that was all of it: not if it is very much, or comes slowly."""
        try:
            async with asyncio.timeout(DROPPED_SECONDS):
                while not self._is_over and max(self.size, self._came) < DROPPED:
                    await self._next()
        except TimeoutError:
            return False
        return self._is_over

    async def _next(self) -> Message:
        message = await self._receive()
        self._came += len(message.get("body", b""))
        self._is_over = not message.get("more_body", False)
        return message


async def _require_caller(request: Request) -> None:
    """Raise ``Unauthenticated`` unless this comes with a good access token, or from a browser that is signed in."""
    if (bearer := await bearer_token(request)) is not None:
        read_credential(bearer)
    else:
        await in_thread(Pool.DATABASE, transact, load_actor, await browser_credential(request))


def _limit_of(path: str) -> int:
    if path.startswith(SIGN_IN_PREFIX):
        return SIGN_IN_LIMIT
    return next((size for end, size in LARGER.items() if path.endswith(end)), FILE_LIMIT)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
