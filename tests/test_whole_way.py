"""The whole way in real browsers: from a stuck technician to the senior who stands where they stood."""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import Pages
from tests.support.server import Server
from tests.support.smtp import MailServer

VIEWER, ENGINEER, ENGINEER2 = "viewer@demo.test", "engineer@demo.test", "engineer2@demo.test"
ADMIN, OWNER = "admin@demo.test", "owner@demo.test"
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

StartSession = Callable[..., Page]


@pytest.fixture
def start_session(page_as: Pages) -> StartSession:
    """``start_session(email, device="desk")`` returns the page of a walk on the turret that has just begun."""

    def start(email: str = VIEWER, **how: str) -> Page:
        page = page_as(email, "/trees", **how)  # type: ignore[arg-type]
        page.get_by_role("searchbox", name="Search trees").fill("turret")
        page.get_by_role("link", name="Turret Troubleshooting").click()
        page.get_by_label("What is it about?").fill("Turret in hall 3")
        page.get_by_role("button", name="Start session").click()
        expect(question(page)).to_contain_text("Have you checked your wiring")
        return page

    return start


@pytest.fixture(autouse=True)
def _nothing_left_open(page_as: Pages) -> Iterator[None]:
    """What a test left waiting would be on the screens of the next one."""
    yield
    page = page_as(VIEWER, "/handoffs")
    expect(page.get_by_role("heading", name="Escalations")).to_be_visible()
    page.wait_for_timeout(300)
    for href in [link.get_attribute("href") for link in page.locator("main .card-link").all()]:
        page.goto(href or "")
        cancel = page.get_by_role("button", name="Cancel escalation")
        expect(page.get_by_role("heading", name="Who was told")).to_be_visible()
        if cancel.count():
            cancel.click()
            expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


def question(page: Page):
    """The question where the walk stands."""
    return page.get_by_role("heading", level=1)


def answer(page: Page, label: str) -> None:
    """Give an answer and wait for the next question."""
    before = question(page).inner_text()
    page.get_by_role("button", name=label, exact=True).click()
    expect(question(page)).not_to_have_text(before)


def escalate(page: Page, reason: str, priority: str = "Normal") -> None:
    """Press Escalate, say why, send."""
    page.get_by_role("button", name="Escalate").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Reason").fill(reason)
    dialog.get_by_role("radio", name=priority).check()
    dialog.get_by_role("button", name="Send escalation").click()


def banner(page: Page, words: str):
    """The banner with these words."""
    return page.get_by_role("alert").filter(has_text=words)


def test_the_mail_of_somebody_offline_leads_to_the_briefing(
    start_session: StartSession, page_as: Pages, smtp: MailServer
):
    technician = start_session()
    answer(technician, "Yes")
    escalate(technician, "Smoke comes out")
    smtp.wait_for(lambda mails: OWNER in {m.recipients[0] for m in mails})
    mail = next(mail.message for mail in smtp.mails if mail.recipients[0] == OWNER)
    assert "Smoke comes out" in body(mail, "plain")
    assert "Smoke comes out" in body(mail, "html")
    link = re.search(r"http\S+/handoffs/[0-9a-f-]+", body(mail, "plain"))
    assert link is not None
    stranger = page_as(None, link.group().split("/", 3)[3].join(["/", ""]))
    expect(stranger).to_have_url(re.compile("/login"))
    stranger.get_by_label("Email").fill(OWNER)
    stranger.get_by_label("Password").fill("demo-password")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger).to_have_url(link.group())
    expect(stranger.locator("main").get_by_text("Smoke comes out").first).to_be_visible()
    expect(stranger.get_by_role("heading", name="What was tried")).to_be_visible()
    stranger.locator("main").get_by_role("button", name="Pick up").click()
    expect(question(stranger)).to_contain_text("What is the problem?")
    stranger.get_by_role("button", name="Complete").click()
    stranger.get_by_role("dialog").get_by_role("button", name="Complete session").click()
    expect(technician.get_by_text("Completed: it is solved.")).to_be_visible()


