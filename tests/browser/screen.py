"""What people see and press, by the names that a screen reader says."""

import re

from playwright.sync_api import Locator, Page, expect

SESSION_PATH = re.compile(r"/sessions/[0-9a-f-]{36}$")


def question(page: Page) -> Locator:
    """Return the heading of the walk page: the text of the current node."""
    return page.get_by_role("heading", level=1)


def press(page: Page, name: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name, exact=True).click()


def answer(page: Page, label: str, then: str) -> None:
    """Give an answer and wait for the question after it."""
    press(page, label)
    expect(question(page)).to_have_text(then)


def banner(page: Page) -> Locator:
    """Return the banner of open escalations."""
    return page.get_by_role("alert").filter(has_text="needs help")


def toast(page: Page, words: str) -> Locator:
    """Return the toast with these words."""
    return page.locator("[data-sonner-toast]").filter(has_text=words)


def dialog(page: Page, name: str) -> Locator:
    """Return the open dialog of that name, whether it shows something or asks before something is lost."""
    return page.get_by_role("dialog", name=name).or_(page.get_by_role("alertdialog", name=name))


def escalate(page: Page, reason: str, priority: str | None = None) -> None:
    """Escalate the session on the page and wait until it is."""
    press(page, "Escalate")
    shown = dialog(page, "Escalate")
    shown.get_by_label("Reason").fill(reason)
    if priority is not None:
        shown.get_by_label("Priority").get_by_role("radio", name=priority).check()
    shown.get_by_role("button", name="Send escalation").click()
    expect(page.get_by_text("Waiting for a senior")).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in on the sign-in page."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")
