"""Many at the same moment: one winner, a clear word for the others, and nobody waits for ever."""

import time
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import Session

from tests.services.at_once import at_once
from tests.support.people import Person, Team, add_person, add_team, do, escalate, start
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Conflict, Forbidden
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import SessionStatus
from troubleshoot_app.models import Handoff, TroubleshootingSession
from troubleshoot_app.notifications.tallying import tally_sessions
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.services import handoffs, session_changes, sessions
from troubleshoot_app.services.integrity import list_faults
from troubleshoot_app.services.session_rows import SESSION
from troubleshoot_app.services.tree_analytics import tree_figures

ROUNDS = 5


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


def add_seniors(db: Session, team: Team, count: int) -> list[Person]:
    return [add_person(db, team.account_id, Role.ENGINEER, f"Senior {number}") for number in range(count)]


def stands(handoff: HandoffView) -> tuple[str, UUID | None, str, UUID]:
    """Return status and claimer of a handoff, status and holder of its session, from the database."""

    def read(db: Session) -> tuple[str, UUID | None, str, UUID]:
        row = db.get_one(Handoff, handoff.id)
        session = db.get_one(TroubleshootingSession, handoff.session_id)
        return row.status, row.claimed_by_id, session.status, session.holder_id

    return transact(read)


@pytest.mark.parametrize(("seniors", "rounds"), [(2, 10), (8, ROUNDS), (50, 3)])
def test_of_all_who_pick_up_at_once_one_wins_and_the_others_learn_who(team: Team, seniors: int, rounds: int):
    people = transact(add_seniors, team, seniors)
    begin = time.monotonic()
    for _ in range(rounds):
        handoff = transact(escalate, team)
        outcome = at_once([partial(do, person, handoffs.claim, handoff_id=handoff.id) for person in people])
        (won,) = outcome.answers
        assert stands(handoff) == ("claimed", UUID(won.claimed_by.id), "active", UUID(won.claimed_by.id))
        assert len(outcome.refusals) == seniors - 1
        for refusal in outcome.refusals:
            assert isinstance(refusal, Conflict)
            assert refusal.detail == f"{won.claimed_by.name} has this case."
            assert refusal.extra == {"claimed_by": {"id": won.claimed_by.id, "name": won.claimed_by.name}}
    assert time.monotonic() - begin < 20


def test_cancelling_and_picking_up_at_once_have_one_winner(team: Team):
    for _ in range(ROUNDS):
        handoff = transact(escalate, team)
        outcome = at_once([
            partial(do, team.viewer, handoffs.cancel, handoff_id=handoff.id),
            partial(do, team.engineer, handoffs.claim, handoff_id=handoff.id),
        ])  # fmt: skip
        (won,), (refusal,) = outcome.answers, outcome.refusals
        assert isinstance(refusal, Conflict)
        if won.status == "cancelled":
            assert stands(handoff) == ("cancelled", None, "active", team.viewer.id)
            assert refusal.detail == "This escalation was cancelled."
        else:
            assert stands(handoff) == ("claimed", team.engineer.id, "active", team.engineer.id)


def test_completing_and_giving_back_at_once_have_one_winner(team: Team):
    for _ in range(ROUNDS):
        handoff = transact(escalate, team)
        do(team.engineer, handoffs.claim, handoff_id=handoff.id)
        outcome = at_once([
            partial(do, team.engineer, sessions.complete_session, session_id=handoff.session_id, outcome="resolved"),
            partial(do, team.engineer, handoffs.release, handoff_id=handoff.id),
        ])  # fmt: skip
        assert len(outcome.answers) == 1
        assert isinstance(outcome.refusals[0], Conflict | Forbidden)
        assert stands(handoff) in (
            ("resolved", team.engineer.id, "completed", team.engineer.id),
            ("open", None, "escalated", team.viewer.id),
        )