def test_from_press_to_paint_in_a_second(start_session: StartSession, page_as: Pages):
    senior = page_as(ENGINEER, "/trees", device="desk")
    expect(senior.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    senior.evaluate(PAINTED)
    technician = start_session()
    pressed: dict[str, float] = {}
    for number in range(PRESSES):
        technician.get_by_role("button", name="Escalate").click()
        reason = f"Reason number {number}"
        technician.get_by_role("textbox", name="Reason").fill(reason)
        pressed[f"“{reason}”"] = time.time() * 1000
        technician.get_by_role("button", name="Send escalation").click()
        expect(banner(senior, reason)).to_be_visible()
        technician.get_by_role("button", name="Cancel escalation").click()
        expect(banner(senior, reason)).to_have_count(0)
        expect(technician.get_by_role("button", name="Escalate")).to_be_visible()
    painted = {one["words"]: one["at"] for one in senior.evaluate("window.painted")}
    waits = sorted(painted[words] - at for words, at in pressed.items())
    assert len(waits) == PRESSES
    assert statistics.quantiles(waits, n=20)[-1] <= 1000, waits


def test_no_page_polls(page_as: Pages):
    page = page_as(ENGINEER, "/handoffs", device="desk")
    expect(page.get_by_role("heading", name="Escalations")).to_be_visible()
    page.wait_for_timeout(500)
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    with page.expect_event("websocket", timeout=15_000) as opened:
        page.reload()
    opened.value.on("framesent", lambda frame: heard.append(str(frame)))
    expect(page.get_by_role("heading", name="Escalations")).to_be_visible()
    page.wait_for_timeout(1000)
    heard.clear()
    page.wait_for_timeout(3000)
    assert [one for one in heard if one not in ("3", "2")] == []


def test_park_tells_nobody_and_resume_goes_on(start_session: StartSession, page_as: Pages, smtp: MailServer):
    senior = page_as(ENGINEER, "/trees", device="desk")
    technician = start_session()
    answer(technician, "Yes")
    technician.get_by_role("button", name="Park").click()
    technician.get_by_role("dialog").get_by_role("button", name="Park session").click()
    expect(technician.get_by_text("This session is parked.")).to_be_visible()
    technician.wait_for_timeout(1500)
    assert senior.get_by_role("alert").count() == 0
    assert smtp.attempts == []
    technician.goto("/sessions")
    technician.get_by_role("button", name="Resume").first.click()
    expect(question(technician)).to_contain_text("What is the problem?")
    expect(technician.get_by_role("button", name="Park")).to_be_visible()


def test_it_stands_where_it_stood_after_a_reload_in_another_tab_and_on_another_device(
    start_session: StartSession, page_as: Pages
):
    technician = start_session()
    answer(technician, "Yes")
    technician.get_by_role("textbox", name="Note").fill("Half a note")
    technician.wait_for_timeout(600)
    technician.reload()
    tab = technician.context.new_page()
    tab.goto(technician.url)
    device = page_as(VIEWER, technician.url, device="desk")
    for page in (technician, tab, device):
        expect(question(page)).to_contain_text("What is the problem?")
        expect(page.get_by_role("textbox", name="Note")).to_have_value("Half a note")
    answer(device, "Something else / I got stuck.")
    tab.get_by_role("button", name="A motor isn't working / is slow").click()
    expect(tab.get_by_text("has moved on in another tab")).to_be_visible()
    expect(question(tab)).to_have_text(question(device).inner_text())


def test_a_double_click_is_one_step(start_session: StartSession):
    technician = start_session()
    technician.get_by_role("button", name="Yes", exact=True).dblclick()
    expect(question(technician)).to_contain_text("What is the problem?")
    technician.wait_for_timeout(500)
    expect(technician.get_by_text("1 step", exact=True)).to_be_visible()
    expect(question(technician)).to_contain_text("What is the problem?")


@pytest.mark.parametrize("trouble", ["refuse", "hang"])
def test_an_escalation_is_as_fast_as_ever_whatever_the_mail_server_does(
    start_session: StartSession, smtp: MailServer, trouble: str
):
    def seconds() -> float:
        page = start_session()
        begin = time.perf_counter()
        escalate(page, "Help")
        expect(page.get_by_text("Waiting for a senior")).to_be_visible()
        return time.perf_counter() - begin

    well = min(seconds() for _ in range(2))
    getattr(smtp, trouble)()
    in_trouble = min(seconds() for _ in range(2))
    assert in_trouble < 2 * well + 0.5


def test_the_line_may_drop_and_nothing_is_lost(start_session: StartSession):
    technician = start_session()
    answer(technician, "Yes")
    technician.context.set_offline(True)
    technician.evaluate("document.querySelector('#note').focus()")
    technician.get_by_role("textbox", name="Note").fill("typed while offline")
    technician.context.set_offline(False)
    technician.wait_for_timeout(1500)
    expect(technician.get_by_role("textbox", name="Note")).to_have_value("typed while offline")
    answer(technician, "Something else / I got stuck.")
    expect(technician.get_by_text("typed while offline")).to_be_visible()
    expect(technician.get_by_text("2 steps")).to_be_visible()


def test_the_browser_asks_no_other_host(chromium: Browser, server: Server, start_session: StartSession):
    technician = start_session()
    asked: set[str] = set()
    technician.on("request", lambda request: asked.add(request.url.split("/")[2]))
    for path in ("/", "/trees", "/sessions", "/handoffs"):
        technician.goto(path)
        technician.wait_for_timeout(300)
    assert asked == {server.url.split("/")[2]}


def body(mail: EmailMessage, kind: str) -> str:
    """Return the text or HTML of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
