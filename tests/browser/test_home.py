"""Home: what to do next, for field staff and for those who look after the account."""

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import SESSION_PATH
from tests.support.accounts import wait_until_told
from tests.support.people import Team, escalate, start
from troubleshoot_app.core.db import transact


def test_continue_or_find_a_tree_or_pick_up(page_of: Browsers, team: Team) -> None:
    transact(start, team, title="Router in hall 3")
    transact(escalate, team, reason="It beeps.", priority="low")
    transact(escalate, team, reason="Smoke.", priority="urgent")
    wait_until_told(team.account_id)
    page = page_of(team.viewer, "/")
    expect(page.get_by_role("link", name="Router in hall 3")).to_be_visible()

    admin = page_of(team.admin, "/", device="desk").get_by_role("main")
    waiting = admin.get_by_role("button", name=f"Pick up from {team.viewer.name}")
    expect(waiting).to_have_count(2)
    expect(admin.locator(".card").first).to_contain_text("Smoke.")
    waiting.first.click()
    expect(admin.page).to_have_url(SESSION_PATH)
