"""Leases: what is due in a queue is sent by one process at a time, taken over when that one dies, and tried again when
it did not work.

A lease names the advisory lock that its process holds for as long as it lives; a lease whose lock nobody holds is free.
"""

from collections.abc import Collection
from datetime import datetime
from random import SystemRandom
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    all_,
    bindparam,
    cast,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import DeliveryStatus, next_attempt
from troubleshoot_app.models.base import Timestamp, array_of, is_among
from troubleshoot_app.models.queues import ERROR_LENGTH, QueuedRow

LEASE_LOCK_CLASS = 815_002
OWNER: BindParameter[int] = bindparam("owner", type_=Integer)

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


def due(queue: type[QueuedRow], *conditions: ColumnElement[bool]) -> Select[UUID]:
    """Return the query for ``lease_due``. Made once: making it takes longer than running it, and it is run all the time."""
    return (
        select(col(queue.id))
        .where(
            *conditions,
            *is_due(queue),
            col(queue.id) != all_(cast(bindparam("busy", type_=Text), ARRAY(Uuid))),
        )
        .order_by(col(queue.next_attempt_at))
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


def lease_due(
    db: Session,
    due_rows: Select[UUID],
    queue: type[QueuedRow],
    owner: int,
    *,
    busy: Collection[UUID],
    limit: int,
) -> list[UUID]:
    """Lease up to ``limit`` rows of ``queue`` that are due and are not being sent by a living process; return their ids.

    ``busy`` are those that this process is sending right now.
    """
    asked = {"owner": owner, "now": now(), "busy": array_of(busy), "limit": limit}
    ids = list(db.execute(due_rows, asked).scalars())
    if ids:
        db.execute(update(queue).where(is_among(col(queue.id), ids)).values(lease_owner=owner))
    return ids


def is_due(queue: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on a row (of a table or an alias of it) whose time has come and that ``OWNER`` may lease."""
    leased = col(queue.lease_owner)
    return (
        col(queue.status) == DeliveryStatus.PENDING,
        col(queue.next_attempt_at) <= bindparam("now", type_=Timestamp),
        or_(leased.is_(None), leased == OWNER, leased.not_in(select(living.c.owner))),
    )


def is_leased(queue: type[QueuedRow]) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on the row ``row_id`` that ``OWNER`` has leased and that is still to be sent."""
    return (
        col(queue.id) == bindparam("row_id", type_=Uuid),
        col(queue.status) == DeliveryStatus.PENDING,
        col(queue.lease_owner) == OWNER,
    )


def finish(row: QueuedRow, status: DeliveryStatus, why: str) -> None:
    """End a row, and its lease with it."""
    row.status = status
    row.error = why[:ERROR_LENGTH]
    row.next_attempt_at = None
    row.lease_owner = None


def record_sent(db: Session, queue: type[QueuedRow], row_id: UUID) -> None:
    """Note that the mail server has taken a mail."""
    mail = _attempted(db, queue, row_id)
    finish(mail, DeliveryStatus.SENT, "")
    mail.sent_at = now()


def record_refused(db: Session, queue: type[QueuedRow], row_id: UUID, why: str) -> None:
    """Note that the mail server will never take this mail."""
    mail = _attempted(db, queue, row_id)
    if mail.status is DeliveryStatus.PENDING:
        finish(mail, DeliveryStatus.FAILED, why)


def record_deferred(db: Session, queue: type[QueuedRow], row_id: UUID, why: str) -> None:
    """Note that it did not work this time; try again later, or give up when a day has gone by."""
    mail = _attempted(db, queue, row_id)
    if mail.status is DeliveryStatus.PENDING:
        try_again(mail, why, mail.created_at)


def _attempted(db: Session, queue: type[QueuedRow], row_id: UUID) -> QueuedRow:
    mail = db.get_one(queue, row_id, with_for_update=True)
    mail.lease_owner = None
    mail.attempts += 1
    return mail


def try_again(row: QueuedRow, why: str, since: datetime) -> None:
    """Put a row off after an attempt that was counted, or give up when a day since ``since`` has gone by."""
    again = next_attempt(row.attempts, now(), SystemRandom().uniform(-1, 1), since)
    if again is None:
        finish(row, DeliveryStatus.FAILED, why)
        return
    row.error = why[:ERROR_LENGTH]
    row.next_attempt_at = again
