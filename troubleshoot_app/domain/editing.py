"""Editing a draft: each gesture gives a new tree, and what it changed as a patch that can be kept, undone and merged.

A patch names the nodes that it changes with what they were before. So two people who work on different nodes never
disturb each other, and two who changed the same one are told, with both texts at hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from troubleshoot_app.domain.errors import DomainError, InvalidChoice, NotAllowedNow, quoted
from troubleshoot_app.domain.readings import (
    DECIMALS_LIMIT,
    UNIT_LIMIT,
    Reading,
    parse_number,
    parse_range,
)
from troubleshoot_app.domain.tree import NODE_LIMIT, OPTION_LIMIT, Node, NodeKind, Option, Tree

NEW_ANSWER = "New answer"
ONWARD = "Next"
MEASURED = ("unit", "min", "max", "decimals")


class Words(StrEnum):
    """Which words of a node."""

    TEXT = "text"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Change:
    """One node before and after; None where it is not there."""

    before: Node | None
    after: Node | None


@dataclass(frozen=True, slots=True)
class Patch:
    """What an edit changed. ``behind`` says behind which node each new one stands, empty for the first place."""

    changes: Mapping[str, Change]
    start_before: str
    start_after: str
    behind: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return not self.changes and self.start_before == self.start_after

    def reverse(self, tree: Tree) -> "Patch":
        """Return the patch that undoes this one; ``tree`` is the tree before it, which knows where nodes stood."""
        ids = list(tree.nodes)
        gone = [node_id for node_id, change in self.changes.items() if change.after is None]
        behind = {node_id: ids[ids.index(node_id) - 1] if ids[0] != node_id else "" for node_id in gone}
        return Patch(
            {node_id: Change(change.after, change.before) for node_id, change in self.changes.items()},
            self.start_after,
            self.start_before,
            behind,
        )


class Collision(DomainError):
    """Somebody else changed the same nodes meanwhile; ``node_ids`` says which."""

    def __init__(self, node_ids: tuple[str, ...]) -> None:
        """Make the error for these nodes; an empty id stands for the choice of the first node."""
        self.node_ids = node_ids
        super().__init__("Somebody else changed the same meanwhile. Choose which text stays.")


def difference(before: Tree, after: Tree) -> Patch:
    """Return what leads from one tree to the other."""
    changes: dict[str, Change] = {}
    behind: dict[str, str] = {}
    previous = ""
    for node in after.nodes.values():
        old = before.nodes.get(node.id)
        if old is not node and old != node:
            changes[node.id] = Change(old, node)
            if old is None:
                behind[node.id] = previous
        previous = node.id
    for node in before.nodes.values():
        if node.id not in after.nodes:
            changes[node.id] = Change(node, None)
    return Patch(changes, before.start, after.start, behind)


def apply(tree: Tree, patch: Patch, *, force: bool = False) -> Tree:
    """Return ``tree`` with the patch; what others changed of the same nodes meanwhile stays where it is something else.

    Raises:
        Collision: something is neither as the patch found it nor as it wants it, and ``force`` is not given.
    """
    merged = {node_id: _merged(tree.nodes.get(node_id), change) for node_id, change in patch.changes.items()}
    collisions = [node_id for node_id, (_, fits) in merged.items() if not fits]
    if patch.start_before != patch.start_after and tree.start not in (patch.start_before, patch.start_after):
        collisions.append("")
    if collisions and not force:
        raise Collision(tuple(collisions))
    nodes = dict(tree.nodes)
    for node_id, (node, _) in merged.items():
        if node is None:
            nodes.pop(node_id, None)
        elif node_id in nodes:
            nodes[node_id] = node
    for node_id, (node, _) in merged.items():
        if node is not None and node_id not in nodes:
            nodes = _placed(nodes, node, patch.behind.get(node_id))
    start = patch.start_after if patch.start_before != patch.start_after else tree.start
    return Tree(start, nodes)


def _merged(there: Node | None, change: Change) -> tuple[Node | None, bool]:
    """Return a node with a change, and whether the two go together; what does not is as the change wants it."""
    before, after = change.before, change.after
    if there in (before, after):
        return after, True
    if there is None or before is None or after is None:
        return after, False
    kept: dict[str, Any] = {}
    fits = True
    for name in (one.name for one in fields(Node)):
        is_now, was, wanted = getattr(there, name), getattr(before, name), getattr(after, name)
        if was == wanted:
            kept[name] = is_now
        fits = fits and (was == wanted or is_now in (was, wanted))
    return replace(after, **kept), fits


def put_back(tree: Tree, node: Node) -> Tree:
    """Return the tree with a node again that was deleted; nothing leads to it until an answer is given it as target."""
    start = tree.start if tree.start in tree.nodes else node.id
    return Tree(start, _placed(dict(_with_room(tree).nodes), node, None))


def put_node(tree: Tree, node: Node) -> Tree:
    """Return the tree with ``node`` in place of the one with its id."""
    _node(tree, node.id)
    return Tree(tree.start, dict(tree.nodes) | {node.id: _shaped(node)})


def rewrite(tree: Tree, node_id: str, words: Words, seen: str, wanted: str, *, force: bool = False) -> Tree:
    """Return the tree with other words at a node, whose author saw ``seen`` when they began to type.

    Raises:
        Collision: somebody else has changed those words meanwhile, and ``force`` is not given.
    """
    node = _node(tree, node_id)
    there = node.text if words is Words.TEXT else node.help
    if there not in (seen, wanted) and not force:
        raise Collision((node_id,))
    return put_node(tree, replace(node, text=wanted) if words is Words.TEXT else replace(node, help=wanted))


def change_kind(tree: Tree, node_id: str, kind: NodeKind) -> Tree:
    """Return the tree with a node of another kind; an end keeps no answers, an action keeps one."""
    node = _node(tree, node_id)
    options = node.options[:1] if kind is NodeKind.ACTION else node.options
    return put_node(tree, replace(node, kind=kind, options=options))


def choose_start(tree: Tree, node_id: str) -> Tree:
    """Return the tree with another first node."""
    return Tree(_node(tree, node_id).id, tree.nodes)


def add_first(tree: Tree) -> tuple[Tree, str]:
    """Return the tree with a new node that nothing leads to, and its id; it is the start when there is none."""
    node = Node(free_id(tree), NodeKind.QUESTION, "")
    start = tree.start if tree.start in tree.nodes else node.id
    return Tree(start, _placed(dict(_with_room(tree).nodes), node, None)), node.id


def add_option(tree: Tree, node_id: str, label: str = "", to: str = "") -> Tree:
    """Return the tree with one more answer at a node."""
    node = _node(tree, node_id)
    if node.kind.is_end:
        raise NotAllowedNow("This node ends the walk, so it has no answers. Make it a question first.")
    if len(node.options) >= OPTION_LIMIT:
        raise NotAllowedNow(f"A node has at most {OPTION_LIMIT} answers.")
    option = Option(_free_option_id(node), label, to)
    return put_node(tree, replace(node, options=(*node.options, option)))


def add_child(tree: Tree, node_id: str, option_id: str | None = None) -> tuple[Tree, str]:
    """Return the tree with a new node behind an answer (a new one by default), and the new node's id."""
    child = Node(free_id(tree), NodeKind.QUESTION, "")
    if option_id is None:
        label = ONWARD if _node(tree, node_id).kind is NodeKind.ACTION else NEW_ANSWER
        grown = add_option(tree, node_id, label, child.id)
    else:
        grown = point_option(tree, node_id, option_id, child.id)
    return Tree(grown.start, _placed(dict(_with_room(grown).nodes), child, node_id)), child.id


