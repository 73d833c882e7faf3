"""Handoffs and deliveries as the pages and the API show them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus, Intent, News, Priority
from troubleshoot_app.domain.watching import Heard
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import TEXT_LENGTH, AttachmentView, NodeRef, StepView, TreeRef


class HandoffView(BaseModel):
    """A handoff with what one needs to know before opening it.

    ``is_overdue``: everybody was told as often as they are, and nobody picked it up. ``offered_at``: when its claimer,
    who had left it alone, was asked whether they are still on it.
    """

    id: str
    intent: Intent
    status: HandoffStatus
    session_id: str
    reason: str
    priority: Priority
    raised_by: PersonRef = Field(serialization_alias="from")
    claimed_by: PersonRef | None
    created_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    resolution: str
    is_overdue: bool
    offered_at: datetime | None
    tree_title: str
    session_title: str
    ticket_ref: str
    asset: str
    question: str


class Briefing(BaseModel):
    """What a senior reads before picking up: the problem, the path so far, where it is stuck. ``start_node`` is where the
    walk began, null where that is the start of the tree; ``out_of_range`` are the steps with such a reading."""

    problem: str
    out_of_range: list[StepView]
    notes: str
    pending_note: str
    start_node: NodeRef | None
    path: list[StepView]
    stuck_in: TreeRef
    stuck_at: str
    stuck_help: str
    attachments: list[AttachmentView] = []


class HandoffDetail(HandoffView):
    """A handoff with its briefing."""

    briefing: Briefing


class Reach(BaseModel):
    """Who an escalation would reach right now: ``silenced`` are those whose choices or quiet hours keep it back,
    ``usual_wait_seconds`` the median of the latest ones (null when there were too few), ``summary`` says it all."""

    online: int
    by_mail: int
    silenced: int = 0
    usual_wait_seconds: int | None = None
    summary: str = ""


class WatchLine(BaseModel):
    """How far an escalation has come to one person: since when, or when it goes on, and why not further."""

    person: PersonRef
    heard: Heard
    at: datetime | None
    why: str


class Watch(BaseModel):
    """Whom an escalation has come to, best first; ``more`` counts who is left out. ``advice`` says what to do when it has
    come to nobody."""

    people: list[WatchLine] = []
    more: int = 0
    advice: str = ""


class Alert(BaseModel):
    """One open escalation in the banner; ``round`` counts how often people were told of it."""

    id: str
    who: str
    what: str
    why: str
    priority: Priority
    created_at: datetime
    round: int
    is_overdue: bool


class Offer(BaseModel):
    """A case that a senior picked up and left alone: it is theirs until then, unless they say that they keep it."""

    id: str
    session_id: str
    what: str
    until: datetime


class Inbox(BaseModel):
    """What a senior has waiting. ``fresh`` counts those not dismissed, of which ``alerts`` are the worst few and the
    newest; ``waiting`` counts all that are open. ``offers`` are cases of their own that they seem to have forgotten."""

    alerts: list[Alert] = []
    fresh: int = 0
    waiting: int = 0
    offers: list[Offer] = []


class DeliveryView(BaseModel):
    """One person told by one channel."""

    id: str
    recipient: PersonRef
    channel: Channel
    status: DeliveryStatus
    attempts: int
    error: str
    created_at: datetime
    sent_at: datetime | None
    seen_at: datetime | None
    next_attempt_at: datetime | None
    silenced: bool


class HandoffRef(BaseModel):
    """An escalation in one line."""

    id: str
    title: str
    status: HandoffStatus


class AccountDelivery(DeliveryView):
    """One person told of an escalation by one channel, with the escalation. ``news`` is what a mail tells of the case to
    whoever escalated or picked it up; null when a senior is told that somebody waits."""

    handoff: HandoffRef
    can_be_resent: bool
    news: News | None


class AccountDeliveryPage(Page[AccountDelivery]):
    """Part of the list of all deliveries."""


class Unreachable(BaseModel):
    """A senior whom escalations may not reach, and why."""

    person: PersonRef
    why: str


class HandoffPage(Page[HandoffView]):
    """Part of a list of handoffs."""


class DeliveryPage(Page[DeliveryView]):
    """Part of a list of deliveries."""


class HandoffStart(BaseModel):
    """Whether to escalate or to park, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"intent": "escalate", "reason": "Both power supplies are dead.", "priority": "high"},
                {"intent": "park", "reason": "Waiting for a spare part."},
            ]
        },
    )

    intent: Intent
    reason: str | None = Field(default=None, max_length=TEXT_LENGTH)
    priority: Priority | None = None
    revision: StrictInt | None = None


class Release(BaseModel):
    """What the next one should know."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"note": "The fuse is fine; I have to leave."}]}
    )

    note: str | None = Field(default=None, max_length=TEXT_LENGTH)


class Resolution(BaseModel):
    """What helped."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"resolution": "The provider reset the line card."}]}
    )

    resolution: str = Field(max_length=TEXT_LENGTH, json_schema_extra={"minLength": 1, "pattern": r"\S"})
