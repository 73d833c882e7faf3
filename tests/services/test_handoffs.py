"""Handoffs: who may do what when, and what becomes of the session."""

from sqlmodel import Session

from tests.support.people import add_team, ask, escalate
from troubleshoot_app.services import handoffs, sessions


def test_the_claimer_stands_where_the_escalator_stood(db: Session):
    team = add_team(db)
    handoff = escalate(db, team, reason="No light at all.", priority="high")
    claimed = ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    session = ask(db, team.engineer, sessions.get_session, session_id=claimed.session_id)
    assert (claimed.status, session.status, session.holder.name) == ("claimed", "active", team.engineer.name)
