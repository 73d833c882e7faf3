"""The chart: every node has a place of its own, and the walk goes down."""

import time

from hypothesis import given

from tests.domain.strategies import drafts, sound_trees
from troubleshoot_app.domain.layout import Box, lay_out_in_rows
from troubleshoot_app.domain.tree import NODE_LIMIT, Node, NodeKind, Option, Tree


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a place."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@given(drafts())
def test_every_node_has_a_place_of_its_own(tree: Tree):
    boxes = list(lay_out_in_rows(tree).values())
    assert len(boxes) == len(tree.nodes)
    assert not any(overlap(one, other) for i, one in enumerate(boxes) for other in boxes[:i])


@given(sound_trees())
def test_the_start_stands_at_the_top(tree: Tree):
    boxes = lay_out_in_rows(tree)
    assert boxes[tree.start].y == min(box.y for box in boxes.values())


def test_a_parent_stands_over_the_middle_of_its_children():
    options = tuple(Option(f"o{i}", str(i), f"c{i}") for i in range(3))
    children = {f"c{i}": Node(f"c{i}", NodeKind.RESOLUTION, "Done") for i in range(3)}
    boxes = lay_out_in_rows(
        Tree("top", {"top": Node("top", NodeKind.QUESTION, "Which?", "", options)} | children)
    )
    assert boxes["top"].x == boxes["c1"].x
    assert boxes["c0"].x < boxes["c1"].x < boxes["c2"].x
    assert boxes["c0"].y > boxes["top"].y + boxes["top"].height


def test_the_time_grows_with_the_size_and_not_faster():
    def chain(length: int) -> Tree:
        nodes = [
            Node(f"n{i}", NodeKind.ACTION, "Go on", "", (Option("o", "Next", f"n{(i + 1) % length}"),))
            for i in range(length)
        ]
        return Tree("n0", {node.id: node for node in nodes})

    def seconds(tree: Tree) -> float:
        best = float("inf")
        for _ in range(5):
            begin = time.process_time()
            lay_out_in_rows(tree)
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(chain(NODE_LIMIT)) < 40 * seconds(chain(NODE_LIMIT // 10))
