"""The documentation of the API in a browser: both pages show every operation, and load nothing from elsewhere."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.pages import TIMEOUT_MS
from tests.support.server import Server

pytestmark = pytest.mark.browser

DRAWN_MS = 60_000  # one page with everything on it


def test_both_pages_show_the_operations_without_any_other_host(server: Server, chromium: Browser):
    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(TIMEOUT_MS)
    elsewhere: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda asked: None if _is_ours(asked.url, server) else elsewhere.append(asked.url))
    context.on("requestfailed", lambda asked: wrong.append(f"{asked.url}: {asked.failure}"))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on(
        "console", lambda said: wrong.append(said.text) if said.type == "error" else None
    )  # what the policy blocks is told there
    try:
        page = context.new_page()
        page.goto("/api/docs")
        expect(page.locator(".opblock-tag-section").first).to_be_visible(timeout=DRAWN_MS)
        document = page.request.get("/api/openapi.json").json()
        described = (*document["paths"].values(), *document.get("webhooks", {}).values())
        count = sum(len(methods) for methods in described)
        expect(page.locator(".opblock")).to_have_count(count)
        expect(page.get_by_role("heading", name="Troubleshoot").first).to_be_visible()
        page.locator("#operations-sessions-sessions_step").get_by_role("button").first.click()
        expect(page.locator("#operations-sessions-sessions_step")).to_contain_text("The LED is dark.")
        page.locator("#operations-operations-healthz").get_by_role("button").first.click()
        page.get_by_role("button", name="Try it out").last.click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator("#operations-operations-healthz .live-responses-table")).to_contain_text('"ok"')
        page.goto("/api/redoc")
        step = page.get_by_role("heading", name="Answer the current question with one of its options")
        expect(step.first).to_be_visible(timeout=DRAWN_MS)
        assert page.locator("[data-section-id^='tag/']").count() >= count
    finally:
        context.close()
    assert not elsewhere
    assert not wrong


def _is_ours(url: str, server: Server) -> bool:
    return url.startswith((server.url, "data:", f"blob:{server.url}"))
