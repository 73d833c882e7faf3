"""Webhooks: other programs that are told of what happens, and each message to one of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Index, String, Text, text
from sqlmodel import Field

from troubleshoot_app.domain.webhooks import SECRET_LENGTH, URL_LENGTH
from troubleshoot_app.models.base import AccountRow, Timestamp
from troubleshoot_app.models.queues import ERROR_LENGTH, QueuedRow

EVENT_LENGTH = 50
SNIPPET_LENGTH = 500


class Webhook(AccountRow, table=True):
    """Where an account wants to have which events sent to. ``disabled_reason`` is why it was switched off for them."""

    __table_args__ = (Index("ix_webhook_account_id", "account_id"),)

    url: str = Field(max_length=URL_LENGTH)
    events: list[str] = Field(sa_type=ARRAY(String(EVENT_LENGTH)))
    secret: str = Field(max_length=SECRET_LENGTH.stop - 1, repr=False)
    is_active: bool = True
    disabled_reason: str = Field(default="", max_length=ERROR_LENGTH)
    created_by_id: UUID = Field(foreign_key="app_user.id")


class WebhookDelivery(QueuedRow, AccountRow, table=True):
    """One message to one webhook; ``event_id`` is the same for all webhooks that are told of an event."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_webhook_delivery_webhook_id_id", "webhook_id", "id"),
        Index("ix_webhook_delivery_created_at", "created_at"),
    )

    webhook_id: UUID = Field(foreign_key="webhook.id")
    event_id: UUID
    event: str = Field(max_length=EVENT_LENGTH)
    body: str = Field(sa_type=Text)
    tried_at: datetime | None = Field(default=None, sa_type=Timestamp)
    response_status: int | None = None
    response_snippet: str = Field(default="", max_length=SNIPPET_LENGTH)
