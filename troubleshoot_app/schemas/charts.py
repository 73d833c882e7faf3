"""A tree laid out, as the chart draws it."""

from pydantic import BaseModel

from troubleshoot_app.domain.tree import NodeKind


class ChartNode(BaseModel):
    """A node and its place, in pixels; ``errors`` and ``warnings`` are counted on drafts only."""

    id: str
    text: str
    kind: NodeKind
    x: float
    y: float
    width: float
    height: float
    errors: int = 0
    warnings: int = 0


class ChartEdge(BaseModel):
    """An answer that leads from one node to another."""

    id: str
    source: str
    target: str
    label: str


class ChartView(BaseModel):
    """The chart of a tree."""

    nodes: list[ChartNode]
    edges: list[ChartEdge]
