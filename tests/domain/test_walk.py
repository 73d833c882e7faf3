"""Walking a tree, going back, and what the record of a walk is worth."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import sound_trees
from troubleshoot_app.domain.errors import InvalidChoice, NotAllowedNow
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.walk import Back, Move, TakenStep, Walk, advance, begin, go_back, is_end

TREE = Tree(
    "led",
    {
        "led": Node(
            "led", NodeKind.QUESTION, "Lit?", "", (Option("yes", "Yes", "wan"), Option("no", "No", "psu"))
        ),
        "psu": Node("psu", NodeKind.ACTION, "Plug it in.", "", (Option("done", "Done", "led"),)),
        "wan": Node(
            "wan", NodeKind.QUESTION, "Link?", "", (Option("no", "No", "gone"), Option("up", "Up", "good"))
        ),
        "good": Node("good", NodeKind.RESOLUTION, "Good."),
        "call": Node("call", NodeKind.ESCALATION, "Call."),
    },
)


def test_a_walk_begins_at_the_start():
    assert begin(TREE) == Walk("led", 0)


@pytest.mark.parametrize("tree", [Tree("", {}), Tree("x", TREE.nodes)])
def test_a_tree_without_a_start_cannot_be_walked(tree: Tree):
    with pytest.raises(NotAllowedNow, match="has no start"):
        begin(tree)


def test_an_option_leads_on_and_is_recorded():
    assert advance(TREE, Walk("led", 4), "no") == (Walk("psu", 5), Move(5, "led", "no", "No", "psu"))


@pytest.mark.parametrize("option_id", ["", "up", "No", "NO", "\0"])
def test_an_option_that_the_node_does_not_have(option_id: str):
    with pytest.raises(InvalidChoice):
        advance(TREE, begin(TREE), option_id)


def test_no_option_leads_on_from_an_end():
    assert is_end(TREE, Walk("good", 2))
    assert is_end(TREE, Walk("call", 2))
    assert not is_end(TREE, Walk("led", 0))
    with pytest.raises(InvalidChoice):
        advance(TREE, Walk("good", 2), "yes")


def test_an_option_that_leads_nowhere_says_so():
    with pytest.raises(NotAllowedNow, match='"No" leads nowhere'):
        advance(TREE, Walk("wan", 1), "no")


def test_a_walk_that_stands_at_no_node():
    for ask in (lambda: advance(TREE, Walk("gone", 1), "no"), lambda: is_end(TREE, Walk("gone", 1))):
        with pytest.raises(NotAllowedNow, match="does not have"):
            ask()


STEPS = [TakenStep(1, "led"), TakenStep(2, "psu"), TakenStep(5, "led")]


@pytest.mark.parametrize(
    ("to_seq", "expected"),
    [
        (None, Back(Walk("led", 5), (5,))),
        (5, Back(Walk("led", 5), (5,))),
        (2, Back(Walk("psu", 5), (2, 5))),
        (1, Back(Walk("led", 5), (1, 2, 5))),
    ],
)
def test_back_stands_where_the_step_was_taken_and_undoes_it_and_what_came_after(
    to_seq: int | None, expected: Back
):
    assert go_back(Walk("wan", 5), STEPS, to_seq) == expected


@pytest.mark.parametrize("to_seq", [0, 3, 4, 6, -1, 10**30])
def test_back_to_a_step_that_is_not_on_the_path(to_seq: int):
    with pytest.raises(InvalidChoice, match=f"Step {to_seq}"):
        go_back(Walk("wan", 5), STEPS, to_seq)


@pytest.mark.parametrize("to_seq", [None, 1])
def test_there_is_nothing_before_the_start(to_seq: int | None):
    with pytest.raises(NotAllowedNow, match="nothing to go back to"):
        go_back(Walk("led", 3), [], to_seq)


@dataclass
class Record:
    """A session as a store keeps it: every step for ever, with whether it was undone."""

    tree: Tree
    walk: Walk
    moves: list[Move] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    @property
    def live(self) -> list[Move]:
        return [move for move in self.moves if move.step_seq not in self.undone]

    def take(self, choice: int) -> None:
        options = self.tree.nodes[self.walk.node_id].options
        if options:
            self.walk, move = advance(self.tree, self.walk, options[choice % len(options)].id)
            self.moves.append(move)

    def back(self, choice: int | None) -> None:
        live = [TakenStep(move.step_seq, move.node_id) for move in self.live]
        if live:
            back = go_back(self.walk, live, None if choice is None else live[choice % len(live)].seq)
            self.walk = back.walk
            self.undone.update(back.undone)


gestures = st.lists(
    st.tuples(st.sampled_from(["take", "take", "take", "back", "back to"]), st.integers(0, 99)), max_size=40
)


@given(sound_trees(), gestures)
def test_replaying_the_live_steps_always_leads_to_where_the_walk_stands(
    tree: Tree, gestures: list[tuple[str, int]]
):
    record = Record(tree, begin(tree))
    for gesture, choice in gestures:
        before = record.walk.seq
        if gesture == "take":
            record.take(choice)
        else:
            record.back(choice if gesture == "back to" else None)
        assert record.walk.seq >= before
        assert [move.step_seq for move in record.moves] == list(range(1, record.walk.seq + 1))
        node_id = tree.start
        for move in record.live:
            assert move.node_id == node_id
            option = tree.nodes[node_id].option(move.option_id)
            assert option is not None
            node_id = option.to
        assert node_id == record.walk.node_id
