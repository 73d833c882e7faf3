"""Signing in: access tokens, refresh tokens, and who one is."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.api.conftest import PASSWORD, As
from tests.services.at_once import at_once
from tests.support.asgi import Api
from tests.support.people import Team
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import key_for
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import RefreshToken, SignIn, User
from troubleshoot_app.services import families, tokens

REGISTRATION = {
    "email": "olga@new.test",
    "password": "four words in a row",
    "name": "  Olga \n Owner ",
    "account_name": "New Ltd",
}


def login(api: Api, email: str = "engineer@acme.test", password: str = PASSWORD) -> dict[str, Any]:
    answer = api.post("/auth/login", data={"username": email, "password": password})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refresh(api: Api, token: str) -> Any:
    return api.post("/auth/refresh", {"refresh_token": token})


def is_good(api: Api, given: dict[str, Any]) -> bool:
    answer = api.signed_in(given["access_token"]).get("/auth/me")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


class TestRegistering:
    def test_who_opens_an_account_owns_it(self, api: Api):
        answer = api.post("/auth/register", REGISTRATION)
        assert answer.status_code == 201
        user = answer.json()
        assert user.keys() == {"id", "email", "name", "role", "account", "is_active", "created_at"}
        assert (user["email"], user["name"], user["role"], user["account"]["name"]) == (
            "olga@new.test", "Olga Owner", "owner", "New Ltd",
        )  # fmt: skip
        assert (user["is_active"], user["created_at"][-1]) == (True, "Z")
        given = login(api, "olga@new.test", REGISTRATION["password"])
        assert api.signed_in(given["access_token"]).get("/auth/me").json() == user

    def test_what_is_null_is_not_there(self, api: Api):
        answer = api.post("/auth/register", REGISTRATION | {"invitation": None})
        assert answer.status_code == 201

    def test_an_address_is_taken_once(self, api: Api):
        assert api.post("/auth/register", REGISTRATION).status_code == 201
        answer = api.post("/auth/register", REGISTRATION | {"email": " OLGA@new.test "})
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"email": "olga"}, ["email"]),
            ({"email": "olga\0@new.test"}, ["email"]),
            ({"email": "x" * 300 + "@new.test"}, ["email"]),
            ({"email": None}, ["email"]),
            ({"email": ["olga@new.test"]}, ["email"]),
            ({"password": "1234567"}, ["password"]),
            ({"password": "x" * 257}, ["password"]),
            ({"password": "x" * 10_000}, ["password"]),
            ({"password": 12345678}, ["password"]),
            ({"name": "\0 \u202e"}, ["name"]),
            ({"name": "x" * 10_000}, ["name"]),
            ({"name": {}}, ["name"]),
            ({"account_name": " "}, ["account_name"]),
            ({"account_name": None}, ["account_name"]),
            ({"email": "", "name": "", "password": ""}, ["email", "password", "name"]),
            ({"invitation": "x"}, ["account_name"]),
            ({"role": "owner"}, ["role"]),
        ],
    )
    def test_what_cannot_be_used_is_named(self, api: Api, changes: dict[str, Any], fields: list[str]):
        answer = api.post("/auth/register", REGISTRATION | changes)
        assert answer.status_code == 422, answer.text
        assert [error["loc"] for error in answer.json()["errors"]] == [[field] for field in fields]

    def test_a_password_may_be_8_to_256_characters_of_any_kind(self, api: Api):
        for number, password in enumerate(("12345678", "x" * 256, "\0" * 8, "pässwörd 🔑" * 20)):
            email = f"olga{number}@new.test"
            answer = api.post("/auth/register", REGISTRATION | {"email": email, "password": password})
            assert answer.status_code == 201
            login(api, email, password)
            answer = api.post("/auth/login/json", {"email": email, "password": password[:-1]})
            assert answer.status_code == 401

    def test_a_closed_house_opens_no_accounts(self, api: Api, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(get_settings(), "allow_registration", False)
        assert api.post("/auth/register", REGISTRATION).status_code == 403


class TestSigningIn:
    def test_with_a_form_or_with_json(self, api: Api, team: Team):
        form = {
            "grant_type": "password",
            "username": " Engineer@ACME.test ",
            "password": PASSWORD,
            "scope": "",
        }
        for answer in (
            api.post("/auth/login", data=form),
            api.post("/auth/login/json", {"email": "engineer@acme.test", "password": PASSWORD}),
        ):
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            given = answer.json()
            assert given.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
            assert (given["token_type"], given["expires_in"]) == ("bearer", 900)
            assert is_good(api, given)

    def test_unknown_wrong_and_locked_out_answer_alike(self, api: Api, team: Team):
        transact(
            lambda db: db.execute(
                update(User).where(col(User.email) == "viewer@acme.test").values(is_active=False)
            )
        )
        transact(
            lambda db: db.execute(
                update(User).where(col(User.email) == "admin@acme.test").values(deleted_at=now())
            )
        )
        answers = [
            api.post("/auth/login", data={"username": email, "password": password})
            for email, password in (
                ("engineer@acme.test", "wrong password"),
                ("nobody@acme.test", PASSWORD),
                ("viewer@acme.test", PASSWORD),
                ("admin@acme.test", PASSWORD),
                (" ", " "),
                ("\0", "\0"),
            )
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({(answer.content, answer.headers["www-authenticate"]) for answer in answers}) == 1

    def test_the_access_token_says_who_and_not_what_they_may_do(self, api: Api, team: Team):
        claims = jwt.decode(login(api)["access_token"], options={"verify_signature": False})
        assert claims.keys() == {"sub", "sid", "aud", "typ", "iat", "exp", "jti"}
        assert (claims["sub"], claims["typ"]) == (str(team.engineer.id), "access")
        assert claims["exp"] - claims["iat"] == 900

    def test_no_secret_is_kept(self, api: Api, team: Team):
        given = login(api)
        again = refresh(api, given["refresh_token"]).json()

        def kept(db: Session) -> str:
            return str(
                [row.model_dump() for kind in (SignIn, RefreshToken) for row in db.scalars(select(kind))]
            )

        everything = transact(kept)
        assert given["refresh_token"] not in everything
        assert again["refresh_token"] not in everything


def claims(**changes: Any) -> dict[str, Any]:
    at = now()
    good = {
        "sub": str(new_id()), "sid": str(new_id()), "aud": "troubleshoot", "typ": "access", "jti": "1",
        "iat": at, "exp": at + timedelta(minutes=5),
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def unsigned(**changes: Any) -> str:
    header = (
        base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    )
    body = jwt.encode(claims(**changes), "x" * 32).split(".")[1]
    return f"{header}.{body}."


class TestAccessTokens:
    @pytest.mark.parametrize(
        ("changes", "algorithm"),
        [
            ({"exp": now() - timedelta(seconds=1)}, "HS256"),
            ({"exp": None}, "HS256"), ({"iat": None}, "HS256"), ({"jti": None}, "HS256"), ({"sid": None}, "HS256"),
            ({"sub": None}, "HS256"), ({"aud": None}, "HS256"), ({"typ": None}, "HS256"),
            ({"aud": "others"}, "HS256"), ({"typ": "refresh"}, "HS256"), ({"sid": "x"}, "HS256"), ({"sid": 7}, "HS256"),
            ({"exp": "soon"}, "HS256"), ({"sub": 5}, "HS256"), ({}, "HS512"),
            ({"iat": now() + timedelta(hours=1)}, "HS256"),
        ],
    )  # fmt: skip
    @pytest.mark.filterwarnings("ignore:.*HMAC key.*")
    def test_what_is_signed_but_not_right(
        self, api: Api, team: Team, changes: dict[str, Any], algorithm: str
    ):
        good = claims(sub=str(team.engineer.id), sid=str(team.engineer.actor.sign_in_id))
        assert is_good(api, {"access_token": jwt.encode(good, key_for("access token"))})
        wrong = {name: value for name, value in (good | changes).items() if value is not None}
        self.refused(api, jwt.encode(wrong, key_for("access token"), algorithm=algorithm, sort_headers=True))

    def test_what_is_signed_by_others_or_not_at_all(self, api: Api, team: Team):
        ids = {"sub": str(team.engineer.id), "sid": str(team.engineer.actor.sign_in_id)}
        secret = get_settings().require_secret()
        self.refused(api, unsigned(**ids))
        self.refused(api, jwt.encode(claims(**ids), secret))
        self.refused(api, jwt.encode(claims(**ids), key_for("refresh token")))
        self.refused(api, login(api)["refresh_token"])
        for text in (
            "x",
            "a.b.c",
            "null",
            "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
            "x" * 8000,
        ):
            self.refused(api, text)

    def test_a_sign_in_that_nobody_has(self, api: Api, team: Team):
        self.refused(api, tokens.issue_access_token(team.engineer.id, new_id()).text)

    def test_other_ways_to_say_who_one_is(self, api: Api, team: Team):
        good = login(api)["access_token"]
        for value in ("", "Bearer", "Bearer ", f"Basic {good}", good, f"Token {good}"):
            answer = api.get("/auth/me", headers={"Authorization": value})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert api.get(f"/auth/me?access_token={good}").status_code == 401
        assert api.get("/auth/me", headers={"Authorization": f"bearer {good}"}).status_code == 200

    def test_a_browser_cookie_opens_nothing_but_its_own_routes(self, api: Api, team: Team):
        answer = api.post("/auth/web/sign-in", {"email": "engineer@acme.test", "password": PASSWORD})
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        assert api.get("/auth/web/me", headers=cookie).status_code == 200
        assert api.get("/auth/me", headers=cookie).status_code == 401

    def refused(self, api: Api, text: str) -> None:
        answer = api.get("/auth/me", headers={"Authorization": f"Bearer {text}".encode("latin-1")})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


class TestRefreshing:
    def test_each_token_is_good_once(self, api: Api, team: Team):
        first = login(api)
        second = refresh(api, first["refresh_token"])
        assert second.status_code == 200
        assert second.json()["refresh_token"] != first["refresh_token"]
        assert is_good(api, second.json())

    def test_who_did_not_hear_the_answer_gets_the_same_one(self, api: Api, team: Team):
        first = login(api)
        again = {refresh(api, first["refresh_token"]).json()["refresh_token"] for _ in range(3)}
        assert len(again) == 1
        assert refresh(api, again.pop()).status_code == 200

    def test_twenty_at_once_get_the_same_one(self, api: Api, team: Team):
        token = login(api)["refresh_token"]
        answers = at_once([lambda: refresh(api, token)] * 20).answers
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["refresh_token"] for answer in answers}) == 1

    def test_a_spent_token_used_late_ends_the_family(
        self, api: Api, team: Team, monkeypatch: pytest.MonkeyPatch
    ):
        first = login(api)
        second = refresh(api, first["refresh_token"]).json()
        monkeypatch.setattr(families, "now", lambda: now() + timedelta(seconds=11))
        answer = refresh(api, first["refresh_token"])
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        monkeypatch.undo()
        assert refresh(api, second["refresh_token"]).status_code == 401
        assert not is_good(api, second)

    def test_a_spent_token_used_after_its_successor_ends_the_family(self, api: Api, team: Team):
        other = login(api)
        first = login(api)
        second = refresh(api, first["refresh_token"]).json()
        third = refresh(api, second["refresh_token"]).json()
        assert refresh(api, first["refresh_token"]).status_code == 401
        assert refresh(api, third["refresh_token"]).status_code == 401
        assert not is_good(api, third)
        assert is_good(api, other)

    def test_a_token_lasts_thirty_days_and_the_family_as_long_as_it_is_used(
        self, api: Api, team: Team, monkeypatch: pytest.MonkeyPatch
    ):
        given = login(api)
        for days in (29, 58, 87):
            monkeypatch.setattr(families, "now", lambda days=days: now() + timedelta(days=days))
            answer = refresh(api, given["refresh_token"])
            assert answer.status_code == 200
            given = answer.json()
        kept = transact(lambda db: len(db.scalars(select(RefreshToken)).all()))
        assert kept == 2
        monkeypatch.setattr(families, "now", lambda: now() + timedelta(days=118))
        assert refresh(api, given["refresh_token"]).status_code == 401

    def test_who_is_locked_out_gets_no_more_tokens(self, api: Api, team: Team):
        given = login(api)
        transact(lambda db: db.execute(update(User).values(is_active=False)))
        assert refresh(api, given["refresh_token"]).status_code == 401
        assert not is_good(api, given)

    @pytest.mark.parametrize("token", ["", "x", "\0", "x" * 1000, "🔑"])
    def test_a_token_of_nobody(self, api: Api, team: Team, token: str):
        assert refresh(api, token).status_code == 401

    @pytest.mark.parametrize("body", [{}, [], "x", {"refresh_token": None}, {"refresh_token": "x" * 10_000}])
    def test_no_token_at_all(self, api: Api, team: Team, body: Any):
        assert api.post("/auth/refresh", body).status_code == 422


class TestSigningOut:
    def test_with_the_refresh_token(self, api: Api, team: Team):
        here, there = login(api), login(api)
        spent = here["refresh_token"]
        here = refresh(api, spent).json()
        answer = api.post("/auth/logout", {"refresh_token": spent})
        assert (answer.status_code, answer.content) == (204, b"")
        assert not is_good(api, here)
        assert refresh(api, here["refresh_token"]).status_code == 401
        assert is_good(api, there)

    def test_with_the_access_token(self, api: Api, team: Team):
        here, there = login(api), login(api)
        assert api.signed_in(here["access_token"]).post("/auth/logout").status_code == 204
        assert refresh(api, here["refresh_token"]).status_code == 401
        assert is_good(api, there)
        assert api.signed_in(there["access_token"]).post("/auth/logout", {}).status_code == 204
        assert not is_good(api, there)

    def test_twice_and_by_nobody(self, api: Api, team: Team):
        given = login(api)
        for _ in range(2):
            answer = api.post("/auth/logout", {"refresh_token": given["refresh_token"]})
            assert answer.status_code == 204
        assert api.post("/auth/logout", {"refresh_token": "nobody's"}).status_code == 204
        assert api.post("/auth/logout").status_code == 401
        assert api.signed_in(given["access_token"]).post("/auth/logout").status_code == 401


class TestMe:
    def test_what_changes_counts_at_the_next_request(self, api_as: As, team: Team):
        me = api_as(team.engineer)
        assert me.get("/users").status_code == 200
        transact(
            lambda db: db.execute(
                update(User).where(col(User.id) == team.engineer.id).values(role=Role.VIEWER)
            )
        )
        assert me.get("/auth/me").json()["role"] == "viewer"
        assert me.get("/users").status_code == 403

    def test_people_change_their_own_name(self, api_as: As, team: Team):
        me = api_as(team.viewer)
        assert me.patch("/auth/me", {"name": " Vera\tV. "}).json()["name"] == "Vera V."
        assert me.get("/auth/me").json()["name"] == "Vera V."
        for body in ({"name": " "}, {"name": "x" * 201}, {"name": None}, {}, {"name": "V", "role": "owner"}):
            assert me.patch("/auth/me", body).status_code == 422


def test_the_documentation_knows_both_ways_to_sign_in(api: Api):
    document = api.app.openapi()
    schemes = document["components"]["securitySchemes"]
    assert (schemes["Bearer"]["type"], schemes["Bearer"]["scheme"]) == ("http", "bearer")
    assert schemes["Password"]["flows"]["password"]["tokenUrl"] == "/api/v1/auth/login"
    assert document["paths"]["/api/v1/auth/me"]["get"]["security"] == [{"Bearer": []}, {"Password": []}]


@pytest.mark.parametrize(
    "path",
    [
        "/auth/register", "/auth/login/json", "/auth/refresh", "/auth/logout", "/auth/password/forgot",
        "/auth/password/reset", "/auth/web/sign-in", "/auth/web/register", "/auth/web/invitation",
        "/auth/web/reset",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"email": "\\ud800"}', b"\xff\xfe", b"{" * 10_000]
)
def test_what_is_no_proper_body_is_said_so(api: Api, path: str, body: bytes):
    answer = api.post(path, content=body, headers={"Content-Type": "application/json"})
    expected = 401 if (path, body) == ("/auth/logout", b"") else 422
    assert answer.status_code == expected, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "\ud800@acme.test", "password": PASSWORD, "name": "x", "account_name": "y"},
        {"email": "a@acme.test", "password": "\ud800" * 8, "name": "x", "account_name": "y"},
        {"email": "a@acme.test", "password": PASSWORD, "name": "\udfff", "account_name": "y"},
    ],
)
def test_halves_of_symbols_are_refused(api: Api, fields: dict[str, str]):
    content = json.dumps(fields).encode()
    answer = api.post("/auth/register", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
