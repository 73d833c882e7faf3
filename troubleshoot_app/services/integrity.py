"""Integrity: what must hold of sessions, handoffs and all that is sent, asked of the database as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import Executable, text
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import GIVE_UP_AFTER
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.models.tallies import wrong_tallies

COUNTED = 100
LATE = GIVE_UP_AFTER + timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What must never be found, and the query that would find it: ids of what breaks the rule.

    One that is ``quick`` looks at nothing but what is under way, by an index, however much there is besides.
    """

    sentence: str
    query: str | AnySelect
    quick: bool = False


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
        "session {id}: a step repeats an answer that was not given, or still stands",
        "SELECT step.session_id AS id FROM step LEFT JOIN step AS first ON first.session_id = step.session_id"
        " AND first.seq = step.repeats_seq AND first.seq < step.seq AND first.repeats_seq IS NULL"
        " AND first.undone_at IS NOT NULL AND (first.version_id, first.node_id, first.option_id)"
        " = (step.version_id, step.node_id, step.option_id) WHERE step.repeats_seq IS NOT NULL AND first.id IS NULL",
    ),
    _Rule(
        "session {id}: a step stands in for an answer to another question, or for one that still stands",
        "SELECT step.session_id AS id FROM step LEFT JOIN step AS earlier ON earlier.session_id = step.session_id"
        " AND earlier.seq = step.replaces_seq AND earlier.seq < step.seq AND earlier.undone_at IS NOT NULL"
        " AND (earlier.version_id, earlier.node_id) = (step.version_id, step.node_id)"
        " WHERE step.replaces_seq IS NOT NULL AND earlier.id IS NULL",
    ),
    _Rule(
        "session {id}: it counts other attachments than it has",
        "SELECT session.id FROM session LEFT JOIN attachment ON attachment.session_id = session.id GROUP BY session.id"
        " HAVING session.attachment_count <> count(attachment.id)",
    ),
    _Rule(
        "account {id}: it counts other bytes of attachments than it has",
        "SELECT account.id FROM account LEFT JOIN attachment ON attachment.account_id = account.id GROUP BY account.id"
        " HAVING account.attachment_bytes <> coalesce(sum(attachment.size), 0)",
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
        quick=True,
    ),
    _Rule(
        "handoff {id}: it is claimed, and its session is not in the hands of the claimer",
        "SELECT handoff.id FROM handoff JOIN session ON session.id = handoff.session_id WHERE handoff.status = 'claimed'"
        " AND (session.status <> 'active' OR session.holder_id <> handoff.claimed_by_id)",
        quick=True,
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
        quick=True,
    ),
    _Rule(
        "delivery {id}: it still waits although its handoff is over or picked up",
        "SELECT delivery.id FROM delivery JOIN handoff ON handoff.id = delivery.handoff_id"
        " WHERE delivery.status = 'pending' AND handoff.status <> 'open' AND delivery.lease_owner IS NULL",
        quick=True,
    ),
    _Rule(
        "delivery {id}: it has waited for longer than mails are tried",
        "SELECT delivery.id FROM delivery JOIN handoff ON handoff.id = delivery.handoff_id"
        " WHERE delivery.status = 'pending' AND handoff.told_at < :late",
        quick=True,
    ),
    _Rule(
        "webhook delivery {id}: it waits, but not for any moment, or for longer than it is tried",
        "SELECT id FROM webhook_delivery WHERE status = 'pending' AND (next_attempt_at IS NULL OR created_at < :late)",
        quick=True,
    ),
    _Rule(
        "webhook delivery {id}: it is sent, and nobody knows when, or the receiver has not said so",
        "SELECT id FROM webhook_delivery WHERE status = 'sent'"
        " AND (sent_at IS NULL OR attempts = 0 OR response_status IS NULL OR response_status NOT BETWEEN 200 AND 299)",
    ),
    _Rule(
        "mail of a case {id}: it waits, but not for any moment, or for longer than mails are tried",
        "SELECT id FROM case_mail WHERE status = 'pending' AND (next_attempt_at IS NULL OR created_at < :late)",
    ),
    _Rule(
        "mail of an invitation {id}: it waits, but not for any moment, or for longer than mails are tried",
        "SELECT id FROM invitation WHERE status = 'pending' AND (next_attempt_at IS NULL OR created_at < :late)",
        quick=True,
    ),
    _Rule(
        "mail of a password reset {id}: it waits, but not for any moment, or for longer than mails are tried",
        "SELECT id FROM password_reset WHERE status = 'pending' AND (next_attempt_at IS NULL OR created_at < :late)",
        quick=True,
    ),
    _Rule(
        "delivery {id}: its recipient wants quiet, and yet it was made",
        "SELECT id FROM delivery WHERE silenced AND status NOT IN ('pending', 'skipped')",
    ),
    _Rule(
        "delivery {id}: it is sent, and nobody knows when",
        "SELECT id FROM delivery WHERE status = 'sent' AND (sent_at IS NULL OR attempts = 0)",
    ),
    _Rule(
        "session {id}: it is tallied, and it is not over",
        "SELECT id FROM session WHERE tallied AND status NOT IN ('completed', 'abandoned')",
    ),
    _Rule("version {id}: its tallies are not what its sessions come to", wrong_tallies()),
)


def list_faults(db: Session) -> list[str]:
    """Return a sentence for each thing of any account that breaks a rule; nothing when all is well."""
    return list(find_faults(db))


def find_faults(db: Session, *, only_quick: bool = False) -> Iterator[str]:
    """Yield a sentence for each thing of any account that breaks a rule; nothing when all is well.

    ``only_quick`` leaves out what takes longer the more there ever was.
    """
    for rule in _RULES:
        if only_quick and not rule.quick:
            continue
        if isinstance(rule.query, str):
            query: Executable = text(rule.query)
            parameters = {"late": now() - LATE} if ":late" in rule.query else {}
        else:
            query, parameters = rule.query, {}
        for found in db.execute(query, parameters).scalars():
            yield rule.sentence.format(id=found)


def count_faults(db: Session) -> int:
    """Return how many things that are under way break a rule, counted up to a hundred; quick, however much there is."""
    return sum(1 for _ in islice(find_faults(db, only_quick=True), COUNTED))
