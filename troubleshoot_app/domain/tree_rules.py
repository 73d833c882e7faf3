"""What is wrong with a tree: what keeps it from being saved, what from being published, what its author may want to mend."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from troubleshoot_app.domain.errors import UNSTORABLE, InvalidTree, Problem, Severity, quoted
from troubleshoot_app.domain.jumps import Neighbourhood, jump_problems
from troubleshoot_app.domain.readings import Range, Reading, can_be_met, covers, gap, overlapping
from troubleshoot_app.domain.tree import (
    FILE_LIMIT,
    ID_LIMIT,
    NODE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    Node,
    NodeKind,
    Option,
    Tree,
)

__all__ = ["Problem", "Severity", "can_publish", "check_form", "form_problems", "problems"]

LONG_TEXT = 1_000

_PICTURE_WITHOUT_WORDS = re.compile(r"!\[\s*\][(\[]")
_BAD_IN_ID = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def problems(tree: Tree, around: Neighbourhood | None = None) -> list[Problem]:
    """Return what is wrong with a tree, in the order of its nodes; what is about the whole tree comes first.

    With ``around``, the trees that it jumps to, also what is wrong with its jumps.
    """
    if tree.start not in tree.nodes:
        reached, stuck = set(tree.nodes), set[str]()
        found = [_no_start(tree)]
    else:
        reached = _reached(tree)
        stuck = _without_end(tree, reached)
        found = []
    of_jumps: dict[str | None, list[Problem]] = {}
    for problem in jump_problems(tree, around) if around is not None else ():
        of_jumps.setdefault(problem.node_id, []).append(problem)
    for node in tree.nodes.values():
        if node.id not in reached:
            found.append(_error(node, "unreachable", _UNREACHABLE))
        found += _option_errors(tree, node)
        found += _reading_problems(node)
        found += of_jumps.get(node.id, ())
        if node.id in stuck:
            found.append(_error(node, "dead_end", _DEAD_END))
        found += _warnings(node)
    return found


def can_publish(found: Iterable[Problem]) -> bool:
    """Tell whether none of the problems is an error."""
    return all(problem.severity is not Severity.ERROR for problem in found)


def form_problems(tree: Tree, changed: Iterable[Node] | None = None) -> list[Problem]:
    """Return what stops a tree from being kept even as a draft: it is too large, or its ids cannot serve as ids.

    Only the ``changed`` nodes are looked at when the others were kept like this before.
    """
    found = []
    if len(tree.nodes) > NODE_LIMIT:
        message = f"A tree has at most {NODE_LIMIT:,} nodes; this one has {len(tree.nodes):,}. Split it."
        found.append(Problem(Severity.ERROR, None, "too_many_nodes", message))
    if sum(map(_size, tree.nodes.values())) > FILE_LIMIT:
        message = f"The words of a tree have at most {FILE_LIMIT:,} characters together. Split it."
        found.append(Problem(Severity.ERROR, None, "too_large", message))
    for node in tree.nodes.values() if changed is None else changed:
        shown_id = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", node.id)
        found += [Problem(Severity.ERROR, shown_id, code, message) for code, message in _form_faults(node)]
    return found


def check_form(tree: Tree, changed: Iterable[Node] | None = None) -> None:
    """Raise ``InvalidTree`` when the tree, of which these nodes are new, cannot be kept even as a draft."""
    if found := form_problems(tree, changed):
        raise InvalidTree(found)


_UNREACHABLE = "Nothing leads to this node. Point an answer to it, or remove it."
_DEAD_END = (
    "From here no path reaches a resolution or an escalation. "
    "Lead an answer of this node, or of one after it, to an end."
)


def _no_start(tree: Tree) -> Problem:
    message = "The tree has no start. Choose the node that a walk begins with."
    if tree.start:
        message = f"The start {quoted(tree.start)} is not a node of the tree. Choose one that is, or add it."
    return Problem(Severity.ERROR, None, "no_start", message)


def _option_errors(tree: Tree, node: Node) -> Iterator[Problem]:
    count = len(node.options)
    if node.kind is NodeKind.QUESTION and count == 0:
        yield _error(node, "no_options", "This question has no answers. Add those that can be given.")
    elif node.kind is NodeKind.ACTION and count != 1:
        has = "none" if count == 0 else str(count)
        message = (
            f"An action has exactly one answer, this one has {has}. "
            "Leave one way on, or make it a question or an end."
        )
        yield _error(node, "action_options", message)
    elif node.kind.is_end and count:
        message = f"A walk ends here, so this {node.kind} has no answers. Remove them, or make it a question."
        yield _error(node, "end_with_options", message)
    for option in node.options:
        if fault := _target_fault(tree, option):
            code, message = fault
            yield _error(node, code, f"The answer {quoted(option.label)} {message}")


def _target_fault(tree: Tree, option: Option) -> tuple[str, str] | None:
    """Return what keeps an option from leading on, as a code and the end of a sentence; None when nothing does."""
    if not option.stays:
        return None
    if option.returns and not option.jumps:
        return "return_without_tree", "comes back, but from nowhere. Choose the other tree that it leads to."
    if option.jumps and not option.to:
        return "return_without_target", "comes back, but to nowhere. Choose the node where it goes on."
    if not option.to:
        return "unknown_target", "leads nowhere yet. Choose the node that it leads to."
    if option.to not in tree.nodes:
        message = f"leads to {quoted(option.to)}, which is not a node. Choose one that is, or add it."
        return "unknown_target", message
    return None


def _reading_problems(node: Node) -> Iterator[Problem]:
    if node.acknowledge and node.kind is not NodeKind.ACTION:
        message = f"Only an action can be checked off, and this is a {node.kind}. Make it an action."
        yield _error(node, "acknowledge_without_action", message)
    ranges = [option.when for option in node.options if option.when is not None]
    reading = node.reading
    if reading is None:
        if ranges:
            message = "Numbers choose an answer here, but none is measured. Say what is read, or remove them."
            yield _error(node, "range_without_reading", message)
        return
    if node.kind.is_end:
        message = "A walk ends here, so nothing is measured. Make this a question, or remove the reading."
        yield _error(node, "reading_at_end", message)
    if not reading.unit:
        yield _warning(
            node, "no_unit", "The reading has no unit. Say what it is measured in, such as V or bar."
        )
    if reading.min is not None and reading.max is not None and reading.min > reading.max:
        message = "No number is in the expected range: its least is above its most. Swap them."
        yield _error(node, "empty_expectation", message)
    yield from _range_problems(node, reading, ranges)


def _range_problems(node: Node, reading: Reading, ranges: list[Range]) -> Iterator[Problem]:
    for option in node.options:
        if option.when is not None and not can_be_met(option.when, reading.decimals):
            message = f"No number leads to the answer {quoted(option.label)} ({option.when}). Mend its range."
            yield _error(node, "empty_range", message)
    if pair := overlapping(ranges, reading.decimals):
        one, other = (ranges[place] for place in pair)
        message = f"Some numbers lead to two answers: {one} and {other}. Let each lead to one."
        yield _error(node, "overlapping_ranges", message)
    if between := gap(ranges, reading.decimals):
        message = f"No answer is for numbers {between}. Move the end of a range there."
        yield _error(node, "gap_in_ranges", message)
    elif ranges and not covers(ranges, reading):
        message = f"Not all that is expected ({reading.expected}) leads to an answer. Widen a range."
        yield _warning(node, "expectation_without_answer", message)


def _warnings(node: Node) -> Iterator[Problem]:
    if node.kind is NodeKind.QUESTION and len(node.options) == 1:
        label = node.options[0].label
        message = (
            f"{quoted(label)} is the only answer. Add what follows from the others, or make this an action."
        )
        yield _warning(node, "one_option", message)
    for option in node.options:
        if option.to and not option.stays:
            message = (
                f"The answer {quoted(option.label)} leads to another tree and does not come back, so "
                f"{quoted(option.to)} is never reached by it. Let it come back, or remove that target."
            )
            yield _warning(node, "unused_target", message)
    labels = [option.label for option in node.options]
    if not all(map(str.strip, labels)):
        yield _warning(node, "empty_label", "An answer has no words. Write what its button is to say.")
    for label, count in Counter(labels).items() if len(set(labels)) < len(labels) else ():
        if count > 1:
            message = f"{count} answers are labelled {quoted(label)}. Give each its own words."
            yield _warning(node, "duplicate_label", message)
    if not node.text.strip():
        yield _warning(node, "empty_text", "This node says nothing. Write what to ask or to do.")
    if len(node.text) > LONG_TEXT:
        message = (
            f"The text has {len(node.text):,} characters; that is long on a phone. Move details to the help."
        )
        yield _warning(node, "long_text", message)
    if any("![" in words and _PICTURE_WITHOUT_WORDS.search(words) for words in (node.text, node.help)):
        message = "A picture has no words for who cannot see it. Describe it between the brackets: ![words](address)."
        yield _warning(node, "picture_without_words", message)


def _reached(tree: Tree) -> set[str]:
    reached = {tree.start}
    waiting = [tree.start]
    while waiting:
        for option in tree.nodes[waiting.pop()].options:
            if option.stays and option.to in tree.nodes and option.to not in reached:
                reached.add(option.to)
                waiting.append(option.to)
    return reached


def _without_end(tree: Tree, reached: set[str]) -> set[str]:
    """Return the reached nodes that only ever lead round in circles.

    Where the way stops at a node without options or at an unknown one, that is the problem, and is reported there. A
    jump that does not come back is an end of this tree.
    """
    leading_to: dict[str, list[str]] = {node_id: [] for node_id in reached}
    ending = deque[str]()
    for node_id in reached:
        node = tree.nodes[node_id]
        targets = [option.to for option in node.options if option.stays and option.to in tree.nodes]
        if node.kind.is_end or not targets or len(targets) < len(node.options):
            ending.append(node_id)
        for target in targets:
            leading_to[target].append(node_id)
    fine = set(ending)
    while ending:
        for before in leading_to[ending.popleft()]:
            if before not in fine:
                fine.add(before)
                ending.append(before)
    return reached - fine


def _size(node: Node) -> int:
    return len(node.text) + len(node.help) + sum([len(option.label) for option in node.options])


def _form_faults(node: Node) -> Iterator[tuple[str, str]]:
    if fault := _id_fault(node.id):
        yield "bad_id", f"The id of this node {fault}"
    if len(node.options) > OPTION_LIMIT:
        message = f"A node has at most {OPTION_LIMIT} options; this one has {len(node.options):,}. Ask in two steps."
        yield "too_many_options", message
    seen = set[str]()
    for option in node.options:
        if fault := _id_fault(option.id):
            yield "bad_id", f"The id of the option {quoted(option.label)} {fault}"
        if option.id in seen:
            message = f"Two options of this node have the id {quoted(option.id)}. Give each its own."
            yield "duplicate_option_id", message
        seen.add(option.id)
    words = [("text", node.text), ("help", node.help)]
    words += [("label of an option", option.label) for option in node.options]
    words += [("target of an option", option.to) for option in node.options]
    words += [("tree of an option", option.tree) for option in node.options if option.tree]
    for name, text in words:
        if len(text) > TEXT_LIMIT:
            yield (
                "too_long",
                f"The {name} has {len(text):,} characters; at most {TEXT_LIMIT:,} are kept. Shorten it.",
            )
        if UNSTORABLE.search(text):
            yield (
                "bad_character",
                f"The {name} has a character that is no text (NUL or half a symbol). Remove it.",
            )


def _id_fault(node_id: str) -> str | None:
    if not node_id:
        return "is empty. Give it one."
    if len(node_id) > ID_LIMIT:
        return f"has {len(node_id):,} characters. Use at most {ID_LIMIT}."
    if node_id != node_id.strip() or _BAD_IN_ID.search(node_id):
        return "has blanks around it, or characters that cannot be seen. Remove them."
    return None


def _error(node: Node, code: str, message: str) -> Problem:
    return Problem(Severity.ERROR, node.id, code, message)


def _warning(node: Node, code: str, message: str) -> Problem:
    return Problem(Severity.WARNING, node.id, code, message)
