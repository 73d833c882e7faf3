"""Requests that are sent again: one effect, and the same answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from tests.api.conftest import As
from tests.support.asgi import Api, running
from tests.support.people import Team
from troubleshoot_app.api.app import make_api
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.models import IdempotencyKey, Step, TroubleshootingSession
from troubleshoot_app.services.idempotency import KEPT

AT_ONCE = 20


@pytest.fixture
def viewer(api_as: As, team: Team) -> Api:
    return api_as(team.viewer)


@pytest.fixture
def start(team: Team) -> dict[str, str]:
    return {"tree_id": str(team.tree_id)}


def key(value: str = "k") -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": value}}


def count(model: Any) -> int:
    def counted(db: Session) -> int:
        return int(db.execute(select(func.count()).select_from(model)).scalar_one())

    return transact(counted)


def test_the_first_answer_is_given_again(viewer: Api, start: dict[str, str]):
    first = viewer.post("/sessions", start, **key())
    viewer.post(f"/sessions/{first.json()['id']}/steps", {"option": "no"})
    again = viewer.post("/sessions", start, **key())
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert count(TroubleshootingSession) == 1


def test_another_body_or_another_call_needs_another_key(viewer: Api, start: dict[str, str]):
    first = viewer.post("/sessions", start, **key()).json()
    for answer in (
        viewer.post("/sessions", start | {"title": "x"}, **key()),
        viewer.post(f"/sessions/{first['id']}/steps", {"option": "no"}, **key()),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert viewer.post("/sessions", start, **key("other")).json()["id"] != first["id"]


def test_a_refusal_is_an_answer_too(viewer: Api, start: dict[str, str]):
    session = viewer.post("/sessions", start).json()
    path = f"/sessions/{session['id']}"
    viewer.post(f"{path}/handoff", {"intent": "park"})
    first = viewer.post(f"{path}/steps", {"option": "no"}, **key())
    (parked,) = viewer.get("/handoffs?intent=park").json()["items"]
    viewer.post(f"/handoffs/{parked['id']}/resume")
    again = viewer.post(f"{path}/steps", {"option": "no"}, **key())
    assert (again.status_code, again.content) == (first.status_code, first.content) == (409, first.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert count(Step) == 0


def test_the_key_is_the_users_own(api_as: As, team: Team, start: dict[str, str]):
    mine = api_as(team.viewer).post("/sessions", start, **key()).json()
    theirs = api_as(team.engineer).post("/sessions", start, **key()).json()
    assert mine["id"] != theirs["id"]


@pytest.mark.parametrize("value", ["", "x" * 129])
def test_a_key_that_cannot_be_is_refused(viewer: Api, start: dict[str, str], value: str):
    assert viewer.post("/sessions", start, **key(value)).status_code == 422
    assert viewer.post("/sessions", start, **key("x" * 128)).status_code == 201


def at_once(call: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [job.result(30) for job in [threads.submit(call) for _ in range(AT_ONCE)]]


def test_twenty_at_once_have_one_effect(viewer: Api, start: dict[str, str]):
    answers = at_once(lambda: viewer.post("/sessions", start, **key()))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    path = f"/sessions/{answers[0].json()['id']}"
    steps = at_once(lambda: viewer.post(f"{path}/steps", {"option": "no"}, **key("step")))
    assert {(answer.status_code, answer.content) for answer in steps} == {(200, steps[0].content)}
    escalated = at_once(lambda: viewer.post(f"{path}/handoff", {"intent": "escalate"}, **key("handoff")))
    assert {(answer.status_code, answer.content) for answer in escalated} == {(201, escalated[0].content)}
    assert (count(TroubleshootingSession), count(Step)) == (1, 1)


def test_a_key_outlives_the_process(viewer: Api, api_as: As, team: Team, start: dict[str, str]):
    first = viewer.post("/sessions", start, **key())
    with running(make_api()) as another:
        again = As(another)(team.viewer).post("/sessions", start, **key())
    assert again.content == first.content


def test_after_a_day_a_key_is_free_and_its_answer_forgotten(viewer: Api, start: dict[str, str]):
    first = viewer.post("/sessions", start, **key()).json()
    viewer.post("/sessions", start, **key("other"))

    def grow_old(db: Session) -> None:
        db.execute(update(IdempotencyKey).values(created_at=now() - KEPT - timedelta(minutes=1)))

    transact(grow_old)
    again = viewer.post("/sessions", start, **key()).json()
    assert again["id"] != first["id"]

    def keys(db: Session) -> list[str]:
        return list(db.execute(select(col(IdempotencyKey.key))).scalars())

    assert transact(keys) == ["k"]
