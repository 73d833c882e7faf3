"""Whether this installation is ready to serve, and how it is doing."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

import troubleshoot_app
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import DeliveryStatus, HandoffStatus, Intent
from troubleshoot_app.models import Delivery, Handoff, Presence
from troubleshoot_app.notifications.presence import LIFETIME

ROOT = Path(troubleshoot_app.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Load:
    """How this installation is doing: counted over all accounts and processes."""

    deliveries: dict[str, int]
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
    except OperationalError:
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
    connected = select(func.count()).where(col(Presence.seen_at) > now() - LIFETIME)
    return Load(
        deliveries={"pending": 0, "failed": 0} | {str(status): count for status, count in counted},
        oldest_open_escalation_seconds=(now() - oldest).total_seconds() if oldest else 0.0,
        connected_sockets=db.execute(connected).scalar_one(),
    )
