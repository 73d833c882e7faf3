"""How many steps are left on a walk, at least and at most, whichever answers are given."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from troubleshoot_app.domain.tree import Node, NodeKind, Tree
from troubleshoot_app.domain.walk import Walk


@dataclass(frozen=True, slots=True)
class StepsLeft:
    """How many answers there are to give; ``most`` is None where a walk may go round, or on in a tree not known yet."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is ahead of a node within its tree: the ways to a resolution, and those to an escalation or through a jump.

    They are told apart because a walk that is to come home goes on there after a resolution. None where no way leads.
    """

    solved: StepsLeft | None
    over: StepsLeft | None


NONE_LEFT = StepsLeft(0, 0)


def ways_ahead(tree: Tree) -> Mapping[str, Ahead]:
    """Return what is ahead of each node of a tree; each edge is looked at a few times, however the tree is grown.

    What follows a jump depends on what is published then: it counts as one step, perhaps the last, perhaps not.
    """
    ways = {node.id: _ways_on(tree, node) for node in tree.nodes.values()}
    before: dict[str, list[str]] = defaultdict(list)
    for node_id, targets in ways.items():
        for target in targets:
            before[target].append(node_id)
    solved = {node.id: 0 for node in tree.nodes.values() if node.kind is NodeKind.RESOLUTION}
    leaving = {node.id: 1 for node in tree.nodes.values() if _jumps(node)}
    over = leaving | {node.id: 0 for node in tree.nodes.values() if node.kind is NodeKind.ESCALATION}
    to_solved, to_over = _shortest(before, solved), _shortest(before, over)
    longest = _longest(tree, ways, before)
    ahead = {}
    for node_id in tree.nodes:
        most_solved, most_over = longest.get(node_id, (None, None))
        ahead[node_id] = Ahead(
            StepsLeft(to_solved[node_id], most_solved) if node_id in to_solved else None,
            StepsLeft(to_over[node_id], most_over) if node_id in to_over else None,
        )
    return ahead


def steps_left(walk: Walk, ahead_in: Callable[[UUID | None], Mapping[str, Ahead]]) -> StepsLeft | None:
    """Return how many steps are left where a walk stands, those at the places that it comes home to included.

    ``ahead_in`` gives what is ahead in a version. None where no end is in reach.
    """
    left: StepsLeft | None = NONE_LEFT
    for home in walk.homes:
        left = _with(ahead_in(home.version_id)[home.node_id], left)
    return _with(ahead_in(walk.version_id)[walk.node_id], left)


def steps_left_in_words(left: StepsLeft) -> str:
    """Return what to tell whoever walks; empty at an end."""
    if left.most == 0:
        return ""
    if left.most is None:
        return f"At least {_steps(left.least)} left"
    if left.least == left.most:
        return f"{_steps(left.least)} left"
    return f"{left.least} to {_steps(left.most)} left"


def _ways_on(tree: Tree, node: Node) -> set[str]:
    if node.kind.is_end:
        return set()
    return {option.to for option in node.options if not option.jumps and option.to in tree.nodes}


def _jumps(node: Node) -> bool:
    return not node.kind.is_end and any(option.jumps for option in node.options)


def _shortest(before: Mapping[str, list[str]], begin: Mapping[str, int]) -> dict[str, int]:
    """Return for each node from which these are reached the fewest steps there, and those that they begin with."""
    found: dict[str, int] = {}
    waiting = [(steps, node_id) for node_id, steps in begin.items()]
    heapq.heapify(waiting)
    while waiting:
        steps, node_id = heapq.heappop(waiting)
        if node_id not in found:
            found[node_id] = steps
            for earlier in before.get(node_id, ()):
                if earlier not in found:
                    heapq.heappush(waiting, (steps + 1, earlier))
    return found


def _longest(
    tree: Tree, ways: Mapping[str, set[str]], before: Mapping[str, list[str]]
) -> dict[str, tuple[int | None, int | None]]:
    """Return the most steps to a resolution and to an escalation, each None where no way leads; a node from where a walk
    may go round, or leave the tree, is left out. A node's turn comes when all that it leads to had theirs."""
    open_ways = {node_id: len(targets) for node_id, targets in ways.items()}
    found: dict[str, tuple[int | None, int | None]] = {}
    waiting = [node_id for node_id, left in open_ways.items() if not left]
    while waiting:
        node = tree.nodes[waiting.pop()]
        if _jumps(node):
            continue
        after = [found[target] for target in ways[node.id]]
        found[node.id] = (
            0 if node.kind is NodeKind.RESOLUTION else _one_more(solved for solved, _ in after),
            0 if node.kind is NodeKind.ESCALATION else _one_more(over for _, over in after),
        )
        for earlier in before.get(node.id, ()):
            open_ways[earlier] -= 1
            if not open_ways[earlier]:
                waiting.append(earlier)
    return found


def _one_more(several: Iterable[int | None]) -> int | None:
    known = [steps for steps in several if steps is not None]
    return max(known) + 1 if known else None


def _with(ahead: Ahead, after: StepsLeft | None) -> StepsLeft | None:
    """Return what is left at a node when ``after`` is what is left from where a resolution leads home to."""
    ways = [] if ahead.over is None else [ahead.over]
    if ahead.solved is not None and after is not None:
        known = ahead.solved.most is not None and after.most is not None
        most = (ahead.solved.most or 0) + (after.most or 0) if known else None
        ways.append(StepsLeft(ahead.solved.least + after.least, most))
    if not ways:
        return None
    mosts = [way.most for way in ways if way.most is not None]
    return StepsLeft(min(way.least for way in ways), max(mosts) if len(mosts) == len(ways) else None)


def _steps(number: int) -> str:
    return f"{number:,} step{'' if number == 1 else 's'}"
