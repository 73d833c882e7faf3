"""The account page: one's own name, password, quiet hours, and where one is signed in."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import dialog, press, sign_in, toast
from tests.support.accounts import allow_password, cookie_for
from tests.support.pages import DEMO_PASSWORD, Pages
from tests.support.people import Team, do
from troubleshoot_app.services import preferences

NEW_PASSWORD = "several other words"


def test_name_password_quiet_hours_and_sign_ins(page_as: Pages, page_of: Browsers, team: Team) -> None:
    senior = team.engineer
    allow_password(senior)
    elsewhere = page_as(None, "/", cookie=cookie_for(senior, device="Mozilla/5.0 (iPhone) Safari/604.1"))
    page = page_of(senior, "/")
    press(page, "Menu")
    expect(dialog(page, "Menu").get_by_role("link").first).to_be_focused()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    page.get_by_label("Your name").fill("Erin Wired")
    press(page, "Save name")
    expect(toast(page, "Your name is saved.")).to_be_visible()
    press(page, "Menu")
    expect(page.get_by_text("Erin Wired")).to_be_visible()
    page.keyboard.press("Escape")

    _choose_quiet_hours(page)
    mine = do(senior, preferences.get_preferences).model_dump(mode="json")
    assert mine == {
        "in_app": True, "email": False,
        "quiet_hours": {
            "start": "21:30", "end": "06:15", "zone": "Asia/Tokyo", "days": ["mon", "tue", "wed", "thu", "fri"],
        },
    }  # fmt: skip
    page.reload()
    expect(page.get_by_label("From")).to_have_value("21:30")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(page.get_by_label("Sat")).not_to_be_checked()

    expect(page.get_by_text("Safari on iPhone")).to_be_visible()
    press(page, "Sign out of Safari on iPhone")
    expect(page.get_by_text("Safari on iPhone")).to_have_count(0)
    elsewhere.reload()
    expect(elsewhere).to_have_url(re.compile("/login"))

    _change_password(page)
    sign_in(elsewhere, senior.email, NEW_PASSWORD)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Hello, Erin")


def _choose_quiet_hours(page: Page) -> None:
    expect(page.get_by_label("From")).to_be_hidden()
    page.get_by_label("By mail").uncheck()
    page.get_by_label("Quiet hours").check()
    page.get_by_label("From").fill("21:30")
    page.get_by_label("Until").fill("21:30")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    for day in ("Sat", "Sun"):
        page.get_by_label(day).uncheck()
    press(page, "Save choices")
    expect(toast(page, "must end at another time")).to_be_visible()
    page.get_by_label("Until").fill("06:15")
    press(page, "Save choices")
    expect(toast(page, "Your choices are saved.")).to_be_visible()


def _change_password(page: Page) -> None:
    page.get_by_label("Current password").fill("not that one")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    press(page, "Change password")
    expect(page.get_by_text("The current password is wrong.")).to_be_visible()
    page.get_by_label("Current password").fill(DEMO_PASSWORD)
    press(page, "Change password")
    expect(page.get_by_text("you are signed out everywhere else")).to_be_visible()
    expect(page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")).to_have_count(1)
