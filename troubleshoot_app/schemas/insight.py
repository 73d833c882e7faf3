"""What the pages of insight show: figures with their share of a bar and the link to what they count."""

from pydantic import BaseModel

from troubleshoot_app.domain.tree import NodeKind


class Tile(BaseModel):
    """One figure in large; ``words`` say what it is, ``detail`` puts it in proportion."""

    words: str
    value: str
    detail: str = ""
    href: str = ""


class Bar(BaseModel):
    """A figure as a bar: ``share`` is its length in per cent of the longest one. ``of`` is whose it is, shown above the
    first of theirs only."""

    of: str = ""
    is_first: bool = False
    label: str
    detail: str = ""
    value: str
    share: int
    href: str
    more: str = ""


class NodeRow(BaseModel):
    """What was counted at a node, as words; an empty link where there is nothing to look at."""

    node_id: str
    text: str
    kind: NodeKind
    visits: int
    exits: int
    undone: int
    escalations: int
    minutes: str
    visits_href: str
    exits_href: str
    undone_href: str
    escalations_href: str


class VersionRow(BaseModel):
    """What became of the sessions of a version; ``share`` is how many per cent of those that are over were resolved without
    help."""

    version: int
    started: int
    over: int
    unaided: int
    share: int
    is_shown: bool
    href: str
    started_href: str
    over_href: str
    unaided_href: str


class FlowBox(BaseModel):
    """A node in the flow diagram; places in per cent of the width and in pixels."""

    text: str
    kind: NodeKind
    left: str
    top: str
    width: str
    words: str
    total: int
    href: str


class FlowBand(BaseModel):
    """Walks from one node to another: an outline, and what it says."""

    outline: str
    words: str


class Preset(BaseModel):
    """A range of days to choose."""

    words: str
    href: str
    is_shown: bool