def insert_between(tree: Tree, node_id: str, option_id: str) -> tuple[Tree, str]:
    """Return the tree with a new action between an answer and where it led, and the new node's id."""
    led = _option(_node(tree, node_id), option_id)
    onward = replace(led, id="o1", label=ONWARD, when=None)
    between = Node(free_id(tree), NodeKind.ACTION, "", options=(onward,))
    pointed = point_option(stay_option(tree, node_id, option_id), node_id, option_id, between.id)
    return Tree(pointed.start, _placed(dict(_with_room(pointed).nodes), between, node_id)), between.id


def duplicate(tree: Tree, node_id: str) -> tuple[Tree, str]:
    """Return the tree with a copy of a node, which nothing leads to yet, and the copy's id."""
    copy = replace(_node(tree, node_id), id=free_id(tree))
    return Tree(tree.start, _placed(dict(_with_room(tree).nodes), copy, node_id)), copy.id


def point_option(tree: Tree, node_id: str, option_id: str, to: str) -> Tree:
    """Return the tree with an answer that leads elsewhere."""
    node = _node(tree, node_id)
    target = _option(node, option_id)
    pointed = replace(target, to=to) if target.returns else replace(target, to=to, tree="")
    return _put_option(tree, node, target, pointed)


def jump_option(tree: Tree, node_id: str, option_id: str, other: str) -> Tree:
    """Return the tree with an answer that leads to the start of another tree, called by its id or slug."""
    node = _node(tree, node_id)
    target = _option(node, option_id)
    to = target.to if target.returns else ""
    return _put_option(tree, node, target, replace(target, tree=other, to=to))


