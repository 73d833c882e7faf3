"""The audit log: who did what to which thing."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.models import AuditEntry

_RECORD = insert(AuditEntry.__table__)


def record(db: Session, actor: Actor, action: str, subject_id: UUID, **details: Any) -> None:
    """Note that ``actor`` did ``action`` (such as ``handoff.opened``) to ``subject_id``; gone if the caller rolls back."""
    entry = {
        "id": new_id(),
        "created_at": now(),
        "account_id": actor.account_id,
        "actor_id": actor.user_id,
        "action": action,
        "subject_id": subject_id,
        "details": details | ({"via": actor.via} if actor.via else {}),
    }
    db.execute(_RECORD, entry)
