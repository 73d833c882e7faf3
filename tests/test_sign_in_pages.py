"""The pages for who is not signed in: a new password by mail, and joining with an invitation."""

import re
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import DEMO_PASSWORD, Pages
from tests.support.server import Server
from tests.support.smtp import MailServer, ReceivedMail

pytestmark = pytest.mark.browser

PASSWORD = "four words in a row"
NEW_PASSWORD = "four other words instead"
IS_WHOLE = "field => field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight"


def link_in(mail: ReceivedMail, server: Server) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    found = re.search(re.escape(server.url) + r"(/\S+)", body.get_content())
    assert found is not None
    return found[1]


def open_account(server: Server) -> str:
    """Open an account and return the address of its owner."""
    email = f"{uuid4().hex}@new.test"
    person = {"email": email, "password": PASSWORD, "name": "Olga", "account_name": "New Ltd"}
    assert httpx.post(f"{server.url}/api/v1/auth/register", json=person).status_code == 201
    return email


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_forgotten_password(server: Server, page_as: Pages, smtp: MailServer):
    email = open_account(server)
    page = page_as(None, "/login")
    page.get_by_role("link", name="Forgot password?").click()
    page.wait_for_url("**/forgot")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send the link").click()
    said = page.get_by_role("status").filter(has_text="If the address is known, a mail is on its way.")
    expect(said).to_be_focused()

    smtp.wait_for(lambda _all: bool(smtp.to(email)))
    link = link_in(smtp.to(email)[0], server)
    page.goto(link)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("alert")).to_contain_text("8 to 256 characters")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_role("status").filter(has_text="Your password is changed")).to_be_focused()
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, email, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Email or password is wrong.")
    sign_in(page, email, NEW_PASSWORD)
    page.wait_for_url(f"{server.url}/")

    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("does not work any more")
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("link", name="Get a new link").click()
    page.wait_for_url("**/forgot")


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/trees?q=printer", "/trees?q=printer"),
        ("/.//elsewhere.test/", "//elsewhere.test/"),
        ("https://elsewhere.test/", "/"),
        ("http://[", "/"),
    ],
)
def test_after_the_sign_in_one_stays_on_this_site(server: Server, page_as: Pages, wanted: str, lands: str):
    page = page_as(None, f"/login?next={quote(wanted)}")
    sign_in(page, "viewer@demo.test", DEMO_PASSWORD)
    page.wait_for_url(f"{server.url}{lands}")


def test_joining_with_an_invitation(server: Server, page_as: Pages, smtp: MailServer):
    owner, invited = open_account(server), f"{uuid4().hex}@new.test"
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:
        tokens = client.post("/auth/login/json", json={"email": owner, "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        assert (
            client.post("/users/invitations", json={"email": invited, "role": "engineer"}).status_code == 201
        )
    smtp.wait_for(lambda _all: bool(smtp.to(invited)))
    page = page_as(None, link_in(smtp.to(invited)[0], server))
    expect(page.get_by_text("Olga invites you to New Ltd. Your role: engineer.")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(invited)
    expect(page.get_by_label("Email")).not_to_be_editable()
    assert page.get_by_label("Email").evaluate(IS_WHOLE)
    expect(page.get_by_label("Team or company")).to_have_count(0)
    page.get_by_label("Your name").fill("Nina")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{server.url}/")
    expect(page.get_by_role("link", name="The whole queue")).to_be_visible()


def test_an_invitation_that_is_not_good(page_as: Pages):
    page = page_as(None, "/register?invitation=nobody")
    expect(page.get_by_role("alert")).to_contain_text("This invitation does not work any more.")
    expect(page.get_by_role("button", name="Create account")).to_have_count(0)


def test_without_an_invitation_one_opens_an_account(page_as: Pages):
    page = page_as(None, "/register")
    expect(page.get_by_label("Team or company")).to_be_editable()
    page.get_by_role("button", name="Create account").click()
    problems = page.get_by_role("alert").locator("p")
    fields = ("your name", "team or company", "e-mail address", "password")
    expect(problems).to_contain_text([re.compile(field) for field in fields])


@pytest.mark.parametrize("path", ["/login", "/register", "/forgot", "/reset"])
def test_nothing_is_sent_before_the_page_is_ready(server: Server, path: str):
    """The browser by itself would write what was typed into the address."""
    (form,) = re.findall(r"<form[^>]*>", httpx.get(f"{server.url}{path}").text)
    assert ' inert=""' in form
    assert ' method="post"' in form


def test_one_can_type_at_once(page_as: Pages):
    page = page_as(None, "/login", device="desk")
    expect(page.get_by_label("Email")).to_be_focused()
    page.get_by_role("link", name="Forgot password?").click()
    page.wait_for_url("**/forgot")
    expect(page.get_by_label("Email")).to_be_focused()
