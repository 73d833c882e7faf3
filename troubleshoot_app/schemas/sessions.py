"""Sessions as the pages and the API show them."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from troubleshoot_app.domain.handoff import HandoffStatus, Intent, Outcome, Priority, SessionStatus
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.trees import NodeView

LINE_LENGTH = 200
TEXT_LENGTH = 10_000


class TreeRef(BaseModel):
    """A tree, and the version of it that a session is pinned to."""

    id: str
    title: str
    version: int


class TreeName(BaseModel):
    """A tree that sessions were started on."""

    id: str
    title: str


class NodeRef(BaseModel):
    """A node in one line."""

    id: str
    text: str


class OptionRef(BaseModel):
    """An answer in one line."""

    id: str
    label: str


class StepReading(BaseModel):
    """What was measured at a step, in words, and what was expected; ``shown`` is empty when nothing was measured."""

    shown: str
    expected: str
    out_of_range: bool


@dataclass(slots=True)
class StepView:
    """One answer of the path. ``found`` is the resolution that it came to, when the walk went home with it from the
    tree that it had jumped to.

    When an earlier answer is changed, that step is undone and the new answer ``replaces`` it. Later answers that still hold
    are undone, too, and there again in steps of their own: such a step ``repeats`` the one in which the answer was given
    first, and has its person and time; the one that is undone is ``kept_as`` it. ``undone_by`` is null for a step that was
    not undone, or before that was kept. With ``is_changeable`` its question has another answer. No model, for a session may
    have hundreds, and these cost a fifth of models to make."""

    seq: int
    tree: TreeRef
    is_first_in_tree: bool
    node_id: str
    node_text: str
    option_id: str
    option_label: str
    value: str | None
    reading: StepReading | None
    checked_off: bool
    found: str
    note: str
    by: PersonRef
    at: datetime
    undone: bool
    undone_by: PersonRef | None
    repeats: int | None
    replaces: int | None
    kept_as: int | None
    is_changeable: bool

    @property
    def is_out_of_range(self) -> bool:
        """Whether something was measured that is not as expected, and that still stands."""
        return self.reading is not None and self.reading.out_of_range and not self.undone


class StepsLeftView(BaseModel):
    """How many steps are left from where a session stands to an end of its tree, whichever answers are given; 0 at an end.

    ``most`` is null where answers may lead round, or on into another tree: a jump counts as one step, and what follows it
    is known when it is taken. ``summary`` says it in words, empty at an end.
    """

    least: int = Field(ge=0)
    most: int | None = Field(ge=0)
    summary: str


class LiveHandoff(BaseModel):
    """The open or claimed handoff of a session."""

    id: str
    intent: Intent
    status: HandoffStatus
    priority: Priority
    reason: str
    raised_by: PersonRef = Field(serialization_alias="from")
    claimed_by: PersonRef | None


class AttachmentView(BaseModel):
    """A file that somebody added to a session; ``seq`` is the step that it belongs to, if any. ``question`` is what it was
    added at, where somebody has gone back from there before it was answered."""

    id: str
    name: str
    size: int
    media_type: str
    seq: int | None = None
    question: str | None = None
    url: str


class SessionSummary(BaseModel):
    """A session in a list. ``question`` is the text of the node where it stands, ``tree`` the tree that it started on."""

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
    was typed at the current node and is not part of a step yet; ``start_node`` is where the walk began, null where that
    is the start of the tree; ``current`` is a node of ``current_tree``; ``steps_left`` is null where no end is in reach."""

    notes: str
    summary: str
    pending_note: str
    seq: int
    start_node: NodeRef | None
    current: NodeView
    current_tree: TreeRef
    steps_left: StepsLeftView | None
    steps: list[StepView]
    handoff: LiveHandoff | None
    attachments: list[AttachmentView] = []


class SessionPage(Page[SessionSummary]):
    """Part of a list of sessions, each in one line."""


class WholeSessionPage(Page[SessionView]):
    """Part of a list of sessions, each with its steps."""


