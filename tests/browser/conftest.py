"""What browser tests share: an account on the running server, and pages of its people."""

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.accounts import cookie_for, open_account
from tests.support.pages import TIMEOUT_MS, Pages
from tests.support.people import Person, Team

expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def team(server_database: str) -> Team:
    """A new account on the running server, with nobody connected and nothing open."""
    return open_account()


class Browsers:
    """``page_of(person, path, device="desk")`` returns a page of somebody in a browser of their own, signed in."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def __call__(self, person: Person, path: str = "/", **options: Any) -> Page:
        return self.pages(None, path, cookie=cookie_for(person), **options)


@pytest.fixture
def page_of(page_as: Pages, server_database: str) -> Browsers:
    """``page_of(person, path, device="desk")`` returns a page of somebody in a browser of their own, signed in."""
    return Browsers(page_as)