def test_completing_and_escalating_at_once_have_one_winner(team: Team):
    for _ in range(ROUNDS):
        session = transact(start, team)
        outcome = at_once([
            partial(do, team.viewer, sessions.complete_session, session_id=session.id, outcome="unresolved"),
            partial(do, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate"),
        ])  # fmt: skip
        assert len(outcome.answers) == 1
        assert isinstance(outcome.refusals[0], Conflict)
        view: SessionView = do(team.viewer, sessions.get_session, session_id=session.id)
        assert (view.status, view.handoff is not None) in (("completed", False), ("escalated", True))


def test_completing_and_picking_up_at_once_never_end_a_session_under_its_new_holder(team: Team):
    for _ in range(ROUNDS):
        handoff = transact(escalate, team)
        outcome = at_once([
            partial(do, team.viewer, sessions.complete_session, session_id=handoff.session_id, outcome="resolved"),
            partial(do, team.engineer, handoffs.claim, handoff_id=handoff.id),
        ])  # fmt: skip
        assert isinstance(outcome.refusals[0], Conflict | Forbidden)
        assert stands(handoff) == ("claimed", team.engineer.id, "active", team.engineer.id)


def test_escalating_twice_at_once_opens_one_handoff(team: Team):
    for _ in range(ROUNDS):
        session = transact(start, team)
        escalation = partial(do, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate")
        outcome = at_once([escalation] * 3)
        (won,) = outcome.answers
        assert {str(refusal.extra) for refusal in outcome.refusals} == {str({"handoff_id": won.id})}


def test_two_presses_at_the_same_moment_are_one_step(team: Team):
    for _ in range(ROUNDS):
        session = transact(start, team)
        press = partial(
            do, team.viewer, sessions.choose_option,
            session_id=session.id, option_id="no", revision=session.revision,
        )  # fmt: skip
        outcome = at_once([press] * 4)
        assert outcome.refusals == []
        assert [len(view.steps) for view in outcome.answers] == [1] * 4
        assert {view.revision for view in outcome.answers} == {session.revision + 1}


def test_of_two_tabs_that_answer_differently_at_once_one_is_told(team: Team):
    for _ in range(ROUNDS):
        session = transact(start, team)
        outcome = at_once([
            partial(
                do, team.viewer, sessions.choose_option,
                session_id=session.id, option_id=option, revision=session.revision,
            )
            for option in ("yes", "no")
        ])  # fmt: skip
        (won,), (refusal,) = outcome.answers, outcome.refusals
        assert isinstance(refusal, Conflict)
        assert refusal.extra == {"revision": won.revision}


def test_changing_an_answer_and_giving_the_next_one_at_once_have_one_winner(team: Team):
    for _ in range(ROUNDS):
        session = transact(start, team)
        for option in ("no", "done"):
            seen = do(team.viewer, sessions.choose_option, session_id=session.id, option_id=option)
        at = seen.revision
        change = partial(
            do, team.viewer, session_changes.change_step,
            session_id=session.id, seq=1, option_id="yes", revision=at,
        )  # fmt: skip
        answer = partial(
            do, team.viewer, sessions.choose_option, session_id=session.id, option_id="no", revision=at
        )
        outcome = at_once([change, answer, change])
        view = do(team.viewer, sessions.get_session, session_id=session.id)
        assert view.revision == seen.revision + 1
        changed = len(outcome.answers) == 2
        assert len(outcome.refusals) == (1 if changed else 2)
        assert (view.current.id, view.step_count, view.seq) == (("wan", 1, 3) if changed else ("plug", 3, 3))
        assert not transact(list_faults)


def test_going_on_while_the_worker_tallies_counts_each_session_once(team: Team):
    def leave(db: Session) -> list[str]:
        left = [start(db, team).id for _ in range(8)]
        db.execute(update(SESSION).where(SESSION.c.id.in_(left)).values(status=SessionStatus.ABANDONED))
        return left

    for _ in range(ROUNDS):
        left = transact(leave)
        transact(tally_sessions)
        left += transact(leave)
        going_on = [partial(do, team.viewer, sessions.resume_session, session_id=one) for one in left[::2]]
        tallying = [partial(transact, tally_sessions) for _ in range(3)]
        outcome = at_once([*going_on, *tallying])
        assert outcome.refusals == []
        assert not transact(list_faults)
        figures = do(team.engineer, tree_figures, tree_id=str(team.tree_id))
        assert figures.abandoned == figures.started / 2
