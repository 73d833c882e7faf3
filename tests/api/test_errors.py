"""What goes wrong is told in a problem document (RFC 9457), whatever was sent; nothing that is sent is our mistake."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from tests.api.conftest import As, team_with_passwords
from tests.api.worlds import known_of, make_own
from tests.support.asgi import Api, running, the_app
from tests.support.document import Operation, operations
from tests.support.people import Person, Team
from tests.support.postgres import empty
from troubleshoot_app.api import bodies
from troubleshoot_app.api.app import make_api
from troubleshoot_app.api.bodies import DROPPED, SIGN_IN_LIMIT
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import throttle

OPERATIONS = operations(the_app())
WITH_JSON = [one for one in OPERATIONS if one.media_type == "application/json"]
LISTS = ("/trees", "/sessions", "/handoffs", "/users", "/users/invitations")
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"

UNREADABLE = (
    b"", b"{", b"nothing", b"[1,]", b"\xff\xfe\x00", b'"\xc3\x28"', b'{"a": 1}}', b"[" * 100_000, b'{"a":' * 100_000,
    b"\xef\xbb\xbf{", b"1" * 5000,
)  # fmt: skip
NOT_THE_BODY = (b"[]", b'"text"', b"0", b"true", b"NaN", b"-Infinity", b"1e400", b"[" * 500 + b"]" * 500)
VALUES: tuple[Any, ...] = (
    "\0", "\ud800", "x" * 1_000_000, "", 10**400, -1, 1.5, True, None, [], {"$ref": "#"}, "'; DROP TABLE app_user; --",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(database_url: str) -> Iterator[Team]:
    yield transact(team_with_passwords, "acme")
    empty()


@pytest.fixture(scope="module")
def asked(people: Team) -> Iterator[As]:
    with running() as api:
        yield As(api)


def refused(answer: Any, *statuses: int) -> dict[str, Any]:
    """Return the problem document that an answer has to be."""
    assert answer.status_code in statuses, answer.text[:500]
    assert answer.headers["content-type"] == PROBLEM
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"]
    assert body["title"]
    assert body["detail"].endswith((".", "!", "?")), body["detail"]
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    if answer.status_code == 422:
        assert all(error.keys() == {"loc", "msg"} and error["msg"] for error in body["errors"])
    return body


def caller(team: Team, operation: Operation) -> Person:
    """Return somebody who may."""
    if operation.id == "auth_logout":
        return team.engineer2
    return team.viewer if operation.path.startswith(("/sessions", "/ai-sessions")) else team.owner


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_bodies_that_are_none(asked: As, people: Team, operation: Operation):
    api = asked(caller(people, operation))
    method, path, _ = operation.request(make_own(people, operation))
    for content in (*UNREADABLE, *NOT_THE_BODY):
        throttle.forget_counts()
        answer = api.request(method, path, content=content, headers=JSON)
        if content:
            is_too_much = path.startswith("/auth/") and len(content) > SIGN_IN_LIMIT
            refused(answer, 413 if is_too_much else 422)
        assert answer.status_code < 500
    wrong = api.request(method, path, content=b"title: x", headers={"Content-Type": "application/yaml"})
    refused(wrong, 415)
    assert wrong.headers["accept"] == "application/json"
    refused(api.request(method, path, content=b"{}", headers={"Content-Type": "text/html"}), 415)


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
def test_values_that_nobody_expects(asked: As, people: Team, operation: Operation):
    api = asked(caller(people, operation))
    method, path, parts = operation.request(make_own(people, operation), **known_of(operation))
    for field in parts["json"]:
        for value in VALUES:
            throttle.forget_counts()
            content = json.dumps(parts["json"] | {field: value}).encode()
            answer = api.request(method, path, content=content, headers=JSON)
            if answer.status_code >= 400:
                refused(answer, 401, 403, 404, 409, 413, 422)


@pytest.mark.parametrize("path", LISTS)
def test_questions_that_nobody_expects(asked: As, people: Team, path: str):
    api = asked(people.owner)
    for query in (
        "limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=", "limit=%00", "limit=" + "9" * 5000, "limit=1e2",
        "cursor=%00", "cursor=%ED%A0%80", "cursor=%ff", "cursor=" + "A" * 50_000, "cursor=AAAAAAAAAAAAAAAAAAAAAB",
    ):  # fmt: skip
        errors = refused(api.get(f"{path}?{query}"), 422)["errors"]
        assert errors[0]["loc"] == ["query", query.partition("=")[0]]
    for query in ("limit=200", "limit=1&limit=2", "unknown=1", "cursor=" + "A" * 22, "%00=%00"):
        assert api.get(f"{path}?{query}").status_code == 200
    for query in ("q=%00", "q=%ED%A0%80", "q=%27%22%5C%25_%26%7C%21%28%29%3A*", "q=" + "%F0%9F%98%80" * 200):
        assert api.get(f"/trees/search?{query}").status_code == 200
    for query in ("", "q=" + "x" * 201):
        refused(api.get(f"/trees/search?{query}"), 422)


@pytest.mark.parametrize(
    "value", ["%00", "%ff", "%2e%2e%2f", "x" * 10_000, "%ED%A0%80", "'", "%0d%0aSet-Cookie:a=b"]
)
def test_ids_that_are_none(asked: As, people: Team, value: str):
    api = asked(people.owner)
    for root in ("/trees", "/sessions", "/handoffs", "/analytics/trees"):
        refused(api.get(f"{root}/{value}"), 404)


@pytest.mark.parametrize(
    "header",
    [
        b"Bearer",
        b"Bearer ",
        b"Bearer \xff\xfe",
        b"bearer x.y.z",
        b"Basic eDp5",
        b"Bearer " + b"a" * 7000,
        b"\x00",
    ],
)
def test_credentials_that_are_none(api: Api, header: bytes):
    answer = api.get("/auth/me", headers={"Authorization": header})
    refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_strangers_are_told_that_they_are_whatever_they_send(api: Api):
    closed = [one for one in OPERATIONS if one.media_type and one.needs_sign_in and not one.by_cookie]
    for operation in closed:
        path = re.sub(r"{\w+}", "x", operation.path)
        for kind, content in (
            ("application/json", b"{x"),
            ("text/plain", b"x"),
            ("multipart/form-data", b"x"),
        ):
            answer = api.request(operation.method, path, content=content, headers={"Content-Type": kind})
            refused(answer, 401)
    assert len(closed) > 20


@pytest.mark.parametrize("path", ["/", "/trees/x/y/z", "/nothing", "/v2", "/%00", "/trees//"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_addresses_that_there_are_not(api: Api, method: str, path: str):
    refused(api.request(method, path), 404)


def test_methods_that_an_address_does_not_take(api: Api):
    paths: dict[str, Any] = api.app.openapi()["paths"]
    asked = 0
    for path, taken in paths.items():
        if not path.startswith("/api/"):
            continue
        also = [one for other, one in paths.items() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", other), path)]
        reached = {method.upper() for one in also for method in one}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} - reached:
            answer = api.at_root().request(method, re.sub(r"{\w+}", "x", path))
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == {one.upper() for one in taken}, path
            asked += 1
    assert asked > len(paths)


def test_a_body_of_nothing_but_mistakes_is_answered_in_short(asked: As, people: Team):
    mistakes = json.dumps({str(number): 1 for number in range(5_000)}).encode()
    answer = asked(people.owner).post("/auth/login/json", content=mistakes, headers=JSON)
    assert 2 < len(refused(answer, 422)["errors"]) <= 100


def test_more_than_is_taken(asked: As, people: Team):
    api = asked(people.owner)
    too_much = b'{"title": "' + b"x" * 2 * 1024 * 1024 + b'"}'
    for path in ("/trees", "/trees/import", "/sessions"):
        assert "2,097,152 bytes" in refused(api.post(path, content=too_much, headers=JSON), 413)["detail"]
    # What anybody may send is read by everybody's server: strangers have less room.
    for path in ("/auth/login/json", "/auth/register", "/auth/web/sign-in", "/auth/password/reset"):
        answer = api.post(path, content=too_much[:65_537], headers=JSON)
        assert "65,536 bytes" in refused(answer, 413)["detail"]

    async def in_parts() -> Any:
        for start in range(0, len(too_much), 65536):
            yield too_much[start : start + 65536]

    for path in ("/trees", "/trees/import", "/auth/login/json"):
        refused(api.post(path, content=in_parts(), headers=JSON), 413)
    lying = JSON | {"Content-Length": "x"}
    assert api.post("/auth/login/json", content=b"{}", headers=lying).status_code == 422


def test_what_is_left_of_a_body_is_read_before_the_answer_or_the_line_ends_with_it(asked: As, people: Team):
    api, read = asked(people.owner), []

    async def in_parts() -> AsyncIterator[bytes]:
        for part in range(4):
            read.append(part)
            yield b"x" * SIGN_IN_LIMIT

    for path, status in (("/nothing", 404), ("/auth/me", 405), ("/trees", 415), ("/auth/login/json", 413)):
        answer = api.post(path, content=in_parts(), headers=JSON if status == 413 else {})
        assert (refused(answer, status)["status"], read) == (status, [0, 1, 2, 3])
        assert "connection" not in answer.headers
        read.clear()
    endless = JSON | {"Content-Length": str(2 * DROPPED)}
    answer = api.post("/trees", content=in_parts(), headers=endless)
    assert (refused(answer, 413)["status"], read) == (413, [])
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("said", [{}, {"Content-Length": "1000000"}], ids=["of no length", "of some length"])
def test_a_large_body_of_a_stranger_is_not_waited_for(
    asked: As, people: Team, monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
):
    monkeypatch.setattr(bodies, "DROPPED_SECONDS", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        await asyncio.sleep(10)
        raise AssertionError("it was waited for")

    nobody = asked(people.owner).signed_in("no token")
    headers = {"Content-Type": "multipart/form-data; boundary=x"} | said
    for path in ("/sessions/1/attachments", "/web/sessions/1/attachments", "/trees/import"):
        refused(nobody.post(path, content=slowly(), headers=headers), 401)


def test_what_nobody_expected_has_an_id_and_is_logged(clean_database: str, caplog: pytest.LogCaptureFixture):
    def stumble() -> None:
        """Fail."""
        raise RuntimeError("the secret of the house")

    app = make_api()
    described: dict[int | str, dict[str, Any]] = {500: {"content": {PROBLEM: {}}}}
    app.router.routes.insert(0, APIRoute("/api/v1/stumble", stumble, responses=described))
    logger = logging.getLogger("troubleshoot_app")
    propagates, logger.propagate = logger.propagate, True
    try:
        with running(app) as api, caplog.at_level(logging.ERROR, logger="troubleshoot_app"):
            body = refused_as_bug(api.get("/stumble"))
    finally:
        logger.propagate = propagates
    (record,) = [one for one in caplog.records if one.name.startswith("troubleshoot_app")]
    assert f"error_id={body['error_id']} in GET /api/v1/stumble" in record.getMessage()
    assert record.exc_info is not None


def refused_as_bug(answer: Any) -> dict[str, Any]:
    """Return the problem document, which tells nothing but the id."""
    body = refused(answer, 500)
    assert body["detail"] == f"Something went wrong ({body['error_id']})."
    assert "secret" not in answer.text
    return body
