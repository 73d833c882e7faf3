"""New passwords: by mail for who forgot theirs, and for who knows it."""

import statistics
import time
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select, update
from sqlmodel import Session, col

from tests.api.conftest import PASSWORD, As, link_in
from tests.notifications.workers import post
from tests.services.at_once import at_once
from tests.support.asgi import Api
from tests.support.people import Team
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import engine, transact
from troubleshoot_app.models import AuditEntry, PasswordReset, User
from troubleshoot_app.services import passwords
from troubleshoot_app.services.throttle import MAILS_TO_ADDRESS

NEW = "another password"
ERIN = "engineer@acme.test"


def forgot(api: Api, email: str = ERIN) -> None:
    answer = api.post("/auth/password/forgot", {"email": email})
    said = {"detail": "If the address is known, a mail is on its way."}
    assert (answer.status_code, answer.json()) == (202, said)


def mailed_token(api: Api, mails: MailServer) -> str:
    forgot(api)
    return link_in(post(mails).to(ERIN)[-1], "/reset?token=")


def reset(api: Api, token: str, password: str = NEW) -> int:
    return api.post("/auth/password/reset", {"token": token, "password": password}).status_code


def is_good(api: Api, token: str) -> httpx.Response:
    return api.post("/auth/web/reset", {"token": token})


def login(api: Api, password: str, email: str = ERIN) -> httpx.Response:
    return api.post("/auth/login/json", {"email": email, "password": password})


def test_the_link_of_the_mail_sets_a_new_password_once(api: Api, team: Team, mails: MailServer):
    token = mailed_token(api, mails)
    (mail,) = mails.mails
    assert (mail.recipients, mail.message["Subject"]) == ([ERIN], "Choose a new password for Troubleshoot")
    assert reset(api, token) == 204
    assert login(api, PASSWORD).status_code == 401
    assert login(api, NEW).status_code == 200
    assert reset(api, token, "a third password") == 422
    assert login(api, NEW).status_code == 200
    entries = transact(lambda db: [(e.action, e.actor_id) for e in db.scalars(select(AuditEntry))])
    assert ("password.reset", team.engineer.id) in entries


def test_whether_a_link_is_good_is_told_before_a_password_is_typed_and_uses_nothing_up(
    api: Api, team: Team, mails: MailServer, monkeypatch: pytest.MonkeyPatch
):
    token = mailed_token(api, mails)
    assert [is_good(api, token).status_code for _ in range(2)] == [204, 204]
    monkeypatch.setattr(passwords, "now", lambda: now() + timedelta(minutes=31))
    expired = is_good(api, token)
    monkeypatch.undo()
    assert reset(api, token) == 204
    used, unknown = is_good(api, token), is_good(api, "x")
    assert (unknown.status_code, unknown.json()["detail"]) == (404, passwords.NO_LONGER)
    assert expired.content == used.content == unknown.content


def test_everybody_with_the_old_password_is_signed_out(api: Api, api_as: As, team: Team, mails: MailServer):
    program = login(api, PASSWORD).json()
    browser = api.post("/auth/web/sign-in", {"email": ERIN, "password": PASSWORD}).headers["set-cookie"]
    cookie = {"Cookie": browser.partition(";")[0]}
    assert api.get("/auth/web/me", headers=cookie).status_code == 200
    assert reset(api, mailed_token(api, mails)) == 204
    assert api.get("/auth/web/me", headers=cookie).status_code == 401
    assert api.signed_in(program["access_token"]).get("/auth/me").status_code == 401
    assert api.post("/auth/refresh", {"refresh_token": program["refresh_token"]}).status_code == 401
    assert api_as(team.engineer2).get("/auth/me").status_code == 200


def test_one_of_several_links_uses_up_the_others(api: Api, team: Team, mails: MailServer):
    first, second = mailed_token(api, mails), mailed_token(api, mails)
    assert first != second
    assert reset(api, first) == 204
    assert reset(api, second) == 422


def test_of_several_at_once_one_sets_the_password(api: Api, team: Team, mails: MailServer):
    token = mailed_token(api, mails)
    outcome = at_once([partial(reset, api, token, f"password {number}") for number in range(4)])
    assert sorted(outcome.answers) == [204, 422, 422, 422]


def test_a_link_is_good_for_half_an_hour(
    api: Api, team: Team, mails: MailServer, monkeypatch: pytest.MonkeyPatch
):
    token = mailed_token(api, mails)
    monkeypatch.setattr(passwords, "now", lambda: now() + timedelta(minutes=29))
    assert reset(api, token, "short") == 422
    monkeypatch.setattr(passwords, "now", lambda: now() + timedelta(minutes=31))
    assert reset(api, token) == 422
    monkeypatch.undo()


def test_a_link_ends_with_the_person(api: Api, api_as: As, team: Team, mails: MailServer):
    token = mailed_token(api, mails)
    admin = api_as(team.admin)
    assert admin.patch(f"/users/{team.engineer.id}", {"is_active": False}).status_code == 200
    assert reset(api, token) == 422
    assert admin.patch(f"/users/{team.engineer.id}", {"is_active": True}).status_code == 200
    assert reset(api, token) == 422


