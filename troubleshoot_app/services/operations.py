"""Whether this installation is ready to serve, and how it is doing."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import func, literal_column, select, text
from sqlmodel import Session, col

import troubleshoot_app
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus, Intent
from troubleshoot_app.models import (
    CaseMail,
    Delivery,
    Handoff,
    Invitation,
    PasswordReset,
    Presence,
    WebhookDelivery,
)
from troubleshoot_app.models.queues import QueuedRow
from troubleshoot_app.notifications.presence import LIFETIME

DAY = timedelta(days=1)
CONNECTION_STATES = ("active", "idle", "idle in transaction")
_CONNECTIONS = text(
    "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name LIKE 'troubleshoot%' GROUP BY 1"
)
_OTHERS: dict[str, type[QueuedRow]] = {
    "case_email": CaseMail,
    "invitation": Invitation,
    "password_reset": PasswordReset,
    "webhook": WebhookDelivery,
}
CHANNELS = (*(channel.value for channel in Channel), *_OTHERS)
_QUEUES: tuple[tuple[type[QueuedRow], Any], ...] = (
    (Delivery, col(Delivery.channel)),
    *((queue, literal_column(f"'{channel}'")) for channel, queue in _OTHERS.items()),
)
ROOT = Path(troubleshoot_app.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Load:
    """How this installation is doing: counted over all accounts and processes; what goes out, by channel."""

    deliveries: dict[str, int]
    due: dict[str, float]
    oldest_due_seconds: dict[str, float]
    failed_last_day: dict[str, float]
    connections: dict[str, float]
    connections_limit: int
    oldest_open_escalation_seconds: float
    connected_sockets: int


@cache
def newest_migration() -> str:
    """Return the migration that this program was written for."""
    config = Config(ROOT / "alembic.ini")
    return str(ScriptDirectory.from_config(config).get_current_head())


def is_reachable() -> bool:
    """Tell whether the database answers."""
    try:
        transact(_ask)
    except NoDatabase:
        return False
    return True


def _ask(db: Session) -> None:
    db.execute(text("SELECT 1"))


def is_migrated(db: Session) -> bool:
    """Tell whether the database is as this program needs it."""
    there = db.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar_one()
    if not there:
        return False
    return db.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest_migration()]


def get_load(db: Session) -> Load:
    """Return how much is to be delivered, who waits longest, and how many are connected."""
    counted = db.execute(
        select(col(Delivery.status), func.count())
        .where(col(Delivery.status).in_((DeliveryStatus.PENDING, DeliveryStatus.FAILED)))
        .group_by(col(Delivery.status))
    ).all()
    oldest = db.execute(
        select(func.min(col(Handoff.created_at))).where(
            col(Handoff.status) == HandoffStatus.OPEN, col(Handoff.intent) == Intent.ESCALATE
        )
    ).scalar_one()
    due, oldest_due, failed = _by_channel(db)
    connected = select(func.count()).where(col(Presence.seen_at) > now() - LIFETIME)
    return Load(
        deliveries={"pending": 0, "failed": 0} | {str(status): count for status, count in counted},
        due=due,
        oldest_due_seconds=oldest_due,
        failed_last_day=failed,
        connections=dict.fromkeys(CONNECTION_STATES, 0.0) | dict(db.execute(_CONNECTIONS).all()),
        connections_limit=int(db.execute(text("SHOW max_connections")).scalar_one()),
        oldest_open_escalation_seconds=(now() - oldest).total_seconds() if oldest else 0.0,
        connected_sockets=db.execute(connected).scalar_one(),
    )


def _by_channel(db: Session) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return by channel how many deliveries are due, for how many seconds the first has been, and how many failed."""
    due, oldest, failed = (dict.fromkeys(CHANNELS, 0.0) for _ in range(3))
    for model, channel in _QUEUES:
        waiting = select(channel, func.count(), func.min(col(model.next_attempt_at)))
        waiting = waiting.where(
            col(model.status) == DeliveryStatus.PENDING, col(model.next_attempt_at) <= now()
        )
        for name, count, first in db.execute(waiting.group_by(text("1"))).all():
            due[name], oldest[name] = count, (now() - first).total_seconds()
        lost = select(channel, func.count())
        lost = lost.where(col(model.status) == DeliveryStatus.FAILED, col(model.created_at) > now() - DAY)
        failed |= dict(db.execute(lost.group_by(text("1"))).all())
    return due, oldest, failed
