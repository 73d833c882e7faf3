"""The record of what was done, and of what was already answered."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from troubleshoot_app.models.base import AccountRow, Json


class AuditEntry(AccountRow, table=True):
    """Who did what to which thing."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_account_id_created_at", "account_id", "created_at"),)

    actor_id: UUID | None = Field(default=None, foreign_key="app_user.id")
    action: str = Field(max_length=50)
    subject_id: UUID
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json, sa_column_kwargs={"nullable": False})


class IdempotencyKey(AccountRow, table=True):
    """The first answer to a request, kept for whoever sends the same again."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_idempotency_key_created_at", "created_at"),
    )

    user_id: UUID = Field(foreign_key="app_user.id")
    key: str = Field(max_length=128)
    request_hash: str = Field(max_length=64)
    status_code: int | None = None
    response: str | None = None
