"""The decision tree: nodes, the options that lead from one to the next, and the document that a tree is kept as."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from troubleshoot_app.domain.errors import InvalidTree, Problem, Severity, quoted
from troubleshoot_app.domain.readings import (
    Range,
    Reading,
    range_from_document,
    range_to_document,
    reading_from_document,
    reading_to_document,
)

NODE_LIMIT = 5_000
OPTION_LIMIT = 50
TEXT_LIMIT = 10_000
FILE_LIMIT = 2 * 1024 * 1024
ID_LIMIT = 200

Document: TypeAlias = dict[str, Any]


class NodeKind(StrEnum):
    """A question has answers to choose from, an action one way on; a resolution or an escalation ends the walk."""

    QUESTION = "question"
    ACTION = "action"
    RESOLUTION = "resolution"
    ESCALATION = "escalation"

    @property
    def is_end(self) -> bool:
        """Whether a walk ends at such a node."""
        return self is NodeKind.RESOLUTION or self is NodeKind.ESCALATION


@dataclass(frozen=True, slots=True)
class Option:
    """An answer; ``to`` is the id of the node that it leads to, empty in a draft that does not say yet.

    With ``tree`` (the id or the slug of another tree) it is a jump: the walk goes on at the start of that tree. When it
    ``returns``, a resolution there brings the walk back to ``to``; otherwise ``to`` is empty. ``when`` are the numbers of
    a reading that choose it.
    """

    id: str
    label: str
    to: str
    tree: str = ""
    returns: bool = False
    when: Range | None = None

    @property
    def jumps(self) -> bool:
        """Whether it leads to another tree."""
        return bool(self.tree)

    @property
    def stays(self) -> bool:
        """Whether the walk goes on in this tree, at once or later: it leads to a node, or comes home to one."""
        return self.returns or not self.tree


@dataclass(frozen=True, slots=True)
class Node:
    """One question, action or end. ``text`` and ``help`` are Markdown.

    With a ``reading`` a number is asked for; an action to ``acknowledge`` is checked off before the walk goes on.
    """

    id: str
    kind: NodeKind
    text: str
    help: str = ""
    options: tuple[Option, ...] = ()
    reading: Reading | None = None
    acknowledge: bool = False

    def option(self, option_id: str) -> Option | None:
        """Return the option with this id; None when there is none."""
        for option in self.options:
            if option.id == option_id:
                return option
        return None


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes by id, in the order of their author. A draft may have faults: ``start`` and options may name no node."""

    start: str
    nodes: Mapping[str, Node]

    def node(self, node_id: str) -> Node:
        """Return the node with this id; ``KeyError`` when there is none."""
        return self.nodes[node_id]


def tree_to_document(tree: Tree) -> Document:
    """Return the tree as plain JSON. ``order`` keeps the order of the nodes where objects have none, as in JSONB."""
    return {
        "start": tree.start,
        "order": list(tree.nodes),
        "nodes": {node.id: node_to_document(node) for node in tree.nodes.values()},
    }


def node_to_document(node: Node) -> Document:
    """Return a node as plain JSON, in the words of the tree file, without its id."""
    document: Document = {"kind": node.kind.value, "text": node.text}
    if node.help:
        document["help"] = node.help
    if node.options:
        document["options"] = [_option_to_document(option) for option in node.options]
    if node.reading is not None:
        document["reading"] = reading_to_document(node.reading)
    if node.acknowledge:
        document["acknowledge"] = True
    return document


def _option_to_document(option: Option) -> Document:
    document: Document = {"id": option.id, "label": option.label, "to": option.to}
    if option.tree:
        document["tree"] = option.tree
    if option.returns:
        document["return"] = True
    if option.when is not None:
        document["when"] = range_to_document(option.when)
    return document


def tree_from_document(document: Document) -> Tree:
    """Return the tree kept as ``document``, faults of its content included.

    Raises:
        InvalidTree: it has not the form that ``tree_to_document`` gives.
    """
    try:
        start, kept = document.get("start") or "", document["nodes"]
        if type(start) is not str or type(kept) is not dict:
            raise _misshapen(None)
        order = document.get("order") or ()
        ids = dict.fromkeys([node_id for node_id in order if node_id in kept]) | dict.fromkeys(kept)
    except (KeyError, TypeError, AttributeError):
        raise _misshapen(None) from None
    return Tree(start, {node_id: _node_from_document(node_id, kept[node_id]) for node_id in ids})


_KINDS = {kind.value: kind for kind in NodeKind}


def _node_from_document(node_id: str, kept: Document) -> Node:
    try:
        text, note = kept["text"], kept.get("help") or ""
        options = tuple([_option_from_document(one) for one in kept.get("options") or ()])
        kind = _KINDS[kept["kind"]]
        reading = None if kept.get("reading") is None else reading_from_document(kept["reading"])
        acknowledge = kept.get("acknowledge") is True
    except (KeyError, TypeError, AttributeError, ValueError):
        raise _misshapen(str(node_id)) from None
    words = [node_id, text, note]
    for option in options:
        words += (option.id, option.label, option.to, option.tree)
    if not all(type(word) is str for word in words):
        raise _misshapen(str(node_id))
    return Node(node_id, kind, text, note, options, reading, acknowledge)


def _option_from_document(kept: Document) -> Option:
    when = kept.get("when")
    return Option(
        kept["id"],
        kept["label"],
        kept["to"],
        kept.get("tree") or "",
        kept.get("return") is True,
        None if when is None else range_from_document(when),
    )


def _misshapen(node_id: str | None) -> InvalidTree:
    where = "The tree" if node_id is None else f"The node {quoted(node_id)}"
    message = f"{where} is not in the form that trees are kept in. Import it again from its file."
    return InvalidTree([Problem(Severity.ERROR, node_id, "misshapen", message)])
