"""Where the nodes of a tree stand on a chart.

Every node hangs below the first one that leads to it, so the chart reads from the top like the walk does; what leads to
a node from elsewhere, loops included, are lines across. Parents stand over the middle of their children. Linear in the
size of the tree, and the same for the same tree.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from troubleshoot_app.domain.tree import Tree

BOX_WIDTH = 200.0
LINE_HEIGHT = 17.0
LINE_LENGTH = 28
MOST_LINES = 3
BOX_PADDING = 18.0
GAP_ACROSS = 36.0
GAP_DOWN = 84.0


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a node: its upper left corner, its width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float


def lay_out(tree: Tree) -> dict[str, Box]:
    """Return the box of every node, those that nothing leads to beside the others."""
    children, roots = _hanging(tree)
    heights = {node.id: _height(node.text) for node in tree.nodes.values()}
    boxes: dict[str, Box] = {}
    left = 0.0
    for root in roots:
        left = _place(root, children, heights, left, boxes)
    return {node_id: boxes[node_id] for node_id in tree.nodes}


def _hanging(tree: Tree) -> tuple[Mapping[str, list[str]], list[str]]:
    """Return which nodes hang below which, and the nodes that hang below none: the start first."""
    children: dict[str, list[str]] = {node_id: [] for node_id in tree.nodes}
    taken: set[str] = set()
    roots: list[str] = []
    pointed_at = {option.to for node in tree.nodes.values() for option in node.options}
    unreached = sorted(tree.nodes, key=lambda node_id: node_id in pointed_at)
    for root in [tree.start, *unreached]:
        if root in taken or root not in tree.nodes:
            continue
        roots.append(root)
        taken.add(root)
        waiting = [root]
        for node_id in waiting:
            for option in tree.nodes[node_id].options:
                if option.to in tree.nodes and option.to not in taken:
                    taken.add(option.to)
                    children[node_id].append(option.to)
                    waiting.append(option.to)
    return children, roots


def _place(
    root: str,
    children: Mapping[str, list[str]],
    heights: Mapping[str, float],
    left: float,
    boxes: dict[str, Box],
) -> float:
    """Place a root and all below it to the right of ``left``, and return where the next one may begin."""
    levels = [[root]]
    while below := [child for node_id in levels[-1] for child in children[node_id]]:
        levels.append(below)
    tops, top = [], 0.0
    for level in levels:
        tops.append(top)
        top += max(heights[node_id] for node_id in level) + GAP_DOWN
    widths: dict[str, float] = {}
    for level in reversed(levels):
        for node_id in level:
            spread = sum(widths[child] for child in children[node_id])
            widths[node_id] = max(BOX_WIDTH + GAP_ACROSS, spread)
    starts = {root: left}
    for depth, level in enumerate(levels):
        for node_id in level:
            middle = starts[node_id] + widths[node_id] / 2
            boxes[node_id] = Box(middle - BOX_WIDTH / 2, tops[depth], BOX_WIDTH, heights[node_id])
            spread = sum(widths[child] for child in children[node_id])
            at = middle - spread / 2
            for child in children[node_id]:
                starts[child] = at
                at += widths[child]
    return left + widths[root]


def _height(text: str) -> float:
    lines = min(MOST_LINES, max(1, math.ceil(len(text) / LINE_LENGTH)))
    return BOX_PADDING + lines * LINE_HEIGHT
