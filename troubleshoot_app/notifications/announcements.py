"""Announcements: what one process says to all of them, inside the transaction, heard after its commit."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from troubleshoot_app.core.clock import now

CHANNEL = "troubleshoot_handoffs"


class HandoffEvent(StrEnum):
    """What happened to a handoff; ``told`` when it has come to somebody, or did not."""

    OPENED = "opened"
    CLAIMED = "claimed"
    OFFERED = "offered"
    KEPT = "kept"
    RELEASED = "released"
    REOPENED = "reopened"
    REMINDED = "reminded"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    DISMISSED = "dismissed"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something happened to a handoff of an account; ``at`` when it was announced, None when it is told later.

    Without a handoff, somebody was told of something else: an invitation was mailed.
    """

    account_id: UUID
    handoff_id: UUID | None
    event: HandoffEvent
    at: datetime | None = None

    @classmethod
    def from_payload(cls, payload: str) -> "Announcement":
        """Return what ``announce`` sent."""
        fields = json.loads(payload)
        return cls(
            UUID(fields["account"]),
            UUID(fields["handoff"]) if fields["handoff"] else None,
            HandoffEvent(fields["event"]),
            datetime.fromisoformat(fields["at"]),
        )


def announce(db: Session, account_id: UUID, handoff_id: UUID | None, event: HandoffEvent) -> None:
    """Tell every process, if and when the transaction commits."""
    payload = json.dumps(
        {
            "account": str(account_id),
            "handoff": str(handoff_id) if handoff_id else None,
            "event": event.value,
            "at": now().isoformat(),
        }
    )
    db.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
