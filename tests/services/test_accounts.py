"""Opening an account, signing in and out."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.services.at_once import at_once
from troubleshoot_app.core import security
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import AppError, Conflict, Forbidden, Invalid, Unauthenticated
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import SignIn, User
from troubleshoot_app.services import auth
from troubleshoot_app.services.access import acting

PASSWORD = "a password of some length"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, clean_database: str) -> None:
    """Hashes that cost little, but for the tests that ask for the real cost."""
    monkeypatch.setattr(security, "BCRYPT_ROUNDS", 4)


def register(email: str = "olga@acme.test", name: str = "Olga", account_name: str = "Acme") -> None:
    auth.register(email=email, password=PASSWORD, name=name, account_name=account_name)


def sign_in(email: str = "olga@acme.test", password: str = PASSWORD) -> auth.WebSignIn:
    return auth.sign_in(email=email, password=password, device="Firefox")


def me(signed_in: auth.WebSignIn) -> str:
    return transact(acting, auth.credential_of_cookie(signed_in.secret), auth.who_am_i).name


def test_who_opens_an_account_owns_it():
    register(name="  Olga \n Owner\0", account_name="Acme\tInc.")
    user = transact(acting, auth.credential_of_cookie(sign_in().secret), auth.who_am_i)
    assert (user.name, user.role, user.account.name, user.email) == (
        "Olga Owner", Role.OWNER, "Acme Inc.", "olga@acme.test",
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["olga@acme.test", " OLGA@Acme.Test ", "Olga@acme.test"])
def test_the_case_of_an_address_does_not_matter(typed: str):
    register("Olga@Acme.test")
    assert me(sign_in(typed)) == "Olga"


@pytest.mark.parametrize(
    "email", ["ünal@büro.test", "İstanbul@acme.test", "ΣΑΣ@acme.test", "straße@acme.test"]
)
def test_an_address_in_any_alphabet_signs_in_as_it_was_registered(email: str):
    register(email)
    assert me(sign_in(email)) == "Olga"
    with pytest.raises(Conflict):
        register(email)


def test_an_address_is_taken_once_whoever_comes_at_the_same_moment():
    outcome = at_once([register, lambda: register("OLGA@acme.test"), register, register])
    assert len(outcome.answers) == 1
    assert {type(refusal) for refusal in outcome.refusals} == {Conflict}


def test_a_deleted_person_frees_the_address():
    register()
    transact(lambda db: db.execute(update(User).values(deleted_at=now())))
    with pytest.raises(Unauthenticated):
        sign_in()
    register(name="Olga the second")
    assert me(sign_in()) == "Olga the second"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "olga"), ("email", "olga@acme"), ("email", "a b@acme.test"), ("email", "a@b@acme.test"),
        ("email", "x" * 250 + "@acme.test"), ("email", "a@acme.test\r\nBcc: b@acme.test"), ("email", '"a"@acme.test'),
        ("password", "short"), ("password", "x" * 257), ("name", " \t "), ("name", "x" * 201), ("name", "\0\u202e"),
        ("account_name", ""), ("account_name", "x" * 201),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_used_is_named(field: str, value: str):
    good = {"email": "olga@acme.test", "password": PASSWORD, "name": "Olga", "account_name": "Acme"}
    with pytest.raises(Invalid) as refusal:
        auth.register(**(good | {field: value}))
    assert [error["loc"] for error in refusal.value.errors] == [[field]]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(Invalid) as refusal:
        auth.register(email="", password="", name="", account_name="")
    assert [error["loc"] for error in refusal.value.errors] == [
        ["email"],
        ["password"],
        ["name"],
        ["account_name"],
    ]


def test_a_closed_house_opens_no_accounts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALLOW_REGISTRATION", "false")
    get_settings.cache_clear()
    with pytest.raises(Forbidden, match="Ask an admin of your account for an invitation"):
        register()
    monkeypatch.undo()
    get_settings.cache_clear()


def test_signing_out_ends_this_browser_only():
    register()
    here, there = sign_in(), sign_in()
    transact(acting, auth.credential_of_cookie(here.secret), auth.sign_out)
    with pytest.raises(Unauthenticated):
        me(here)
    assert me(there) == "Olga"


def test_the_secret_of_a_browser_is_kept_nowhere():
    register()
    secret = sign_in().secret

    def kept(db: Session) -> list[str]:
        return [str(row.model_dump()) for row in db.scalars(select(SignIn))]

    assert all(secret not in row for row in transact(kept))
    assert auth.credential_of_cookie("") is None


def deactivate(db: Session) -> None:
    db.execute(update(User).where(col(User.email) == "olga@acme.test").values(is_active=False))


def test_unknown_inactive_and_wrong_answer_alike_and_take_as_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    security._hash_of_nobody.cache_clear()
    register()
    register("anna@acme.test")
    transact(deactivate)
    verify = {
        "inactive": sign_in,
        "unknown": lambda: sign_in("nobody@acme.test"),
        "wrong": lambda: sign_in("anna@acme.test", "another password"),
    }
    said, seconds = zip(*(refused(call) for call in verify.values()), strict=True)
    assert set(said) == {"Email or password is wrong."}
    inactive, unknown, wrong = seconds
    assert wrong > 0.05
    assert 0.5 < unknown / wrong < 2
    assert 0.5 < inactive / wrong < 2


def refused(call: Callable[[], object]) -> tuple[str, float]:
    """Return what is said, and the least processor time that it took of two tries."""
    times = []
    for _ in range(2):
        begin = time.thread_time()
        with pytest.raises(Unauthenticated) as refusal:
            call()
        times.append(time.thread_time() - begin)
    return refusal.value.detail, min(times)


@pytest.mark.parametrize(
    "email", ["", "\0", "\ud800", "owner@acme.test\0", "owner@\udfffacme.test", "é" * 200_000]
)
def test_an_odd_address_signs_nobody_in_and_opens_no_account(email: str):
    with pytest.raises(AppError, match="Email or password is wrong"):
        auth.sign_in(email=email, password=PASSWORD, device="")
    with pytest.raises(Invalid) as refusal:
        auth.register(email=email, password=PASSWORD, name="Me", account_name="Us")
    assert [error["loc"] for error in refusal.value.errors] == [["email"]]
