"""An admin with nothing but the keyboard: people come and go, a failed mail is sent again, the record is taken away."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers
from tests.browser.keys import press_by_key, reach
from tests.browser.screen import dialog
from tests.browser.test_people import line
from tests.support.accounts import wait_until_told
from tests.support.people import Team, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact

# Of what has the focus: how it looks in a complaint, whether it shows that, whether it is seen at all, and comes after the
# one before. A field for a day is several stops; the browser itself shows on which part of it one is.
STOP = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { left, top, width, height } = at.getBoundingClientRect();
  const over = document.elementFromPoint(left + width / 2, top + height / 2);
  const before = window.before ?? document.body;
  window.before = at;
  return {
    name: at.outerHTML.slice(0, 120),
    is_new: at !== before,
    is_shown: at === before || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2),
    is_seen: Boolean(over && (at.contains(over) || over.contains(at))),
    is_after: at === before || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""
STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility() && !one.closest("[inert]")).length"""


def test_people_deliveries_and_the_record_by_keyboard_only(
    smtp: MailServer, page_of: Browsers, team: Team
) -> None:
    smtp.answer_recipient(team.engineer2.email, "550 5.1.1 No such user")
    transact(escalate, team, team.engineer)
    wait_until_told(team.account_id)
    page = page_of(team.admin, "/people", device="desk")
    expect(line(page, team.viewer.email)).to_be_visible()
    _walk_through(page)
    _invite(page, f"new-{team.owner.email}")
    _change(page, team)

    page.goto("/deliveries")
    reach(page, page.get_by_label("State"))
    page.keyboard.type("Failed")
    again = page.get_by_role("button", name=f"Send again to {team.engineer2.name}")
    expect(page.get_by_role("list", name="Deliveries").get_by_role("listitem")).to_have_count(1)
    _walk_through(page)
    smtp.answer_recipient(team.engineer2.email, "250 OK")
    reach(page, again)
    page.keyboard.press("Enter")
    expect(page.get_by_text("No delivery is in this state.")).to_be_visible()
    smtp.wait_for(lambda _all: bool(smtp.to(team.engineer2.email)))

    page.goto("/audit")
    reach(page, page.get_by_label("Kind"))
    page.keyboard.type("Esc")
    expect(page.get_by_role("list", name="What was done").get_by_role("listitem")).to_have_count(2)
    _walk_through(page)
    reach(page, page.get_by_role("link", name="Save as CSV"))
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    assert "escalated" in file.value.path().read_text()


def _walk_through(page: Page) -> None:
    """Go once through all of the page: each stop shows that it has the focus, none is hidden, left out or a trap."""
    page.evaluate("() => { window.before = null; document.querySelector('.skip').focus(); }")
    wrong, count, wanted = [], 0, page.evaluate(STOPS)
    while (stop := page.evaluate(STOP)) is not None and count <= wanted:
        count += stop["is_new"]
        wrong += [
            f"{fault}: {stop['name']}" for fault in ("is_shown", "is_seen", "is_after") if not stop[fault]
        ]
        page.keyboard.press("Tab")
    assert (wrong, count) == ([], wanted)


def _invite(page: Page, newcomer: str) -> None:
    press_by_key(page, "Invite")
    expect(dialog(page, "Invite").get_by_label("Email")).to_be_focused()
    page.keyboard.type(newcomer)
    reach(page, dialog(page, "Invite").get_by_role("radio", name="Viewer"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    invited = page.get_by_role("list", name="Invited").get_by_role("listitem")
    expect(invited).to_contain_text("Engineer")
    expect(page.get_by_role("button", name="Invite", exact=True)).to_be_focused()
    press_by_key(page, f"Withdraw {newcomer}")
    expect(invited).to_have_count(0)


def _change(page: Page, team: Team) -> None:
    name = team.viewer.name
    press_by_key(page, f"Change {name}")
    reach(page, dialog(page, "Change").get_by_role("radio", name="Viewer"))
    page.keyboard.press("ArrowDown")
    press_by_key(page, "Save")
    expect(line(page, team.viewer.email)).to_contain_text("Engineer")
    expect(page.get_by_role("button", name=f"Change {name}")).to_be_focused()

    press_by_key(page, f"Deactivate {name}")
    expect(dialog(page, "Deactivate")).to_be_visible()
    press_by_key(page, "Deactivate")
    expect(page.get_by_role("button", name=f"Reactivate {name}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Deactivate {name}")).to_be_focused()

    press_by_key(page, f"Delete {name}")
    press_by_key(page, "Delete")
    expect(line(page, team.viewer.email)).to_have_count(0)
    expect(page.get_by_role("list", name="People").locator("li :focus")).to_have_count(1)
