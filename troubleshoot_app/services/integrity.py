"""Integrity: what must hold of sessions, handoffs and deliveries, asked of the database as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import GIVE_UP_AFTER

LATE = GIVE_UP_AFTER + timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What must never be found, and the query that would find it: ids of what breaks the rule."""

    sentence: str
    query: str


_RULES = (
    _Rule(
        "session {id}: its steps are not numbered 1, 2, 3 … without a gap",
        "SELECT session_id AS id FROM step GROUP BY session_id HAVING max(seq) <> count(*) OR min(seq) <> 1",
    ),
    _Rule(
        "session {id}: it counts other steps than it has",
        "SELECT session.id FROM session LEFT JOIN step ON step.session_id = session.id GROUP BY session.id"
        " HAVING session.seq <> count(step.id)"
        " OR session.live_steps <> count(step.id) FILTER (WHERE step.undone_at IS NULL)",
    ),
    _Rule(
        "session {id}: it counts other attachments than it has",
        "SELECT session.id FROM session LEFT JOIN attachment ON attachment.session_id = session.id GROUP BY session.id"
        " HAVING session.attachment_count <> count(attachment.id)",
    ),
    _Rule(
        "session {id}: it has more than one live handoff",
        "SELECT session_id AS id FROM handoff WHERE status IN ('open', 'claimed') GROUP BY session_id HAVING count(*) > 1",
    ),
    _Rule(
        "session {id}: it is escalated or parked, and no open handoff says so",
        "SELECT session.id FROM session LEFT JOIN handoff ON handoff.session_id = session.id AND handoff.status = 'open'"
        " WHERE session.status IN ('escalated', 'parked') AND handoff.id IS NULL",
    ),
    _Rule(
        "handoff {id}: it is open, and its session is neither escalated nor parked",
        "SELECT handoff.id FROM handoff JOIN session ON session.id = handoff.session_id WHERE handoff.status = 'open'"
        " AND session.status <> CASE handoff.intent WHEN 'escalate' THEN 'escalated' ELSE 'parked' END",
    ),
    _Rule(
        "handoff {id}: it is claimed, and its session is not in the hands of the claimer",
        "SELECT handoff.id FROM handoff JOIN session ON session.id = handoff.session_id WHERE handoff.status = 'claimed'"
        " AND (session.status <> 'active' OR session.holder_id <> handoff.claimed_by_id)",
    ),
    _Rule(
        "handoff {id}: not everybody has a delivery by each channel",
        "SELECT handoff_id AS id FROM delivery GROUP BY handoff_id HAVING count(*) <> 2 * count(DISTINCT recipient_id)",
    ),
    _Rule(
        "handoff {id}: fewer people have a delivery than were to be told",
        "SELECT handoff.id FROM handoff JOIN audit_entry ON audit_entry.subject_id = handoff.id"
        " AND audit_entry.action = 'handoff.opened' LEFT JOIN delivery ON delivery.handoff_id = handoff.id"
        " GROUP BY handoff.id, audit_entry.details"
        " HAVING count(DISTINCT delivery.recipient_id) < (audit_entry.details->>'told')::int",
    ),
    _Rule(
        "delivery {id}: it is for the escalator, or for somebody of another account",
        "SELECT delivery.id FROM delivery JOIN handoff ON handoff.id = delivery.handoff_id"
        " JOIN app_user ON app_user.id = delivery.recipient_id"
        " WHERE delivery.recipient_id = handoff.from_id OR app_user.account_id <> handoff.account_id"
        " OR delivery.account_id <> handoff.account_id OR handoff.intent = 'park'",
    ),
    _Rule(
        "delivery {id}: it waits, but not for any moment",
        "SELECT id FROM delivery WHERE status = 'pending' AND next_attempt_at IS NULL",
    ),
    _Rule(
        "delivery {id}: it still waits although its handoff is over or picked up",
        "SELECT delivery.id FROM delivery JOIN handoff ON handoff.id = delivery.handoff_id"
        " WHERE delivery.status = 'pending' AND handoff.status <> 'open' AND delivery.lease_owner IS NULL",
    ),
    _Rule(
        "delivery {id}: it has waited for longer than mails are tried",
        "SELECT delivery.id FROM delivery JOIN handoff ON handoff.id = delivery.handoff_id"
        " WHERE delivery.status = 'pending' AND handoff.told_at < :late",
    ),
    _Rule(
        "mail of a case {id}: it waits, but not for any moment, or for longer than mails are tried",
        "SELECT id FROM case_mail WHERE status = 'pending' AND (next_attempt_at IS NULL OR created_at < :late)",
    ),
    _Rule(
        "delivery {id}: it is sent, and nobody knows when",
        "SELECT id FROM delivery WHERE status = 'sent' AND (sent_at IS NULL OR attempts = 0)",
    ),
)


def find_faults(db: Session) -> Iterator[str]:
    """Yield a sentence for each thing of any account that breaks a rule; nothing when all is well."""
    for rule in _RULES:
        parameters = {"late": now() - LATE} if ":late" in rule.query else {}
        for found in db.execute(text(rule.query), parameters).scalars():
            yield rule.sentence.format(id=found)
