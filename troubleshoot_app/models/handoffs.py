"""Handoffs (a session given to somebody else, or to later) and the deliveries that tell people of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import Channel, HandoffStatus, Intent, News, Priority
from troubleshoot_app.models.base import AccountRow, Timestamp, words
from troubleshoot_app.models.queues import QueuedRow
from troubleshoot_app.models.sessions import TEXT_LENGTH


class Handoff(AccountRow, table=True):
    """An escalation or a parked session; at most one of a session is alive.

    ``round`` counts how often people were told since it began, ``reminders`` how often since it last became open.
    ``kept_at`` and ``offered_at`` are of a claim: when its holder said that they are on it, and when they were asked.
    ``silence_lifted`` when everybody is told by every channel this time, whatever they chose.
    """

    __table_args__ = (
        Index(
            "uq_handoff_live_session",
            "session_id",
            unique=True,
            postgresql_where=text("status IN ('open', 'claimed')"),
        ),
        Index("ix_handoff_account_id_status_created_at", "account_id", "status", "created_at"),
        UniqueConstraint("account_id", "id"),
        Index(
            "ix_handoff_escalated",
            "account_id",
            "created_at",
            postgresql_where=text("intent = 'escalate'"),
        ),
        Index("ix_handoff_waiting", "told_at", postgresql_where=text("status = 'open'")),
        Index("ix_handoff_claimed", "claimed_by_id", postgresql_where=text("status = 'claimed'")),
    )

    session_id: UUID = Field(foreign_key="session.id", index=True)
    intent: Intent = Field(sa_type=words(Intent, "intent"))
    status: HandoffStatus = Field(default=HandoffStatus.OPEN, sa_type=words(HandoffStatus, "handoff_status"))
    reason: str = Field(default="", max_length=TEXT_LENGTH)
    priority: Priority = Field(default=Priority.NORMAL, sa_type=words(Priority, "priority"))
    version_id: UUID = Field(foreign_key="tree_version.id")
    node_id: str = Field(max_length=200)
    from_id: UUID = Field(foreign_key="app_user.id", index=True)
    claimed_by_id: UUID | None = Field(default=None, foreign_key="app_user.id")
    claimed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    kept_at: datetime | None = Field(default=None, sa_type=Timestamp)
    offered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    resolution: str = Field(default="", max_length=TEXT_LENGTH)
    told_at: datetime = Field(default_factory=now, sa_type=Timestamp)
    round: int = 1
    reminders: int = 0
    silence_lifted: bool = False


class Delivery(QueuedRow, AccountRow, table=True):
    """One person told by one channel; ``silenced`` when the recipient's choices or quiet hours keep it back.

    A thousand are made at once while everybody waits for them: each key and each index that a new row is in counts.
    """

    __table_args__ = (
        UniqueConstraint("handoff_id", "recipient_id", "channel"),
        ForeignKeyConstraint(["account_id", "handoff_id"], ["handoff.account_id", "handoff.id"]),
        Index("ix_delivery_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_delivery_account_id_id", "account_id", "id"),
        Index(
            "ix_delivery_ended_mail",
            "recipient_id",
            "id",
            postgresql_where=text("channel = 'email' AND status IN ('sent', 'failed')"),
        ),
        Index("ix_delivery_silenced", "recipient_id", postgresql_where=text("silenced")),
    )

    account_id: UUID
    handoff_id: UUID
    recipient_id: UUID = Field(foreign_key="app_user.id")
    channel: Channel = Field(sa_type=words(Channel, "channel"))
    seen_at: datetime | None = Field(default=None, sa_type=Timestamp)
    dismissed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    silenced: bool = False


class CaseMail(QueuedRow, AccountRow, table=True):
    """A mail to the escalator or the claimer about what has happened to their case."""

    __tablename__ = "case_mail"
    __table_args__ = (
        Index("ix_case_mail_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_case_mail_handoff_id", "handoff_id"),
        Index("ix_case_mail_account_id_id", "account_id", "id"),
    )

    handoff_id: UUID = Field(foreign_key="handoff.id")
    recipient_id: UUID = Field(foreign_key="app_user.id")
    news: News = Field(sa_type=words(News, "news"))
