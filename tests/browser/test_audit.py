"""The audit log: read, narrowed, and taken away as a table."""

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import press
from tests.support.people import Team, do, escalate
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import users


def test_admins_read_narrow_and_keep_it_and_others_may_not(page_of: Browsers, team: Team) -> None:
    do(team.owner, users.change_user, user_id=team.viewer.id, role="engineer")
    transact(escalate, team, team.engineer)
    page = page_of(team.admin, "/")
    press(page, "Menu")
    page.get_by_role("link", name="Audit log").click()
    entries = page.get_by_role("list", name="What was done").get_by_role("listitem")
    changed = f"{team.owner.name} changed the role of {team.viewer.name} from viewer to engineer."
    expect(entries.filter(has_text=changed)).to_have_count(1)
    page.get_by_label("Kind").select_option("escalations")
    expect(entries).to_have_count(1)
    page.get_by_label("Kind").select_option("")
    page.get_by_label("Person").select_option(str(team.owner.id))
    expect(entries).to_have_count(1)
    with page.expect_download() as file:
        page.get_by_role("link", name="Save as CSV").click()
    assert changed in file.value.path().read_text()
    page.get_by_label("To").fill("2020-01-01")
    expect(page.get_by_text("Nobody did anything of this kind")).to_be_visible()

    senior = page_of(team.engineer, "/audit")
    expect(senior.get_by_text("Your role (engineer) may not read the audit log.")).to_be_visible()
    assert senior.request.get("/api/v1/web/audit").status == 403
