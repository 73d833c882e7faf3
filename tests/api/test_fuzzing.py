"""Schemathesis, with all its checks, as everybody: what the API does is what its document says, whatever it is sent."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.support.asgi import the_app
from tests.support.fuzzing import Outcome, fuzz
from tests.support.people import Person, Team, escalate, start
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import throttle, tokens
from troubleshoot_app.services.tokens import issue_access_token

CALLERS = ("nobody", "viewer", "engineer", "owner", "other account")
MANY_EXAMPLES = 100
# Nearly everything that there is to try systematically is tried once; what is left to chance, a little as each caller.
BOUNDED = {
    "nobody": (("examples", "fuzzing"), 1),
    "viewer": (("examples", "fuzzing"), 1),
    "engineer": (("examples", "coverage", "fuzzing"), 2),
    "owner": (("examples", "fuzzing", "stateful"), 2),
    "other account": (("examples", "fuzzing"), 1),
}
# Their bodies are those of trees_create and scenarios_create, and tried there.
SAME_BODIES = ("trees_replace", "trees_validate", "scenarios_replace")


@dataclass(frozen=True)
class Stage:
    """Two accounts with something in them."""

    team: Team
    others: Team

    def person(self, caller: str) -> Person | None:
        """Return who asks; None for nobody."""
        return {
            "nobody": None,
            "viewer": self.team.viewer,
            "engineer": self.team.engineer,
            "owner": self.team.owner,
            "other account": self.others.owner,
        }[caller]

    def fuzz(
        self, caller: str, phases: tuple[str, ...], examples: int, uncovered: tuple[str, ...] = ()
    ) -> Outcome:
        """Have everything asked; the caller may sign out or lose their rights on the way and gets them back."""
        person = self.person(caller)

        def stay_in() -> None:
            throttle.forget_counts()
            if person is not None:
                transact(_restore, person)

        token = issue_access_token(person.id, person.actor.sign_in_id).text if person else ""
        return fuzz(
            the_app(), token=token, phases=phases, examples=examples, uncovered=uncovered, before=stay_in
        )


@pytest.fixture
def stage(team: Team, strangers: Team, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(tokens, "ACCESS_LIFETIME", timedelta(hours=2))
    for one in (team, strangers):
        transact(start, one)
        transact(escalate, one)
    return Stage(team, strangers)


@pytest.mark.parametrize("caller", CALLERS)
def test_the_document_holds(stage: Stage, caller: str):
    outcome = stage.fuzz(caller, *BOUNDED[caller], SAME_BODIES)
    assert not outcome.failures, "\n\n".join(outcome.failures)
    _asked_enough(outcome, caller)


@pytest.mark.soak
@pytest.mark.parametrize("caller", CALLERS)
def test_the_document_holds_for_long(stage: Stage, caller: str):
    phases = ("examples", "coverage", "fuzzing", "stateful")
    outcome = stage.fuzz(caller, phases, MANY_EXAMPLES)
    assert not outcome.failures, "\n\n".join(outcome.failures)
    _asked_enough(outcome, caller)


def _asked_enough(outcome: Outcome, caller: str) -> None:
    """Whoever is signed in gets somewhere; nobody gets past the door."""
    assert outcome.statuses[422] > 0
    if caller == "nobody":
        assert outcome.statuses[401] > outcome.statuses[200]
    else:
        assert outcome.statuses[200] > 0
        assert outcome.statuses[201] > 0


def _restore(db: Session, person: Person) -> None:
    ids = {"user": person.id, "sign_in": person.actor.sign_in_id, "role": person.actor.role}
    db.execute(
        text("UPDATE sign_in SET revoked_at = NULL WHERE id = :sign_in AND revoked_at IS NOT NULL"), ids
    )
    db.execute(
        text(
            "UPDATE app_user SET role = :role, is_active = true, deleted_at = NULL"
            " WHERE id = :user AND (role <> :role OR NOT is_active OR deleted_at IS NOT NULL)"
        ),
        ids,
    )
