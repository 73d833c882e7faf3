"""An earlier answer changed: what still holds is kept, in order, and the record stays whole."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.strategies import sound_trees
from troubleshoot_app.domain.answer_change import (
    AnswerChange,
    GivenAnswer,
    Retaken,
    change_answer,
    change_in_words,
)
from troubleshoot_app.domain.errors import InvalidChoice, NotAllowedNow
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.walk import HOMES_LIMIT, Landing, TakenStep, Walk, advance, begin

HOUSE, FUSES, NEWER = (UUID(int=number) for number in (1, 2, 3))


def asks(node_id: str, **answers: str | Option) -> Node:
    options = tuple(
        to if isinstance(to, Option) else Option(option_id, option_id, to)
        for option_id, to in answers.items()
    )
    return Node(node_id, NodeKind.QUESTION, f"{node_id}?", options=options)


def tree_of(*nodes: Node) -> Tree:
    ends = (Node("good", NodeKind.RESOLUTION, "Good."), Node("call", NodeKind.ESCALATION, "Call."))
    return Tree(nodes[0].id, {node.id: node for node in (*nodes, *ends)})


router = tree_of(
    asks("led", yes="wan", no="plug", dim="fan"),
    asks("plug", done="fan"),
    asks("fan", yes="wan", no="dust"),
    asks("dust", done="wan"),
    asks("wan", yes="good", no="call", again="led"),
)
fuses = tree_of(asks("blown", yes="good", no="call"))
house = tree_of(
    asks(
        "dark",
        check=Option("check", "Check", "lit", "fuses", returns=True),
        twice=Option("twice", "Twice", "dark", "fuses", returns=True),
        leave=Option("leave", "Leave", "", "fuses"),
        no="lit",
    ),
    asks("lit", yes="good", no="dark"),
)
TREES = {HOUSE: house, FUSES: fuses, NEWER: fuses, None: router}


@dataclass
class Walked:
    """A walk that was taken, as its store keeps it."""

    walk: Walk
    trees: dict[UUID | None, Tree] = field(default_factory=lambda: dict(TREES))
    answers: list[GivenAnswer] = field(default_factory=list)

    def take(self, option_id: str, landing: Landing | None = None) -> None:
        here = self.walk
        self.walk, move = advance(self.trees[here.version_id], here, option_id, landing)
        step = TakenStep(move.step_seq, here.node_id, here.version_id, here.homes)
        self.answers.append(GivenAnswer(step, option_id, landing))

    def change(self, seq: int, option_id: str, landing: Landing | None = None) -> AnswerChange:
        return change_answer(
            self.walk, self.answers, seq, option_id, landing, lambda version_id: self.trees[version_id]
        )

    def apply(self, change: AnswerChange) -> None:
        then = {given.seq: given for given in self.answers}
        self.answers = [given for given in self.answers if given.seq not in change.undone]
        for taken in (change.changed, *change.kept):
            step = TakenStep(
                taken.move.step_seq, taken.before.node_id, taken.before.version_id, taken.before.homes
            )
            landing = then[taken.of].landing if taken.of != change.changed.of else None
            self.answers.append(GivenAnswer(step, taken.move.option_id, landing))
        self.walk = change.walk


def walked(tree: Tree, *options: str, version_id: UUID | None = None) -> Walked:
    walk = Walked(Walk(tree.start, 0, version_id))
    for option_id in options:
        walk.take(option_id, Landing(FUSES, fuses) if option_id in ("check", "leave", "twice") else None)
    return walk


def told(change: AnswerChange) -> tuple[list[tuple[int, str, str]], tuple[int, ...], str]:
    """Return the steps kept (of which, where, which answer), those dropped, and where the walk stands."""
    kept = [(one.of, one.move.node_id, one.move.option_id) for one in change.kept]
    return kept, change.dropped, change.walk.node_id


def test_what_still_holds_is_kept_and_what_is_passed_over_is_dropped():
    walk = walked(router, "no", "done", "no", "done", "no")
    assert told(walk.change(1, "dim")) == (
        [(3, "fan", "no"), (4, "dust", "done"), (5, "wan", "no")],
        (2,),
        "call",
    )
    assert told(walk.change(1, "yes")) == ([(5, "wan", "no")], (2, 3, 4), "call")
    assert told(walk.change(3, "yes")) == ([(5, "wan", "no")], (4,), "call")
    assert told(walk.change(5, "again")) == ([], (), "led")


def test_it_stops_at_the_first_node_that_was_not_answered():
    walk = walked(router, "yes", "no")
    assert told(walk.change(1, "no")) == ([], (2,), "plug")
    assert walk.change(1, "no").walk == Walk("plug", 3)


def test_an_answer_is_given_again_once_and_in_order():
    walk = walked(router, "yes", "again", "no", "done", "yes", "again", "yes", "yes")
    assert told(walk.change(2, "yes")) == ([], (3, 4, 5, 6, 7, 8), "good")
    assert told(walk.change(3, "yes")) == (
        [(6, "wan", "again"), (7, "led", "yes"), (8, "wan", "yes")], (4, 5), "good",
    )  # fmt: skip
    assert told(walk.change(5, "no")) == ([], (6, 7, 8), "dust")


def test_numbers_go_on_without_a_gap_and_say_whose_place_they_take():
    change = walked(router, "no", "done", "yes", "yes").change(1, "dim")
    assert change.undone == (1, 2, 3, 4)
    assert change.changed == Retaken(Walk("led", 4), change.changed.move, Walk("fan", 5), of=1)
    assert [(one.of, one.move.step_seq) for one in change.kept] == [(3, 6), (4, 7)]


def test_a_later_answer_in_another_tree_is_kept_there_and_comes_home():
    walk = walked(house, "check", "yes", "yes", version_id=HOUSE)
    assert walk.walk == Walk("good", 3, HOUSE)
    again = walk.change(1, "twice", Landing(FUSES, fuses))
    assert told(again) == ([(2, "blown", "yes")], (3,), "dark")
    assert again.walk == Walk("dark", 5, HOUSE)


def test_there_a_newer_version_has_other_questions():
    walk = walked(house, "check", "yes", "yes", version_id=HOUSE)
    assert told(walk.change(1, "twice", Landing(NEWER, fuses))) == ([], (2, 3), "blown")


def test_a_jump_that_is_kept_lands_where_it_landed_then():
    walk = walked(house, "no", "no", "check", "yes", version_id=HOUSE)
    walk.trees[HOUSE] = tree_of(asks("dark", **{one.id: one for one in house.nodes["dark"].options}),
                                asks("lit", yes="good", no="dark", well="dark"))  # fmt: skip
    change = walk.change(2, "well")
    assert told(change) == ([(3, "dark", "check"), (4, "blown", "yes")], (), "lit")
    assert change.kept[0].after == Walk("blown", 6, FUSES, walk.answers[3].step.homes)


def test_a_jump_that_cannot_be_taken_again_stops_there():
    deep = tree_of(
        asks("in", deeper=Option("deeper", "Deeper", "out", "self", returns=True), on="last"),
        asks("last", deeper=Option("deeper", "Deeper", "out", "self", returns=True)),
        asks("out", on="good"),
    )
    walk = Walked(Walk("in", 0, HOUSE), {HOUSE: deep})
    for _ in range(HOMES_LIMIT - 1):
        walk.take("deeper", Landing(HOUSE, deep))
    for option_id in ("on", "deeper", "on"):
        walk.take(option_id, Landing(HOUSE, deep) if option_id == "deeper" else None)
    assert len(walk.walk.homes) == HOMES_LIMIT
    change = walk.change(HOMES_LIMIT, "deeper", Landing(HOUSE, deep))
    assert told(change) == ([(HOMES_LIMIT + 2, "in", "on")], (HOMES_LIMIT + 1,), "last")


def test_an_escalation_ends_it_wherever_later_answers_were_given():
    assert told(walked(house, "check", "yes", "yes", version_id=HOUSE).change(2, "no")) == ([], (3,), "call")


@pytest.mark.parametrize("seq", [0, 2, 99])
def test_only_a_step_of_the_path_is_changed(seq: int):
    walk = walked(router, "yes")
    with pytest.raises(InvalidChoice, match=f"Step {seq} is not on the path") as refusal:
        walk.change(seq, "no")
    assert refusal.value.field == "seq"


def test_only_to_an_answer_that_can_be_taken():
    with pytest.raises(InvalidChoice, match="not an answer"):
        walked(router, "yes").change(1, "maybe")
    with pytest.raises(NotAllowedNow, match="cannot be walked"):
        walked(house, "no", version_id=HOUSE).change(1, "check")


answers = st.lists(st.integers(0, 99), min_size=1, max_size=30)


def random_walk(tree: Tree, choices: list[int]) -> Walked:
    walk = Walked(begin(tree), {None: tree})
    for choice in choices:
        options = tree.nodes[walk.walk.node_id].options
        if options:
            walk.take(options[choice % len(options)].id)
    return walk


@given(sound_trees(), answers, st.integers(0, 99))
def test_the_same_answer_leaves_the_path_as_it_was(tree: Tree, choices: list[int], which: int):
    walk = random_walk(tree, choices)
    assume(walk.answers)
    one = walk.answers[which % len(walk.answers)]
    change = walk.change(one.seq, one.option_id)
    assert change.dropped == ()
    assert [(kept.of, kept.move.option_id) for kept in change.kept] == [
        (later.seq, later.option_id) for later in walk.answers if later.seq > one.seq
    ]
    assert change.walk.node_id == walk.walk.node_id


@given(
    sound_trees(),
    answers,
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=6),
)
def test_whatever_is_changed_the_record_is_whole(
    tree: Tree, choices: list[int], changes: list[tuple[int, int]]
):
    walk = random_walk(tree, choices)
    assume(walk.answers)
    for which, choice in changes:
        one = walk.answers[which % len(walk.answers)]
        options = tree.nodes[one.step.node_id].options
        before, last = {given.seq: given for given in walk.answers}, walk.walk.seq
        change = walk.change(one.seq, options[choice % len(options)].id)
        later = [seq for seq in before if seq > one.seq]
        assert change.undone == (one.seq, *later)
        assert sorted([*change.dropped, *(kept.of for kept in change.kept)]) == later
        taken = (change.changed, *change.kept)
        assert [step.move.step_seq for step in taken] == list(range(last + 1, last + 1 + len(taken)))
        for kept in change.kept:
            then = before[kept.of]
            assert (kept.move.node_id, kept.move.option_id) == (then.step.node_id, then.option_id)
        walk.apply(change)
        stands = tree.start
        for answer in walk.answers:
            assert answer.step.node_id == stands
            option = tree.nodes[stands].option(answer.option_id)
            assert option is not None
            stands = option.to
        assert stands == walk.walk.node_id
        last_kept = change.kept[-1].of if change.kept else one.seq
        assert all(before[seq].step.node_id != stands for seq in later if seq > last_kept)


@pytest.mark.parametrize(
    ("kept", "dropped", "words"),
    [
        (0, 0, ""), (1, 0, "The later answer stays."), (3, 0, "All 3 later answers stay."),
        (0, 1, "1 later answer is dropped."), (0, 2, "2 later answers are dropped."),
        (1, 1, "1 later answer stays, 1 is dropped."), (3, 2, "3 later answers stay, 2 are dropped."),
    ],
)  # fmt: skip
def test_it_is_told_in_a_sentence(kept: int, dropped: int, words: str):
    assert change_in_words(kept, dropped) == words
