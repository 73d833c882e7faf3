"""Jumps from one tree to another: which there are, where they arrive, and whether trees lead round in a ring."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from troubleshoot_app.domain.errors import Problem, Severity, quoted
from troubleshoot_app.domain.tree import Node, Option, Tree
from troubleshoot_app.domain.tree_status import TreeStatus


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A tree that can be jumped to; ``tree`` is what is published of it, None when nothing is."""

    id: str
    title: str
    status: TreeStatus
    tree: Tree | None = None

    @property
    def can_be_walked(self) -> bool:
        """Whether a jump arrives there."""
        return self.status is TreeStatus.PUBLISHED and self.tree is not None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The trees that a tree jumps to, and those that these jump to, by id; ``ids`` finds them by what options call them.

    ``this_id`` is the id of the tree itself, empty when it is not kept yet.
    """

    this_id: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    trees: Mapping[str, Neighbour] = field(default_factory=dict)

    def of(self, name: str) -> Neighbour | None:
        """Return the tree that an option calls by this id or slug; None when there is none."""
        return self.trees.get(self.ids.get(name, ""))


def jump_names(tree: Tree) -> list[str]:
    """Return what the options of a tree call the trees that they jump to, each once."""
    options = (option for node in tree.nodes.values() for option in node.options)
    return list(dict.fromkeys(option.tree for option in options if option.tree))


def jump_problems(tree: Tree, around: Neighbourhood) -> Iterator[Problem]:
    """Yield what is wrong with the jumps of a tree: those that arrive nowhere, and rings of trees."""
    names = jump_names(tree)
    if not names:
        return
    leading_back = _leading_to(around)
    ending = _ending(tree, around)
    for node in tree.nodes.values():
        for option in node.options:
            if option.jumps and (problem := _problem(node, option, around, leading_back, ending)):
                yield problem


def _problem(
    node: Node, option: Option, around: Neighbourhood, leading_back: set[str], ending: set[str]
) -> Problem | None:
    there = around.of(option.tree)
    fault = _arrival_fault(option, there, around.this_id)
    severity = Severity.ERROR
    if fault is None and there is not None and there.id not in ending:
        fault = (
            "ring_of_trees",
            (
                f"the tree {quoted(there.title)}, from where trees lead round in a ring without an end. "
                "Lead one of them to a resolution or an escalation."
            ),
        )
    elif fault is None and there is not None and there.id in leading_back:
        severity = Severity.WARNING
        named = "this tree itself" if there.id == around.this_id else f"the tree {quoted(there.title)}"
        fault = "ring_of_trees", f"{named}, and so back to where it came from: a ring of trees."
    if fault is None:
        return None
    code, words = fault
    return Problem(severity, node.id, code, f"The answer {quoted(option.label)} leads to {words}")


def _arrival_fault(option: Option, there: Neighbour | None, this_id: str) -> tuple[str, str] | None:
    """Return why a jump does not arrive, as a code and the end of a sentence; None when it does. To this tree itself it
    does as soon as that is published."""
    if there is None:
        return "unknown_tree", f"the tree {quoted(option.tree)}, which does not exist. Choose one that does."
    if there.status is TreeStatus.ARCHIVED:
        return "archived_tree", f"the tree {quoted(there.title)}, which was removed. Choose another one."
    if not there.can_be_walked and there.id != this_id:
        words = f"the tree {quoted(there.title)}, which is not published. Publish that one first."
        return "unpublished_tree", words
    return None


def _leading_to(around: Neighbourhood) -> set[str]:
    """Return the trees from which jumps lead to this one, itself included."""
    into: dict[str, set[str]] = {}
    for there in around.trees.values():
        if there.tree is not None and there.id != around.this_id:
            for name in jump_names(there.tree):
                into.setdefault(around.ids.get(name, ""), set()).add(there.id)
    found = {around.this_id}
    waiting = [around.this_id] if around.this_id else []
    while waiting:
        for before in into.get(waiting.pop(), set()) - found:
            found.add(before)
            waiting.append(before)
    return found


def _ending(tree: Tree, around: Neighbourhood) -> set[str]:
    """Return the trees that can come to an end, their own or that of a tree that they jump to; of what cannot be
    walked that is not known, so it counts as ending."""
    trees = {there.id: there.tree for there in around.trees.values()}
    trees[around.this_id] = tree
    ending = {tree_id for tree_id, there in trees.items() if there is None}
    grows = True
    while grows:
        grows = False
        for tree_id, there in trees.items():
            if tree_id not in ending and there is not None and _can_end(there, around, ending):
                ending.add(tree_id)
                grows = True
    return ending


def _can_end(tree: Tree, around: Neighbourhood, ending: set[str]) -> bool:
    """Tell whether a walk through a tree can end, given the other trees that can."""
    seen = {tree.start}
    waiting = [tree.start] if tree.start in tree.nodes else []
    while waiting:
        node = tree.nodes[waiting.pop()]
        if node.kind.is_end:
            return True
        for option in node.options:
            there = around.ids.get(option.tree)
            arrives = there is None or there in ending
            if arrives and not option.stays:
                return True
            if arrives and option.to in tree.nodes and option.to not in seen:
                seen.add(option.to)
                waiting.append(option.to)
    return False
