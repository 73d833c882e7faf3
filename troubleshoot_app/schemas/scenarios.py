"""Scenarios and what became of real sessions, as the pages and the API show them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from troubleshoot_app.domain.replay import Fate
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import Body, PersonRef
from troubleshoot_app.schemas.trees import NodeView

NAME_LENGTH = 200
ANSWERS_LIMIT = 500
WORD_LENGTH = 200

_EXAMPLE: dict[str, Any] = {
    "name": "No power",
    "answers": [{"node": "power", "option": "yes"}, {"node": "wan", "option": "no"}],
    "end": {"node": "stuck"},
}


class ScenarioAnswer(Body):
    """An answer of a scenario: at a node an option, or a value that chooses one where a number is measured. ``tree`` is
    the id of the other tree that the node is of, after a jump. ``asked`` and ``label`` are the words of both."""

    node: str = Field(min_length=1, max_length=WORD_LENGTH)
    option: str = Field(default="", max_length=WORD_LENGTH)
    value: str | None = Field(default=None, max_length=WORD_LENGTH)
    tree: str = Field(default="", max_length=WORD_LENGTH)
    asked: str = Field(default="", max_length=WORD_LENGTH)
    label: str = Field(default="", max_length=WORD_LENGTH)


class ScenarioEnd(Body):
    """Where a scenario must end: at a ``node`` (of another ``tree``, after a jump), or at any end of a ``kind``."""

    kind: NodeKind | None = None
    node: str = Field(default="", max_length=WORD_LENGTH)
    tree: str = Field(default="", max_length=WORD_LENGTH)
    words: str = Field(default="", max_length=WORD_LENGTH)


class NewScenario(Body):
    """Answers that must end somewhere, from the start of the tree or from the node ``start``."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    answers: list[ScenarioAnswer] = Field(max_length=ANSWERS_LIMIT)
    end: ScenarioEnd
    start: str = Field(default="", max_length=WORD_LENGTH)


class ChangedScenario(NewScenario):
    """What a scenario is to be from now on, and the revision that this was made from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"revision": 1}]})

    revision: StrictInt


class ScenarioView(BaseModel):
    """A scenario; ``fault`` says why the draft breaks it, empty when it is good, and ``node_id`` where it parts."""

    id: str
    name: str
    start: str
    answers: list[ScenarioAnswer]
    end: ScenarioEnd
    is_good: bool
    fault: str
    node_id: str | None
    revision: int
    updated_at: datetime
    updated_by: PersonRef


class ScenarioPage(Page[ScenarioView]):
    """Part of the scenarios of a tree."""


class TrialView(BaseModel):
    """Where answers lead on a draft: the node where the walk stands, in another tree ``tree_title``, and those given.
    ``fault`` says where the draft parts from them."""

    node: NodeView
    tree: str
    tree_title: str
    answers: list[ScenarioAnswer]
    fault: str


class ReplayedSession(BaseModel):
    """A real session that would now go another way."""

    id: str
    title: str
    holder: PersonRef
    version: int
    over_at: datetime


class ReplayGroup(BaseModel):
    """Sessions that now go the same other way. ``was`` is where they stood when they were over, ``becomes`` what
    happens to them on the draft."""

    fate: Fate
    was: str
    becomes: str
    sessions: list[ReplayedSession]


class ReplayView(BaseModel):
    """What would become of the latest real sessions on the draft; ``groups`` are those that would not end the same."""

    total: int
    same: int
    elsewhere: int
    nowhere: int
    groups: list[ReplayGroup]
