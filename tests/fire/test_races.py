"""Thousands of races for a case, each with one winner."""

from collections import Counter
from functools import partial

import pytest
from sqlmodel import Session

from tests.services.at_once import at_once
from tests.support.people import Person, Team, add_person, add_team, do, escalate
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.services import handoffs
from troubleshoot_app.services.integrity import find_faults


def add_seniors(db: Session, team: Team, count: int) -> list[Person]:
    """Return so many more seniors of the account."""
    return [add_person(db, team.account_id, Role.ENGINEER, f"Senior {number}") for number in range(count)]


@pytest.mark.usefixtures("clean_database")
@pytest.mark.parametrize(
    ("seniors", "races"),
    [
        pytest.param(8, 10, id="quick"),
        pytest.param(2, 6000, id="2-soak", marks=pytest.mark.soak),
        pytest.param(8, 3500, id="8-soak", marks=pytest.mark.soak),
        pytest.param(50, 500, id="50-soak", marks=pytest.mark.soak),
    ],
)
def test_every_race_has_one_winner(seniors: int, races: int):
    team = transact(add_team)
    people = transact(add_seniors, team, seniors)
    wins: Counter[str] = Counter()
    for _ in range(races):
        handoff = transact(escalate, team)
        race = at_once([partial(do, person, handoffs.claim, handoff_id=handoff.id) for person in people])
        (won,) = race.answers
        wins[won.claimed_by.id] += 1
        assert len(race.refusals) == seniors - 1
        assert all(isinstance(refusal, Conflict) for refusal in race.refusals)
        assert {refusal.extra["claimed_by"]["id"] for refusal in race.refusals} == {won.claimed_by.id}
        do(next(p for p in people if str(p.id) == won.claimed_by.id), handoffs.resolve,
           handoff_id=handoff.id, resolution="Done.")  # fmt: skip
    assert sum(wins.values()) == races
    assert transact(lambda db: list(find_faults(db))) == []
