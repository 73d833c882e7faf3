"""What looks wrong about the paths of an imported tree, told at the places of the file where it was drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troubleshoot_app.domain.errors import quoted
from troubleshoot_app.domain.formats.report import NOWHERE, Code, Place, Report
from troubleshoot_app.domain.formats.words import asks, holds_markdown, is_no, is_yes, leads_elsewhere
from troubleshoot_app.domain.tree import Node, NodeKind, Tree


@dataclass(frozen=True, slots=True)
class Places:
    """Where the nodes of a tree and their options, by number, stand in its file."""

    nodes: Mapping[str, Place] = field(default_factory=dict)
    options: Mapping[tuple[str, int], Place] = field(default_factory=dict)

    def of(self, node_id: str, option: int | None = None) -> Place:
        """Return the place of a node, or of one of its options."""
        if option is None:
            return self.nodes.get(node_id, NOWHERE)
        return self.options.get((node_id, option)) or self.of(node_id)


def look_over(tree: Tree, places: Places, report: Report) -> None:
    """Report what an author should look at: paths that miss something, go round, or go on in another tree."""
    for node in tree.nodes.values():
        _report_node(tree, node, places, report)
    if tree.start in tree.nodes:
        _report_paths(tree, places, report)


def _report_node(tree: Tree, node: Node, places: Places, report: Report) -> None:
    here = places.of(node.id)
    if not node.text.strip():
        report.warning(
            Code.EMPTY_TEXT, here, f"The node {quoted(node.id)} says nothing. Write what to ask or to do."
        )
    if node.kind is NodeKind.QUESTION:
        _report_answers(node, places, report)
    if leads_elsewhere(node.text):
        message = f"{quoted(node.text)} seems to go on in another tree. Import that one too, and lead there."
        report.info(Code.LINK_TO_ANOTHER_TREE, here, message)
    for number, option in enumerate(node.options):
        there = places.of(node.id, number)
        if option.to and option.to not in tree.nodes:
            message = f"The option {quoted(option.label)} leads to {quoted(option.to)}, which is nowhere in the file."
            report.error(Code.UNKNOWN_TARGET, there, message)
        if holds_markdown(option.label):
            message = (
                f"The label {quoted(option.label)} holds Markdown, which shows as it is written on a button."
            )
            report.warning(Code.MARKDOWN_IN_LABEL, there, message)


def _report_answers(node: Node, places: Places, report: Report) -> None:
    name = quoted(node.text)
    if not node.options:
        if asks(node.text):
            message = f"Nothing follows the question {name}. Add its answers, or make it a resolution."
            report.warning(Code.NO_ANSWERS, places.of(node.id), message)
        return
    if len(node.options) > 1:
        return
    label = node.options[0].label
    missing = 'The "No" is missing' if is_yes(label) else 'The "Yes" is missing' if is_no(label) else ""
    message = f"{missing or 'Other answers are missing'}: {quoted(label)} is the only answer to {name}."
    report.warning(Code.MISSING_ANSWER, places.of(node.id, 0), message)


def _report_paths(tree: Tree, places: Places, report: Report) -> None:
    """Walk all paths from the start, depth first and without recursion, for paths are as long as authors like."""
    on_path = {tree.start}
    seen = {tree.start}
    waiting = [(tree.nodes[tree.start], 0)]
    while waiting:
        node, number = waiting.pop()
        if number == len(node.options):
            on_path.discard(node.id)
            continue
        waiting.append((node, number + 1))
        target = node.options[number].to
        if target in on_path:
            message = (
                f"{quoted(node.options[number].label)} goes back to {_name(tree.nodes[target])}: a loop."
            )
            report.info(Code.LOOP, places.of(node.id, number), message)
        elif target in tree.nodes and target not in seen:
            seen.add(target)
            on_path.add(target)
            waiting.append((tree.nodes[target], 0))
    for node in tree.nodes.values():
        if node.id not in seen:
            message = f"Nothing leads from the start to {_name(node)}. Point an arrow to it, or remove it."
            report.warning(Code.UNREACHABLE, places.of(node.id), message)


def _name(node: Node) -> str:
    return quoted(" ".join(node.text.split()) or node.id)
