"""Home: what to do next, for field staff and for those who look after the account."""

import re

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


def test_a_word_on_home_leads_to_the_trees_that_have_it(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, "/trees?q=zzzz")
    expect(page.get_by_text("Nothing found for “zzzz”")).to_be_visible()
    page.get_by_role("link", name="Troubleshoot, home").click()
    words = page.get_by_role("searchbox", name="What is broken?")
    words.fill("green led")
    words.press("Enter")
    expect(page).to_have_url(re.compile(r"/trees\?q=green\+led$"))
    expect(page.locator("mark")).to_have_text(["LED", "green"])
    expect(page.get_by_role("searchbox", name="Search trees")).to_have_value("green led")
    page.go_back()
    expect(words).to_be_visible()
    page.go_forward()
    expect(page.locator("mark")).to_have_text(["LED", "green"])
    page.reload()
    expect(page.locator("mark")).to_have_text(["LED", "green"])


def test_an_admin_with_nothing_to_look_after_is_told_so(page_of: Browsers, team: Team) -> None:
    admin = page_of(team.admin, "/")
    expect(admin.get_by_text("Nothing to see to.")).to_be_visible()
    engineer = page_of(team.engineer, "/")
    expect(engineer.get_by_text("Nobody is waiting for help.")).to_be_visible()
    expect(engineer.get_by_text("Nothing to see to.")).to_have_count(0)
