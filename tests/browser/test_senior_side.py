"""The senior's side: the banner on every tab, what the tab itself shows, the alarm, a dropped line, and a forgotten case."""

import re
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.browser.conftest import Browsers
from tests.browser.ears import listen, wait_until_heard
from tests.browser.screen import banner, press, toast
from tests.notifications.workers import eventually
from tests.support.people import Team, do, escalate
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import LAST_REMINDER, Channel
from troubleshoot_app.models import Delivery, Handoff, TroubleshootingSession
from troubleshoot_app.services import handoffs

HIDE = "Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '%s' })"
ACCENT = "rgb(62, 99, 221)"
ICON = 'link[rel="icon"]'
COUNT_ALARMS = """
window.alarms = { notes: 0, notifications: [] };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.alarms.notes += 1; return start.apply(this, when); };
window.Notification = class {
  static permission = "default";
  static requestPermission() { this.permission = "granted"; return Promise.resolve("granted"); }
  constructor(title, options) { window.alarms.notifications.push(`${title}: ${options.body}`); }
};
"""


def status_on_screen(handoff_id: str, team: Team) -> str:
    """Return how far showing it to the engineer has come."""

    def read(db: Session) -> str:
        mine = (
            col(Delivery.handoff_id) == handoff_id,
            col(Delivery.recipient_id) == team.engineer.id,
            col(Delivery.channel) == Channel.IN_APP,
        )
        return str(db.execute(select(col(Delivery.status)).where(*mine)).scalar_one().value)

    return transact(read)


def test_many_at_once_are_one_banner_on_every_tab_and_dismissed_once(page_of: Browsers, team: Team):
    here = page_of(team.engineer, "/trees", device="desk")
    there = here.context.new_page()
    there.goto("/sessions")
    expect(there.get_by_role("heading", name="Sessions", exact=True)).to_be_visible()
    expect(here.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    expect(here.locator(ICON).first).to_have_attribute("href", "/mark.svg")
    later = transact(escalate, team, reason="Later.")
    transact(escalate, team, team.admin, reason="Worst.", priority="urgent")
    transact(
        lambda db: (
            db.execute(update(Handoff).where(col(Handoff.id) == later.id).values(reminders=LAST_REMINDER))
            and None
        )
    )
    transact(escalate, team, team.owner, reason="Third.", priority="low")
    for tab in (here, there):
        expect(banner(tab)).to_have_count(1)
        expect(banner(tab)).to_contain_text(f"{team.admin.name} needs help")
        expect(banner(tab)).to_contain_text("“Worst.”")
        expect(banner(tab)).to_contain_text("2 more are waiting")
        expect(tab).to_have_title(re.compile(r"^\(3\) "))
        expect(tab.locator(ICON).first).to_have_attribute("href", "/mark-waiting.svg")
    press(here, "Dismiss")
    for tab in (here, there):
        expect(banner(tab)).to_contain_text("“Later.”")
        expect(banner(tab)).to_contain_text("Overdue")
        expect(banner(tab)).to_contain_text("1 more is waiting")
        expect(tab).to_have_title(re.compile(r"^\(2\) "))
    here.goto("/handoffs")
    cards = here.get_by_role("main").locator(".card")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_contain_text("Overdue")


def test_seen_means_a_second_on_a_visible_page_and_the_alarm_is_a_choice(page_of: Browsers, team: Team):
    page = page_of(team.engineer, "/trees", device="desk")
    expect(page.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    page.evaluate(f"() => {{ {COUNT_ALARMS} }}")
    page.evaluate(HIDE % "hidden")
    first = transact(escalate, team, reason="First.")
    expect(banner(page)).to_contain_text("First.")
    eventually(lambda: status_on_screen(first.id, team) == "sent")
    page.wait_for_timeout(1500)
    assert status_on_screen(first.id, team) == "sent"
    assert page.evaluate("window.alarms") == {"notes": 0, "notifications": []}

    press(page, "Turn on")
    expect(page.get_by_role("button", name="Turn on")).to_have_count(0)
    eventually(lambda: page.evaluate("window.alarms.notes") == 2)
    transact(escalate, team, team.admin, reason="Second.")
    eventually(lambda: len(page.evaluate("window.alarms.notifications")) == 1)
    assert page.evaluate("window.alarms.notifications")[0].startswith(f"{team.admin.name} needs help: ")
    eventually(lambda: page.evaluate("window.alarms.notes") == 4)
    assert status_on_screen(first.id, team) == "sent"

    page.evaluate(HIDE % "visible")
    eventually(lambda: status_on_screen(first.id, team) == "seen")
    page.reload()
    expect(banner(page)).to_be_visible()
    expect(page.get_by_role("button", name="Turn on")).to_have_count(0)
    page.get_by_role("button", name="Menu").click()
    switch = page.get_by_role("switch", name="Sound and notifications")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()


def test_what_came_while_the_line_was_down_is_shown_when_it_is_back(page_of: Browsers, team: Team):
    page = page_of(team.engineer, "/trees", device="desk")
    expect(page.get_by_role("link", name="No internet")).to_be_visible()
    listen(page)
    page.context.set_offline(True)
    strip = page.get_by_text("Not live: trying to connect again.")
    expect(strip).to_be_visible(timeout=20_000)
    wait_until_heard(page, "Not live")
    page.get_by_role("button", name="Menu").click(trial=True)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Insights").click(trial=True)
    transact(escalate, team, reason="Missed.")
    page.context.set_offline(False)
    expect(banner(page)).to_contain_text("Missed.", timeout=20_000)
    news = toast(page, f"{team.viewer.name} needs help")
    expect(news.get_by_role("button", name="Open")).to_have_css("background-color", ACCENT)
    expect(strip).to_have_count(0)


def test_whoever_forgot_a_case_is_asked_on_every_page(page_of: Browsers, team: Team):
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    page = page_of(team.engineer, "/trees")
    expect(page.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    question = page.get_by_role("region", name="Still on it?")
    listen(page)
    transact(leave_alone, handoff.session_id)
    expect(question).to_contain_text(f"{team.viewer.name}: No internet")
    wait_until_heard(page, "Still on it?")
    press(page, "Keep it")
    expect(question).to_have_count(0)
    transact(leave_alone, handoff.session_id)
    transact(lambda db: db.execute(update(Handoff).values(kept_at=None)) and None)
    expect(question).to_be_visible()
    press(page, "Give it back")
    expect(question).to_have_count(0)
    page.goto("/handoffs")
    expect(page.get_by_role("main").locator(".card").first).to_contain_text("Waiting")


def leave_alone(db: Session, session_id: str) -> None:
    """Let the holder of a session not have touched it for an hour."""
    an_hour_ago = now() - timedelta(hours=1)
    db.execute(update(Handoff).where(col(Handoff.session_id) == session_id).values(claimed_at=an_hour_ago))
    mine = col(TroubleshootingSession.id) == session_id
    db.execute(update(TroubleshootingSession).where(mine).values(updated_at=an_hour_ago))
