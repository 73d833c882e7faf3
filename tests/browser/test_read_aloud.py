"""What a screen reader says without being asked: where one has come to, and what has changed."""

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.ears import listen, wait_until_heard
from tests.browser.keys import press_by_key, reach
from tests.browser.screen import banner, escalate, question
from tests.support.people import Team, start
from troubleshoot_app.core.db import transact

IS_ABOVE_THE_THUMB = (
    "() => document.querySelector('[data-sonner-toast]').getBoundingClientRect().bottom <= innerHeight - 88"
)


def test_the_first_key_leads_past_the_header_and_a_new_page_is_told(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, "/trees", device="desk")
    expect(page.get_by_role("link", name="No internet")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    reach(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Sessions"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Sessions · Troubleshoot")
    expect(page.get_by_role("heading", level=1, name="Sessions")).to_be_focused()


def test_the_next_question_and_what_was_saved_are_told(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, f"/sessions/{transact(start, team).id}")
    press_by_key(page, "Yes")
    expect(question(page)).to_have_text("Is the WAN LED green?")
    expect(question(page)).to_be_focused()

    page.goto("/account")
    press_by_key(page, "Save name")
    told = page.locator("section[aria-live='polite']")
    expect(told).to_contain_text("Your name is saved.")
    expect(told).to_have_attribute("aria-label", "Notifications alt+T")
    page.wait_for_function(IS_ABOVE_THE_THUMB)


def test_what_comes_by_itself_is_told(page_of: Browsers, team: Team) -> None:
    senior = page_of(team.engineer, f"/trees/{team.tree_id}", device="desk")
    chart = senior.get_by_role("group", name="Chart of the tree")
    expect(chart.get_by_role("img", name="No: from Is the power LED lit? to Plug it in.")).to_have_count(1)
    senior.goto("/trees")
    expect(senior.get_by_role("link", name="No internet")).to_be_visible()
    technician = page_of(team.viewer, f"/sessions/{transact(start, team).id}")
    expect(question(technician)).to_be_visible()
    listen(senior)
    listen(technician)
    senior.get_by_role("searchbox", name="Search trees").fill("internet")
    wait_until_heard(senior, "1 tree found")
    escalate(technician, "All dark.")
    wait_until_heard(technician, "Waiting for a senior.")
    wait_until_heard(senior, f"{team.viewer.name} needs help")
    banner(senior).get_by_role("button", name="Pick up").click()
    wait_until_heard(technician, f"{team.engineer.name} has this session.")
