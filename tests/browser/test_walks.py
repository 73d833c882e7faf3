"""Walks in real browsers: what stays, what does not count twice, what a page cannot be made to do."""

import re

import psutil
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import answer, dialog, press, question, toast
from tests.notifications.workers import eventually
from tests.services.test_answer_changes import pump_tree
from tests.support.files import png
from tests.support.people import Person, Team, do, publish_tree, start
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.services import sessions

POWER, WAN, PLUG = "Is the power LED lit?", "Is the WAN LED green?", "Plug it in."
RESTART_MS = 30_000
SETTLE_MS = 500
IS_ABOVE = "([one, other]) => one.getBoundingClientRect().bottom <= other.getBoundingClientRect().top"
NOTES_WHEN_ANSWERS_COME = """new MutationObserver(() => {
  if (!window.withAnswers && document.querySelector(".options button")) window.withAnswers = document.body.innerText;
}).observe(document, { childList: true, subtree: true })"""
HOSTILE = (
    "Look <script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    "[here](javascript:window.hacked=1) <iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>"
    "<meta http-equiv=refresh content='0;url=/hacked'> ![](x.png) **now**"
)


def walk_of(page_of: Browsers, team: Team, person: Person | None = None, **options: str) -> Page:
    """Return the page of a session that has just begun."""
    who = person or team.viewer
    page = page_of(who, f"/sessions/{transact(start, team, who).id}", **options)
    expect(question(page)).to_have_text(POWER)
    return page


def test_it_stands_where_it_stood_after_a_reload_in_another_tab_and_on_another_device(
    page_of: Browsers, team: Team
):
    technician = walk_of(page_of, team)
    answer(technician, "Yes", WAN)
    technician.get_by_role("textbox", name="Note").fill("Half a note")
    device = page_of(team.viewer, technician.url, device="desk")
    eventually(lambda: _note_after_reload(device) == "Half a note", 10)
    technician.reload()
    tab = technician.context.new_page()
    tab.add_init_script(NOTES_WHEN_ANSWERS_COME)
    tab.goto(technician.url)
    for page in (technician, tab, device):
        expect(question(page)).to_have_text(WAN)
        expect(page.get_by_role("textbox", name="Note")).to_have_value("Half a note")
    answer(device, "Look again", POWER)
    expect(tab.get_by_role("heading", name="So far")).to_be_visible()
    assert "So far" not in tab.evaluate("withAnswers"), "what nobody needs at once holds up the answers"
    press(tab, "No")
    expect(tab.get_by_text("has moved on in another tab")).to_be_visible()
    expect(question(tab)).to_have_text(POWER)


def test_what_was_typed_and_photographed_stays_with_its_question_when_somebody_goes_back(
    page_of: Browsers, team: Team
):
    """Also what is still on its way then: the line is bad, and somebody goes back on another device."""
    technician = walk_of(page_of, team)
    answer(technician, "Yes", WAN)
    session_id = technician.url.rpartition("/")[2]
    note = technician.get_by_role("textbox", name="Note")
    technician.route("**/attachments", lambda route: route.abort())
    technician.get_by_label("Add photo or file").set_input_files(
        FilePayload(name="wan.png", mimeType="image/png", buffer=png())
    )
    expect(technician.get_by_text("No connection. It goes on by itself")).to_be_visible()
    note.fill("Amber.")
    press(technician, "Back")
    expect(question(technician)).to_have_text(POWER)
    expect(note).to_have_value("Amber.")

    note.fill("")
    answer(technician, "Yes", WAN)
    technician.evaluate(
        "([id, text]) => localStorage.setItem(`note/${id}/2/wan`, text)", [session_id, "Green now."]
    )
    do(team.viewer, sessions.step_back, session_id=session_id)
    press(technician, "Yes")
    expect(technician.get_by_text("has moved on in another tab")).to_be_visible()
    expect(question(technician)).to_have_text(POWER)
    expect(toast(technician, "What you typed before somebody went back")).to_be_visible()
    technician.unroute("**/attachments")
    technician.evaluate("window.dispatchEvent(new Event('online'))")

    def kept() -> tuple[str, str, list[str | None]]:
        view = do(team.viewer, sessions.get_session, session_id=session_id)
        return view.notes, view.pending_note, [file.question for file in view.attachments]

    eventually(lambda: kept() == (f"At “{WAN}”: Green now.", "", [WAN]), 40)


def _note_after_reload(page: Page) -> str:
    page.reload()
    return page.get_by_role("textbox", name="Note").input_value()


