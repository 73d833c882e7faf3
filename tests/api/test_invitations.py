"""Invitations: offered by mail, taken once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerHour
from sqlalchemy import select
from sqlmodel import Session

from tests.api.conftest import PASSWORD, As, link_in
from tests.notifications.workers import post
from tests.services.at_once import at_once
from tests.support.asgi import Api
from tests.support.people import Person, Team
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import AuditEntry, Invitation
from troubleshoot_app.services import invitations, throttle

NEW = "new@acme.test"


def invite(api: Api, email: str = NEW, role: str = "engineer") -> dict[str, Any]:
    answer = api.post("/users/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def invited(api: Api, mails: MailServer, email: str = NEW, role: str = "engineer") -> str:
    invite(api, email, role)
    return link_in(post(mails).to(email)[-1], "/register?invitation=")


def join(api: Api, token: str, email: str = NEW, **changes: Any) -> httpx.Response:
    person = {"email": email, "password": PASSWORD, "name": "Nina New", "invitation": token}
    return api.post("/auth/register", person | changes)


def test_who_is_invited_joins_with_the_role(api: Api, api_as: As, team: Team, mails: MailServer):
    invitation = invite(api_as(team.admin))
    assert invitation.keys() == {"id", "email", "role", "expires_at"}
    assert (invitation["email"], invitation["role"]) == (NEW, "engineer")
    (mail,) = post(mails).mails
    assert mail.recipients == [NEW]
    assert mail.message["Subject"] == "Adam of Acme invites you to Acme on Troubleshoot"
    token = link_in(mail, "/register?invitation=")
    answer = join(api, token, " New@Acme.test ")
    assert answer.status_code == 201
    user = answer.json()
    assert (user["email"], user["role"], user["account"]) == (
        NEW, "engineer", {"id": str(team.account_id), "name": "Acme"},
    )  # fmt: skip
    assert api.post("/auth/login/json", {"email": NEW, "password": PASSWORD}).status_code == 200
    assert join(api, token).status_code == 422
    actions = transact(lambda db: {e.action: e.actor_id for e in db.scalars(select(AuditEntry))})
    assert actions["user.invited"] == team.admin.id
    assert str(actions["user.joined"]) == user["id"]


def test_the_link_shows_what_is_offered(api: Api, api_as: As, team: Team, mails: MailServer):
    token = invited(api_as(team.admin), mails)
    assert api.post("/auth/web/invitation", {"invitation": token}).json() == {
        "email": NEW, "role": "engineer", "account_name": "Acme", "invited_by": "Adam of Acme",
    }  # fmt: skip
    assert api.post("/auth/web/invitation", {"invitation": token + "x"}).status_code == 404


def test_a_browser_joins_and_is_signed_in(api: Api, api_as: As, team: Team, mails: MailServer):
    token = invited(api_as(team.admin), mails)
    body = {"email": NEW, "password": PASSWORD, "name": "Nina", "invitation": token}
    answer = api.post("/auth/web/register", body)
    assert answer.status_code == 204
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert api.get("/auth/web/me", headers=cookie).json()["role"] == "engineer"


def test_invitations_are_for_admins_and_owners_come_from_owners(
    api: Api, api_as: As, team: Team, mails: MailServer
):
    def code(person: Person, role: str) -> int:
        return (
            api_as(person).post("/users/invitations", {"email": f"{role}@new.test", "role": role}).status_code
        )

    for role in ("viewer", "engineer", "admin"):
        assert [code(person, role) for person in (team.viewer, team.engineer, team.admin, team.owner)] == [
            403, 403, 201, 201,
        ]  # fmt: skip
    assert [code(person, "owner") for person in (team.viewer, team.engineer, team.admin, team.owner)] == [
        403, 403, 403, 201,
    ]  # fmt: skip
    assert api.post("/users/invitations", {"email": NEW, "role": "viewer"}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {}, {"email": NEW}, {"role": "viewer"}, {"email": "x", "role": "viewer"}, {"email": NEW, "role": "king"},
        {"email": "a@b\0.test", "role": "viewer"}, {"email": "x" * 10_000, "role": "viewer"},
        {"email": "a@b.test\r\nBcc: c@d.test", "role": "viewer"}, {"email": 5, "role": "viewer"},
        {"email": NEW, "role": "viewer", "account_id": "x"}, {"email": None, "role": None},
    ],
)  # fmt: skip
def test_what_cannot_be_used(api_as: As, team: Team, mails: MailServer, body: Any):
    answer = api_as(team.owner).post("/users/invitations", body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert post(mails).attempts == []


def test_a_taken_address_is_not_invited(api_as: As, team: Team, strangers: Team, mails: MailServer):
    for email in ("viewer@acme.test", "VIEWER@acme.test ", "viewer@other.test"):
        answer = api_as(team.admin).post("/users/invitations", {"email": email, "role": "viewer"})
        assert answer.status_code == 409
    assert post(mails).attempts == []


def test_an_invitation_is_for_its_address(api: Api, api_as: As, team: Team, mails: MailServer):
    token = invited(api_as(team.admin), mails)
    answer = join(api, token, "other@acme.test")
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["email"])
    assert NEW not in answer.text
    assert join(api, token, account_name="Mine").status_code == 422
    assert join(api, token, password="short").status_code == 422
    assert join(api, token, name=" ").status_code == 422
    assert join(api, token).status_code == 201


@pytest.mark.parametrize("token", ["", "x", "\0", "x" * 1000, "🔑"])
def test_a_token_of_nobody(api: Api, team: Team, token: str):
    answer = join(api, token)
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["invitation"])


def test_an_invitation_is_good_for_a_week(
    api: Api, api_as: As, team: Team, mails: MailServer, monkeypatch: pytest.MonkeyPatch
):
    token = invited(api_as(team.admin), mails)
    monkeypatch.setattr(invitations, "now", lambda: now() + timedelta(days=7, seconds=1))
    assert join(api, token).status_code == 422
    assert api_as(team.admin).get("/users/invitations").json()["items"] == []
    monkeypatch.setattr(invitations, "now", lambda: now() + timedelta(days=6, hours=23))
    assert join(api, token).status_code == 201


def test_of_several_at_once_one_joins(api: Api, api_as: As, team: Team, mails: MailServer):
    token = invited(api_as(team.admin), mails)
    answers = at_once([lambda: join(api, token)] * 4).answers
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


def test_a_newer_invitation_takes_the_place_of_the_older(api: Api, api_as: As, team: Team, mails: MailServer):
    older = invited(api_as(team.admin), mails)
    newer = invited(api_as(team.owner), mails, role="viewer")
    assert join(api, older).status_code == 422
    assert join(api, newer).json()["role"] == "viewer"


def test_two_accounts_may_invite_the_same_person(
    api: Api, api_as: As, team: Team, strangers: Team, mails: MailServer
):
    ours, theirs = invited(api_as(team.admin), mails), invited(api_as(strangers.admin), mails)
    assert join(api, ours).status_code == 201
    assert join(api, theirs).status_code == 409


def test_a_closed_house_lets_the_invited_in(
    api: Api, api_as: As, team: Team, mails: MailServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(get_settings(), "allow_registration", False)
    assert join(api, invited(api_as(team.admin), mails)).status_code == 201


@pytest.mark.parametrize(
    ("change", "role", "code"),
    [
        ({"role": "engineer"}, "viewer", 422), ({"is_active": False}, "viewer", 422),
        ({"role": "admin"}, "viewer", 201), ({"role": "admin"}, "owner", 422), (None, "viewer", 422),
    ],
)  # fmt: skip
def test_an_invitation_ends_with_the_rights_of_its_sender(
    api: Api, api_as: As, team: Team, mails: MailServer, change: dict[str, Any] | None, role: str, code: int
):
    owner, path = api_as(team.owner), f"/users/{team.admin.id}"
    owner.patch(path, {"role": "owner"})
    token = invited(api_as(team.admin), mails, role=role)
    done = owner.delete(path) if change is None else owner.patch(path, change)
    assert done.status_code in (200, 204)
    assert join(api, token).status_code == code


def test_admins_see_what_waits_and_withdraw_it(
    api: Api, api_as: As, team: Team, strangers: Team, mails: MailServer
):
    admin = api_as(team.admin)
    token, gone = invited(admin, mails), invite(admin, "gone@acme.test")
    mails.answer_recipient("bad@acme.test", "550 No such user")
    invite(admin, "bad@acme.test")
    post(mails)
    first = admin.get("/users/invitations?limit=2").json()
    second = admin.get(f"/users/invitations?limit=2&cursor={first['next_cursor']}").json()
    items = first["items"] + second["items"]
    assert [item["email"] for item in items] == ["bad@acme.test", "gone@acme.test", NEW]
    assert (items[0]["mail_status"], items[0]["mailed_at"]) == ("failed", None)
    assert "No such user" in items[0]["mail_error"]
    assert (items[2]["mail_status"], items[2]["mail_error"]) == ("sent", "")
    assert items[2]["mailed_at"] is not None
    assert items[2]["invited_by"] == {"id": str(team.admin.id), "name": "Adam of Acme"}

    path = f"/users/invitations/{items[2]['id']}"
    assert [api_as(p).get("/users/invitations").status_code for p in (team.viewer, team.engineer)] == [
        403,
        403,
    ]
    assert [api_as(p).delete(path).status_code for p in (team.viewer, team.engineer)] == [403, 403]
    foreign, unknown = api_as(strangers.admin).delete(path), admin.delete("/users/invitations/x")
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert admin.delete(path).status_code == 204
    assert admin.delete(path).content == unknown.content
    assert join(api, token).status_code == 422
    assert admin.delete(f"/users/invitations/{gone['id']}").status_code == 204
    assert len(admin.get("/users/invitations").json()["items"]) == 1


def test_a_retry_with_the_same_key_mails_once(api_as: As, team: Team, mails: MailServer):
    admin, body = api_as(team.admin), {"email": NEW, "role": "viewer"}
    key = {"Idempotency-Key": "7"}
    answers = [admin.post("/users/invitations", body, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(post(mails).mails) == 1
    other = admin.post("/users/invitations", body | {"role": "admin"}, headers=key)
    assert other.status_code == 422


def test_strangers_are_not_flooded(api_as: As, team: Team, mails: MailServer):
    for _ in range(throttle.MAILS_TO_ADDRESS.amount):
        invite(api_as(team.admin))
    answer = api_as(team.admin).post("/users/invitations", {"email": NEW, "role": "viewer"})
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)


def test_nobody_finds_out_who_is_registered_by_inviting_everybody(
    api_as: As, team: Team, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(throttle, "MAILS_OF_CLIENT", RateLimitItemPerHour(2, 1, "few"))
    body = {"email": team.viewer.email, "role": "viewer"}
    codes = [api_as(team.admin).post("/users/invitations", body).status_code for _ in range(3)]
    assert codes == [409, 409, 429]


def test_names_do_not_break_the_mail(api_as: As, team: Team, mails: MailServer):
    owner = api_as(team.owner)
    owner.patch("/auth/me", {"name": "Bad\r\nBcc: x@y.test <script>alert(1)</script> =?utf-8?q?x?="})
    link = invited(owner, mails)
    (mail,) = mails.mails
    assert mail.recipients == [NEW]
    assert mail.message["Bcc"] is None
    page = mail.message.get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()
    assert link


def test_only_a_digest_of_the_token_is_kept(api_as: As, team: Team, mails: MailServer):
    token = invited(api_as(team.admin), mails)

    def kept(db: Session) -> str:
        return str(
            [row.model_dump() for kind in (Invitation, AuditEntry) for row in db.scalars(select(kind))]
        )

    assert token not in transact(kept)
