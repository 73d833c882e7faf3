"""From a stuck technician to a senior's screen, to a mail, and to the end of the case; each in a browser of their own."""

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import (
    SESSION_PATH,
    answer,
    banner,
    dialog,
    escalate,
    press,
    question,
    sign_in,
    toast,
)
from tests.support.accounts import allow_password, wait_until_told
from tests.support.pages import DEMO_PASSWORD, Pages
from tests.support.people import Person, Team, do
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.services import sessions

POWER, WAN, PLUG = "Is the power LED lit?", "Is the WAN LED green?", "Plug it in."
REASON = "The LED blinks amber and the branch cannot order."
NOTES = "The key is at the front desk."
PRESS_AT_ONCE_MS = 700


def test_from_a_stuck_technician_to_the_end_of_the_case(
    server: Server, smtp: MailServer, page_as: Pages, page_of: Browsers, team: Team
) -> None:
    allow_password(team.viewer)
    allow_password(team.engineer2)
    connected = [page_of(team.engineer, "/", device="desk")]
    connected.append(connected[0].context.new_page())
    connected[1].goto("/trees")
    expect(connected[1].get_by_role("heading", name="Trees", exact=True)).to_be_visible()

    technician = _sign_in_and_get_stuck(page_as, team.viewer)
    escalate(technician, REASON, "Urgent")
    session_id = technician.url.rpartition("/")[2]
    do(team.viewer, sessions.update_session, session_id=session_id, notes=NOTES)
    for tab in connected:
        _is_alerted(tab, team.viewer)

    offline = _follow_the_mail(server, smtp, page_as, team)
    winner, loser = _press_at_once((connected[0], team.engineer), (offline, team.engineer2))
    _has_the_case(*winner)
    _is_told_who_has_it(loser[0], winner[1])
    for tab in connected:
        expect(banner(tab)).to_have_count(0)
    expect(toast(technician, f"{winner[1].name} has picked up your escalation.")).to_be_visible()
    expect(technician.get_by_text(f"{winner[1].name} has this session.")).to_be_visible()

    _give_back(winner[0], "Not my field.")
    expect(technician.get_by_text("Waiting for a senior")).to_be_visible()
    expect(banner(loser[0])).to_contain_text("Not my field.")
    banner(loser[0]).get_by_role("button", name="Pick up").click()
    expect(question(loser[0])).to_have_text(WAN)
    _resolve(loser[0], "A new cable.")
    expect(toast(technician, "Your escalation is resolved: A new cable.")).to_be_visible()
    expect(technician.get_by_text("Completed: it is solved.")).to_be_visible()


def _sign_in_and_get_stuck(page_as: Pages, person: Person) -> Page:
    """Walk as a technician with a phone: sign in, find a tree, answer with notes, go back, change an answer."""
    page = page_as(None, "/")
    sign_in(page, person.email, DEMO_PASSWORD)
    page.get_by_role("link", name="All trees").click()
    page.get_by_role("searchbox", name="Search trees").fill("internet")
    page.get_by_role("link", name="No internet").click()
    page.get_by_label("What is it about?").fill("Branch 12 is offline")
    press(page, "Start session")
    expect(page).to_have_url(SESSION_PATH)
    expect(question(page)).to_have_text(POWER)
    expect(page.get_by_text("It is on the front.")).to_be_visible()
    answer(page, "No", PLUG)
    answer(page, "Back", POWER)
    page.get_by_role("textbox", name="Note").fill("Lit since noon")
    answer(page, "Yes", WAN)
    answer(page, "Look again", POWER)
    answer(page, "Back", WAN)
    answer(page, "Back", POWER)
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Lit since noon")
    answer(page, "Yes", WAN)
    page.get_by_role("textbox", name="Note").fill("Amber, twice a second")
    return page


def _is_alerted(page: Page, who: Person) -> None:
    alert = banner(page)
    expect(alert).to_contain_text(f"{who.name} needs help")
    expect(alert).to_contain_text(f"Branch 12 is offline: {WAN}")
    expect(alert).to_contain_text(REASON)
    expect(alert).to_contain_text("Urgent")
    expect(toast(page, f"{who.name} needs help")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(page.get_by_role("navigation", name="Main")).to_contain_text("1 waiting")


def _follow_the_mail(server: Server, smtp: MailServer, page_as: Pages, team: Team) -> Page:
    """Everybody who is offline gets a mail, and its link leads through a sign-in to the briefing."""
    wait_until_told(team.account_id)
    offline = {team.engineer2.email, team.admin.email, team.owner.email}
    mails = [mail for mail in smtp.mails if team.domain in mail.recipients[0]]
    assert {mail.recipients[0] for mail in mails} == offline
    assert len(mails) == len(offline)
    text = mails[0].message.get_body(("plain",))
    assert text is not None
    assert REASON in " ".join(text.get_content().split())
    (link,) = set(re.findall(rf"{re.escape(server.url)}/handoffs/[0-9a-f-]{{36}}", text.get_content()))
    page = page_as(None, link, device="desk")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    sign_in(page, team.engineer2.email, DEMO_PASSWORD)
    expect(page).to_have_url(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Branch 12 is offline")
    for words in (REASON, NOTES, "Lit since noon", "Amber, twice a second", WAN):
        expect(page.get_by_role("main")).to_contain_text(words)
    return page


def _press_at_once(*seniors: tuple[Page, Person]) -> tuple[tuple[Page, Person], tuple[Page, Person]]:
    """Two seniors press "Pick up" at the same moment; return the one who then has the case, and the other."""
    at = time.time() * 1000 + PRESS_AT_ONCE_MS
    for page, _ in seniors:
        button = page.get_by_role("main").or_(banner(page)).get_by_role("button", name="Pick up").first
        button.evaluate("(button, at) => void setTimeout(() => button.click(), at - Date.now())", at)
    expect(seniors[0][0].get_by_text(re.compile("You picked this up|has this case")).first).to_be_visible()
    first_won = SESSION_PATH.search(seniors[0][0].url) is not None
    return (seniors[0], seniors[1]) if first_won else (seniors[1], seniors[0])


def _has_the_case(page: Page, person: Person) -> None:
    """They stand where the technician stood, with all that was tried and said."""
    expect(page).to_have_url(SESSION_PATH)
    expect(question(page)).to_have_text(WAN)
    expect(page.get_by_text(REASON)).to_be_visible()
    expect(page.get_by_text(NOTES)).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Amber, twice a second")
    expect(page.get_by_role("listitem").filter(has_text=POWER).first).to_contain_text("Lit since noon")
    expect(page.get_by_role("button", name="Yes", exact=True)).to_be_enabled()


def _is_told_who_has_it(page: Page, claimer: Person) -> None:
    expect(toast(page, f"{claimer.name} has this case.")).to_be_visible()
    expect(banner(page)).to_have_count(0)


def _give_back(page: Page, note: str) -> None:
    press(page, "Release")
    shown = dialog(page, "Release")
    shown.get_by_label("Note").fill(note)
    shown.get_by_role("button", name="Release case").click()
    expect(page.get_by_text("is waiting for a senior.")).to_be_visible()


def _resolve(page: Page, resolution: str) -> None:
    press(page, "Resolve")
    shown = dialog(page, "Resolve")
    shown.get_by_label("Resolution").fill(resolution)
    shown.get_by_role("button", name="Resolve case").click()
    expect(page.get_by_text("Completed: it is solved.")).to_be_visible()
