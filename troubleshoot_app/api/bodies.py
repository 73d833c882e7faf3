"""What bodies are taken: of which media type, and how large."""

from fastapi import Request
from fastapi.params import File, Form
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.api.errors import problem
from troubleshoot_app.domain.attachments import SIZE_LIMIT
from troubleshoot_app.domain.tree import FILE_LIMIT

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
        wanted = " or ".join(taken)
        raise HTTPException(415, f"Send the body as {wanted}.", headers={"Accept": ", ".join(taken)})


class BodyLimit:
    """Answers 413 to whoever sends more than is taken, whether they say so beforehand or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(API_PREFIX):
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        if said.isdigit() and int(said) > limit:
            await problem(413, _TOO_LARGE.format(limit=limit))(scope, receive, send)
            return
        came = 0

        async def receive_some() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise HTTPException(413, _TOO_LARGE.format(limit=limit))
            return message

        await self._app(scope, receive_some, send)


def _limit_of(path: str) -> int:
    if path.startswith(SIGN_IN_PREFIX):
        return SIGN_IN_LIMIT
    return next((size for end, size in LARGER.items() if path.endswith(end)), FILE_LIMIT)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
