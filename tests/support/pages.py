"""Browser pages of signed-in people, each with its own cookies."""

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.support.server import Server
from troubleshoot_app.services.auth import SIGN_IN_COOKIE

DEMO_PASSWORD = "demo-password"
TIMEOUT_MS = 10_000
SCREENSHOTS = Path("test-results")

Device = Literal["phone", "desk"]
Color = Literal["light", "dark"]

DEVICES: dict[Device, dict[str, Any]] = {
    "phone": {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": {"width": 1280, "height": 800}},
}


class Pages:
    """Opens pages of ``server`` and remembers what went wrong on them.

    Scripts that failed and requests to other hosts count; one that a test causes on purpose is named in ``expected``.
    """

    def __init__(self, server: Server, chromium: Browser) -> None:
        """Open nothing yet."""
        self._server = server
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.expected: list[str] = []

    def __call__(
        self,
        email: str | None,
        path: str = "/",
        *,
        device: Device = "phone",
        color: Color = "light",
        password: str = DEMO_PASSWORD,
        cookie: str | None = None,
    ) -> Page:
        """Return a page at ``path`` of somebody who is signed in, or of a stranger when ``email`` is None.

        With ``cookie`` nobody signs in: it is that of somebody who has.

        Each call is another browser with its own cookies; ``page.context.new_page()`` is another tab of the same one.
        """
        context = self._chromium.new_context(base_url=self._server.url, color_scheme=color, **DEVICES[device])
        self._contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._check_host)
        if cookie is not None:
            context.add_cookies(
                [
                    {
                        "name": SIGN_IN_COOKIE, "value": cookie, "url": self._server.url,
                        "httpOnly": True, "sameSite": "Lax",
                    }
                ]
            )  # fmt: skip
        if email is not None:
            answer = context.request.post(
                "/api/v1/auth/web/sign-in",
                data={"email": email, "password": password},
                headers={"Origin": self._server.url},
            )
            assert answer.ok, f"{email} could not sign in: {answer.status} {answer.text()}"
        page = context.new_page()
        page.goto(path)
        return page

    def keep_screenshots(self, name: str) -> None:
        """Keep what is on every open page, for somebody to look at after a failure."""
        plain = re.sub(r"[^\w-]+", "-", name)
        for number, page in enumerate(page for context in self._contexts for page in context.pages):
            page.screenshot(path=SCREENSHOTS / f"{plain}-{number}.png", full_page=True)

    def close(self) -> None:
        """Close all pages; AssertionError when something went wrong on one of them."""
        wrong = [error for error in self.errors if not any(words in error for words in self.expected)]
        for context in self._contexts:
            context.close()
        assert not wrong, f"on the pages there were {wrong}"

    def _check_host(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.netloc not in ("", urlsplit(self._server.url).netloc):
            self.errors.append(f"a request to another host: {request.url}")
