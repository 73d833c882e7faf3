"""Sessions as the pages and the API show them."""

from datetime import datetime

from pydantic import BaseModel

from troubleshoot_app.domain.handoff import HandoffStatus, Intent, Outcome, Priority, SessionStatus
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.trees import NodeView


class TreeRef(BaseModel):
    """The tree that a session walks, and its pinned version."""

    id: str
    title: str
    version: int


class StepView(BaseModel):
    """One answer of the path."""

    seq: int
    node_id: str
    node_text: str
    option_id: str
    option_label: str
    value: str | None
    note: str
    by: PersonRef
    at: datetime
    undone: bool


class LiveHandoff(BaseModel):
    """The open or claimed handoff of a session."""

    id: str
    intent: Intent
    status: HandoffStatus
    priority: Priority
    reason: str
    raised_by: PersonRef
    claimed_by: PersonRef | None


class SessionSummary(BaseModel):
    """A session in a list. ``question`` is the text of the node where it stands."""

    id: str
    status: SessionStatus
    outcome: Outcome | None
    title: str
    ticket_ref: str
    asset: str
    tree: TreeRef
    holder: PersonRef
    started_by: PersonRef
    question: str
    step_count: int
    revision: int
    started_at: datetime
    updated_at: datetime
    completed_at: datetime | None


class SessionView(SessionSummary):
    """A session where it stands. ``steps`` are the latest ones when a limit was asked for; ``pending_note`` is what
    was typed at the current node and is not part of a step yet."""

    notes: str
    summary: str
    pending_note: str
    seq: int
    current: NodeView
    steps: list[StepView]
    handoff: LiveHandoff | None
