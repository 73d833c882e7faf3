"""The record that a ticket note is written from: a session with its path, its handoffs and its files, in plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from troubleshoot_app.domain.handoff import HandoffStatus, Intent, Outcome, Priority, SessionStatus
from troubleshoot_app.domain.timeline import step_times


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the note."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NoteTree:
    """A tree named in the note, and the version of it that was walked."""

    id: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class NoteReading:
    """What was measured at a step, and what was expected, in words."""

    shown: str
    expected: str
    out_of_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteStep:
    """One answer of the path; ``at`` is when it was given, ``tree`` where. ``found`` is the resolution that it came to
    before the walk went home from the tree that it had jumped to.

    A changed answer ``replaces`` an earlier step; a later answer that was kept then ``repeats`` the step in which it was
    given first, and each step that it was in before is ``kept_as`` another one.
    """

    seq: int
    tree: NoteTree | None = None
    is_first_in_tree: bool = False
    found: str = ""
    node_id: str
    node_text: str
    option_id: str
    option_label: str
    value: str | None = None
    reading: NoteReading | None = None
    checked_off: bool = False
    note: str = ""
    by: Person
    at: datetime
    undone: bool = False
    undone_by: Person | None = None
    repeats: int | None = None
    replaces: int | None = None
    kept_as: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHandoff:
    """One time that the session was escalated or parked."""

    intent: Intent
    status: HandoffStatus
    priority: Priority
    reason: str = ""
    raised_by: Person
    created_at: datetime
    claimed_by: Person | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class NoteAttachment:
    """A file of the session; ``size`` is in bytes, ``seq`` the step that it was added at, or ``question`` what it was added
    at where that was left without an answer."""

    name: str
    media_type: str
    size: int
    seq: int | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNote:
    """A session as it is written down for a ticket. Strings are as people wrote them, node texts are Markdown.

    ``start_node`` is the id and the text of the node that it started at, None where that is the start of the tree;
    ``node_text`` is where the session stands, ``pending_note`` what was typed there; steps and handoffs are in the
    order of time. Times are aware.
    """

    id: str
    url: str
    title: str = ""
    ticket_ref: str = ""
    asset: str = ""
    notes: str = ""
    tree_id: str
    tree_title: str
    tree_version: int
    status: SessionStatus
    outcome: Outcome | None = None
    summary: str = ""
    start_node: tuple[str, str] | None = None
    node_id: str
    node_text: str
    node_tree: str = ""
    pending_note: str = ""
    started_by: Person
    holder: Person
    started_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    steps: tuple[NoteStep, ...] = ()
    handoffs: tuple[NoteHandoff, ...] = ()
    attachments: tuple[NoteAttachment, ...] = ()

    def step_times(self) -> list[timedelta]:
        """Return how long each step took: from the answer before it, or from the start, to its own answer; one that was
        kept, as long as it did when it was given."""
        return step_times(
            self.started_at, [step.at for step in self.steps], [step.repeats for step in self.steps]
        )