def stay_option(tree: Tree, node_id: str, option_id: str) -> Tree:
    """Return the tree with an answer that no longer leads to another tree."""
    node = _node(tree, node_id)
    target = _option(node, option_id)
    return _put_option(tree, node, target, replace(target, tree="", returns=False))


def range_option(tree: Tree, node_id: str, option_id: str, typed: str) -> Tree:
    """Return the tree with other numbers that choose an answer; with no text none do.

    Raises:
        InvalidChoice: the text says no range.
    """
    node = _node(tree, node_id)
    target = _option(node, option_id)
    wanted = parse_range(typed) if typed.strip() else None
    if wanted is None and typed.strip():
        raise InvalidChoice(f"{quoted(typed)} is no range of numbers. Write it such as: >= 11.5 < 12.6")
    return _put_option(tree, node, target, replace(target, when=wanted))


def measure(tree: Tree, node_id: str, *, asks: bool) -> Tree:
    """Return the tree with a node that asks for a number, or no longer does; then no numbers choose its answers."""
    node = _node(tree, node_id)
    if asks:
        return put_node(tree, replace(node, reading=node.reading or Reading()))
    options = tuple(replace(option, when=None) for option in node.options)
    return put_node(tree, replace(node, reading=None, options=options))


def measure_as(tree: Tree, node_id: str, field: str, typed: str) -> Tree:
    """Return the tree with another unit, least, most or number of decimals of what a node measures.

    Raises:
        InvalidChoice: the text is no number, or the node measures nothing.
    """
    node = _node(tree, node_id)
    if node.reading is None or field not in MEASURED:
        raise InvalidChoice("This node asks for no number any more. Somebody else may have changed it.")
    text = " ".join(typed.split())
    if field == "unit":
        return put_node(tree, replace(node, reading=replace(node.reading, unit=text[:UNIT_LIMIT])))
    number = parse_number(text) if text else None
    if text and (number is None or (field == "decimals" and number not in range(DECIMALS_LIMIT + 1))):
        wanted = (
            f"a whole number from 0 to {DECIMALS_LIMIT}" if field == "decimals" else "a number, such as 11.5"
        )
        raise InvalidChoice(f"{quoted(text)} does not fit here. Enter {wanted}, or nothing.")
    if field == "decimals":
        decimals = None if number is None else int(number)
        return put_node(tree, replace(node, reading=replace(node.reading, decimals=decimals)))
    end = None if number is None else float(number)
    reading = replace(node.reading, min=end) if field == "min" else replace(node.reading, max=end)
    return put_node(tree, replace(node, reading=reading))


def check_off(tree: Tree, node_id: str, *, asks: bool) -> Tree:
    """Return the tree with an action that is checked off before the walk goes on, or no longer is."""
    return put_node(tree, replace(_node(tree, node_id), acknowledge=asks))


def return_option(tree: Tree, node_id: str, option_id: str, *, returns: bool) -> Tree:
    """Return the tree with a jump that comes back when the other tree is solved, or does not."""
    node = _node(tree, node_id)
    target = _option(node, option_id)
    if not target.jumps:
        raise NotAllowedNow("This answer stays in this tree. Choose another tree for it first.")
    to = target.to if returns else ""
    return _put_option(tree, node, target, replace(target, returns=returns, to=to))


def label_option(
    tree: Tree, node_id: str, option_id: str, seen: str, wanted: str, *, force: bool = False
) -> Tree:
    """Return the tree with an answer in other words, whose author saw ``seen`` when they began to type.

    Raises:
        Collision: somebody else has changed those words meanwhile, and ``force`` is not given.
    """
    node = _node(tree, node_id)
    target = _option(node, option_id)
    if target.label not in (seen, wanted) and not force:
        raise Collision((node_id,))
    return _put_option(tree, node, target, replace(target, label=wanted))


