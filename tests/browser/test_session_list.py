"""The list of sessions: found, narrowed, named, taken away, taken up again."""

import re
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import update

from tests.browser.conftest import Browsers
from tests.browser.screen import SESSION_PATH, dialog, press
from tests.support.people import Team, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.services.session_rows import SESSION


def test_found_narrowed_named_taken_away_and_taken_up_again(page_of: Browsers, team: Team) -> None:
    old = transact(start, team, title="Left alone", asset="RT-7")
    transact(start, team, title="Router in hall 3")
    long_ago = update(SESSION).where(SESSION.c.id == old.id).values(updated_at=now() - timedelta(days=400))
    transact(lambda db: db.execute(long_ago))
    transact(close_abandoned)
    page = page_of(team.viewer, "/sessions")
    found = page.get_by_role("link", name=re.compile("Left alone|Router in hall 3|Hall 3, again"))
    expect(found).to_have_text(["Router in hall 3"])

    press(page, "Rename")
    dialog(page, "What is it about?").get_by_label("Title").fill("Hall 3, again")
    dialog(page, "What is it about?").get_by_label("Ticket").fill("INC-4711")
    dialog(page, "What is it about?").get_by_role("button", name="Save").click()
    expect(found).to_have_text(["Hall 3, again"])
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
    press(page, "Resume")
    expect(page).to_have_url(SESSION_PATH)
    expect(page.get_by_role("button", name="Yes")).to_be_visible()

    senior = page_of(team.engineer, "/sessions", device="desk")
    expect(senior.get_by_text("No sessions here")).to_be_visible()
    senior.get_by_label("Whose").select_option("account")
    expect(senior.get_by_role("link", name="Hall 3, again")).to_be_visible()
    expect(senior.get_by_role("button", name="Rename")).to_have_count(0)
