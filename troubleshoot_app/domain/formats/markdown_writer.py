"""Writes a tree as a nested list that a person can read: questions, below them their answers, below those what comes next.

A node stands where it is first reached; further ways to it are links. What would be nested too deeply to be read goes on
under a heading of its own.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from troubleshoot_app.domain.formats.outline_marks import BACK, TREE, about_line, with_marks, with_numbers
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.formats.words import as_label
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

DEPTH_LIMIT = 24
NEXT = "Next"


def write_markdown(file: TreeFile) -> str:
    """Return the tree as Markdown."""
    parts = [f"# {file.title}"]
    if file.description:
        parts.append(file.description)
    if about := about_line(file.category, file.tags):
        parts.append(about)
    outline = _Outline(file.tree)
    outline.write()
    parts += ["\n".join(block) for block in outline.blocks()]
    return "\n\n".join(parts) + "\n"


class _Step(NamedTuple):
    """An answer to write, and the node that it leads to."""

    depth: int
    label: str
    target: str
    jump: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to come; whether the node on it needs an anchor is known once all are there."""

    depth: int
    words: str
    node: Node | None = None
    is_heading: bool = False


class _Outline:
    """The lines of an outline, collected without recursion."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._numbers = {node_id: number for number, node_id in enumerate(tree.nodes, 1)}
        self._lines: list[_Line] = []
        self._written = set[str]()
        self._linked = set[str]()
        self._sections = deque[str]()

    def write(self) -> None:
        """Go from the start through all that it leads to, then through the rest."""
        for node_id in (self._tree.start, *self._tree.nodes):
            if node_id in self._tree.nodes:
                self._sections.append(node_id)
            while self._sections:
                self._write_section(self._sections.popleft())

    def blocks(self) -> Iterator[list[str]]:
        """Return the lines of each heading and of each list."""
        block: list[str] = []
        for line in self._lines:
            if line.is_heading:
                yield from [block] if block else []
                yield [f"## {line.words}"]
                block = []
            else:
                block += self._written_out(line)
        yield from [block] if block else []

    def _write_section(self, node_id: str) -> None:
        if node_id in self._written:
            return
        if self._lines:
            title = as_label(self._tree.nodes[node_id].text) or node_id
            self._lines.append(_Line(0, title, is_heading=True))
        waiting = [_Step(0, "", node_id)]
        while waiting:
            step = waiting.pop()
            depth = step.depth
            if step.label:
                self._lines.append(_Line(depth, f"**{step.label}**"))
                depth += 1
            if step.jump:
                self._lines.append(_Line(depth, step.jump))
            if step.ends:
                continue
            node = self._tree.nodes.get(step.target)
            if node is None:
                self._lines.append(_Line(depth, f"→ {step.target or 'nowhere yet'}"))
            elif node.id in self._written or depth > DEPTH_LIMIT:
                self._link(node, depth)
            else:
                self._written.add(node.id)
                self._lines.append(_Line(depth, _words(node), node))
                waiting += reversed(_steps(node, depth + 1))

    def _link(self, node: Node, depth: int) -> None:
        self._linked.add(node.id)
        if node.id not in self._written:
            self._sections.append(node.id)
        self._lines.append(_Line(depth, f"→ [{_link_words(node)}](#n{self._numbers[node.id]})"))

    def _written_out(self, line: _Line) -> list[str]:
        node, indent = line.node, "  " * line.depth
        anchor = f'<a id="n{self._numbers[node.id]}"></a>' if node and node.id in self._linked else ""
        first, *rest = line.words.splitlines() or [""]
        lines = [
            f"{indent}- {anchor}{first}",
            *(f"{indent}  {more}" if more.strip() else "" for more in rest),
        ]
        if node and node.help:
            lines += ["", *(f"{indent}  > {more}".rstrip() for more in node.help.splitlines()), ""]
        return lines


def _steps(node: Node, depth: int) -> list[_Step]:
    alone = (
        node.kind is NodeKind.ACTION
        and len(node.options) == 1
        and node.options[0].label == NEXT
        and not node.options[0].jumps
    )
    return [
        _Step(
            depth,
            "" if alone else _label(option),
            option.to,
            f"{TREE.format(option.tree)}{BACK if option.returns else ''}" if option.jumps else "",
            ends=not option.stays,
        )
        for option in node.options
    ]


def _label(option: Option) -> str:
    return with_numbers(" ".join(option.label.split()) or "…", option.when)


def _words(node: Node) -> str:
    return with_marks(node, node.text.strip() or "…")


def _link_words(node: Node) -> str:
    words = as_label(node.text) or node.id
    return words.replace("[", "(").replace("]", ")")
