"""Every page, for every role, on phone and desk, light and dark: axe finds nothing, nothing scrolls sideways or moves."""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import Browsers
from tests.support.appearance import moving, paint, prefer, settle, sideways, too_low, unfold
from tests.support.axe import color_findings, findings
from tests.support.material import NOBODYS, Material, add_material
from tests.support.pages import Pages
from tests.support.people import Person, Team
from troubleshoot_app.core.db import transact
from troubleshoot_app.pages import OUTSIDE_ROUTES, SIGNED_IN_ROUTES

# Whose pages are looked at in each of their states; of others', those that may be different for them.
MEETS_ALL = "engineer"
PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 800}
TWICE_AS_BIG: ViewportSize = {"width": 640, "height": 400}
# With the keyboard in use, each thing that takes the focus shows it: itself, or what it is a part of.
HIDDEN_FOCUS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((thing) => {
    if (thing.disabled || !thing.checkVisibility()) return false;
    if (thing.closest("[inert], .react-flow, [data-sonner-toaster]")) return false;
    thing.focus();
    if (document.activeElement !== thing) return false;
    for (let part = thing; part && part !== document.body; part = part.parentElement) {
      const { outlineStyle, outlineWidth } = getComputedStyle(part);
      if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) return false;
    }
    return true;
  })
  .map((thing) => thing.outerHTML.slice(0, 160))"""
# What the page is built of: each element with what makes it look and sound as it does, but for its words, and with the two
# around it; how often it is there does not count.
PIECES = """() => {
  const kind = (element) => element && [
    element.tagName, element.className?.baseVal ?? element.className, element.getAttribute("role"),
    element.hasAttribute("aria-label"), element.disabled, element.dataset?.accentColor].join(" ");
  const piece = (element) => {
    const around = element.parentElement;
    return [kind(element), kind(around), kind(around?.parentElement)].join(" in ");
  };
  return [...new Set([...document.body.querySelectorAll("*")].map(piece))];
}"""

# One of each fault that is looked for, and what is said of it.
FAULTS = {
    '<button style="width: 44px; height: 44px"></button>': "button-name: ",
    '<a href="/trees"><button>Trees</button></a>': "control-in-control: ",
    '<p style="color: #a7a9a8">Pale</p>': "a phone, color-contrast: ",
    '<p style="color: light-dark(#222221, #474544)">Dark</p>': "a dark phone, color-contrast: ",
    '<button style="outline: none">Dull</button>': "with the focus, looks as without it: ",
    '<button class="button-link" style="min-height: 0; height: 30px">Low</button>': "lower than a thumb: ",
    '<p style="animation: turn 1s infinite !important">Turning</p>': "moves although little motion is preferred: ",
    '<p style="width: 700px">Broad</p>': "at 200 % it scrolls sideways",
}
SEED = """(faults) => {
  const place = document.createElement("div");
  place.innerHTML = faults.join("");
  document.querySelector("main").append(place);
}"""

# What is built of the same pieces for another role, or at another address, is looked at once.
looked_at: set[str] = set()


@pytest.fixture
def material(team: Team) -> Material:
    """Something at every address."""
    return transact(add_material, team)


@pytest.mark.parametrize("role", [MEETS_ALL, "viewer", "admin"])
def test_nothing_is_found_on_any_page(role: str, page_of: Browsers, team: Team, material: Material) -> None:
    person: Person = getattr(team, role)
    page = page_of(person, "/account")
    addresses = material.addresses(SIGNED_IN_ROUTES)
    _look_at_all(page, [address for address in addresses if role == MEETS_ALL or not _is_alike(address)])


def test_nothing_is_found_where_nobody_is_signed_in(page_as: Pages, material: Material) -> None:
    page = page_as(None, "/login")
    _look_at_all(page, material.addresses(OUTSIDE_ROUTES))


def test_faults_are_found_on_a_page_that_had_none(page_as: Pages) -> None:
    page = page_as(None, "/forgot")
    prefer(page)
    page.set_viewport_size(PHONE)
    settle(page)
    assert findings(page) == []
    page.evaluate(SEED, list(FAULTS))
    found = _look_at(page)
    assert [words for words in FAULTS.values() if not any(words in one for one in found)] == []


def _is_alike(address: str) -> bool:
    """Tell whether who may come there finds the same as others: something that is not there, or a list that is searched."""
    path, _, query = address.partition("?")
    return NOBODYS in path or (query != "" and path in SIGNED_IN_ROUTES)


def _look_at_all(page: Page, addresses: list[str]) -> None:
    wrong = {}
    prefer(page)
    for address in addresses:
        page.goto(address)
        page.set_viewport_size(PHONE)
        settle(page)
        unfold(page)
        pieces = page.evaluate(PIECES)
        is_known = looked_at.issuperset(pieces)
        if found := sideways(page, "on a phone") + too_low(page) if is_known else _look_at(page):
            wrong[address] = found
        looked_at.update(pieces)
    assert not wrong, _told(wrong)


def _look_at(page: Page) -> list[str]:
    """Return what is wrong on the page, whatever it is looked at with."""
    found = [f"on a phone, {words}" for words in findings(page)]
    found += sideways(page, "on a phone")
    found += [f"on a phone, {words}" for words in too_low(page)]
    found += moving(page)
    page.keyboard.press("Tab")
    found += [f"with the focus, looks as without it: {thing}" for thing in page.evaluate(HIDDEN_FOCUS)]
    paint(page, "dark")
    found += [f"on a dark phone, {words}" for words in color_findings(page)]
    page.set_viewport_size(TWICE_AS_BIG)
    found += sideways(page, "at 200 %")
    page.set_viewport_size(DESK)
    found += sideways(page, "on a desk")
    found += [f"on a dark desk, {words}" for words in color_findings(page)]
    paint(page, "light")
    found += [f"on a desk, {words}" for words in findings(page)]
    return found


def _told(wrong: dict[str, list[str]]) -> str:
    return "".join(f"\n{where}\n    " + "\n    ".join(found) for where, found in wrong.items())