def test_only_a_digest_of_the_token_is_kept(api: Api, team: Team, mails: MailServer):
    token = mailed_token(api, mails)
    kept = transact(lambda db: str([row.model_dump() for row in db.scalars(select(PasswordReset))]))
    assert token not in kept


@pytest.mark.parametrize("email", ["nobody@acme.test", "viewer@acme.test", "", "\0", "x" * 1000])
def test_who_is_not_here_gets_no_mail_and_the_same_answer(
    api: Api, team: Team, mails: MailServer, email: str
):
    transact(
        lambda db: db.execute(
            update(User).where(col(User.email) == "viewer@acme.test").values(is_active=False)
        )
    )
    forgot(api, email)
    assert post(mails).attempts == []


def test_an_address_is_not_flooded(api: Api, team: Team, mails: MailServer):
    for email in ("Engineer@acme.test", "nobody@acme.test"):
        for _ in range(MAILS_TO_ADDRESS.amount + 2):
            forgot(api, email)
    assert len(post(mails).to(ERIN)) == MAILS_TO_ADDRESS.amount
    rows = transact(lambda db: len(db.scalars(select(PasswordReset)).all()))
    assert rows == 2 * MAILS_TO_ADDRESS.amount


@pytest.mark.parametrize(
    "body",
    [
        {}, {"token": "x"}, {"token": "x", "password": "short"}, {"token": "x", "password": "x" * 257},
        {"token": "", "password": NEW}, {"token": "\0", "password": NEW}, {"token": None, "password": NEW},
        {"token": "x" * 10_000, "password": NEW}, {"token": 5, "password": NEW}, {"token": "x", "password": NEW},
    ],
)  # fmt: skip
def test_what_is_no_token_and_no_password(api: Api, team: Team, body: Any):
    answer = api.post("/auth/password/reset", body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_who_knows_the_password_changes_it_and_stays(api: Api, team: Team):
    here, there = login(api, PASSWORD).json(), login(api, PASSWORD).json()
    me = api.signed_in(here["access_token"])
    wrong = me.post("/auth/password/change", {"current_password": NEW, "password": NEW})
    assert (wrong.status_code, wrong.json()["errors"][0]["loc"]) == (422, ["current_password"])
    short = me.post("/auth/password/change", {"current_password": PASSWORD, "password": "short"})
    assert (short.status_code, short.json()["errors"][0]["loc"]) == (422, ["password"])
    changed = me.post("/auth/password/change", {"current_password": PASSWORD, "password": NEW})
    assert changed.status_code == 204
    assert me.get("/auth/me").status_code == 200
    assert api.signed_in(there["access_token"]).get("/auth/me").status_code == 401
    assert login(api, NEW).status_code == 200
    assert login(api, PASSWORD).status_code == 401


def test_a_browser_changes_the_password(api: Api, team: Team):
    signed_in = api.post("/auth/web/sign-in", {"email": ERIN, "password": PASSWORD})
    cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    body = {"current_password": PASSWORD, "password": NEW}
    assert api.post("/auth/web/password", body).status_code == 401
    elsewhere = cookie | {"Origin": "https://elsewhere.test"}
    assert api.post("/auth/web/password", body, headers=elsewhere).status_code == 403
    assert api.post("/auth/web/password", body, headers=cookie).status_code == 204
    assert api.get("/auth/web/me", headers=cookie).status_code == 200


def test_the_database_is_asked_the_same_whoever_is_here(api: Api, team: Team, mails: MailServer):
    asked: list[list[str]] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked[-1].append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        for email in (ERIN, "nobody@acme.test"):
            asked.append([])
            forgot(api, email)
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    known, unknown = asked
    assert known == unknown
    assert len(known) == 1
    assert post(mails).attempts == [ERIN]


def test_the_time_of_the_answer_does_not_tell_who_is_here(server: Server, smtp: MailServer):
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:

        def seconds(email: str) -> float:
            begin = time.perf_counter()
            assert client.post("/auth/password/forgot", json={"email": email}).status_code == 202
            return time.perf_counter() - begin

        seconds("nobody@demo.test")
        pairs = [(seconds("viewer@demo.test"), seconds("nobody@demo.test")) for _ in range(8)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.3 < known / unknown < 3
    smtp.wait_for(lambda _all: len(smtp.to("viewer@demo.test")) == len(pairs))


def test_the_server_mails_the_link(server: Server, smtp: MailServer):
    answer = httpx.post(f"{server.url}/api/v1/auth/password/forgot", json={"email": "Engineer2@demo.test"})
    assert answer.status_code == 202
    smtp.wait_for(lambda _all: bool(smtp.to("engineer2@demo.test")))
    (mail,) = smtp.to("engineer2@demo.test")
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert f"{server.url}/reset?token=" in body.get_content()


def test_a_sign_in_that_overlaps_with_a_reset_does_not_outlive_it(
    api: Api, team: Team, monkeypatch: pytest.MonkeyPatch
):
    from troubleshoot_app.services import auth

    def changed_meanwhile(db: Session, known: Any, device: str) -> Any:
        transact(lambda other: other.execute(update(User).values(password_hash="another")))
        return auth_open(db, known, device)

    auth_open = auth._open_family_for_known
    monkeypatch.setattr(auth, "_open_family_for_known", changed_meanwhile)
    assert login(api, PASSWORD).status_code == 401
