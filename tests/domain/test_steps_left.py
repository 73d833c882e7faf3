"""How many steps are left: the fewest and the most that any way takes, and nothing said that is not known."""

import time
from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import given, settings

from tests.domain.strategies import drafts, sound_trees
from tests.support.people import router_tree
from troubleshoot_app.domain.steps_left import (
    Ahead,
    StepsLeft,
    steps_left,
    steps_left_in_words,
    ways_ahead,
)
from troubleshoot_app.domain.tree import NODE_LIMIT, Node, NodeKind, Option, Tree
from troubleshoot_app.domain.walk import Home, Walk

HERE, HOME, FAR = (UUID(int=number) for number in (1, 2, 3))
SECONDS = 1.0


def asks(node_id: str, *targets: str | Option) -> Node:
    options = tuple(
        to if isinstance(to, Option) else Option(f"o{place}", to, to) for place, to in enumerate(targets)
    )
    return Node(node_id, NodeKind.QUESTION, f"{node_id}?", options=options)


def tree_of(*nodes: Node) -> Tree:
    return Tree(nodes[0].id, {node.id: node for node in nodes})


SOLVED = Node("solved", NodeKind.RESOLUTION, "Solved.")
OVER = Node("over", NodeKind.ESCALATION, "Over.")
JUMP = Option("jump", "Jump", "solved", "other", returns=True)

uneven = tree_of(
    asks("a", "b", "c"), asks("b", "solved"), asks("c", "d", "over"), asks("d", "b"), SOLVED, OVER
)


def left_in(tree: Tree, node_id: str) -> StepsLeft | None:
    return steps_left(Walk(node_id, 0, HERE), lambda _: ways_ahead(tree))


@pytest.mark.parametrize(
    ("node_id", "least", "most"), [("a", 2, 4), ("b", 1, 1), ("c", 1, 3), ("d", 2, 2), ("solved", 0, 0), ("over", 0, 0)]
)  # fmt: skip
def test_the_fewest_and_the_most_steps_to_an_end(node_id: str, least: int, most: int):
    assert left_in(uneven, node_id) == StepsLeft(least, most)


@pytest.mark.parametrize(
    ("node_id", "left"), [("power", StepsLeft(2, None)), ("plug", StepsLeft(3, None)), ("wan", StepsLeft(1, None)),
                          ("fixed", StepsLeft(0, 0))]
)  # fmt: skip
def test_there_is_no_most_where_answers_lead_round(node_id: str, left: StepsLeft):
    assert left_in(router_tree(), node_id) == left


def test_a_jump_is_one_step_after_which_nothing_is_known():
    tree = tree_of(asks("a", "b"), asks("b", JUMP, "c"), asks("c", "d"), asks("d", "solved"), SOLVED)
    assert left_in(tree, "a") == StepsLeft(2, None)
    assert left_in(tree, "b") == StepsLeft(1, None)
    assert left_in(tree, "c") == StepsLeft(2, 2)


def test_where_no_end_is_in_reach_nothing_is_told():
    assert left_in(tree_of(asks("a", "b"), asks("b", "a", "nowhere"), SOLVED), "a") is None


def test_a_walk_that_is_to_come_home_goes_on_there():
    called = tree_of(asks("fuse", "solved", "over", "again"), asks("again", "solved"), SOLVED, OVER)
    trees = {HERE: called, HOME: uneven, FAR: tree_of(asks("x", "y"), asks("y", "solved"), SOLVED)}

    def left(walk: Walk) -> StepsLeft | None:
        return steps_left(walk, lambda version_id: ways_ahead(trees[version_id or HERE]))

    assert left(Walk("fuse", 1, HERE)) == StepsLeft(1, 2)
    assert left(Walk("fuse", 1, HERE, (Home(HOME, "b"),))) == StepsLeft(1, 3)
    assert left(Walk("again", 1, HERE, (Home(HOME, "b"),))) == StepsLeft(2, 2)
    assert left(Walk("again", 1, HERE, (Home(FAR, "x"), Home(HOME, "d")))) == StepsLeft(5, 5)
    assert left(Walk("over", 1, HERE, (Home(HOME, "b"),))) == StepsLeft(0, 0)
    assert left(Walk("again", 1, HERE, (Home(HOME, "solved"),))) == StepsLeft(1, 1)


def test_a_home_from_where_answers_lead_round_leaves_no_most():
    trees = {HERE: uneven, HOME: router_tree()}
    walk = Walk("b", 1, HERE, (Home(HOME, "power"),))
    assert steps_left(walk, lambda version_id: ways_ahead(trees[version_id or HERE])) == StepsLeft(3, None)


def tried(tree: Tree, node_id: str, passed: tuple[str, ...] = ()) -> set[int] | None:
    """Return the lengths of all ways to an end, by walking each of them; None when one goes round."""
    if tree.nodes[node_id].kind.is_end:
        return {0}
    if node_id in passed:
        return None
    lengths: set[int] = set()
    for option in tree.nodes[node_id].options:
        more = tried(tree, option.to, (*passed, node_id))
        if more is None:
            return None
        lengths |= {length + 1 for length in more}
    return lengths


@given(sound_trees(max_nodes=7))
def test_it_is_what_walking_each_way_comes_to(tree: Tree):
    for node_id in tree.nodes:
        left, lengths = left_in(tree, node_id), tried(tree, node_id)
        assert left is not None
        if lengths is None:
            assert left.most is None
        else:
            assert left == StepsLeft(min(lengths), max(lengths))


@given(sound_trees(jumps=True))
def test_each_answer_is_a_step_nearer_or_not_counted_on(tree: Tree):
    for node in tree.nodes.values():
        left = left_in(tree, node.id)
        assert left is not None
        after = [left_in(tree, option.to) for option in node.options if not option.jumps]
        assert all(one is not None and left.least <= one.least + 1 for one in after)
        if left.most is not None:
            assert all(one is not None and one.most is not None and one.most < left.most for one in after)


@settings(max_examples=25)
@given(drafts())
def test_of_any_tree_something_is_said_of_each_node(tree: Tree):
    ahead: Mapping[str, Ahead] = ways_ahead(tree)
    assert list(ahead) == list(tree.nodes)


@pytest.mark.parametrize("goes_round", [True, False])
def test_the_largest_tree_takes_no_time(goes_round: bool):
    last = NODE_LIMIT - 1
    nodes = [asks(f"n{n}", f"n{min(n + 1, last)}", f"n{min(n + 2, last)}", "n0" if goes_round else "solved")
             for n in range(last)]  # fmt: skip
    tree = tree_of(*nodes, asks(f"n{last}", "solved"), SOLVED)
    begin = time.perf_counter()
    left = left_in(tree, "n0")
    assert time.perf_counter() - begin < SECONDS
    assert left == (StepsLeft(last // 2 + 2, None) if goes_round else StepsLeft(1, last + 1))


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (StepsLeft(0, 0), ""), (StepsLeft(1, 1), "1 step left"), (StepsLeft(3, 3), "3 steps left"),
        (StepsLeft(1, 2), "1 to 2 steps left"), (StepsLeft(2, 1200), "2 to 1,200 steps left"),
        (StepsLeft(1, None), "At least 1 step left"), (StepsLeft(3, None), "At least 3 steps left"),
    ],
)  # fmt: skip
def test_it_is_told_in_a_few_words(left: StepsLeft, words: str):
    assert steps_left_in_words(left) == words
