"""The keyboard, for who has nothing else."""

from playwright.sync_api import Locator, Page

MOST_PRESSES = 150
IS_FOCUSED = "element => element === document.activeElement"


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the focus is on ``target``."""
    target.wait_for()
    for _ in range(MOST_PRESSES):
        if target.evaluate(IS_FOCUSED):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} is not reached by {key}")


def press_by_key(page: Page, name: str, key: str = "Tab") -> None:
    """Reach the button of that name with a key, and press it with Enter."""
    reach(page, page.get_by_role("button", name=name, exact=True).first, key)
    page.keyboard.press("Enter")
