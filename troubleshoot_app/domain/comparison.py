"""Two versions of a tree, told apart in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from troubleshoot_app.domain.editing import difference
from troubleshoot_app.domain.formats.words import plain
from troubleshoot_app.domain.tree import Node, Option, Tree

NAME_LENGTH = 80


class What(StrEnum):
    """What became of a node."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """One node that differs; ``lines`` say how, one sentence each. ``node`` is the newer one where there is one."""

    node: Node
    what: What
    lines: tuple[str, ...]


def compare(older: Tree, newer: Tree) -> list[NodeDifference]:
    """Return what differs, in the order of the newer tree, the removed nodes last."""
    changes = difference(older, newer).changes
    order = [*newer.nodes, *older.nodes]
    found = []
    for node_id in dict.fromkeys(order):
        change = changes.get(node_id)
        if change is None:
            continue
        if change.before is None and change.after is not None:
            found.append(NodeDifference(change.after, What.ADDED, ()))
        elif change.after is None and change.before is not None:
            found.append(NodeDifference(change.before, What.REMOVED, ()))
        elif change.before is not None and change.after is not None:
            lines = tuple(_lines(change.before, change.after, older, newer))
            found.append(NodeDifference(change.after, What.CHANGED, lines))
    return found


def named(tree: Tree, node_id: str) -> str:
    """Return what an author knows a node by: the beginning of its text, or its id when it has none."""
    node = tree.nodes.get(node_id)
    words = plain(node.text) if node else ""
    if len(words) > NAME_LENGTH:
        words = words[: NAME_LENGTH - 1] + "…"
    return f"“{words}”" if words else node_id or "nothing"


@dataclass(frozen=True, slots=True)
class Arrow:
    """An answer of one of two versions, or of both; ``what`` is None where both have it alike."""

    node_id: str
    option: Option
    what: What | None


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two versions in one: ``tree`` has the nodes of both, in the newer words, and all their answers as ``arrows``."""

    tree: Tree
    nodes: Mapping[str, What]
    arrows: tuple[Arrow, ...]


def overlay(older: Tree, newer: Tree) -> Overlay:
    """Return two versions laid over each other."""
    found = {one.node.id: one.what for one in compare(older, newer)}
    both = dict(newer.nodes) | {node.id: node for node in older.nodes.values() if node.id not in newer.nodes}
    arrows = tuple(
        arrow
        for node_id in both
        for arrow in _arrows(node_id, older.nodes.get(node_id), newer.nodes.get(node_id))
    )
    options: dict[str, list[Option]] = {node_id: [] for node_id in both}
    for arrow in arrows:
        options[arrow.node_id].append(arrow.option)
    nodes = {node_id: replace(node, options=tuple(options[node_id])) for node_id, node in both.items()}
    return Overlay(Tree(newer.start or older.start, nodes), found, arrows)


def _arrows(node_id: str, before: Node | None, after: Node | None) -> Iterator[Arrow]:
    old = {option.id: option for option in before.options} if before else {}
    new = {option.id: option for option in after.options} if after else {}
    for option in new.values():
        there = old.get(option.id)
        if there is None or there.to != option.to:
            yield Arrow(node_id, option, What.ADDED)
        else:
            yield Arrow(node_id, option, None if there == option else What.CHANGED)
    for option in old.values():
        if option.id not in new or new[option.id].to != option.to:
            yield Arrow(node_id, replace(option, id=f"{option.id} before"), What.REMOVED)


def _lines(before: Node, after: Node, older: Tree, newer: Tree) -> Iterator[str]:
    if before.kind != after.kind:
        yield f"Kind was {before.kind}, is {after.kind}."
    if before.text != after.text:
        yield f"Text was: {before.text or '(empty)'}"
    if before.help != after.help:
        yield f"Help was: {before.help or '(empty)'}"
    yield from _measuring_lines(before, after)
    old = {option.id: option for option in before.options}
    new = {option.id: option for option in after.options}
    for option in after.options:
        if option.id not in old:
            yield f"New answer “{option.label}”, leads to {_target(option, newer)}."
        else:
            yield from _option_lines(old[option.id], option, older, newer)
    for option in before.options:
        if option.id not in new:
            yield f"Answer “{option.label}” is gone."
    kept = [option.id for option in before.options if option.id in new]
    if kept != [option.id for option in after.options if option.id in old]:
        yield "The answers are in another order."


def _measuring_lines(before: Node, after: Node) -> Iterator[str]:
    if before.reading != after.reading:
        yield f"Reading was: {_reading(before)}"
    if before.acknowledge != after.acknowledge:
        yield f"It is {'now' if after.acknowledge else 'no longer'} checked off."


def _option_lines(before: Option, after: Option, older: Tree, newer: Tree) -> Iterator[str]:
    if before.when != after.when:
        yield f"Answer “{after.label}” was for {before.when or 'no number'}, is for {after.when or 'no number'}."
    if before.label != after.label:
        yield f"Answer “{before.label}” is now “{after.label}”."
    if (before.to, before.tree, before.returns) != (after.to, after.tree, after.returns):
        yield f"Answer “{after.label}” led to {_target(before, older)}, leads to {_target(after, newer)}."


def _reading(node: Node) -> str:
    if node.reading is None:
        return "none"
    return node.reading.expected or node.reading.unit or "any number"


def _target(option: Option, tree: Tree) -> str:
    if not option.jumps:
        return named(tree, option.to)
    back = f" and back to {named(tree, option.to)}" if option.returns else ""
    return f"the tree {option.tree}{back}"
