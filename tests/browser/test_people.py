"""The page of people: inviting, changing rights, locking out and deleting."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import dialog, press
from tests.support.people import Team, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import handoff_views, handoffs, preferences
from troubleshoot_app.services.users import LAST_OWNER


def line(page: Page, name: str) -> Locator:
    """Return the line of somebody in the list."""
    return page.get_by_role("list", name="People").get_by_role("listitem").filter(has_text=name)


def test_owners_invite_change_lock_out_and_delete(smtp: MailServer, page_of: Browsers, team: Team) -> None:
    do(team.engineer2, preferences.change_preferences, in_app=False, email=False)
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    page = page_of(team.owner, "/", device="desk")
    press(page, "Menu")
    dialog(page, "Menu").get_by_role("link", name="People").click()
    expect(line(page, team.owner.email)).to_contain_text("Online")
    expect(line(page, team.engineer2.email)).to_contain_text("has chosen no channel")
    expect(line(page, team.admin.email)).to_contain_text("Escalations reach them")

    press(page, "Invite")
    dialog(page, "Invite").get_by_label("Email").fill(team.admin.email)
    dialog(page, "Invite").get_by_role("button", name="Send invitation").click()
    field = dialog(page, "Invite").get_by_label("Email")
    expect(field).to_have_accessible_description(
        re.compile("Somebody is registered with this address already.")
    )
    expect(field).to_have_attribute("aria-invalid", "true")
    newcomer = f"new-{team.owner.email}"
    dialog(page, "Invite").get_by_label("Email").fill(newcomer)
    dialog(page, "Invite").get_by_label("Engineer").check()
    dialog(page, "Invite").get_by_role("button", name="Send invitation").click()
    invited = page.get_by_role("list", name="Invited").get_by_role("listitem")
    expect(invited).to_contain_text(re.compile("expires in [67] days"))
    expect(invited).to_contain_text("Mailed")
    for answer, words in (
        ("550 Mailbox unknown", "The mail did not go out: .*Mailbox unknown"),
        ("451 Mailbox busy", "The mail is not out yet, next try at .*Mailbox busy"),
        ("250 OK", "Mailed"),
    ):
        smtp.answer_recipient(newcomer, answer)
        press(page, f"Send again {newcomer}")
        expect(invited).to_contain_text(re.compile(words))
    assert len(smtp.to(newcomer)) == 2
    press(page, f"Withdraw {newcomer}")
    expect(invited).to_have_count(0)

    press(page, f"Change {team.viewer.name}")
    dialog(page, "Change").get_by_label("Name").fill("Vera Senior")
    dialog(page, "Change").get_by_label("Engineer").check()
    dialog(page, "Change").get_by_role("button", name="Save").click()
    expect(line(page, "Vera Senior")).to_contain_text("Engineer")

    press(page, f"Deactivate {team.engineer.name}")
    expect(dialog(page, "Deactivate")).to_contain_text("Cases that they picked up are open again")
    dialog(page, "Deactivate").get_by_role("button", name="Deactivate").click()
    expect(line(page, team.engineer.email)).to_contain_text("Deactivated")
    assert do(team.owner, handoff_views.get_handoff, handoff_id=handoff.id).status == "open"
    press(page, f"Reactivate {team.engineer.name}")
    expect(line(page, team.engineer.email)).not_to_contain_text("Deactivated")

    press(page, f"Delete {team.engineer2.name}")
    expect(dialog(page, "Delete")).to_contain_text("What they did stays in the record")
    dialog(page, "Delete").get_by_role("button", name="Delete").click()
    expect(line(page, team.engineer2.email)).to_have_count(0)


def test_what_is_refused_is_said_in_the_dialog(page_of: Browsers, team: Team) -> None:
    page = page_of(team.owner, "/people", device="desk")
    press(page, f"Change {team.owner.name}")
    shown = dialog(page, "Change")
    shown.get_by_label("Viewer").check()
    shown.get_by_role("button", name="Save").click()
    expect(shown.get_by_role("radiogroup", name="Role")).to_have_accessible_description(LAST_OWNER)
    shown.get_by_label("Name").fill(" ")
    shown.get_by_role("button", name="Save").click()
    expect(shown.get_by_label("Name")).to_have_accessible_description(re.compile("Enter a name"))
    expect(shown.get_by_role("radiogroup", name="Role")).to_have_accessible_description("")
    page.keyboard.press("Escape")
    press(page, f"Delete {team.owner.name}")
    dialog(page, "Delete").get_by_role("button", name="Delete").click()
    expect(dialog(page, "Delete").get_by_role("alert")).to_have_text(LAST_OWNER)


def test_seniors_see_who_is_there_and_field_staff_are_told_that_it_is_not_for_them(
    page_of: Browsers, team: Team
) -> None:
    page = page_of(team.engineer, "/people")
    expect(line(page, team.viewer.email)).to_contain_text("Viewer")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    other = page_of(team.viewer, "/people")
    expect(other.get_by_text("Your role (viewer) may not see the people of the account.")).to_be_visible()