def move_option(tree: Tree, node_id: str, option_id: str, places: int) -> Tree:
    """Return the tree with an answer so many places further down, or up when negative; at the edge it stays."""
    node = _node(tree, node_id)
    options = list(node.options)
    index = options.index(_option(node, option_id))
    option = options.pop(index)
    options.insert(max(0, min(len(options), index + places)), option)
    return put_node(tree, replace(node, options=tuple(options)))


def remove_option(tree: Tree, node_id: str, option_id: str) -> Tree:
    """Return the tree without an answer; the node that it led to stays."""
    node = _node(tree, node_id)
    target = _option(node, option_id)
    return put_node(tree, replace(node, options=tuple(o for o in node.options if o is not target)))


def move_branch(tree: Tree, node_id: str, from_id: str, option_id: str, to_id: str) -> Tree:
    """Return the tree with the answer that leads to a branch taken from one node and given to another."""
    option = _option(_node(tree, from_id), option_id)
    if option.to != node_id:
        raise InvalidChoice("That answer does not lead here.")
    moved = add_option(remove_option(tree, from_id, option_id), to_id, option.label, node_id)
    node = moved.nodes[to_id]
    *before, added = node.options
    there = replace(added, tree=option.tree, returns=option.returns)
    return put_node(moved, replace(node, options=(*before, there)))


def remove_node(tree: Tree, node_id: str) -> Tree:
    """Return the tree without a node; answers that led to it lead nowhere until they are given a new target."""
    _node(tree, node_id)
    nodes = {node.id: _without_target(node, node_id) for node in tree.nodes.values() if node.id != node_id}
    return Tree("" if tree.start == node_id else tree.start, nodes)


def incoming(tree: Tree, node_id: str) -> Iterator[tuple[Node, Option]]:
    """Yield every answer that leads to a node, with the node that has it."""
    for node in tree.nodes.values():
        for option in node.options:
            if option.to == node_id:
                yield node, option


def free_id(tree: Tree) -> str:
    """Return an id, such as ``n12``, that no node has and no answer that leads nowhere names: it would lead there."""
    named = {option.to for node in tree.nodes.values() for option in node.options}
    taken = tree.nodes.keys() | named | {tree.start}
    number = len(tree.nodes) + 1
    while f"n{number}" in taken:
        number += 1
    return f"n{number}"


def _shaped(node: Node) -> Node:
    """An end has no answers and measures nothing, and only an action is checked off; what was there is dropped when a
    node becomes another kind."""
    if node.kind.is_end and (node.options or node.reading):
        node = replace(node, options=(), reading=None)
    return replace(node, acknowledge=False) if node.acknowledge and node.kind is not NodeKind.ACTION else node


def _placed(nodes: dict[str, Node], node: Node, behind: str | None) -> dict[str, Node]:
    if behind == "":
        return {node.id: node} | nodes
    if behind is None or behind not in nodes:
        return nodes | {node.id: node}
    placed: dict[str, Node] = {}
    for node_id, there in nodes.items():
        placed[node_id] = there
        if node_id == behind:
            placed[node.id] = node
    return placed


def _without_target(node: Node, target: str) -> Node:
    if all(option.to != target for option in node.options):
        return node
    return replace(node, options=tuple(replace(o, to="") if o.to == target else o for o in node.options))


def _with_room(tree: Tree) -> Tree:
    if len(tree.nodes) >= NODE_LIMIT:
        raise NotAllowedNow(f"A tree has at most {NODE_LIMIT:,} nodes. Split it.")
    return tree


def _node(tree: Tree, node_id: str) -> Node:
    node = tree.nodes.get(node_id)
    if node is None:
        raise InvalidChoice("There is no such node any more. Somebody else may have deleted it.")
    return node


def _option(node: Node, option_id: str) -> Option:
    option = node.option(option_id)
    if option is None:
        raise InvalidChoice("There is no such answer any more. Somebody else may have deleted it.")
    return option


def _put_option(tree: Tree, node: Node, old: Option, new: Option) -> Tree:
    options = tuple(new if option is old else option for option in node.options)
    return put_node(tree, replace(node, options=options))


def _free_option_id(node: Node) -> str:
    taken = {option.id for option in node.options}
    number = len(taken) + 1
    while f"o{number}" in taken:
        number += 1
    return f"o{number}"
