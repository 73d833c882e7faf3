"""The outermost layer of every answer: what browsers are told about safety, and pages at their plain addresses."""

import base64
import hashlib
import logging
import re
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.core.addresses import pattern_of, shell_of
from troubleshoot_app.core.settings import get_settings

logger = logging.getLogger(__name__)

API_PREFIX = "/api"
SOCKET_PREFIX = "/_event"
HASHED_PREFIX = "/assets/"  # each file there is named by its content
YEAR_SECONDS = 365 * 24 * 3600
ICONS = ("/mark", "/icons/", "/favicon.ico")  # on every page, and hardly ever another one
ICON_SECONDS = 24 * 3600

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NO_PAGE = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"  # of what is opened by itself
)


class Edge:
    """Wraps the whole application.

    ``routes`` are the addresses of the pages; each is served as it is, where static files would answer with a redirect to
    the same address with a slash, or with an empty page. ``build`` is the folder with the compiled pages. ``sockets``
    answers websockets, which check their Origin themselves: what stands around requests would only be in each message's way.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[str], build: Path, sockets: ASGIApp) -> None:
        self._app = app
        self._sockets = sockets
        self._shells = {shell_of(route): pattern_of(route) for route in routes if route != "/"}
        self._build = build

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket" and scope["path"].startswith(SOCKET_PREFIX):
            try:
                await self._sockets(scope, receive, send)
            except (ValueError, RecursionError) as error:
                # What strangers send is no fault of ours; their socket is closed, and one line tells of it.
                logger.warning(
                    "a socket was cut off, what it sent could not be read (%s)", type(error).__name__
                )
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), path, message["status"])
            await send(message)

        if page := self._page_at(path):
            scope = {**scope, "path": page, "raw_path": page.encode()}
        await self._app(scope, receive, send_with_headers)

    def _page_at(self, path: str) -> str | None:
        """Return where the page of an address lies among the files; of several that fit, that of the plainest route."""
        if path in self._shells:
            return f"{path}.html"
        return next((f"{shell}.html" for shell, fits in self._shells.items() if fits.fullmatch(path)), None)

    def _add_headers(self, headers: MutableHeaders, path: str, status: int) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if get_settings().secure_cookies:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}")
        if path.startswith(HASHED_PREFIX) and status < HTTPStatus.BAD_REQUEST:
            headers.setdefault("Cache-Control", f"public, max-age={YEAR_SECONDS}, immutable")
        if path.startswith(ICONS) and status < HTTPStatus.BAD_REQUEST:
            headers.setdefault("Cache-Control", f"public, max-age={ICON_SECONDS}")
        if not path.startswith(API_PREFIX):
            headers.setdefault("Cache-Control", "no-cache")
            # Not modified: what the browser has keeps the policy that it came with, whatever it is.
            if status != HTTPStatus.NOT_MODIFIED:
                is_page = headers.get("Content-Type", "").startswith("text/html")
                headers.setdefault("Content-Security-Policy", self._policy if is_page else _NO_PAGE)

    @cached_property
    def _policy(self) -> str:
        """Only our own scripts run, and of the inline ones those that the build put into the pages."""
        scripts = {
            script
            for page in self._build.rglob("*.html")
            for script in _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
        }
        hashes = sorted(
            base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
        )
        return "; ".join(
            [
                "default-src 'self'",
                "script-src 'self' " + " ".join(f"'sha256-{digest}'" for digest in hashes),
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' https: data: blob:",
                "connect-src 'self' ws: wss:",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            ]
        )
