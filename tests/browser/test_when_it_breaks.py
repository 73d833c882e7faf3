"""When a page breaks, does not load, or its server is out of reach, a person reads what to do next on a page of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browser.conftest import Browsers
from tests.browser.screen import press, toast
from tests.support.axe import findings
from tests.support.people import Team, do, start
from tests.support.server import Server
from troubleshoot_app.core.db import engine, transact
from troubleshoot_app.services import users

# A fault in the code of a part of the page: this browser cannot say how long ago something was.
FAULT = (
    "if (!localStorage.mended) Intl.RelativeTimeFormat = function () { throw new TypeError('seeded fault') }"
)
IN_CHARGE = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def test_a_part_that_breaks_leaves_a_page_that_helps(page_of: Browsers, team: Team, server: Server) -> None:
    transact(start, team, title="Dead turret")
    page = page_of(team.viewer, "/account")
    page.add_init_script(FAULT)
    page.goto("/sessions")
    heading = page.get_by_role("heading", level=1, name="Something went wrong")
    expect(heading).to_be_focused()
    expect(page).to_have_title("Something went wrong · Troubleshoot")
    assert findings(page) == []
    word = page.get_by_role("main").locator("strong").inner_text()
    expect(page.get_by_role("link", name="To the start page")).to_have_attribute("href", "/")
    expect(page.get_by_role("main")).not_to_contain_text("seeded fault")

    page.evaluate("localStorage.mended = 1")
    press(page, "Try again")
    expect(page.get_by_text("Dead turret")).to_be_visible()
    assert re.search(rf"a browser reports .*\({word}\) TypeError: seeded fault", server.log_text())


@contextmanager
def table_out_of_order(name: str) -> Iterator[None]:
    """Have whatever needs the table fail meanwhile, as after a migration that was forgotten."""
    with engine().begin() as connection:
        connection.execute(text(f"ALTER TABLE {name} RENAME TO {name}_gone"))
    try:
        yield
    finally:
        with engine().begin() as connection:
            connection.execute(text(f"ALTER TABLE {name}_gone RENAME TO {name}"))


def test_a_page_that_cannot_be_loaded_says_so_in_its_place(
    page_of: Browsers, team: Team, server: Server
) -> None:
    do(team.owner, users.change_user, user_id=team.viewer.id, role="engineer")
    page = page_of(team.admin, "/account", device="desk")
    press(page, "Menu")
    with table_out_of_order("audit_entry"):
        page.get_by_role("link", name="Audit log").click()
        place = page.get_by_role("main")
        expect(place.get_by_role("heading", name="This page could not be loaded")).to_be_visible()
        expect(toast(page, "Something went wrong")).to_be_visible()
        expect(place.get_by_label("Loading")).to_have_count(0)
        said = re.search(r"Something went wrong \((\w+)\)", place.inner_text())
        assert said
        assert said[1] in server.log_text()
    press(page, "Try again")
    expect(page.get_by_role("list", name="What was done").get_by_role("listitem").first).to_be_visible()


def test_without_a_line_the_next_page_says_so_and_comes_by_itself(page_of: Browsers, team: Team) -> None:
    page = page_of(team.viewer, "/account")
    page.wait_for_function(IN_CHARGE)
    page.context.set_offline(True)
    page.evaluate("() => { window.location.assign('/sessions') }")
    expect(page.get_by_role("heading", level=1, name="No connection")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert findings(page) == []
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1, name="Sessions")).to_be_visible()
    assert _path(page) == "/sessions"


def _path(page: Page) -> str:
    return str(page.evaluate("location.pathname"))
