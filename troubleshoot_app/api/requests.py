"""Every request has an id, which stands on each line of the log about it, and in its answer."""

import logging
import re
import time
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.api.bodies import API_PREFIX
from troubleshoot_app.core.log import about, new_request_id

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Requests:
    """Wraps the whole application: names each request, and logs those to the API when they are answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else new_request_id()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        begin = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with about(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                # The path alone: what follows its question mark may be a token.
                if scope["path"].startswith(API_PREFIX):
                    took = (time.perf_counter() - begin) * 1000
                    logger.info("%s %s %s in %.0f ms", scope["method"], scope["path"], status, took)
