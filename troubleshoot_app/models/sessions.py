"""Troubleshooting sessions and their steps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.handoff import Outcome, SessionStatus
from troubleshoot_app.models.base import AccountRow, Json, Timestamp, words

TEXT_LENGTH = 10_000
TITLE_LENGTH = 200


class TroubleshootingSession(AccountRow, table=True):
    """One walk by somebody in front of something broken; it keeps the version that it started on.

    ``current_version_id`` is the version that it is in now, another tree's after a jump; ``homes`` are the places that it
    comes home to from there. ``seq`` numbers the latest step, undone ones included; ``pending_note`` is what was typed
    at the current node; ``start_node_id`` is where the walk began, None where that is the start of the tree. What
    is counted of a ``tallied`` one is in the tallies.
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_holder_id_updated_at", "holder_id", "updated_at"),
        Index("ix_session_account_id_updated_at", "account_id", "updated_at"),
        Index("ix_session_account_id_id", "account_id", "id"),
        Index("ix_session_untallied", "account_id", postgresql_where=text("NOT tallied")),
    )

    tree_id: UUID = Field(foreign_key="tree.id", index=True)
    version_id: UUID = Field(foreign_key="tree_version.id")
    current_version_id: UUID = Field(foreign_key="tree_version.id")
    homes: list[list[str]] | None = Field(default=None, sa_type=Json)
    title: str = Field(default="", max_length=TITLE_LENGTH)
    ticket_ref: str = Field(default="", max_length=TITLE_LENGTH)
    asset: str = Field(default="", max_length=TITLE_LENGTH)
    notes: str = Field(default="", max_length=TEXT_LENGTH)
    pending_note: str = Field(default="", max_length=TEXT_LENGTH)
    status: SessionStatus = Field(
        default=SessionStatus.ACTIVE, sa_type=words(SessionStatus, "session_status")
    )
    outcome: Outcome | None = Field(default=None, sa_type=words(Outcome, "outcome"))
    summary: str = Field(default="", max_length=TEXT_LENGTH)
    start_node_id: str | None = Field(default=None, max_length=200)
    node_id: str = Field(max_length=200)
    seq: int = 0
    live_steps: int = 0
    attachment_count: int = 0
    revision: int = 1
    tallied: bool = False
    started_by_id: UUID = Field(foreign_key="app_user.id", index=True)
    holder_id: UUID = Field(foreign_key="app_user.id")
    updated_at: datetime = Field(default_factory=now, sa_type=Timestamp)
    completed_at: datetime | None = Field(default=None, sa_type=Timestamp)


class Step(AccountRow, table=True):
    """One answer. Never changed and never deleted: going back marks it undone, and by whom (None for what was undone
    before that was kept).

    ``homes`` are those of the session when it was given. An answer that led to another tree, or home from one, says to
    which version and node of it: ``to_version_id``, ``to_node_id``. When an earlier answer is changed, the new one names
    the step that it stands in for (``replaces_seq``), and a later one that still holds is there again, naming the step in
    which it was given first (``repeats_seq``); ``by_id`` stays who gave it.
    """

    __table_args__ = (
        UniqueConstraint("session_id", "seq"),
        Index("ix_step_live", "session_id", "seq", postgresql_where=text("undone_at IS NULL")),
        Index("ix_step_to_version_id", "to_version_id", postgresql_where=text("to_version_id IS NOT NULL")),
    )

    session_id: UUID = Field(foreign_key="session.id")
    seq: int
    version_id: UUID = Field(foreign_key="tree_version.id")
    node_id: str = Field(max_length=200)
    option_id: str = Field(max_length=200)
    homes: list[list[str]] | None = Field(default=None, sa_type=Json)
    to_version_id: UUID | None = Field(default=None, foreign_key="tree_version.id")
    to_node_id: str | None = Field(default=None, max_length=200)
    value: str | None = Field(default=None, max_length=TEXT_LENGTH)
    note: str = Field(default="", max_length=TEXT_LENGTH)
    by_id: UUID = Field(foreign_key="app_user.id")
    repeats_seq: int | None = None
    replaces_seq: int | None = None
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)
    undone_by_id: UUID | None = Field(default=None, foreign_key="app_user.id")
