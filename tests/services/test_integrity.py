"""The check finds what is wrong, each kind of it, and nothing where all is well."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.support.people import Team, add_team, ask, escalate, start
from troubleshoot_app.services import (
    handoffs,
    invitations,
    passwords,
    session_changes,
    sessions,
    throttle,
    webhooks,
)
from troubleshoot_app.services.integrity import count_faults, find_faults


@pytest.fixture
def team(db: Session) -> Team:
    """An account where a bit of everything has happened, in good order."""
    team = add_team(db)
    hook = {"url": "https://example.org/", "events": ["handoff.opened"]}
    ask(db, team.admin, webhooks.create_webhook, **hook)
    walked = start(db, team)
    option = walked.current.options[0].id
    ask(db, team.viewer, sessions.choose_option, session_id=walked.id, option_id=option)
    ask(db, team.viewer, sessions.step_back, session_id=walked.id)
    ask(db, team.viewer, sessions.choose_option, session_id=walked.id, option_id=option)
    ask(db, team.viewer, sessions.choose_option, session_id=walked.id, option_id="yes")
    ask(
        db,
        team.viewer,
        session_changes.change_step,
        session_id=walked.id,
        seq=2,
        option_id=option,
        note="Lit.",
    )
    escalate(db, team)
    claimed = escalate(db, team)
    ask(db, team.engineer, handoffs.claim, handoff_id=claimed.id)
    released = escalate(db, team)
    ask(db, team.admin, handoffs.claim, handoff_id=released.id)
    ask(db, team.admin, handoffs.release, handoff_id=released.id)
    parked = start(db, team)
    ask(db, team.viewer, handoffs.open_handoff, session_id=parked.id, intent="park")
    throttle.forget_counts()
    ask(db, team.admin, invitations.invite, email="new@acme.test", role="viewer", client="")
    passwords._open_reset(db, "nobody@acme.test")
    return team


QUICK = (
    "neither escalated nor parked", "hands of the claimer", "not for any moment", "still waits although",
    "longer than mails are tried", "longer than it is tried",
)  # fmt: skip


def test_nothing_is_found_where_all_is_well(db: Session, team: Team):
    assert list(find_faults(db)) == []
    assert count_faults(db) == 0


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM step WHERE seq = 1", "without a gap"),
        ("UPDATE session SET seq = seq + 1 WHERE status = 'parked'", "counts other steps"),
        ("UPDATE step SET repeats_seq = 2 WHERE seq = 2", "repeats an answer that was not given"),
        ("UPDATE step SET replaces_seq = 9 WHERE seq = 2", "stands in for an answer to another question"),
        ("UPDATE session SET attachment_count = 1", "counts other attachments"),
        ("UPDATE account SET attachment_bytes = 1", "counts other bytes"),
        ("UPDATE session SET status = 'active' WHERE status = 'parked'", "neither escalated nor parked"),
        ("UPDATE handoff SET status = 'resumed' WHERE intent = 'park'", "no open handoff says so"),
        ("UPDATE session SET holder_id = started_by_id WHERE status = 'active'", "hands of the claimer"),
        ("DELETE FROM delivery WHERE channel = 'email'", "by each channel"),
        ("DELETE FROM delivery", "were to be told"),
        ("UPDATE delivery SET recipient_id = (SELECT from_id FROM handoff LIMIT 1)"
         " WHERE id IN (SELECT id FROM delivery ORDER BY id LIMIT 1)", "for the escalator"),
        ("UPDATE delivery SET next_attempt_at = NULL WHERE status = 'pending'", "not for any moment"),
        ("UPDATE delivery SET status = 'pending', next_attempt_at = now() WHERE status = 'skipped'", "still waits although"),
        ("UPDATE handoff SET told_at = told_at - interval '2 days'", "longer than mails are tried"),
        ("UPDATE delivery SET status = 'sent'", "nobody knows when"),
        ("UPDATE delivery SET status = 'seen', silenced = true", "wants quiet, and yet"),
        ("UPDATE webhook_delivery SET created_at = created_at - interval '2 days'", "longer than it is tried"),
        ("UPDATE webhook_delivery SET status = 'sent', sent_at = now(), attempts = 1", "has not said so"),
        ("UPDATE invitation SET next_attempt_at = NULL", "not for any moment"),
        ("UPDATE password_reset SET created_at = created_at - interval '2 days'", "longer than mails are tried"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_named(db: Session, team: Team, damage: str, sentence: str):
    db.execute(text(damage))
    db.expire_all()
    assert any(sentence in fault for fault in find_faults(db))
    assert (count_faults(db) > 0) == (sentence in QUICK)
