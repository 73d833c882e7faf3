"""A walk over a tree: where it stands, taking an option, going back. Nothing is changed in place."""

from collections.abc import Sequence
from dataclasses import dataclass

from troubleshoot_app.domain.errors import InvalidChoice, NotAllowedNow, quoted
from troubleshoot_app.domain.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a session stands, and how many steps were ever taken to get there, undone ones included."""

    node_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Move:
    """The step that ``advance`` took: at ``node_id`` the option, which leads to the node ``to``."""

    step_seq: int
    node_id: str
    option_id: str
    option_label: str
    to: str


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step in the record: its number, and the node where it was taken."""

    seq: int
    node_id: str


@dataclass(frozen=True, slots=True)
class Back:
    """The walk after going back, and the numbers of the steps that are undone by it."""

    walk: Walk
    undone: tuple[int, ...]


def begin(tree: Tree, node_id: str = "") -> Walk:
    """Return the walk that stands at the start, or at ``node_id``, from which it goes on but not back.

    Raises:
        NotAllowedNow: the tree has no start.
        InvalidChoice: it has no such node.
    """
    if node_id:
        if node_id not in tree.nodes:
            raise InvalidChoice(
                "The published version of this tree has no such node. Start at its beginning instead."
            )
        return Walk(node_id, 0)
    if tree.start not in tree.nodes:
        raise NotAllowedNow(
            "This tree has no start, so it cannot be walked. Choose its first node and publish it again."
        )
    return Walk(tree.start, 0)


def advance(tree: Tree, walk: Walk, option_id: str) -> tuple[Walk, Move]:
    """Return the walk after taking an option at the current node, and the step to record.

    Raises:
        InvalidChoice: the node has no such option.
        NotAllowedNow: the option leads to no node, or the walk stands at none.
    """
    option = _standing_at(tree, walk).option(option_id)
    if option is None:
        raise InvalidChoice("That is not an answer to the current question. Choose one of its options.")
    if option.to not in tree.nodes:
        raise NotAllowedNow(
            f"The answer {quoted(option.label)} leads nowhere in this tree. Choose another one, or escalate from here."
        )
    seq = walk.seq + 1
    return Walk(option.to, seq), Move(seq, walk.node_id, option.id, option.label, option.to)


def is_end(tree: Tree, walk: Walk) -> bool:
    """Tell whether the walk stands at a resolution or an escalation; ``NotAllowedNow`` when it stands at no node."""
    return _standing_at(tree, walk).kind.is_end


def go_back(walk: Walk, live_steps: Sequence[TakenStep], to_seq: int | None = None) -> Back:
    """Return the walk that stands again where the live step ``to_seq`` was taken, by default the last one.

    ``live_steps`` are the steps not undone, in order. The number of steps never goes down: what is undone stays.

    Raises:
        NotAllowedNow: the walk is at its start.
        InvalidChoice: ``to_seq`` is no live step.
    """
    if not live_steps:
        raise NotAllowedNow("This is where the session started; there is nothing to go back to.")
    wanted = live_steps[-1].seq if to_seq is None else to_seq
    target = next((step for step in live_steps if step.seq == wanted), None)
    if target is None:
        raise InvalidChoice(
            f"Step {wanted} is not on the path. Choose one of the steps that were not undone."
        )
    undone = tuple(step.seq for step in live_steps if step.seq >= target.seq)
    return Back(Walk(target.node_id, walk.seq), undone)


def _standing_at(tree: Tree, walk: Walk) -> Node:
    node = tree.nodes.get(walk.node_id)
    if node is None:
        raise NotAllowedNow("This session stands at a node that its tree does not have. Start a new session.")
    return node
