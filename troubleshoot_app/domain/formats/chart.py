"""A chart as it is drawn in a file: boxes and arrows, before they become the nodes and options of a tree."""

from dataclasses import dataclass, field
from typing import Any

from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.report import Place, Report
from troubleshoot_app.domain.tree import NODE_LIMIT, NodeKind

ARROW_LIMIT = 30_000
CHART_LIMIT = 100


@dataclass(slots=True)
class Box:
    """A box; ``text`` is None where only its id is drawn. What the file does not say of it is guessed from its arrows."""

    id: str
    place: Place
    text: str | None = None
    asks: bool = False
    """Whether it is drawn as a question is, such as a diamond."""
    kind: NodeKind | None = None
    help: str = ""
    reading: dict[str, Any] | None = None
    """What is measured there, in the words of the tree file."""
    acknowledge: bool = False
    keep_as: str | None = None
    """The id that the node gets, where the box could not be given that."""
    stands_for_nothing: bool = False
    """Whether it is no node, but shows that an arrow leads to none; ``keep_as`` is where that arrow says it leads."""
    options: list[dict[str, Any]] | None = None
    """What an exported file says of the options, one entry an arrow."""

    @property
    def words(self) -> str:
        """What can be read in it."""
        return self.id if self.text is None else self.text


@dataclass(slots=True)
class Arrow:
    """An arrow; ``label`` is None where there is none. ``target`` may name no box.

    With ``tree`` it leads to that other tree, and comes back to its target when it ``returns``.
    """

    source: str
    target: str
    label: str | None
    place: Place
    id: str | None = None
    tree: str = ""
    returns: bool = False
    when: dict[str, Any] | None = None


@dataclass(slots=True)
class Chart:
    """Boxes and arrows in the order in which they are drawn, and what is said about the whole."""

    place: Place
    report: Report = field(default_factory=Report)
    about: dict[str, Any] = field(default_factory=dict)
    """Keys of a tree file: title, description, category, tags, slug."""
    start: str | None = None
    """The box that the chart itself says to start with."""
    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)

    def box(self, box_id: str, place: Place) -> Box:
        """Return the box with this id, a new one at ``place`` where there is none; ``UnreadableTree`` past the limit."""
        box = self.boxes.get(box_id)
        if box is None:
            if len(self.boxes) == NODE_LIMIT:
                raise too_large(
                    f"A tree has at most {NODE_LIMIT:,} nodes; here is one more. Split it.", place
                )
            box = self.boxes[box_id] = Box(box_id, place)
        return box

    def arrow(
        self, source: str, target: str, label: str | None, place: Place, arrow_id: str | None = None
    ) -> Arrow:
        """Add an arrow and return it; ``UnreadableTree`` past the limit."""
        if len(self.arrows) == ARROW_LIMIT:
            raise too_large(f"A chart has at most {ARROW_LIMIT:,} arrows; here is one more. Split it.", place)
        arrow = Arrow(source, target, label, place, arrow_id)
        self.arrows.append(arrow)
        return arrow


def too_large(message: str, place: Place) -> UnreadableTree:
    """Return the error of a chart that is past a limit at ``place``."""
    return UnreadableTree([Fault((), message, *place)])
