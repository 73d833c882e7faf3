"""Draws a tree as a chart to read and to print: a card for each node, its answers on it, arrows to what comes next.

An arrow is drawn to the next column. Where an answer leads further on, or back, it names the number of the card instead:
so no line ever crosses a card, however large the tree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

from troubleshoot_app.domain.formats.lettering import measured, wrapped
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.formats.words import plain
from troubleshoot_app.domain.layout import Layout, Spot, lay_out
from troubleshoot_app.domain.tree import Node, NodeKind

CARD_WIDTH = 270
COLUMN_GAP = 80
ROW_GAP = 22
MARGIN = 40
PADDING = 12
HEADER = 24
TEXT_SIZE, TEXT_LINE, TEXT_LINES = 13.0, 17, 14
LABEL_SIZE, LABEL_LINE, LABEL_LINES = 12.0, 15, 4
LABEL_PADDING = 6
TITLE_SIZE = 24.0

_BAND = f"v-{HEADER - 8}q0 -7 7 -7h{CARD_WIDTH - 16}q7 0 7 7v{HEADER - 8}z"
_BAD_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_KIND_NAMES = {
    NodeKind.QUESTION: "Question",
    NodeKind.ACTION: "Do this",
    NodeKind.RESOLUTION: "Resolved",
    NodeKind.ESCALATION: "Escalate",
}
_STYLE = (
    "text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:#111}"
    ".card{fill:#fff;stroke-width:1.5}.head{font-size:11px;font-weight:bold}.text{font-size:13px}"
    ".label{font-size:12px}.jump{font-size:12px;font-weight:bold}.rule{stroke:#bbb;stroke-width:1}"
    ".arrow{fill:none;stroke:#555;stroke-width:1.4}.head-of-arrow{fill:#555}.port{fill:#555}"
    ".question .card{stroke:#1d4ed8}.question .band{fill:#dbe6ff}.action .card{stroke:#555}.action .band{fill:#e8e8e8}"
    ".resolution .card{stroke:#15803d;stroke-width:2.5}.resolution .band{fill:#d3f3dd}"
    ".escalation .card{stroke:#b91c1c;stroke-width:2.5;stroke-dasharray:7 3}.escalation .band{fill:#fde0de}"
)


class _Row(NamedTuple):
    """An answer on a card, ``top`` from its upper edge; ``jump`` names the card that it leads to without an arrow."""

    lines: list[str]
    top: float
    height: float
    to: str
    jump: str


@dataclass(frozen=True, slots=True)
class _Card:
    node: Node
    number: int
    lines: list[str]
    rows: list[_Row]
    height: float


def write_svg(file: TreeFile) -> str:
    """Return the chart of a tree as SVG, without scripts and without anything from elsewhere."""
    return "".join(_Chart(file).parts())


class _Chart:
    """A chart that knows the cards, then where they stand."""

    def __init__(self, file: TreeFile) -> None:
        self._file = file
        tree = file.tree
        self._numbers = {node_id: number for number, node_id in enumerate(_in_reading_order(file), 1)}
        self._cards = {node_id: self._card(tree.nodes[node_id]) for node_id in self._numbers}
        heights = {node_id: card.height for node_id, card in self._cards.items()}
        self._layout: Layout = lay_out(tree, heights, ROW_GAP)
        self._title = wrapped(_clean(file.title), TITLE_SIZE, max(600, self._width() - 2 * MARGIN), 3)
        self._above = MARGIN + len(self._title) * 30 + 14

    def parts(self) -> Iterator[str]:
        width, height = self._width(), self._above + self._layout.height + MARGIN
        width = max(width, 2 * MARGIN + max(measured(line, TITLE_SIZE * 1.1) for line in self._title))
        title = escape(_clean(self._file.title))
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
        yield f'viewBox="0 0 {_n(width)} {_n(height)}" role="img">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        yield f'<rect width="{_n(width)}" height="{_n(height)}" fill="#fff"/>\n'
        for number, line in enumerate(self._title):
            y = MARGIN + 22 + 30 * number
            yield f'<text x="{MARGIN}" y="{y}" font-size="24" font-weight="bold">{escape(line)}</text>\n'
        for node_id, card in self._cards.items():
            yield from self._arrows(node_id, card)
        for node_id, card in self._cards.items():
            yield from self._drawn(node_id, card)
        yield "</svg>\n"

    def _width(self) -> float:
        return 2 * MARGIN + max(1, self._layout.columns) * (CARD_WIDTH + COLUMN_GAP) - COLUMN_GAP

    def _card(self, node: Node) -> _Card:
        lines = wrapped(plain(_clean(node.text)), TEXT_SIZE, CARD_WIDTH - 2 * PADDING, TEXT_LINES)
        top = HEADER + PADDING + len(lines) * TEXT_LINE + PADDING - 4
        rows = []
        for option in node.options:
            number = self._numbers.get(option.to)
            jump = "↗" if not option.stays else f"→ {number}" if number else "→ ?"
            room = CARD_WIDTH - 2 * PADDING - measured("→ 8888", LABEL_SIZE) - 6
            words = option.label if option.when is None else f"{option.label} ({option.when})"
            words = f"{words} ↗ {option.tree}" if option.jumps else words
            label = wrapped(_clean(words), LABEL_SIZE, room, LABEL_LINES)
            height = len(label) * LABEL_LINE + 2 * LABEL_PADDING
            rows.append(_Row(label, top, height, option.to, jump))
            top += height
        return _Card(node, self._numbers[node.id], lines, rows, top)

    def _corner(self, node_id: str) -> tuple[float, float]:
        spot: Spot = self._layout.spots[node_id]
        return MARGIN + spot.column * (CARD_WIDTH + COLUMN_GAP), self._above + spot.top

    def _is_drawn(self, node_id: str, target: str) -> bool:
        spots = self._layout.spots
        return target in spots and spots[target].column == spots[node_id].column + 1

    def _arrows(self, node_id: str, card: _Card) -> Iterator[str]:
        left, top = self._corner(node_id)
        for row in card.rows:
            if self._is_drawn(node_id, row.to):
                x, y = left + CARD_WIDTH, top + row.top + row.height / 2
                to_x, to_y = self._corner(row.to)
                to_x, to_y = to_x - 7, to_y + HEADER / 2
                bend = COLUMN_GAP * 0.55
                yield (
                    f'<path class="arrow" d="M{_n(x)} {_n(y)}C{_n(x + bend)} {_n(y)} {_n(to_x - bend)} {_n(to_y)} '
                    f'{_n(to_x)} {_n(to_y)}"/><path class="head-of-arrow" d="M{_n(to_x + 7)} {_n(to_y)}l-9 -4.5v9z"/>\n'
                )

    def _drawn(self, node_id: str, card: _Card) -> Iterator[str]:
        left, top = self._corner(node_id)
        kind, right = card.node.kind, left + CARD_WIDTH
        yield f'<g class="{kind.value}"><rect class="card" x="{_n(left)}" y="{_n(top)}" width="{CARD_WIDTH}" '
        yield f'height="{_n(card.height)}" rx="7"/>'
        yield f'<path class="band" d="M{_n(left + 1)} {_n(top + HEADER)}{_BAND}"/>'
        yield f'<text class="head" x="{_n(left + PADDING)}" y="{_n(top + 16)}">{card.number} · {_KIND_NAMES[kind]}</text>'
        if node_id == self._file.tree.start:
            yield f'<text class="head" x="{_n(right - PADDING)}" y="{_n(top + 16)}" text-anchor="end">START</text>'
        yield _text("text", card.lines, left + PADDING, top + HEADER + PADDING + 11, TEXT_LINE)
        for row in card.rows:
            edge = top + row.top
            yield f'<path class="rule" d="M{_n(left + 1)} {_n(edge)}h{CARD_WIDTH - 2}"/>'
            yield _text("label", row.lines, left + PADDING, edge + LABEL_PADDING + 11, LABEL_LINE)
            middle = edge + row.height / 2
            if self._is_drawn(node_id, row.to):
                yield f'<circle class="port" cx="{_n(right)}" cy="{_n(middle)}" r="3.5"/>'
            else:
                x, y = _n(right - PADDING), _n(middle + 4)
                yield f'<text class="jump" x="{x}" y="{y}" text-anchor="end">{row.jump}</text>'
        yield "</g>\n"


def _in_reading_order(file: TreeFile) -> list[str]:
    """Return the nodes as a reader meets them: each before what it leads to, the first answer first."""
    tree = file.tree
    found: dict[str, None] = {}
    waiting = [*list(tree.nodes)[::-1], tree.start]
    while waiting:
        node_id = waiting.pop()
        if node_id in tree.nodes and node_id not in found:
            found[node_id] = None
            waiting += [
                option.to for option in reversed(tree.nodes[node_id].options) if option.to not in found
            ]
    return list(found)


def _text(style: str, lines: list[str], x: float, y: float, step: int) -> str:
    spans = [
        f'<tspan x="{_n(x)}" y="{_n(y + step * number)}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    ]
    return f'<text class="{style}">{"".join(spans)}</text>'


def _clean(words: str) -> str:
    return _BAD_IN_XML.sub("\N{REPLACEMENT CHARACTER}", words)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
