"""How fast an escalation is on a senior's screen, and that nothing else is needed for it."""

import statistics
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import banner, escalate, press
from tests.browser.test_walks import walk_of
from tests.support.people import Team
from tests.support.smtp import MailServer

PRESSES = 10
PAINTED = """
() => {
  window.painted = [];
  new MutationObserver(() => {
    const banner = document.querySelector('.banner-why');
    const words = banner?.textContent;
    if (words && !window.painted.some((one) => one.words === words)) {
      requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push({ words, at: Date.now() })));
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""
QUIET_MS = 3000


def test_from_press_to_paint_in_a_second(page_of: Browsers, team: Team):
    senior = page_of(team.engineer, "/trees", device="desk")
    expect(senior.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    senior.evaluate(PAINTED)
    technician = walk_of(page_of, team)
    pressed: dict[str, float] = {}
    for number in range(PRESSES):
        press(technician, "Escalate")
        reason = f"Reason number {number}"
        technician.get_by_role("textbox", name="Reason").fill(reason)
        pressed[f"“{reason}”"] = time.time() * 1000
        press(technician, "Send escalation")
        expect(banner(senior)).to_contain_text(reason)
        press(technician, "Cancel escalation")
        expect(banner(senior)).to_have_count(0)
        expect(technician.get_by_role("button", name="Escalate")).to_be_visible()
    painted = {one["words"]: one["at"] for one in senior.evaluate("window.painted")}
    waits = sorted(painted[words] - at for words, at in pressed.items())
    assert len(waits) == PRESSES
    assert statistics.quantiles(waits, n=20)[-1] <= 1000, waits


def test_no_page_polls(page_of: Browsers, team: Team):
    page = page_of(team.engineer, "/handoffs", device="desk")
    expect(page.get_by_role("heading", name="Escalations")).to_be_visible()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    with page.expect_event("websocket", timeout=15_000) as opened:
        page.reload()
    opened.value.on("framesent", lambda frame: heard.append(str(frame)))
    expect(page.get_by_role("heading", name="Escalations")).to_be_visible()
    page.wait_for_timeout(QUIET_MS / 3)
    heard.clear()
    page.wait_for_timeout(QUIET_MS)
    # What a page loads later, once and for good, is no polling.
    assert [one for one in heard if one not in ("3", "2") and "/assets/" not in one] == []


@pytest.mark.parametrize("trouble", ["refuse", "hang"])
def test_an_escalation_is_as_fast_as_ever_whatever_the_mail_server_does(
    page_of: Browsers, team: Team, smtp: MailServer, trouble: str
):
    def seconds() -> float:
        page = walk_of(page_of, team)
        begin = time.perf_counter()
        escalate(page, "Help")
        return time.perf_counter() - begin

    well = min(seconds() for _ in range(2))
    getattr(smtp, trouble)()
    in_trouble = min(seconds() for _ in range(2))
    assert in_trouble < 2 * well + 0.5
