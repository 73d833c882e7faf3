"""Steps as rows: where a session stands as a walk of the domain, and what is written when it moves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import Session

from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.readings import is_same_number
from troubleshoot_app.domain.walk import Move, Walk
from troubleshoot_app.models import Step
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.services.jumps import homes_of_row, homes_to_row
from troubleshoot_app.services.session_rows import SessionRow

STEP = Step.__table__
TAKE = insert(STEP)
ANSWERED = STEP.c.repeats_seq.is_(None) & STEP.c.replaces_seq.is_(None)
"""The condition for steps that answered the question at hand: not those that came of changing an earlier answer."""


def walk_of(row: SessionRow) -> Walk:
    """Return where a session stands."""
    return Walk(row.node_id, row.seq, row.current_version_id, homes_of_row(row.homes))


def standing(walk: Walk) -> dict[str, Any]:
    """Return what a session keeps of where it stands."""
    return {
        "node_id": walk.node_id,
        "current_version_id": walk.version_id,
        "homes": homes_to_row(walk.homes),
    }


def step_taken(
    row: SessionRow, before: Walk, move: Move, after: Walk, by_id: UUID, at: datetime
) -> dict[str, Any]:
    """Return a step of a session as ``TAKE`` writes it, without what was said with it: ``value`` and ``note``."""
    crossed = after.version_id != before.version_id
    return {
        "id": new_id(),
        "created_at": at,
        "account_id": row.account_id,
        "session_id": row.id,
        "seq": move.step_seq,
        "version_id": before.version_id,
        "node_id": move.node_id,
        "option_id": move.option_id,
        "homes": homes_to_row(before.homes),
        "to_version_id": after.version_id if crossed else None,
        "to_node_id": after.node_id if crossed else None,
        "by_id": by_id,
    }


def stands_as(db: Session, row: SessionRow, seq: int) -> int:
    """Return the step that the answer of step ``seq`` is in by now: another one when it was kept while an earlier answer
    was changed."""
    first = func.coalesce(STEP.c.repeats_seq, STEP.c.seq)
    of_session = STEP.c.session_id == row.id
    this = select(first).where(of_session, STEP.c.seq == seq).scalar_subquery()
    latest: int | None = db.execute(select(func.max(STEP.c.seq)).where(of_session, first == this)).scalar()
    return latest or seq


def answered_after(db: Session, row: SessionRow, seq: int, node_id: str = "") -> int | None:
    """Return the step that answered the question reached after step ``seq``; None when it is still asked. What a changed
    answer wrote in between answered other questions; and if somebody went back in between, so did the next answer: where
    they did, ``node_id`` tells which question is meant."""
    later = [STEP.c.session_id == row.id, STEP.c.seq > seq, ANSWERED]
    if node_id:
        later.append(STEP.c.node_id == node_id)
    answered = db.execute(select(func.min(STEP.c.seq)).where(*later)).scalar_one()
    return None if answered is None else stands_as(db, row, answered)


def version_after(db: Session, row: SessionRow, seq: int) -> UUID:
    """Return the version that the question reached after step ``seq`` is of."""
    led_to = select(func.coalesce(STEP.c.to_version_id, STEP.c.version_id))
    found: UUID | None = db.execute(led_to.where(STEP.c.session_id == row.id, STEP.c.seq == seq)).scalar()
    return found or row.version_id


def is_answered_with(db: Session, step: AnyRow, option_id: str, typed: str | None) -> bool:
    """Tell whether a step has that answer: the option, or, where the number chose it, the number."""
    if option_id:
        return bool(step.option_id == option_id)
    reading = tree_of_version(db, step.version_id).nodes[step.node_id].reading
    return reading is not None and is_same_number(reading, typed, step.value)
