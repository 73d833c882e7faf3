"""Writes a tree as a page that a person can read and change: a section for each node, below its words the answers.

It comes back equal; ``section_marks`` says how, and ``markdown_sections`` reads it.
"""

import re
from collections.abc import Iterator
from typing import Any

from troubleshoot_app.domain.formats.section_marks import (
    CHECK_OFF,
    FORMAT,
    MEASURED,
    Marks,
    answer_line,
    escaped_lines,
    kept,
    kept_line,
    with_edges,
)
from troubleshoot_app.domain.formats.tree_file import as_yaml
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.formats.words import as_label
from troubleshoot_app.domain.readings import file_number
from troubleshoot_app.domain.tree import Node, Option, Tree

HEADING_LENGTH = 120
"""A longer first line of a text stands below the heading."""

_BLOCK = re.compile(r"[ \t]*(?:[|>#]|```|~~~|[-*+][ \t]|\d{1,9}[.)][ \t])")
_NOT_IN_LINK = re.compile(r"[\[\]\\`<>→]|[-=]>")


def write_markdown(file: TreeFile) -> str:
    """Return the tree as Markdown."""
    title = kept_line(file.title)
    if title.endswith("}"):  # it would be taken for marks
        title = f"{title[:-1]}&#{ord('}')};"
    lines = ["---", as_yaml(_about(file)) + "---", "", f"# {title}", ""]
    if file.description:
        lines += [*escaped_lines(kept(file.description)), ""]
    for node in file.tree.nodes.values():
        lines += _section(file.tree, node)
    return "\n".join(lines).rstrip("\n") + "\n"


def _about(file: TreeFile) -> dict[str, Any]:
    about: dict[str, Any] = {"category": file.category, "tags": list(file.tags), "slug": file.slug}
    about = {"format": FORMAT} | {key: value for key, value in about.items() if value}
    if file.tree.start != next(iter(file.tree.nodes), None):
        about["start"] = file.tree.start
    return about


def _section(tree: Tree, node: Node) -> Iterator[str]:
    """Return the lines of a node. Its text begins in the heading, unless that is no good heading; then its id names it."""
    marks = _marks(node)
    first, *rest = kept(node.text).split("\n")
    if not node.text:
        yield f"## {marks}"
    elif _fits_heading(node):
        yield f"## {with_edges(first)} {marks}"
        yield from escaped_lines("\n".join(rest)) if rest else ()
    else:
        yield f"## {kept_line(node.id)} {marks}"
        yield ""
        yield from escaped_lines("\n".join((first, *rest)))
    yield ""
    if node.help:
        yield from (f"> {line}" if line else ">" for line in kept(node.help).split("\n"))
        yield ""
    if node.options:
        yield from (_answer(tree, option, number) for number, option in enumerate(node.options, 1))
        yield ""


def _fits_heading(node: Node) -> bool:
    """Tell whether the first line of a text can be a heading; one that is the id alone would be taken for only that."""
    if node.text == node.id:
        return True
    first = node.text.split("\n", 1)[0]
    return len(first) <= HEADING_LENGTH and first != node.id and not _BLOCK.match(first)


def _marks(node: Node) -> Marks:
    words, values = [node.kind.value], {}
    if node.reading is not None:
        words.append(MEASURED)
        reading = node.reading
        numbers = (("min", reading.min), ("max", reading.max), ("decimals", reading.decimals))
        values = {"unit": reading.unit} if reading.unit else {}
        values |= {name: f"{file_number(float(end))}" for name, end in numbers if end is not None}
    if node.acknowledge:
        words.append(CHECK_OFF)
    return Marks(node.id, tuple(words), values)


def _answer(tree: Tree, option: Option, number: int) -> str:
    values = {} if option.label else {"label": ""}
    if option.when is not None:
        values |= {name: f"{file_number(bound)}" for name, bound in option.when.bounds().items()}
    marks = Marks(None if option.id == f"o{number}" else option.id, (), values)
    target = tree.nodes.get(option.to)
    words = as_label(target.text.strip().partition("\n")[0]) if target else ""
    words = _NOT_IN_LINK.sub("", words or option.to) if option.to else ""
    words = " ".join(words.split()) or "on"
    return answer_line(option.label, words, option.to, option.tree, returns=option.returns, marks=marks)
