"""Takes the pictures of the documentation, from the real pages: ``make pictures``."""

import base64
import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.chromium import FLAGS, ensure_chromium
from tests.support.pages import DEMO_PASSWORD, Pages
from tests.support.server import Server
from troubleshoot_app.server.frontend import ensure_built
from troubleshoot_app.server.paths import ROOT

IMAGES = ROOT / "docs" / "images"
SETTLE_MS = 700
DESK = (
    ("deliveries", "/deliveries", "Deliveries"),
    ("account", "/account", "Your account"),
    ("import", "/trees/import", "Import"),
    ("people", "/people", "People"),
)
SESSIONS = (
    (("Yes", "My turret isn't turning on.", "No", "Yes", "No"), "escalate"),
    (("Yes", "My turret isn't turning on.", "No", "Yes", "No"), "escalate"),
    (("Yes", "My turret isn't turning on.", "No"), "resolved"),
    (("Yes", "My turret won't respond to the remote.", "The L light is on"), "escalate"),
    (("Yes", "My turret won't respond to the remote.", "The L light is off"), "resolved"),
    (("Yes", "A motor isn't working / is slow", "A motor is weak"), "escalate"),
    (("Yes",), "resolved"),
)
MOMENT = """
<body style="margin:0;padding:36px;background:#e8ebf5;display:flex;gap:36px;align-items:flex-start">
  <img src="{phone}" style="height:620px;border-radius:26px;border:9px solid #1c2024">
  <img src="{desk}" style="height:620px;border-radius:12px;border:1px solid #b9bbc6">
</body>
"""


def take_all(chromium: Browser, server: Server) -> None:
    """Walk the whole way once and keep a picture of each page that matters, phone and desk, light and dark."""
    pages = Pages(server, chromium)
    senior = pages("engineer@demo.test", "/trees", device="desk")
    technician = pages("viewer@demo.test", "/trees")
    _shoot(technician, "trees-phone")
    _walk_to_the_end(technician)
    _shoot(technician, "walk-phone")
    technician.get_by_role("button", name="Escalate").click()
    technician.get_by_label("Reason").fill("New cable, charged pack, still dead. The line stands still.")
    technician.get_by_text("High", exact=True).click()
    _shoot(technician, "escalate-phone")
    technician.get_by_role("button", name="Send escalation").click()
    senior.get_by_role("alert").first.wait_for()
    technician.get_by_text("Waiting for a senior").wait_for()
    _shoot(technician, "waiting-phone")
    _shoot(senior, "banner-desk")
    _compose(chromium, IMAGES / "the-moment.png", IMAGES / "waiting-phone.png", IMAGES / "banner-desk.png")
    briefing = technician.get_by_role("link", name="Who was told").get_attribute("href")
    senior.goto(briefing or "")
    senior.get_by_role("heading", name="Who was told").wait_for()
    _shoot(senior, "briefing-desk")
    senior.locator("main").get_by_role("button", name="Pick up").click()
    senior.wait_for_url("**/sessions/*")
    _shoot(senior, "picked-up-desk")
    admin = pages("admin@demo.test", "/deliveries", device="desk")
    for name, address, heading in DESK:
        admin.goto(address)
        admin.get_by_role("heading", name=heading).first.wait_for()
        _shoot(admin, f"{name}-desk")
    admin.goto("/trees")
    admin.get_by_role("link", name="Turret").click()
    admin.get_by_role("heading", level=1, name="Turret").wait_for()
    tree = admin.url
    _go_through_sessions(server, tree.rsplit("/", 1)[1])
    admin.set_viewport_size({"width": 1280, "height": 1240})
    for name, address in (
        ("insights", "/insights"),
        ("tree-insights", tree.replace("/trees/", "/insights/trees/")),
    ):
        admin.goto(address)
        admin.get_by_role("heading", level=2).first.wait_for()
        _shoot(admin, f"{name}-desk")
    admin.set_viewport_size({"width": 1280, "height": 1000})
    admin.goto(f"{tree}/edit")
    admin.get_by_role("button", name="Publish").wait_for()
    admin.get_by_role("region", name="Nodes").get_by_role("button", name="What is the problem?").click()
    admin.get_by_role("heading", name="Node ProblemList").wait_for()
    admin.evaluate("scrollTo(0, 0)")
    _shoot(admin, "editor-desk")
    pages.close()


def _go_through_sessions(server: Server, tree_id: str) -> None:
    """Walk a tree as a few technicians did, so that there is something to look back at, and nothing that still waits."""
    technician, senior = (_api(server, f"{name}@demo.test") for name in ("viewer", "engineer2"))
    with technician, senior:
        for answers, end in SESSIONS:
            session = _sent(technician, "/sessions", tree_id=tree_id)
            way = f"/sessions/{session['id']}"
            for label in answers:
                (option,) = (one["id"] for one in session["current"]["options"] if one["label"] == label)
                session = _sent(technician, f"{way}/steps", option=option)
            if end == "escalate":
                handoff = _sent(technician, f"{way}/handoff", intent=end, reason="Still dead.")
                _sent(senior, f"/handoffs/{handoff['id']}/claim")
                _sent(senior, f"/handoffs/{handoff['id']}/resolve", resolution="A new cable helped.")
            else:
                _sent(technician, f"{way}/complete", outcome=end)


def _api(server: Server, email: str) -> httpx.Client:
    base = f"{server.url}/api/v1"
    tokens = httpx.post(
        f"{base}/auth/login/json", json={"email": email, "password": DEMO_PASSWORD}, timeout=30
    )
    headers = {"Authorization": f"Bearer {tokens.raise_for_status().json()['access_token']}"}
    return httpx.Client(base_url=base, headers=headers, timeout=30)


def _sent(api: httpx.Client, path: str, **body: str) -> Any:
    return api.post(path, json=body).raise_for_status().json()


def _walk_to_the_end(page: Page) -> None:
    page.get_by_role("link", name="Turret").click()
    page.get_by_label("What is it about?").fill("Turret in hall 3 is dead")
    page.get_by_label("Asset").fill("TUR-0117")
    page.get_by_role("button", name="Start session").click()
    for answer in ("Yes", "My turret isn't turning on.", "No"):
        _answer(page, answer)
    page.get_by_label("Note").fill("All five dots lit")
    page.wait_for_timeout(SETTLE_MS)
    for answer in ("Yes", "No"):
        _answer(page, answer)


def _answer(page: Page, answer: str) -> None:
    question = page.get_by_role("heading", level=1)
    before = question.inner_text()
    page.get_by_role("button", name=answer, exact=True).click()
    expect(question).not_to_have_text(before)


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / f"{name}.png")


def _compose(chromium: Browser, target: Path, phone: Path, desk: Path) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 720})
    page.set_content(MOMENT.format(phone=_inline(phone), desk=_inline(desk)))
    page.locator("body").screenshot(path=target)
    page.close()


def _inline(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def main() -> None:
    """Start a server of its own with the demo account, and take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    ensure_built(print)
    folder = Path(tempfile.mkdtemp(prefix="pictures-", dir="/var/tmp"))
    folder.chmod(0o755)
    server = Server(folder)
    chromium = ensure_chromium()
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            take_all(browser, server)
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
