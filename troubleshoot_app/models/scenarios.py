"""Scenarios of trees: what must stay true of a draft, whatever its authors change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field

from troubleshoot_app.core.clock import now
from troubleshoot_app.models.base import AccountRow, Json, Timestamp


class TreeScenario(AccountRow, table=True):
    """Answers that must end somewhere. They belong to the tree and not to one of its drafts: restoring and importing
    leave them as they are."""

    __tablename__ = "scenario"

    tree_id: UUID = Field(foreign_key="tree.id", index=True)
    name: str = Field(max_length=200)
    start_node_id: str = Field(default="", max_length=200)
    answers: list[dict[str, Any]] = Field(sa_type=Json, sa_column_kwargs={"nullable": False})
    ends: dict[str, Any] = Field(sa_type=Json, sa_column_kwargs={"nullable": False})
    revision: int = 1
    updated_at: datetime = Field(default_factory=now, sa_type=Timestamp)
    updated_by_id: UUID = Field(foreign_key="app_user.id")
