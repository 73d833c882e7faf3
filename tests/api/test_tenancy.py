"""The tenancy matrix: every operation, each id that it takes, and everybody who may ask.

It is made from the OpenAPI document, so that a new operation is in it by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from tests.api.worlds import known_of, make_own, people_of
from tests.support.asgi import Api, running, the_app
from tests.support.document import Operation, Place, operations
from tests.support.people import Person, Team, add_team
from tests.support.postgres import empty
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import token_hash
from troubleshoot_app.models import SignIn
from troubleshoot_app.services import throttle
from troubleshoot_app.services.auth import SIGN_IN_COOKIE
from troubleshoot_app.services.tokens import issue_access_token

OPERATIONS = operations(the_app())
WITH_IDS = [operation for operation in OPERATIONS if operation.places]
MALFORMED = ("x", "0")
VOLATILE = ("date",)


@dataclass(frozen=True)
class World:
    """Two accounts, and everybody in them signed in by token and by cookie."""

    api: Api
    team: Team
    others: Team
    cookies: dict[Any, str]

    def ask(self, person: Person | None, operation: Operation, ids: dict[Place, str]) -> httpx.Response:
        """Return what the operation answers to somebody, or to nobody."""
        throttle.forget_counts()
        method, path, parts = operation.request(ids, **known_of(operation))
        asked = self.api
        if person is not None and operation.by_cookie:
            parts["headers"] = {"Cookie": f"{SIGN_IN_COOKIE}={self.cookies[person.id]}"}
        elif person is not None:
            asked = asked.signed_in(issue_access_token(person.id, person.actor.sign_in_id).text)
        return asked.request(method, path, **parts)


@pytest.fixture(scope="module")
def world(database_url: str) -> Iterator[World]:
    with running() as api:
        team, others = transact(add_team, "acme"), transact(add_team, "other")
        cookies = transact(_give_cookies, [*people_of(team).values(), *people_of(others).values()])
        yield World(api, team, others, cookies)
    empty()


def _give_cookies(db: Session, people: list[Person]) -> dict[Any, str]:
    cookies = {person.id: f"cookie of {person.id}" for person in people}
    for person in people:
        db.get_one(SignIn, person.actor.sign_in_id).secret_hash = token_hash(cookies[person.id])
    return cookies


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all that an answer says."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in VOLATILE]
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
def test_what_is_not_ones_own_is_not_there(world: World, operation: Operation):
    """Foreign, malformed and deleted ids are answered like unknown ones, to the byte, and change nothing."""
    own, theirs = make_own(world.team, operation), make_own(world.others, operation)
    deleted = _deleted(world, operation)
    before = transact(_everything)
    for place in operation.places:
        for name, person in {**people_of(world.team), "other account": world.others.owner}.items():
            mine, foreign = (theirs, own) if name == "other account" else (own, theirs)
            unknown = world.ask(person, operation, mine | {place: str(new_id())})
            allowed = {404} if person.actor.role.rank >= operation.least_role.rank else {403}
            if place.where == "query":
                allowed |= {200}
            assert unknown.status_code in allowed, (name, unknown.text)
            others = [foreign[place], *MALFORMED, *(ids[place] for ids in deleted if place in ids)]
            for value in others:
                answer = world.ask(person, operation, mine | {place: value})
                assert told(answer) == told(unknown), f"{name} asks for {place.name} {value}"
    assert transact(_everything) == before


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
def test_ones_own_is_there_for_somebody(world: World, operation: Operation):
    """Each role that an operation is for gets past the door, and for at least one person it does its work."""
    answers = {
        name: world.ask(person, operation, make_own(world.team, operation))
        for name, person in people_of(world.team).items()
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert any(answer.is_success for answer in answers.values()), (
        f"Nobody gets anything from {operation}: {statuses}. "
        "Let the tenancy matrix make things in a state in which somebody does."
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_each_role_and_nobody(world: World, operation: Operation):
    """Without a sign-in nothing is told, whatever the id; nor to who has a lower role than the description says."""
    own = make_own(world.team, operation)
    if operation.needs_sign_in:
        answers = [world.ask(None, operation, ids) for ids in (own, dict.fromkeys(operation.places, "x"))]
        assert {answer.status_code for answer in answers} == {401}
        assert told(answers[0]) == told(answers[1])
    for name, person in people_of(world.team).items():
        if person.actor.role.rank < operation.least_role.rank:
            answer = world.ask(person, operation, own)
            assert answer.status_code == 403, f"{name} of {operation}: {answer.text}"


def _deleted(world: World, operation: Operation) -> list[dict[Place, str]]:
    """Return the id of something that was deleted, for each place that names what can be."""
    gone = []
    for place in operation.places:
        deleting = next(
            (
                one
                for one in OPERATIONS
                if one.method == "DELETE" and one.places and one.places[-1].name == place.name
            ),
            None,
        )
        if deleting is not None:
            ids = make_own(world.team, deleting)
            answer = world.ask(world.team.owner, deleting, ids)
            assert answer.status_code == 204, answer.text
            gone.append({place: ids[deleting.places[-1]]})
    return gone


def _everything(db: Session) -> dict[str, str]:
    """Return a digest of each table."""
    return {
        table.name: db.execute(
            text(
                f'SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), $$$$)) FROM "{table.name}" t'
            )
        ).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }
