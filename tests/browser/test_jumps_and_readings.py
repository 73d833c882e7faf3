"""An author leads answers to another tree and measures; a technician with a phone walks that; a senior is told."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import SESSION_PATH, answer, dialog, escalate, press, question, toast
from tests.support.material import PROBE, SAFE, VOLTS, supply_tree
from tests.support.people import Person, Team, publish_tree
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

QUESTION = "Is the power LED lit?"


def test_an_author_leads_an_answer_to_another_tree_and_a_technician_follows_it(
    page_of: Browsers, team: Team
) -> None:
    transact(publish_tree, team.admin, supply_tree(), "Power supply")
    author = page_of(team.engineer, f"/trees/{team.tree_id}/edit", device="desk")
    option = author.locator("[data-id=no]")
    option.get_by_role("button", name="Choose target").click()
    author.get_by_role("searchbox", name="Search other trees").press_sequentially("suply")
    author.get_by_role("button", name="Power supply").click()
    expect(option.get_by_role("link", name="Power supply")).to_be_visible()
    option.get_by_label("Come back when that is solved").click()
    expect(option.get_by_text("nothing yet")).to_be_visible()
    option.get_by_role("button", name="Choose target").click()
    author.get_by_role("dialog").get_by_role("button", name="Is the WAN LED green?").click()
    expect(option.get_by_role("button", name="Is the WAN LED green?")).to_be_visible()
    chart = author.get_by_role("group", name="Chart of the draft")
    expect(chart.get_by_role("link", name="Another tree: ↗ Power supply")).to_be_attached()
    plug = (
        author.get_by_label("Problems").or_(author.locator("main")).get_by_text("Nothing leads to this node")
    )
    expect(plug.first).to_be_visible()
    press(author, "Undo")
    expect(option.get_by_text("nothing yet")).to_be_visible()


def test_an_author_lets_a_number_choose_the_answer(page_of: Browsers, team: Team) -> None:
    page = page_of(team.engineer, f"/trees/{team.tree_id}/edit")
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value(QUESTION)
    page.get_by_label("Ask for a number").click()
    for label, typed in (("Unit", "V"), ("Expected from", "11,5"), ("to", "12.6"), ("Decimals", "1")):
        field = page.get_by_label(label, exact=True)
        field.fill(typed)
        field.press("Tab")
        expect(field).to_have_value(typed.replace(",", "."))
    low, high = page.get_by_label("Numbers that lead to No"), page.get_by_label("Numbers that lead to Yes")
    high.fill("a lot")
    high.press("Tab")
    expect(toast(page, "is no range")).to_be_visible()
    for field, typed, kept in ((high, "at least 11,5", "≥ 11.5"), (low, "below 11", "< 11")):
        field.fill(typed)
        field.press("Tab")
        expect(field).to_have_value(kept)
    node = page.get_by_role("region", name="Node", exact=True)
    expect(node).to_contain_text("No answer is for numbers between 10.9 and 11.5.")
    low.fill("< 11.5")
    low.press("Tab")
    expect(page.get_by_text("0 errors")).to_be_visible()

    press(page, "Try it")
    page.get_by_label("What you measured").fill("10,9")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Plug it in.")


def start(page_of: Browsers, person: Person, tree_id: object) -> Page:
    """Start a session of somebody with a phone."""
    page = page_of(person, f"/trees/{tree_id}")
    press(page, "Start session")
    expect(page).to_have_url(SESSION_PATH)
    return page


def test_a_technician_goes_there_and_comes_home(page_of: Browsers, team: Team) -> None:
    transact(publish_tree, team.admin, supply_tree(), "Power supply")
    house = Tree("lit", {
        "lit": Node("lit", NodeKind.QUESTION, QUESTION, options=(
            Option("check", "Check the supply", "again", "power-supply", returns=True),
            Option("yes", "Yes", "ok"))),
        "again": Node("again", NodeKind.ACTION, "Switch it on again.", options=(Option("on", "Next", "ok"),)),
        "ok": Node("ok", NodeKind.RESOLUTION, "It works."),
    })  # fmt: skip
    page = start(page_of, team.viewer, transact(publish_tree, team.admin, house, "House"))
    answer(page, "Check the supply", PROBE)
    expect(page.get_by_text("In “Power supply”")).to_be_visible()
    answer(page, "The black one", "Switch it on again.")
    expect(question(page)).to_have_accessible_description(re.compile("The supply is good."))
    answer(page, "Back", PROBE)
    answer(page, "Back", QUESTION)
    answer(page, "Check the supply", PROBE)
    answer(page, "The grey one", SAFE)

    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_label("I have done this").check()
    answer(page, "Next", VOLTS)
    expect(page.get_by_text("Expected: 11.5 to 12.6 V")).to_be_visible()
    field = page.get_by_label("What you measured")
    assert field.get_attribute("inputmode") == "decimal"
    field.fill("about ten")
    press(page, "Enter")
    expect(page.get_by_text("is no number")).to_be_visible()
    field.fill("10,25")
    press(page, "Enter")
    expect(question(page)).to_have_text("It is dead.")
    expect(page.get_by_role("listitem").filter(has_text=VOLTS)).to_contain_text("Too low: 10.3 V")
    expect(page.get_by_role("listitem").filter(has_text=SAFE)).to_contain_text("Checked off")
    escalate(page, "No spare part.")

    senior = page_of(team.engineer, "/handoffs", device="desk")
    senior.get_by_role("main").get_by_role("link", name=re.compile("House")).first.click()
    expect(senior.get_by_text("Stuck at, in “Power supply”")).to_be_visible()
    expect(senior.get_by_role("main")).to_contain_text(f"Out of range{VOLTS} 10.3 V, expected 11.5 to 12.6 V")
    expect(senior.get_by_role("link", name="Replay")).to_have_attribute("href", re.compile("/replay$"))
    senior.get_by_role("main").get_by_role("button", name="Pick up").click()
    press(senior, "It is solved: resolve")
    expect(dialog(senior, "Resolve")).to_contain_text(f"{team.viewer.name} is told at once.")
