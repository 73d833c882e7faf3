"""Who is connected: each server process mirrors the sockets that it owns, with a heartbeat."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from troubleshoot_app.core.clock import now
from troubleshoot_app.models.base import Timestamp


class Presence(SQLModel, table=True):
    """One open socket of a signed-in person. Rows of a process that died stop counting after a few missed beats."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    instance_id: UUID = Field(primary_key=True)
    socket_id: str = Field(primary_key=True, max_length=100)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    user_id: UUID = Field(foreign_key="app_user.id", index=True)
    seen_at: datetime = Field(default_factory=now, sa_type=Timestamp)
