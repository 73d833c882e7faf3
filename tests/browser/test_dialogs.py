"""Every dialog: opened and closed by keys, told what it is, keeping the focus and giving it back; axe finds nothing."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import press, question
from tests.support.appearance import moving, paint, prefer, settle, sideways, too_low
from tests.support.axe import DIALOG, color_findings, findings
from tests.support.files import png
from tests.support.material import Material, add_material
from tests.support.people import Team, do
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Words
from troubleshoot_app.pages import LAYOUTS
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.services import scenarios, tree_editing

PHONE: ViewportSize = {"width": 360, "height": 800}
# What is pressed, and how the dialog is called that it opens; with a space at the end, how the name begins.
Dialogs = dict[str | re.Pattern[str], str]
WALKING: Dialogs = {
    "Escalate": "Escalate", "Park": "Park", "Complete": "Complete", "Where am I?": "You are here", "Export": "Export",
    "Menu": "Menu",
}  # fmt: skip
CHANGING: Dialogs = {re.compile("^Change answer"): "Change answer"}
LISTED: Dialogs = {re.compile("Title, notes"): "What is it about?"}
WRITING: Dialogs = {
    "Publish": "Publish", "Delete": "Delete this node?", "Choose target": "Where does this answer lead?",
    re.compile("^Move branch"): "Move this branch", "Try it": "Try it",
    re.compile("^Delete the scenario"): "Delete this scenario?", "Menu": "Menu",
}  # fmt: skip
REFUSED: Dialogs = {"Publish": "It cannot be published yet"}
OF_VERSIONS: Dialogs = {re.compile("^Restore as draft"): "Make version "}
KEEPING: Dialogs = {"Keep as scenario": "Keep as scenario"}
OF_A_CASE: Dialogs = {"Resolve": "Resolve", "Release": "Release"}
OF_A_TREE: Dialogs = {"Export": "Export", "Delete": "Delete this tree?"}
OF_PEOPLE = {name: name for name in ("Change ", "Deactivate ", "Delete ")}
KEYS, INVITE, CLASH = "Keys", "Invite", "Two people wrote here"
ALL = (
    WALKING, CHANGING, LISTED, WRITING, REFUSED, OF_VERSIONS, KEEPING, OF_A_CASE, OF_A_TREE, OF_PEOPLE,
)  # fmt: skip
PICTURE = "led.png"
COMPONENTS = ROOT / "assets" / "components"
POWER = "Is the power LED lit?"
LIT: dict[str, Any] = {
    "name": "Lit",
    "answers": [{"node": "power", "option": "yes"}, {"node": "wan", "option": "yes"}],
    "end": {"kind": "resolution"},
}
# The tab key leads from a dialog of the browser's own to the browser, but never to what is behind it.
HAS_FOCUS = """element => {
  const at = document.activeElement;
  return element.contains(at) ? element !== at : element.localName === "dialog" && at === document.body;
}"""
IS_FOCUSED = "element => element === document.activeElement"
# As on a machine with much to do: what is put off for a moment takes longer than somebody who presses the next key.
SLOW_TIMERS = """() => {
  const set = window.setTimeout;
  window.setTimeout = (then, ms, ...more) => set(then, ms || 500, ...more);
}"""
TIMERS_RAN = "() => new Promise((done) => setTimeout(done))"
# What the tab key does that leads from the address bar to the page again, while a dialog is open.
ENTER = """() => {
  document.activeElement.blur();
  document.querySelector("[data-radix-focus-guard]").focus();
}"""
# What a screen reader says first: its name, and what it is for.
WORDS_OF = """element => ["labelledby", "describedby"].map((kind) => {
  const ids = (element.getAttribute(`aria-${kind}`) ?? "").split(" ");
  return ids.map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
})"""


@pytest.fixture
def material(team: Team) -> Material:
    """Something at every address."""
    return transact(add_material, team)


def test_every_dialog_is_among_them() -> None:
    names = [KEYS, INVITE, CLASH, *(name for dialogs in ALL for name in dialogs.values())]
    called = {_name(part) for layout in LAYOUTS for part in _parts(layout()) if _is_dialog(part)}
    assert [words for words in called if not any(f'"{name}"' in words for name in names)] == []
    by_hand = [
        path.name for path in COMPONENTS.glob("*.jsx") if "<dialog" in path.read_text(encoding="utf-8")
    ]
    assert by_hand == ["Files.jsx"], "Look into it here, as into that of a picture."


def _parts(part: Any) -> Iterator[Any]:
    """Yield the component and all that it is made of."""
    yield part
    for child in part.children:
        yield from _parts(child)


def _is_dialog(part: Any) -> bool:
    """Tell whether it is what opens over the page: a dialog, a popover, a menu."""
    return (part.tag or "").endswith(".Content")


def _name(dialog: Any) -> str:
    """Return how it is called, as a script that says so."""
    titles = [
        str(words.contents)
        for part in _parts(dialog)
        if part.tag == "Dialog.Title"
        for words in part.children
    ]
    return " ".join(titles) or f'"{dialog.custom_attrs["aria-label"]}"'


def test_dialogs_of_who_walks(page_of: Browsers, team: Team, material: Material) -> None:
    asked, answered, *_ = material.values["session_id"]
    page = page_of(team.viewer, f"/sessions/{asked}")
    page.get_by_label("Add photo or file").set_input_files(
        {"name": PICTURE, "mimeType": "image/png", "buffer": png(64, 64)}
    )
    _look_into_all(page, {f"Show {PICTURE}": PICTURE, **WALKING})
    _look_into(page, page.locator("#note"), KEYS, key="?", leave="#content")
    expect(question(page)).to_have_text(POWER)
    _go_on_after_it(page)

    page.goto(f"/sessions/{answered}")
    _look_into_all(page, CHANGING)
    opener = page.get_by_role("button", name=next(iter(CHANGING))).first
    page.keyboard.press("Enter")
    press(page, "Yes")
    expect(page.get_by_text("You will stand at: ")).to_be_visible()
    _look_at(page, "Change answer", opener)
    page.goto("/sessions")
    _look_into_all(page, LISTED)


def test_dialogs_of_who_writes_and_picks_up(page_of: Browsers, team: Team, material: Material) -> None:
    tree, faulty, _ = material.values["tree_id"]
    do(team.engineer, scenarios.add_scenario, tree_id=tree, **LIT)
    page = page_of(team.engineer, f"/trees/{tree}/edit")
    _look_into_all(page, WRITING)
    _look_into_clash(page, team, tree)
    page.goto(f"/trees/{faulty}/edit")
    _look_into_all(page, REFUSED)
    page.goto(f"/trees/{tree}/versions")
    _look_into_all(page, OF_VERSIONS)
    page.goto(f"/sessions/{material.values['session_id'][2]}")
    _look_into_all(page, KEEPING)
    page.goto(f"/handoffs/{material.values['handoff_id'][1]}")
    _look_into_all(page, OF_A_CASE)


def test_dialogs_of_who_looks_after_trees_and_people(page_of: Browsers, team: Team) -> None:
    page = page_of(team.admin, f"/trees/{team.tree_id}")
    _look_into_all(page, OF_A_TREE)
    page.goto("/people")
    _look_into_all(page, {INVITE: INVITE, **{f"{name}{team.viewer.name}": name for name in OF_PEOPLE}})


def _look_into_all(page: Page, dialogs: Dialogs) -> None:
    prefer(page)
    page.set_viewport_size(PHONE)
    settle(page)
    for opener, title in dialogs.items():
        button = page.get_by_role("button", name=opener, exact=isinstance(opener, str)).first
        _look_into(page, button, title)


def _look_into(page: Page, opener: Locator, title: str, *, key: str = "Enter", leave: str = "") -> None:
    """Open what opens with the key there, look at it, and close it."""
    opener.focus()
    if leave:
        page.locator(leave).focus()
        opener = page.locator(leave)
    page.keyboard.press(key)
    _look_at(page, title, opener)


def _go_on_after_it(page: Page) -> None:
    """Leave dialogs with and without a trigger in haste and by detours: the focus stays where somebody has gone."""
    opened, content = page.locator(DIALOG), page.locator("#content")
    page.evaluate(SLOW_TIMERS)
    menu = page.get_by_role("button", name="Menu", exact=True)
    menu.press("Enter")
    expect(opened).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    content.focus()
    page.evaluate(TIMERS_RAN)
    assert content.evaluate(IS_FOCUSED)
    page.keyboard.press("?")
    expect(opened).to_be_visible()
    page.evaluate(ENTER)
    page.keyboard.press("Escape")
    expect(content).to_be_focused()


def _look_into_clash(page: Page, team: Team, tree_id: str) -> None:
    """Have somebody else write what is written here, and leave it to Escape."""
    words = page.get_by_role("textbox", name="Text", exact=True)
    expect(words).to_have_value(POWER)
    theirs = partial(editing.rewrite, node_id="power", words=Words.TEXT, seen=POWER, wanted="Theirs.")
    do(team.admin, tree_editing.change_draft, tree_id=tree_id, gesture=theirs)
    words.fill("Mine.")
    _look_at(page, CLASH, words)
    expect(words).to_have_value("Theirs.\n\nMine.")


def _look_at(page: Page, title: str, opener: Locator) -> None:
    """Look at the dialog that is open, and leave it by Escape, to where it was opened."""
    opened = page.locator(DIALOG)
    expect(opened).to_be_visible()
    name, purpose = opened.evaluate(WORDS_OF)
    name = name.strip() or opened.get_attribute("aria-label") or ""
    assert name == title or (title.endswith(" ") and name.startswith(title))
    assert purpose.strip() or opener.get_attribute("aria-haspopup") == "dialog", (
        f"{name} does not say what it is for"
    )
    found = findings(page, DIALOG) + sideways(page, "on a phone") + too_low(page) + moving(page)
    for pressed in ("Tab", "Shift+Tab", "Shift+Tab"):
        page.keyboard.press(pressed)
        assert opened.evaluate(HAS_FOCUS), f"{pressed} leaves {name}"
    paint(page, "dark")
    found += color_findings(page, DIALOG)
    paint(page, "light")
    page.keyboard.press("1")  # which is no answer to the question behind it
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    page.wait_for_function(IS_FOCUSED, arg=opener.element_handle())
    assert not found, "\n".join([name, *found])
