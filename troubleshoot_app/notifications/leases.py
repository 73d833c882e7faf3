"""Leases: what is due in a queue is sent by one process at a time, taken over when that one dies, and tried again when
it did not work.

A lease names the advisory lock that its process holds for as long as it lives; a lease whose lock nobody holds is free.
"""

from collections.abc import Collection
from datetime import datetime
from random import SystemRandom
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, or_, select, text, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import DeliveryStatus, next_attempt
from troubleshoot_app.models.queues import ERROR_LENGTH, QueuedRow

LEASE_LOCK_CLASS = 815_002

living = (
    text(
        "SELECT objid::bigint AS owner FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND classid = :lease_class"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    .bindparams(lease_class=LEASE_LOCK_CLASS)
    .columns(owner=BigInteger)
    .subquery("living")
)


def lease_due(
    db: Session,
    queue: type[QueuedRow],
    owner: int,
    *conditions: ColumnElement[bool],
    busy: Collection[UUID],
    limit: int,
) -> list[UUID]:
    """Lease up to ``limit`` rows of ``queue`` that meet ``conditions``, are due, and are not being sent by a living
    process; return their ids.

    ``busy`` are those that this process is sending right now.
    """
    due = (
        select(col(queue.id))
        .where(*conditions, *is_due(queue, owner), col(queue.id).not_in(list(busy)))
        .order_by(col(queue.next_attempt_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.execute(due).scalars())
    if ids:
        db.execute(update(queue).where(col(queue.id).in_(ids)).values(lease_owner=owner))
    return ids


def is_due(queue: Any, owner: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a row (of a table or an alias of it) whose time has come and that ``owner`` may lease."""
    leased = col(queue.lease_owner)
    return (
        col(queue.status) == DeliveryStatus.PENDING,
        col(queue.next_attempt_at) <= now(),
        or_(leased.is_(None), leased == owner, leased.not_in(select(living.c.owner))),
    )


def is_leased(queue: type[QueuedRow], row_id: UUID, owner: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on the one row that ``owner`` has leased and that is still to be sent."""
    return (
        col(queue.id) == row_id,
        col(queue.status) == DeliveryStatus.PENDING,
        col(queue.lease_owner) == owner,
    )


def finish(row: QueuedRow, status: DeliveryStatus, why: str) -> None:
    """End a row, and its lease with it."""
    row.status = status
    row.error = why[:ERROR_LENGTH]
    row.next_attempt_at = None
    row.lease_owner = None


def try_again(row: QueuedRow, why: str, since: datetime) -> None:
    """Put a row off after an attempt that was counted, or give up when a day since ``since`` has gone by."""
    again = next_attempt(row.attempts, now(), SystemRandom().uniform(-1, 1), since)
    if again is None:
        finish(row, DeliveryStatus.FAILED, why)
        return
    row.error = why[:ERROR_LENGTH]
    row.next_attempt_at = again
