"""What escalations and walks say about trees."""

from datetime import date

from pydantic import BaseModel, Field

from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import SessionSummary


class TreeName(BaseModel):
    """A tree in one line."""

    id: str
    title: str


class TreeCount(BaseModel):
    """How many escalations came out of a tree."""

    tree: TreeName
    total: int


class NodeCount(BaseModel):
    """How many escalations came from a node of a version; ``text`` is what it says there."""

    tree: TreeName
    version: int
    node_id: str
    text: str
    total: int


class PersonCount(BaseModel):
    """What a person did about escalations: raised, has or had picked up, resolved."""

    person: PersonRef
    escalated: int = 0
    claimed: int = 0
    resolved: int = 0


class DayCount(BaseModel):
    """How many escalations there were on a day (UTC); days without any are left out."""

    date: date
    total: int


class EscalationFigures(BaseModel):
    """Escalations raised within a time, as they stand now."""

    total: int
    open: int
    claimed: int
    resolved: int
    cancelled: int
    median_seconds_to_claim: float | None
    p90_seconds_to_claim: float | None
    by_tree: list[TreeCount] = Field(description="Most first.")
    by_node: list[NodeCount] = Field(description="Most first, 100 at most.")
    by_person: list[PersonCount] = Field(description="Most raised first.")
    by_day: list[DayCount]


class NodeFigures(BaseModel):
    """What happened at a node: walks that came there, ended there or were handed over there, answers taken back, and how
    long it took to answer."""

    node_id: str
    text: str
    kind: NodeKind
    visits: int = 0
    exits: int = 0
    undone: int = 0
    escalations: int = 0
    median_seconds: float | None = Field(default=None, description="Of times in whole seconds.")


class Flow(BaseModel):
    """How many answers that still hold led from a node to another one; ``to`` is null where they led to another tree, or
    home from this one."""

    node_id: str
    to: str | None
    total: int


class VersionFigures(BaseModel):
    """The sessions that were started on a version; ``unaided`` ones were resolved without having been escalated."""

    version: int
    started: int
    completed: int
    resolved: int
    unaided: int
    escalated: int
    abandoned: int


class TreeFigures(BaseModel):
    """The sessions that were started on a tree within a time, as they stand now; of one version, or of all together."""

    tree: TreeName
    version: int | None = Field(description="The version that is counted; null for all of them together.")
    start: str = Field(
        description="The node that walks of it begin with, of all together those of the newest."
    )
    started: int
    completed: int
    resolved: int
    unaided: int = Field(description="Resolved without having been escalated.")
    escalated: int
    abandoned: int
    nodes: list[NodeFigures]
    flows: list[Flow]
    versions: list[VersionFigures] = Field(description="All that were walked in that time, newest first.")


class CountedSessions(BaseModel):
    """The sessions that a figure counts: how many, how often it counts them, and the latest of them; of which tree, at
    which node, by whom."""

    total: int
    times: int
    tree: TreeName | None
    node_text: str
    person: str
    items: list[SessionSummary]
