"""Before the press the dialog says whom it reaches; after it the escalator watches; an admin sends a failed mail again."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import banner, dialog, escalate, press
from tests.support.accounts import wait_until_told
from tests.support.people import Team, do, start
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import preferences, users

ALWAYS = {"start": "00:00", "end": "23:59", "zone": "UTC"}


def test_whom_it_reaches_who_has_heard_of_it_and_sending_again(
    smtp: MailServer, page_of: Browsers, team: Team
) -> None:
    do(team.owner, preferences.change_preferences, quiet_hours=ALWAYS)
    smtp.answer_recipient(team.engineer2.email, "550 5.1.1 No such user")
    senior = page_of(team.engineer, "/", device="desk")
    expect(senior.get_by_role("heading", level=1)).to_contain_text("Hello")
    session = transact(start, team)
    technician = page_of(team.viewer, f"/sessions/{session.id}")

    press(technician, "Escalate")
    expect(dialog(technician, "Escalate")).to_contain_text("Told at once: 1 online, 2 by mail.")
    expect(dialog(technician, "Escalate")).to_contain_text("1 more wants quiet now")
    press(technician, "Cancel")
    escalate(technician, "No light at all.")

    heard = technician.get_by_role("list", name="Who has heard of it")
    expect(banner(senior)).to_be_visible()
    for words in (
        f"{team.engineer.name} saw it",
        f"{team.admin.name} was mailed at",
        f"{team.engineer2.name}: mail failed, mailbox unknown",
        f"{team.owner.name}: quiet hours until",
    ):
        expect(heard).to_contain_text(words)

    admin = page_of(team.admin, "/handoffs", device="desk")
    expect(admin.get_by_role("region", name="Who cannot be reached")).to_contain_text(
        f"{team.engineer2.name}: mails fail: mailbox unknown"
    )
    admin.get_by_role("main").get_by_role("link", name="Deliveries", exact=True).click()
    _send_again(admin, smtp, team)
    expect(heard).to_contain_text(f"{team.engineer2.name} was mailed at")

    banner(senior).get_by_role("button", name="Pick up").click()
    expect(technician.get_by_text(f"{team.engineer.name} has this session.")).to_be_visible()
    wait_until_told(team.account_id)


def _send_again(page: Page, smtp: MailServer, team: Team) -> None:
    """Filter for what failed, and press twice; once the mailbox is there it is sent, once."""
    page.get_by_label("State").select_option("failed")
    shown = page.get_by_role("list", name="Deliveries").get_by_role("listitem")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("550 5.1.1 No such user")
    smtp.answer_recipient(team.engineer2.email, "250 OK")
    page.get_by_role("button", name=f"Send again to {team.engineer2.name}").dblclick()
    expect(page.get_by_text("No delivery is in this state.")).to_be_visible()
    page.get_by_label("State").select_option("sent")
    expect(shown.filter(has_text=team.engineer2.name)).to_contain_text("1 try, sent at")
    assert len(smtp.to(team.engineer2.email)) == 1


def test_nobody_to_tell_says_so_before_and_after_and_what_to_do(page_of: Browsers, team: Team) -> None:
    for person in team.seniors[:3]:
        do(team.owner, users.delete_user, user_id=person.id)
    session = transact(start, team, team.owner)
    technician = page_of(team.owner, f"/sessions/{session.id}")
    press(technician, "Escalate")
    expect(dialog(technician, "Escalate")).to_contain_text("There is no other senior in your account")
    press(technician, "Cancel")
    escalate(technician, "Anybody?")
    expect(technician.get_by_text("Nobody was told: there is no other senior")).to_be_visible()
    technician.get_by_role("link", name="Who was told").click()
    expect(technician.get_by_text("Ask an admin to invite one")).to_be_visible()
