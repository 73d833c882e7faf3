"""Finding a tree on a phone: by a mistyped word, narrowed, from a link; and starting where the words stand."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import SESSION_PATH, press, question, toast
from tests.support.people import Team


def test_a_mistyped_word_leads_to_the_node_where_the_walk_starts(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, "/trees")
    box = page.get_by_role("searchbox", name="Search trees")
    found = page.get_by_role("link", name="No internet")
    expect(found).to_be_visible()
    box.press_sequentially("zzzz")
    expect(page.get_by_text("Nothing found for “zzzz”")).to_be_visible()
    expect(page.get_by_text("ask a senior to write one")).to_be_visible()
    box.fill("gren led")
    expect(page.locator("mark")).to_have_text(["LED", "green"])
    expect(page).to_have_url(re.compile(r"/trees\?q=gren\+led$"))
    page.get_by_label("Category").select_option("Network")
    expect(page).to_have_url(re.compile(r"/trees\?q=gren\+led&category=Network$"))

    page.reload()
    expect(page.locator("mark")).to_have_text(["LED", "green"])
    expect(box).to_have_value("gren led")
    expect(page.get_by_label("Category")).to_have_value("Network")
    found.click()
    expect(question(page)).to_have_text("No internet")
    page.go_back()
    expect(box).to_have_value("gren led")
    page.get_by_role("button", name="Start here").click()
    expect(page).to_have_url(SESSION_PATH)
    expect(question(page)).to_have_text("Is the WAN LED green?")
    expect(page.get_by_text("Started at: Is the WAN LED green?")).to_be_visible()
    expect(page.get_by_role("button", name="Back")).to_be_disabled()
    press(page, "No")
    expect(question(page)).to_have_text("Ask a senior.")


def test_where_authors_write_others_are_told_that_it_is_not_for_them(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, "/trees/new")
    for path in ("new", "import", f"{team.tree_id}/edit", f"{team.tree_id}/versions"):
        page.goto(f"/trees/{path}")
        expect(page.get_by_role("heading", name="Not for your role")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_count(0)


def test_a_link_on_the_page_clears_the_search(page_of: Browsers, team: Team) -> None:
    page = page_of(team.engineer, "/trees?q=nowhere&state=archived", device="desk")
    expect(page.get_by_text("Nothing found for “nowhere”")).to_be_visible()
    expect(page.get_by_label("State")).to_have_value("archived")
    page.get_by_role("link", name="Show all trees").click()
    expect(page.get_by_role("link", name="No internet")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search trees")).to_have_value("")
    expect(page).to_have_url(re.compile(r"/trees$"))


def test_an_admin_deletes_a_tree_and_brings_it_back(page_of: Browsers, team: Team) -> None:
    path = f"/trees/{team.tree_id}"
    page = page_of(team.engineer, path)
    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)

    page = page_of(team.admin, path)
    press(page, "Delete")
    press(page, "Delete tree")
    expect(toast(page, "“No internet” is deleted.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/trees$"))
    expect(page.get_by_text("No trees yet")).to_be_visible()
    page.get_by_label("State").select_option("archived")
    press(page, "Restore No internet")
    page.get_by_label("State").select_option("published")
    expect(page.get_by_role("link", name="No internet")).to_be_visible()
