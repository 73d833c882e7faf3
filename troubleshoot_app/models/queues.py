"""What rows have that are sent to somebody outside after the commit."""

from datetime import datetime

from sqlmodel import Field

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models.base import Row, Timestamp, words

ERROR_LENGTH = 500


class QueuedRow(Row):
    """Something to be sent: the record that a person reads and the queue that the worker works off.

    ``lease_owner`` is the advisory-lock key of the process that is sending right now.
    """

    status: DeliveryStatus = Field(
        default=DeliveryStatus.PENDING, sa_type=words(DeliveryStatus, "delivery_status")
    )
    attempts: int = 0
    error: str = Field(default="", max_length=ERROR_LENGTH)
    next_attempt_at: datetime | None = Field(default_factory=now, sa_type=Timestamp)
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lease_owner: int | None = None
