"""The list of sessions: found, narrowed, named, taken away, taken up again, gone through again."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from sqlmodel import Session

from tests.browser.conftest import Browsers
from tests.browser.keys import press_by_key
from tests.browser.screen import SESSION_PATH, dialog, press, toast
from tests.support.people import Team, ask, do, leave_alone, start
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.services import handoffs, sessions

POWER, PLUG, WAN = "Is the power LED lit?", "Plug it in.", "Is the WAN LED green?"
EVENT = "42"  # how a message of the socket begins that is no heartbeat


def test_found_narrowed_named_taken_away_and_taken_up_again(page_of: Browsers, team: Team) -> None:
    old = transact(start, team, title="Left alone", asset="RT-7")
    hall = transact(start, team, title="Router in hall 3")
    transact(leave_alone, old.id)
    transact(close_abandoned)
    page = page_of(team.viewer, "/sessions")
    found = page.get_by_role("link", name=re.compile("Left alone|Router in hall 3|Hall 3, again"))
    expect(found).to_have_text(["Router in hall 3"])

    press(page, "Title, notes")
    dialog(page, "What is it about?").get_by_label("Title").fill("Hall 3, again")
    dialog(page, "What is it about?").get_by_label("Ticket").fill("INC-4711")
    dialog(page, "What is it about?").get_by_label("Notes").fill("The lift is out of order.")
    do(team.viewer, sessions.update_session, session_id=hall.id, asset="RT-9")
    dialog(page, "What is it about?").get_by_role("button", name="Save").click()
    expect(found).to_have_text(["Hall 3, again"])
    assert do(team.viewer, sessions.get_session, session_id=hall.id).asset == "RT-9", "said on another device"
    press(page, "Export")
    expect(dialog(page, "Export").get_by_role("button", name="Copy ticket note")).to_be_enabled()
    page.keyboard.press("Escape")

    page.get_by_label("State").select_option("all")
    expect(found).to_have_count(2)
    page.get_by_label("Search sessions").fill("inc-47")
    expect(found).to_have_text(["Hall 3, again"])
    page.get_by_label("Search sessions").fill("rt-7")
    expect(found).to_have_text(["Left alone"])
    expect(page).to_have_url(re.compile(r"q=rt-7&status=all"))
    page.reload()
    expect(found).to_have_text(["Left alone"])
    found.click()
    expect(page.get_by_text("This session was closed: nobody went on with it.")).to_be_visible()
    page.go_back()
    press(page, "Resume")
    expect(page).to_have_url(SESSION_PATH)
    expect(page.get_by_role("button", name="Yes")).to_be_visible()

    senior = page_of(team.engineer, "/sessions", device="desk")
    expect(senior.get_by_text("No open sessions")).to_be_visible()
    senior.get_by_label("Whose").select_option("account")
    expect(senior.get_by_role("link", name="Hall 3, again")).to_be_visible()
    expect(senior.get_by_role("button", name="Title, notes")).to_have_count(0)
    senior.get_by_role("link", name="Hall 3, again").click()
    expect(senior.get_by_text("The lift is out of order.")).to_be_visible()


def test_the_note_is_copied_in_one_press(page_of: Browsers, team: Team) -> None:
    transact(start, team, title="Router in hall 3")
    page = page_of(team.viewer, "/sessions")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press_by_key(page, "Copy note")
    expect(toast(page, "Copied. Paste it into your ticket.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Router in hall 3\n")
    page.context.set_offline(True)
    press(page, "Copy note")
    expect(toast(page, "The note could not be loaded.")).to_be_visible()


def test_a_session_is_gone_through_again(page_of: Browsers, team: Team) -> None:
    session_id = transact(_walk_and_hand_over, team)
    page = page_of(team.viewer, "/sessions?status=all")
    sent = _count_events(page)
    page.get_by_role("link", name="Replay").click()
    asked = page.get_by_role("heading", level=2).first
    expect(asked).to_have_text(POWER)
    card = page.get_by_role("article")
    expect(card.get_by_role("listitem").filter(has_text="Chosen")).to_have_text("Chosen: No")
    expect(card).to_contain_text("Dark.")
    expect(page.get_by_role("button", name="Previous step")).to_be_disabled()

    before = len(sent)
    press(page, "Next step")
    expect(asked).to_have_text(PLUG)
    expect(page).to_have_url(re.compile(r"/replay\?step=2$"))
    expect(card.get_by_text("Undone", exact=True)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(card).to_contain_text(f"Went back to step 2: 1 answer undone by {team.viewer.name}")
    page.get_by_label("Show undone").uncheck()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"step=1$"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"step=3$"))
    expect(card).not_to_contain_text("Went back")
    page.keyboard.press("End")
    expect(page.get_by_text("Where it stands", exact=True).first).to_be_visible()
    page.keyboard.press("Home")
    expect(asked).to_have_text(POWER)
    assert len(sent) == before

    senior = page_of(team.engineer2, f"/sessions/{session_id}/replay?step=4", device="desk")
    expect(senior.get_by_role("slider", name="Step")).to_have_value("3")
    here = senior.get_by_role("article")
    expect(here.get_by_text(f"Escalated by {team.viewer.name}, priority high")).to_be_visible()
    expect(here.get_by_text(f"Picked up by {team.engineer.name}")).to_be_visible()
    expect(senior.get_by_role("group", name="You are here").locator("[aria-current]")).to_contain_text(POWER)
    senior.get_by_role("link", name="Plug it in.").last.click()
    expect(senior).to_have_url(re.compile(r"step=3$"))
    expect(senior.get_by_role("group", name="You are here").locator("[aria-current]")).to_contain_text(PLUG)


def _walk_and_hand_over(db: Session, team: Team) -> str:
    """A walk with a way back, that is escalated at its fourth question and picked up."""
    one = start(db, team, title="Router in hall 3").id
    walk: dict[str, Any] = {"session_id": one}
    ask(db, team.viewer, sessions.choose_option, **walk, option_id="no", note="Dark.")
    ask(db, team.viewer, sessions.choose_option, **walk, option_id="done")
    ask(db, team.viewer, sessions.step_back, **walk)
    ask(db, team.viewer, sessions.choose_option, **walk, option_id="done")
    raised = ask(db, team.viewer, handoffs.open_handoff, **walk, intent=Intent.ESCALATE, priority="high")
    ask(db, team.engineer, handoffs.claim, handoff_id=raised.id)
    ask(db, team.engineer, sessions.choose_option, **walk, option_id="yes")
    return one


def _count_events(page: Page) -> list[str]:
    """Return a list that grows with each event that the page sends over its socket, once it is loaded again."""
    sent: list[str] = []

    def note(words: str | bytes) -> None:
        if str(words).startswith(EVENT):
            sent.append(str(words))

    page.on("websocket", lambda socket: socket.on("framesent", note))
    page.reload()
    return sent