def test_a_double_click_is_one_step(page_of: Browsers, team: Team):
    technician = walk_of(page_of, team)
    technician.get_by_role("button", name="Yes", exact=True).dblclick()
    expect(question(technician)).to_have_text(WAN)
    technician.wait_for_timeout(SETTLE_MS)
    expect(technician.get_by_text("1 step", exact=True)).to_be_visible()
    expect(question(technician)).to_have_text(WAN)


def test_park_tells_nobody_and_resume_goes_on(page_of: Browsers, team: Team, smtp: MailServer):
    senior = page_of(team.engineer, "/trees", device="desk")
    technician = walk_of(page_of, team)
    answer(technician, "Yes", WAN)
    press(technician, "Park")
    press(technician, "Park session")
    expect(technician.get_by_text("This session is parked.")).to_be_visible()
    technician.goto("/sessions")
    press(technician, "Resume")
    expect(question(technician)).to_have_text(WAN)
    expect(technician.get_by_role("button", name="Park")).to_be_visible()
    assert senior.get_by_role("alert").count() == 0
    assert not [address for address in smtp.attempts if team.domain in address]


def test_the_line_may_drop_and_nothing_is_lost(page_of: Browsers, team: Team):
    technician = walk_of(page_of, team)
    answer(technician, "Yes", WAN)
    technician.context.set_offline(True)
    technician.get_by_role("textbox", name="Note").fill("typed while offline")
    technician.context.set_offline(False)
    answer(technician, "Look again", POWER)
    expect(technician.get_by_text("typed while offline")).to_be_visible()
    expect(technician.get_by_text("2 steps", exact=True)).to_be_visible()


def test_a_server_that_is_killed_in_mid_walk_costs_nothing(
    page_of: Browsers, page_as: object, server: Server, team: Team
):
    page_of.pages.expected += ["WebSocket", "ERR_", "Failed to load"]
    technician = walk_of(page_of, team)
    answer(technician, "Yes", WAN)
    assert server.process is not None
    for worker in psutil.Process(server.process.pid).children():
        if "postgres" not in worker.name() and "resource_tracker" not in " ".join(worker.cmdline()):
            worker.kill()
    technician.get_by_role("textbox", name="Note").fill("typed while it was down")
    technician.get_by_role("button", name="Look again").click()
    expect(question(technician)).to_have_text(POWER, timeout=RESTART_MS)
    expect(technician.get_by_text("typed while it was down")).to_be_visible()
    expect(technician.get_by_text("2 steps", exact=True)).to_be_visible()
    answer(technician, "No", PLUG)
    expect(technician.get_by_text("3 steps", exact=True)).to_be_visible()


