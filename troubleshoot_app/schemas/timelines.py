"""A session to be gone through again, one step after the other."""

from datetime import datetime

from pydantic import BaseModel

from troubleshoot_app.domain.handoff import Outcome, Priority, SessionStatus
from troubleshoot_app.domain.timeline import HappeningKind
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import AttachmentView, StepReading
from troubleshoot_app.schemas.trees import NodeView


class Place(BaseModel):
    """A node as it was in the version that was walked; ``line`` is its text in one plain line.

    ``tree`` is the title of the tree where that is not the one that the session began in; ``chart`` the first step in the
    same version, by which its chart is found.
    """

    node: NodeView
    line: str
    tree: str
    chart: int


class Happening(BaseModel):
    """Something beside an answer, in the order of time; ``words`` are those that a person wrote with it.

    A session is closed by the system, and it is not always known when; nor, of sessions from before that was kept, who
    went back. ``to_seq`` and ``count`` are of going back; ``to_seq`` and ``summary`` of an answer that was changed.
    """

    kind: HappeningKind
    at: datetime | None = None
    by: PersonRef | None = None
    words: str = ""
    priority: Priority | None = None
    outcome: Outcome | None = None
    to_seq: int | None = None
    count: int = 0
    summary: str = ""


class Stop(BaseModel):
    """Where somebody stood: what happened there, and then the answer, if one was given. ``place`` counts the places;
    ``took`` is the time since the answer before, in words; ``found`` the resolution that the answer came to, when the
    walk went home with it. An answer that was kept when an earlier one was changed is ``kept_as`` a later stop, which
    ``repeats`` the one where it was given."""

    seq: int
    place: int
    happenings: list[Happening] = []
    option_id: str | None = None
    answer: str = ""
    value: str | None = None
    reading: StepReading | None = None
    checked_off: bool = False
    found: str = ""
    note: str = ""
    by: PersonRef | None = None
    at: datetime | None = None
    took: str = ""
    undone: bool = False
    repeats: int | None = None
    kept_as: int | None = None


class Timeline(BaseModel):
    """All stops of a session; the last one is where it stands, and has no answer yet."""

    status: SessionStatus
    places: list[Place]
    stops: list[Stop]
    files: list[AttachmentView]
