"""Writes a tree as a Mermaid flowchart that any Mermaid draws and that comes back equal.

What Mermaid has no words for (kinds that the arrows do not give away, help, ids with blanks) stands in comments
beside the boxes: ``%% troubleshoot: {"node": "n1", "help": "..."}``.
"""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from troubleshoot_app.domain.formats.chart import Box
from troubleshoot_app.domain.formats.chart_to_tree import guessed_kind
from troubleshoot_app.domain.formats.markup import from_mermaid
from troubleshoot_app.domain.formats.mermaid_parser import NOTE
from troubleshoot_app.domain.formats.report import NOWHERE
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.readings import range_to_document, reading_to_document
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

DIAMOND_LENGTH = 40

_SIMPLE_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_RESERVED = frozenset(
    [
        "graph",
        "flowchart",
        "subgraph",
        "end",
        "direction",
        "click",
        "style",
        "linkstyle",
        "class",
        "classdef",
        "default",
        "href",
        "call",
        "interpolate",
        "acctitle",
        "accdescr",
        "_self",
        "_blank",
        "_parent",
        "_top",
        "x",
        "o",
        "v",
        "tb",
        "td",
        "bt",
        "lr",
        "rl",
        "br",
    ]
)
_UNSAFE = re.compile(
    '[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"<>]|%(?=%)|#(?=\\w+;)|&(?=#?\\w+;)|\\\\(?=n)|:(?=fa-)|^[\\s`]|[\\s`]$|(?<=\\s)\\s'
)
_NEVER_PLAIN = re.compile(r"[^A-Za-z0-9 .,?!'()+/-]")
_UNSAFE_IN_NOTE = re.compile("[%\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SHAPES = {
    NodeKind.ACTION: ("[", "]"),
    NodeKind.RESOLUTION: ("([", "])"),
    NodeKind.ESCALATION: ("[[", "]]"),
}


def write_mermaid(file: TreeFile) -> str:
    """Return the tree as a Mermaid flowchart."""
    return "\n".join(_Writer(file).lines()) + "\n"


class _Writer:
    """Writes all boxes first, in the order of the nodes, then the arrows."""

    def __init__(self, file: TreeFile) -> None:
        self._file = file
        self._ids = _box_ids(file.tree)
        unused = (box_id for box_id in map("nowhere{}".format, count(1)) if box_id not in file.tree.nodes)
        self._nowhere = dict(zip(_targets_beyond(file.tree), unused, strict=False))

    def lines(self) -> Iterator[str]:
        file = self._file
        yield "---"
        yield f"title: {_json(file.title)}"
        yield "---"
        yield "flowchart TD"
        about: dict[str, Any] = {
            "description": file.description,
            "category": file.category,
            "tags": list(file.tags),
            "slug": file.slug,
        }
        about = {key: value for key, value in about.items() if value}
        start = file.tree.start
        yield _note(about | {"start": self._ids.get(start) or self._nowhere[start, ""]})
        for node in file.tree.nodes.values():
            yield from self._box(node)
        for (target, other), box_id in self._nowhere.items():
            yield _note({"node": box_id, "nowhere": target})
            yield f'    {box_id}["{_label(f"→ {other}") if other else "?"}"]'
        for node in file.tree.nodes.values():
            yield from self._arrows(node)

    def _box(self, node: Node) -> Iterator[str]:
        box_id = self._ids[node.id]
        asks = node.kind is NodeKind.QUESTION
        labels: list[str | None] = [option.label for option in node.options]
        note: dict[str, Any] = {}
        if box_id != node.id:
            note["id"] = node.id
        if guessed_kind(Box(node.id, NOWHERE, node.text, asks), labels) is not node.kind:
            note["kind"] = node.kind.value
        if node.help:
            note["help"] = node.help
        if node.reading is not None:
            note["reading"] = reading_to_document(node.reading)
        if node.acknowledge:
            note["acknowledge"] = True
        if options := _options_note(node):
            note["options"] = options
        if note:
            yield _note({"node": box_id} | note)
        if asks:
            opener, closer = ("{", "}") if len(node.text) <= DIAMOND_LENGTH else ("{{", "}}")
        else:
            opener, closer = _SHAPES[node.kind]
        yield f'    {box_id}{opener}"{_label(node.text) or " "}"{closer}'

    def _arrows(self, node: Node) -> Iterator[str]:
        for option in node.options:
            target = self._ids.get(option.to) or self._nowhere[_beyond(option)]
            label = f'|"{_label(option.label)}"|' if option.label else ""
            yield f"    {self._ids[node.id]} -->{label} {target}"


def _options_note(node: Node) -> list[dict[str, Any]]:
    """Return what the arrows cannot say of the options, an entry an arrow; nothing when they say all."""
    entries = []
    for number, option in enumerate(node.options, 1):
        entry: dict[str, Any] = {}
        if option.id != f"o{number}":
            entry["id"] = option.id
        if not option.label:
            entry["label"] = ""
        if option.tree:
            entry["tree"] = option.tree
        if option.returns:
            entry["return"] = True
        if option.when is not None:
            entry["when"] = range_to_document(option.when)
        entries.append(entry)
    return entries if any(entries) else []


def _targets_beyond(tree: Tree) -> list[tuple[str, str]]:
    """Return where options, and the start, lead that lead to no node of the tree, each once."""
    options = (option for node in tree.nodes.values() for option in node.options)
    targets = [(tree.start, ""), *map(_beyond, options)]
    return list(dict.fromkeys(target for target in targets if target[0] not in tree.nodes))


def _beyond(option: Option) -> tuple[str, str]:
    """Return the id that an option leads to, and the other tree when it goes on there for good."""
    return option.to, "" if option.stays else option.tree


def _box_ids(tree: Tree) -> dict[str, str]:
    """Return an id that Mermaid takes for each node: its own where possible."""
    simple = [
        node_id
        for node_id in tree.nodes
        if _SIMPLE_ID.fullmatch(node_id) and node_id.lower() not in _RESERVED
    ]
    ids = dict(zip(simple, simple, strict=True))
    taken, number = set(ids.values()), 0
    for node_id in tree.nodes:
        if node_id not in ids:
            number += 1
            while f"n{number}" in taken:
                number += 1
            ids[node_id] = f"n{number}"
            taken.add(ids[node_id])
    return {node_id: ids[node_id] for node_id in tree.nodes}


def _label(text: str) -> str:
    """Return text as it stands between quotes in Mermaid, such that it is read as it was."""
    written = "<br/>".join(_UNSAFE.sub(_entity, line) for line in text.split("\n"))
    if from_mermaid(written.replace("<br/>", "\n"))[0] == text:
        return written
    return "<br/>".join(_NEVER_PLAIN.sub(_entity, line) for line in text.split("\n"))


def _entity(match: re.Match[str]) -> str:
    character = match[0]
    return "#quot;" if character == '"' else f"#{ord(character)};"


def _note(fields: dict[str, Any]) -> str:
    return f"    %% {NOTE} {_json(fields)}"


def _json(value: object) -> str:
    """Return JSON that stays on one line of a comment, whoever reads it."""
    written = json.dumps(value, ensure_ascii=False)
    return _UNSAFE_IN_NOTE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
