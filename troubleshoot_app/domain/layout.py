"""Where the nodes of a tree stand on a chart: in columns, from the start to the right, what follows a node beside it.

Columns are layers: each arrow leads to a later column, but for those that go back. Within them, each node stands in the
middle of those that it is the first to lead to. All is done in one pass up and one down, whatever the tree. On screen a
chart reads from the top like the walk does: there the layers are rows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshoot_app.domain.tree import Tree

__all__ = ["Box", "Layout", "Spot", "lay_out", "lay_out_in_rows"]

BOX_WIDTH = 200.0
LINE_HEIGHT = 17.0
LINE_LENGTH = 28
MOST_LINES = 3
BOX_PADDING = 18.0
GAP_ACROSS = 36.0
GAP_DOWN = 84.0


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a node: its column, counted from 0, and the distance of its upper edge from the top."""

    column: int
    top: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The spots of all nodes by id, and how high the whole is."""

    spots: Mapping[str, Spot]
    height: float

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max((spot.column for spot in self.spots.values()), default=-1) + 1


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a node on screen: its upper left corner, its width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class _Outline:
    """How far a group of nodes reaches up and down in each of its columns, from the last column to the first."""

    tops: list[float] = field(default_factory=list)
    bottoms: list[float] = field(default_factory=list)
    shift: float = 0.0
    """What is to be added to all of them."""


def lay_out(tree: Tree, heights: Mapping[str, float], gap: float) -> Layout:
    """Return the spots of all nodes, which are as high as ``heights`` says and at least ``gap`` apart in a column."""
    order, going_back = _forward_order(tree)
    columns, parents = _columns(tree, order, going_back)
    children: dict[str, list[str]] = {node_id: [] for node_id in tree.nodes}
    roots: list[str] = []
    for node_id in order:
        parent = parents.get(node_id)
        (children[parent] if parent is not None else roots).append(node_id)
    for node_id, below in children.items():
        if len(below) > 1:
            place = {
                option.to: number for number, option in reversed(list(enumerate(tree.nodes[node_id].options)))
            }
            below.sort(key=place.__getitem__)
    tops = _tops(order, roots[::-1], children, heights, gap)
    highest = min(tops.values(), default=0.0)
    spots = {node_id: Spot(columns[node_id], tops[node_id] - highest) for node_id in tree.nodes}
    return Layout(spots, max((spot.top + heights[node_id] for node_id, spot in spots.items()), default=0.0))


def lay_out_in_rows(tree: Tree) -> dict[str, Box]:
    """Return the box of every node for the screen: layers below each other, parents over the middle of their children."""
    layout = lay_out(tree, dict.fromkeys(tree.nodes, BOX_WIDTH), GAP_ACROSS)
    heights = {node.id: _height(node.text) for node in tree.nodes.values()}
    tallest = [0.0] * layout.columns
    for node_id, spot in layout.spots.items():
        tallest[spot.column] = max(tallest[spot.column], heights[node_id])
    tops = [0.0]
    for height in tallest:
        tops.append(tops[-1] + height + GAP_DOWN)
    return {
        node_id: Box(spot.top, tops[spot.column], BOX_WIDTH, heights[node_id])
        for node_id, spot in layout.spots.items()
    }


def _height(text: str) -> float:
    lines = min(MOST_LINES, max(1, math.ceil(len(text) / LINE_LENGTH)))
    return BOX_PADDING + lines * LINE_HEIGHT


def _forward_order(tree: Tree) -> tuple[list[str], set[tuple[str, str]]]:
    """Return the nodes such that arrows lead forward, and the arrows that do not.

    These go back on their own path, or lead from what the start does not reach to what it does.
    """
    done: list[str] = []
    root_of: dict[str, str] = {}
    on_path = set[str]()
    going_back = set[tuple[str, str]]()
    for root in (tree.start, *tree.nodes):
        if root in root_of or root not in tree.nodes:
            continue
        root_of[root] = root
        on_path.add(root)
        waiting = [(root, iter(reversed(tree.nodes[root].options)))]
        while waiting:
            node_id, options = waiting[-1]
            option = next(options, None)
            if option is None:
                waiting.pop()
                on_path.discard(node_id)
                done.append(node_id)
            elif option.to in on_path or root_of.get(option.to, root) != root:
                going_back.add((node_id, option.to))
            elif option.to in tree.nodes and option.to not in root_of:
                root_of[option.to] = root
                on_path.add(option.to)
                waiting.append((option.to, iter(reversed(tree.nodes[option.to].options))))
    return done[::-1], going_back


def _columns(
    tree: Tree, order: list[str], going_back: set[tuple[str, str]]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the column of each node, and the node in the column before it that it is placed beside."""
    columns = dict.fromkeys(order, 0)
    parents: dict[str, str] = {}
    for node_id in order:
        for option in tree.nodes[node_id].options:
            target = option.to
            if (
                target in columns
                and (node_id, target) not in going_back
                and columns[target] <= columns[node_id]
            ):
                columns[target] = columns[node_id] + 1
                parents[target] = node_id
    return columns, parents


def _tops(
    order: list[str],
    roots: list[str],
    children: Mapping[str, list[str]],
    heights: Mapping[str, float],
    gap: float,
) -> dict[str, float]:
    """Return the upper edge of each node, such that none touches another."""
    outlines: dict[str, _Outline] = {}
    own_top: dict[str, float] = {}
    offsets: dict[str, float] = {}
    for node_id in reversed(order):
        below = children[node_id]
        outline = _stacked(below, outlines, offsets, gap)
        if below:
            first, last = below[0], below[-1]
            upper = offsets[first] + own_top[first] + heights[first] / 2
            lower = offsets[last] + own_top[last] + heights[last] / 2
            own_top[node_id] = (upper + lower - heights[node_id]) / 2
        else:
            own_top[node_id] = 0.0
        outline.tops.append(own_top[node_id] - outline.shift)
        outline.bottoms.append(own_top[node_id] + heights[node_id] - outline.shift)
        outlines[node_id] = outline
    _stacked(roots, outlines, offsets, gap)
    for node_id in order:
        for child in children[node_id]:
            offsets[child] += offsets[node_id]
    return {node_id: offsets[node_id] + own_top[node_id] for node_id in order}


def _stacked(
    below: list[str], outlines: dict[str, _Outline], offsets: dict[str, float], gap: float
) -> _Outline:
    """Put groups below each other as closely as they go; their offsets are noted, and their common outline returned."""
    together = _Outline()
    for child in below:
        outline = outlines.pop(child)
        shared = min(len(together.tops), len(outline.tops))
        offset = 0.0
        for back in range(1, shared + 1):
            reach = together.bottoms[-back] + together.shift + gap
            offset = max(offset, reach - outline.tops[-back] - outline.shift)
        offsets[child] = offset
        outline.shift += offset
        if len(outline.tops) > len(together.tops):
            for back in range(1, shared + 1):
                outline.tops[-back] = together.tops[-back] + together.shift - outline.shift
            together = outline
        else:
            for back in range(1, shared + 1):
                together.bottoms[-back] = outline.bottoms[-back] + outline.shift - together.shift
    return together
