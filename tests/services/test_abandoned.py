"""Sessions that nobody goes on with: closed by the worker, and taken up again by who holds them."""

import pytest
from sqlmodel import Session

from tests.support.people import Team, add_team, ask, escalate, leave_alone, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, Forbidden
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.services import handoffs, sessions


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def test_what_was_left_alone_is_closed_and_can_be_taken_up_again(db: Session, team: Team):
    walked = start(db, team)
    ask(db, team.viewer, sessions.update_session, session_id=walked.id, notes="Ladder needed.")
    parked = start(db, team)
    ask(db, team.viewer, handoffs.open_handoff, session_id=parked.id, intent=Intent.PARK)
    days = get_settings().abandon_after_days
    leave_alone(db, days=days - 0.01)
    assert close_abandoned(db) == 0
    leave_alone(db, days=days)
    assert close_abandoned(db) == 2
    assert close_abandoned(db) == 0
    for one in (walked, parked):
        with pytest.raises(Conflict, match="Resume it first"):
            ask(db, team.viewer, sessions.choose_option, session_id=one.id, option_id="no")
        view = ask(db, team.viewer, sessions.resume_session, session_id=one.id)
        assert (view.status, view.handoff) == ("active", None)
        assert f"for {days} days." in view.notes
        assert view.notes.endswith(f"Taken up again by {team.viewer.name} on {now():%Y-%m-%d}.")
        ask(db, team.viewer, sessions.choose_option, session_id=one.id, option_id="no")
    assert ask(db, team.viewer, sessions.get_session, session_id=walked.id).notes.startswith(
        "Ladder needed.\n"
    )


def test_escalated_and_picked_up_ones_are_left_as_they_are(db: Session, team: Team):
    escalate(db, team)
    ask(db, team.engineer, handoffs.claim, handoff_id=escalate(db, team).id)
    leave_alone(db)
    assert close_abandoned(db) == 0


def test_only_its_holder_takes_it_up_again_and_a_live_one_as_it_is(db: Session, team: Team):
    session = start(db, team)
    with pytest.raises(Conflict):
        ask(db, team.viewer, sessions.resume_session, session_id=session.id)
    leave_alone(db)
    close_abandoned(db)
    with pytest.raises(Forbidden):
        ask(db, team.engineer, sessions.resume_session, session_id=session.id)