def test_an_earlier_answer_is_changed_and_what_still_holds_stays(page_of: Browsers, team: Team):
    tree_id = transact(publish_tree, team.admin, pump_tree, title="Pump")
    page = page_of(team.viewer, f"/trees/{tree_id}")
    press(page, "Start session")
    expect(question(page)).to_have_text("Is the LED lit?")
    expect(page.get_by_text("At least 2 steps left")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("All dark")
    answer(page, "No", "Plug it in.")
    page.get_by_label("I have done this").check()
    answer(page, "Done", "Measure the voltage.")
    page.get_by_label("What you measured").fill("12.1")
    answer(page, "Enter", "Is the valve open?")
    answer(page, "No", "Call a senior.")
    expect(page.get_by_text("steps left")).to_have_count(0)
    page.get_by_role("textbox", name="Note").fill("It hums")

    press(page, "Show the whole path")
    expect(page.get_by_role("button", name="Change answer Measure the voltage.")).to_be_visible()
    page.get_by_role("button", name="Change answer Is the LED lit? No").click()
    change = dialog(page, "Change answer")
    expect(change.get_by_role("button", name="No Your answer")).to_be_disabled()
    change.get_by_role("button", name="Yes").click()
    expect(change.get_by_text("2 later answers stay, 1 is dropped.")).to_be_visible()
    expect(change.get_by_role("list", name="Dropped")).to_have_text("Plug it in. Done")
    expect(change.get_by_text("You will stand at: Call a senior.")).to_be_visible()
    change.get_by_role("button", name="Back").click()
    change.get_by_role("button", name="Dim").click()
    expect(change.get_by_text("1 later answer stays, 2 are dropped.")).to_be_visible()
    change.get_by_role("button", name="Back").click()
    change.get_by_role("button", name="Yes").click()
    change.get_by_role("button", name="Change answer").dblclick()
    expect(change).to_have_count(0)
    said = toast(page, "Answer changed. 2 later answers stay, 1 is dropped.")
    expect(said).to_be_visible()
    page.wait_for_function(
        IS_ABOVE, arg=[said.element_handle(), page.get_by_role("toolbar").element_handle()]
    )
    expect(page.get_by_text("3 steps", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("It hums")
    path = page.get_by_role("listitem").filter(has_text="Measure the voltage.")
    expect(path).to_have_count(1)
    expect(path).to_contain_text("Fine: 12.1 V")
    expect(path).to_contain_text("kept")

    press(page, "Change answer Measure the voltage. Fine: 12.1 V")
    change.get_by_label("What you measured").fill("10.4")
    change.get_by_role("button", name="Enter").click()
    expect(change.get_by_text("You will stand at: Swap the battery.")).to_be_visible()
    change.get_by_role("button", name="Change answer").click()
    expect(question(page)).to_have_text("Swap the battery.")
    expect(question(page)).to_be_focused()
    press(page, "Change answer Is the LED lit? Yes")
    change.get_by_role("button", name="Go back to here").click()
    expect(question(page)).to_have_text("Is the LED lit?")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("All dark\nIt hums")


def test_what_an_author_or_a_technician_writes_is_shown_and_never_run(page_of: Browsers, team: Team):
    tree = Tree("a", {
        "a": Node("a", NodeKind.QUESTION, HOSTILE, HOSTILE, (Option("on", HOSTILE[:200], "b"),)),
        "b": Node("b", NodeKind.RESOLUTION, "Done."),
    })  # fmt: skip
    tree_id = transact(publish_tree, team.admin, tree, title="Hostile <script>window.hacked = 1</script>")
    page_of.pages.expected += ["x.png"]
    page = page_of(team.viewer, f"/trees/{tree_id}")
    press(page, "Start session")
    expect(question(page)).to_contain_text("now")
    expect(question(page).locator("strong")).to_have_text("now")
    page.get_by_role("textbox", name="Note").fill(HOSTILE)
    page.get_by_role("group", name="Answers").get_by_role("button").first.click()
    expect(question(page)).to_have_text("Done.")
    expect(page.locator(".step-note")).to_contain_text("onerror")
    for link in page.get_by_role("link", name="here").all():
        assert "javascript" not in (link.get_attribute("href") or "")
    assert page.locator("iframe, main script, main meta").count() == 0
    assert page.evaluate("window.hacked") is None


def test_the_whole_way_by_keyboard_only(page_of: Browsers, team: Team):
    page = page_of(team.viewer, "/trees", device="desk")
    expect(page.get_by_role("heading", name="Trees", exact=True)).to_be_visible()
    _tab_to(page, "link", "No internet")
    page.keyboard.press("Enter")
    _tab_to(page, "button", "Start session")
    page.keyboard.press("Enter")
    expect(question(page)).to_be_focused()
    expect(question(page)).to_have_text(POWER)
    _tab_to(page, "button", "Yes")
    page.keyboard.press("Enter")
    expect(question(page)).to_have_text(WAN)
    expect(question(page)).to_be_focused()
    _change_by_keyboard(page)
    page.keyboard.press("b")
    expect(question(page)).to_have_text(POWER)
    page.keyboard.press("?")
    expect(dialog(page, "Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page, "Keys")).to_have_count(0)
    page.keyboard.press("n")
    page.keyboard.type("1 LED")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("1")
    expect(question(page)).to_have_text(WAN)
    expect(question(page)).to_be_focused()
    expect(page.get_by_text("1 LED")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Amber")
    _tab_to(page, "button", "Escalate")
    page.keyboard.press("e")
    expect(dialog(page, "Escalate")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page, "Escalate")).to_have_count(0)
    expect(page.get_by_role("button", name="Escalate")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog(page, "Escalate").get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Stuck by keyboard")
    _tab_to(page, "button", "Send escalation")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting for a senior")).to_be_visible()


def _change_by_keyboard(page: Page) -> None:
    """Change the answer before to the other one, and back again, looking at what that comes to."""
    for given, wanted, then in (("Yes", "No", "Plug it in."), ("No", "Yes", WAN)):
        _tab_to(page, "button", f"Change answer .* {given}$")
        page.keyboard.press("Enter")
        expect(dialog(page, "Change answer")).to_be_visible()
        _tab_to(page, "button", wanted)
        page.keyboard.press("Enter")
        expect(page.locator("#change-preview")).to_be_focused()
        _tab_to(page, "button", "Change answer$")
        page.keyboard.press("Enter")
        expect(question(page)).to_have_text(then)
        expect(question(page)).to_be_focused()


def _tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control of that name has the focus, as somebody without a mouse does."""
    wanted = page.get_by_role(role, name=re.compile(f"^{name}"))  # type: ignore[arg-type]
    expect(wanted.first).to_be_visible()
    for _ in range(60):
        if wanted.first.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the {role} {name!r} cannot be reached by Tab")
