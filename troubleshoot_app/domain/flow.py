"""How walks flow through a tree: which share of them came to each node, and over which answers, drawn from the top down.

Places are in thousandths of the width; heights are in pixels. An answer that leads back up is counted at its node and not
drawn: it would cross everything.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 1000.0
GAP = 14.0
BOX = 44
LAYER = 104
LEAST_WIDTH = 6.0
MOST_NODES = 60

Flows = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Box:
    """A node that walks came to: ``total`` of them, ``back`` of which went back up from there."""

    node_id: str
    x: float
    y: int
    width: float
    total: int
    back: int


@dataclass(frozen=True, slots=True)
class Band:
    """The walks that went from one node to another, as the outline of an SVG path."""

    source: str
    target: str
    total: int
    outline: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes from the start to the ends and the bands between them; ``hidden`` nodes found no room."""

    boxes: list[Box]
    bands: list[Band]
    height: int
    hidden: int = 0


def diagram(start: str, visits: Mapping[str, int], flows: Flows) -> Diagram:
    """Return the flow diagram of a tree that is walked from ``start``; empty when nobody has walked it."""
    came = sorted((node for node, total in visits.items() if total), key=lambda node: (-visits[node], node))
    shown = set(came[:MOST_NODES])
    inner = {key: total for key, total in flows.items() if total and shown.issuperset(key)}
    depth = _depths(start, [node for node in came if node in shown], inner)
    layers: dict[int, list[str]] = defaultdict(list)
    for node, layer in depth.items():
        layers[layer].append(node)
    down = {key: total for key, total in inner.items() if depth[key[0]] < depth[key[1]]}
    sizes = {node: max(visits[node], *_sums(node, down)) for node in shown}
    scale = min((_scale([sizes[node] for node in layer]) for layer in layers.values()), default=0.0)
    boxes = _boxes(layers, sizes, scale, inner, visits, depth)
    return Diagram(
        list(boxes.values()),
        _bands(boxes, down, scale),
        max(layers, default=0) * LAYER + BOX if boxes else 0,
        hidden=len(came) - len(shown),
    )


def _depths(start: str, nodes: Sequence[str], flows: Flows) -> dict[str, int]:
    """Return how many answers it takes at least to each node; what was come to from elsewhere begins at the top, too."""
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in flows:
        after[source].append(target)
    come_to = {target for _, target in flows}
    depth: dict[str, int] = {}
    for first in sorted(nodes, key=lambda node: (node != start, node in come_to)):
        if first not in depth:
            _spread(first, after, depth)
    return depth


def _spread(first: str, after: Mapping[str, Iterable[str]], depth: dict[str, int]) -> None:
    depth[first] = 0
    waiting = deque([first])
    while waiting:
        node = waiting.popleft()
        for target in after.get(node, ()):
            if target not in depth:
                depth[target] = depth[node] + 1
                waiting.append(target)


def _sums(node: str, flows: Flows) -> tuple[int, int]:
    came = sum(total for (_, target), total in flows.items() if target == node)
    left = sum(total for (source, _), total in flows.items() if source == node)
    return came, left


def _scale(sizes: Sequence[int]) -> float:
    """Return the width that a walk may have so that a layer fits."""
    return max(WIDTH - GAP * (len(sizes) - 1), WIDTH / 4) / sum(sizes)


def _boxes(
    layers: Mapping[int, list[str]],
    sizes: Mapping[str, int],
    scale: float,
    flows: Flows,
    visits: Mapping[str, int],
    depth: Mapping[str, int],
) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for layer in sorted(layers):
        nodes = sorted(layers[layer], key=lambda node: (_middle_of_sources(node, flows, boxes), node))
        widths = [max(LEAST_WIDTH, sizes[node] * scale) for node in nodes]
        gap = min(GAP, (WIDTH - sum(widths)) / max(1, len(nodes) - 1))
        x = (WIDTH - sum(widths) - gap * (len(nodes) - 1)) / 2
        for node, width in zip(nodes, widths, strict=True):
            back = sum(
                total
                for (source, target), total in flows.items()
                if source == node and depth[target] <= layer
            )
            boxes[node] = Box(node, round(x, 1), layer * LAYER, round(width, 1), visits[node], back)
            x += width + gap
    return boxes


def _middle_of_sources(node: str, flows: Flows, boxes: Mapping[str, Box]) -> float:
    sources = [(boxes[one], total) for (one, to), total in flows.items() if to == node and one in boxes]
    whole = sum(total for _, total in sources)
    return sum((box.x + box.width / 2) * total for box, total in sources) / whole if whole else 0.0


def _bands(boxes: Mapping[str, Box], flows: Flows, scale: float) -> list[Band]:
    left_at = {node: box.x for node, box in boxes.items()}
    came_at = dict(left_at)
    bands = []
    for (source, target), total in sorted(flows.items(), key=lambda one: (boxes[one[0][1]].x, one[0])):
        above, below, width = boxes[source], boxes[target], total * scale
        out, into = left_at[source], came_at[target]
        left_at[source] += width
        came_at[target] += width
        bands.append(Band(source, target, total, _outline(out, above.y + BOX, into, below.y, width)))
    return bands


def _outline(x: float, y: float, to_x: float, to_y: float, width: float) -> str:
    middle = (y + to_y) / 2
    return (
        f"M{x:.1f},{y} C{x:.1f},{middle} {to_x:.1f},{middle} {to_x:.1f},{to_y}"
        f" L{to_x + width:.1f},{to_y} C{to_x + width:.1f},{middle} {x + width:.1f},{middle} {x + width:.1f},{y} Z"
    )
