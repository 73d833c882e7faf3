"""A tree laid out, as the chart draws it."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from troubleshoot_app.domain.tree import NodeKind

Change = Literal["", "added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class ChartNode:
    """A node and its place, in pixels; ``errors`` and ``warnings`` are counted on drafts, ``change`` is of comparisons.

    With a ``link`` it stands for another tree that an answer leads to; empty where there is no such tree.
    """

    id: str
    text: str
    kind: NodeKind
    x: float
    y: float
    width: float
    height: float
    errors: int = 0
    warnings: int = 0
    change: Change = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ChartEdge:
    """An answer that leads from one node to another."""

    id: str
    source: str
    target: str
    label: str
    change: Change = ""


class ChartView(BaseModel):
    """The chart of a tree, or what has changed on it since the chart ``base``; then ``gone`` names what to remove.

    ``size`` is how many nodes it has in all; ``number`` is the same for the same chart, 0 for one that does not change.
    """

    number: int = 0
    base: int | None = None
    start: str
    size: int
    nodes: list[ChartNode]
    edges: list[ChartEdge]
    gone: list[str] = []