class SessionStart(BaseModel):
    """What to walk, and what the case is about."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "tree_id": "0195f3a0-7c11-7c5e-9d1e-2f6a3b8c4d10",
                    "title": "No internet at branch 12",
                    "ticket_ref": "INC-4711",
                    "asset": "RT-0815",
                }
            ]
        },
    )

    tree_id: str = Field(max_length=LINE_LENGTH)
    title: str | None = Field(default=None, max_length=LINE_LENGTH)
    ticket_ref: str | None = Field(default=None, max_length=LINE_LENGTH)
    asset: str | None = Field(default=None, max_length=LINE_LENGTH)
    node: str | None = Field(
        default=None,
        max_length=LINE_LENGTH,
        description="The id of the node to start at; by default the start of the tree.",
    )


class SessionChange(BaseModel):
    """What is to be said about the case; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"notes": "The site is only staffed until 16:00.", "revision": 4}]},
    )

    title: str | None = Field(default=None, max_length=LINE_LENGTH)
    ticket_ref: str | None = Field(default=None, max_length=LINE_LENGTH)
    asset: str | None = Field(default=None, max_length=LINE_LENGTH)
    notes: str | None = Field(default=None, max_length=TEXT_LENGTH)
    revision: StrictInt | None = None


class StepTaken(BaseModel):
    """An answer: the id of an option of the current node, with what was measured and what is worth noting.

    Where the node asks for a reading, ``option`` may be left out: the number in ``value`` chooses it. ``acknowledged``
    checks off what an action asks to be checked off.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"option": "no", "note": "The LED is dark.", "revision": 4}]},
    )

    option: str | None = Field(default=None, max_length=LINE_LENGTH)
    note: str | None = Field(default=None, max_length=TEXT_LENGTH)
    value: str | None = Field(default=None, max_length=TEXT_LENGTH)
    acknowledged: StrictBool | None = None
    revision: StrictInt | None = None


class StepBack(BaseModel):
    """Where to stand again: where step ``to_seq`` was taken, by default the last one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"to_seq": 2}]})

    to_seq: StrictInt | None = None
    revision: StrictInt | None = None


class AnswerChanged(BaseModel):
    """Another answer to the question of step ``seq``, an id of one of its options, with what was measured.

    Where the node asks for a reading, ``option`` may be left out: the number in ``value`` chooses it. A note that is not
    given stays as it was. ``acknowledged`` checks off anew what an action asks to be checked off.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"seq": 1, "option": "yes", "revision": 4}]}
    )

    seq: StrictInt
    option: str | None = Field(default=None, max_length=LINE_LENGTH)
    value: str | None = Field(default=None, max_length=TEXT_LENGTH)
    note: str | None = Field(default=None, max_length=TEXT_LENGTH)
    acknowledged: StrictBool | None = None
    revision: StrictInt | None = None


class AnsweredQuestion(BaseModel):
    """The question of an earlier step, and how it was answered."""

    seq: int
    node: NodeView
    option_id: str
    value: str | None


class LaterAnswer(BaseModel):
    """An answer that was given after the one to be changed."""

    seq: int
    node_text: str
    answer: str


class ChangePreview(BaseModel):
    """What changing an answer would come to: later answers that stay, those that are dropped, and where the session would
    stand. ``option`` is the one that was chosen, ``answer`` says it with what was measured; ``summary`` says in a sentence
    how many answers stay, empty without later ones."""

    seq: int
    option: OptionRef
    value: str | None
    answer: str
    kept: list[LaterAnswer]
    dropped: list[LaterAnswer]
    stands_at: NodeRef
    stands_in: TreeRef
    summary: str


class Completion(BaseModel):
    """How it ended."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"outcome": "resolved", "summary": "The power supply was unplugged."}]
        },
    )

    outcome: Outcome
    summary: str | None = Field(default=None, max_length=TEXT_LENGTH)
    revision: StrictInt | None = None
