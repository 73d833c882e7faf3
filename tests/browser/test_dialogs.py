"""Every dialog: opened and closed by keys, told what it is, keeping the focus and giving it back; axe finds nothing."""

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Browsers
from tests.support.appearance import paint, prefer, settle, sideways, too_low
from tests.support.axe import DIALOG, color_findings, findings
from tests.support.material import Material, add_material
from tests.support.people import Team
from troubleshoot_app.core.db import transact

PHONE: ViewportSize = {"width": 360, "height": 800}
HAS_FOCUS = "element => element.contains(document.activeElement) && element !== document.activeElement"
IS_FOCUSED = "element => element === document.activeElement"
# What a screen reader says first: its name, and what it is for.
WORDS_OF = """element => ["labelledby", "describedby"].map((kind) => {
  const ids = (element.getAttribute(`aria-${kind}`) ?? "").split(" ");
  return ids.map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
})"""


@pytest.fixture
def material(team: Team) -> Material:
    """Something at every address."""
    return transact(add_material, team)


def test_dialogs_of_who_walks(page_of: Browsers, team: Team, material: Material) -> None:
    page = page_of(team.viewer, f"/sessions/{material.values['session_id'][0]}")
    _look_into_all(page, "Escalate", "Park", "Complete", "Where am I?", "Export", "Menu")
    _look_into(page, page.locator("#note"), "?", leave="#content")
    page.goto("/sessions")
    _look_into_all(page, re.compile("Title, ticket"))


def test_dialogs_of_who_writes_and_picks_up(page_of: Browsers, team: Team, material: Material) -> None:
    tree, faulty, _ = material.values["tree_id"]
    page = page_of(team.engineer, f"/trees/{tree}/edit")
    _look_into_all(page, "Publish", "Delete", "Choose target", re.compile("^Move branch"), "Try it", "Menu")
    page.goto(f"/trees/{faulty}/edit")
    _look_into_all(page, "Publish")
    page.goto(f"/trees/{tree}")
    _look_into_all(page, "Export")
    page.goto(f"/trees/{tree}/versions")
    _look_into_all(page, re.compile("^Restore as draft"))
    page.goto(f"/handoffs/{material.values['handoff_id'][1]}")
    _look_into_all(page, "Resolve", "Release")


def test_dialogs_of_who_looks_after_people(page_of: Browsers, team: Team) -> None:
    page = page_of(team.admin, "/people")
    names = ("Change", "Deactivate", "Delete")
    _look_into_all(page, "Invite", *(f"{name} {team.viewer.name}" for name in names))


def _look_into_all(page: Page, *names: str | re.Pattern[str]) -> None:
    prefer(page)
    page.set_viewport_size(PHONE)
    settle(page)
    for name in names:
        _look_into(page, page.get_by_role("button", name=name, exact=isinstance(name, str)).first, "Enter")


def _look_into(page: Page, opener: Locator, key: str, leave: str = "") -> None:
    """Open what opens with the key there, look at it, and close it."""
    opener.focus()
    if leave:
        page.locator(leave).focus()
        opener = page.locator(leave)
    page.keyboard.press(key)
    opened = page.locator(DIALOG)
    expect(opened).to_be_visible()
    name, purpose = opened.evaluate(WORDS_OF)
    assert name.strip() or opened.get_attribute("aria-label") or opener.get_attribute("aria-haspopup"), (
        "it has no name"
    )
    assert purpose.strip() or opener.get_attribute("aria-haspopup") == "dialog", (
        f"{name} does not say what it is for"
    )
    found = findings(page, DIALOG) + sideways(page, "on a phone") + too_low(page)
    for pressed in ("Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(pressed)
        assert opened.evaluate(HAS_FOCUS), f"{pressed} leaves {name}"
    paint(page, "dark")
    found += color_findings(page, DIALOG)
    paint(page, "light")
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.wait_for_function(IS_FOCUSED, arg=opener.element_handle())
    assert not found, "\n".join([name, *found])
