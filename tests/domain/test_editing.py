"""Editing a draft: what each gesture does, that it can be undone, and that two authors do not lose each other's words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import drafts, sound_trees
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.errors import InvalidChoice, NotAllowedNow
from troubleshoot_app.domain.readings import Range
from troubleshoot_app.domain.tree import NODE_LIMIT, Node, NodeKind, Option, Tree

SMALL = Tree(
    "lamp",
    {
        "lamp": Node(
            "lamp",
            NodeKind.QUESTION,
            "Is it lit?",
            "",
            (Option("o1", "Yes", "end"), Option("o2", "No", "plug")),
        ),
        "plug": Node("plug", NodeKind.ACTION, "Plug it in.", "", (Option("o1", "Done", "lamp"),)),
        "end": Node("end", NodeKind.RESOLUTION, "Good."),
    },
)


def test_a_child_stands_behind_its_parent_and_a_new_answer_leads_to_it():
    tree, child = editing.add_child(SMALL, "lamp")
    assert list(tree.nodes) == ["lamp", child, "plug", "end"]
    assert tree.nodes["lamp"].options[-1] == Option("o3", editing.NEW_ANSWER, child)


def test_a_child_behind_an_answer_takes_over_that_answer():
    tree, child = editing.add_child(SMALL, "lamp", "o2")
    assert tree.nodes["lamp"].option("o2") == Option("o2", "No", child)


def test_an_inserted_node_leads_on_to_where_the_answer_led():
    tree, between = editing.insert_between(SMALL, "lamp", "o1")
    assert tree.nodes["lamp"].options[0].to == between
    assert tree.nodes[between].options[0].to == "end"


def test_an_inserted_node_leaves_the_numbers_at_the_answer_that_they_choose():
    chosen = editing.range_option(editing.measure(SMALL, "lamp", asks=True), "lamp", "o1", ">= 11.5")
    tree, between = editing.insert_between(chosen, "lamp", "o1")
    assert tree.nodes["lamp"].options[0].when == Range(at_least=11.5)
    assert tree.nodes[between].options == (Option("o1", editing.ONWARD, "end"),)


def test_no_new_node_is_what_a_lost_answer_leads_to():
    lost = editing.point_option(editing.choose_start(SMALL, "end"), "lamp", "o2", "n4")
    tree, first = editing.add_first(lost)
    assert first == "n5"
    tree, child = editing.add_child(Tree("n6", tree.nodes), "lamp")
    assert child == "n7"
    assert [node.id for node, _ in editing.incoming(tree, child)] == ["lamp"]


def test_deleting_says_what_points_here_and_leaves_those_answers_without_a_target():
    pointing = [(node.id, option.id) for node, option in editing.incoming(SMALL, "lamp")]
    assert pointing == [("plug", "o1")]
    tree = editing.remove_node(SMALL, "lamp")
    assert tree.start == ""
    assert tree.nodes["plug"].options[0].to == ""


def test_a_node_that_becomes_an_end_has_no_answers():
    tree = editing.put_node(SMALL, replace(SMALL.nodes["lamp"], kind=NodeKind.ESCALATION))
    assert tree.nodes["lamp"].options == ()
    with pytest.raises(NotAllowedNow):
        editing.add_option(tree, "lamp")


def test_answers_move_up_and_down_and_stop_at_the_edge():
    tree = editing.move_option(SMALL, "lamp", "o2", -1)
    assert [option.id for option in tree.nodes["lamp"].options] == ["o2", "o1"]
    assert editing.move_option(tree, "lamp", "o2", -1) == tree


def test_a_branch_moves_with_its_answer():
    tree = editing.move_branch(SMALL, "end", "lamp", "o1", "plug")
    assert [o.to for o in tree.nodes["plug"].options] == ["lamp", "end"]
    assert [o.id for o in tree.nodes["lamp"].options] == ["o2"]


def test_what_is_gone_is_named_as_gone():
    with pytest.raises(InvalidChoice):
        editing.add_child(SMALL, "nowhere")
    with pytest.raises(InvalidChoice):
        editing.remove_option(SMALL, "lamp", "o9")


def test_a_full_tree_takes_no_more():
    full = Tree("n0", {f"n{i}": Node(f"n{i}", NodeKind.QUESTION, "") for i in range(NODE_LIMIT)})
    with pytest.raises(NotAllowedNow):
        editing.add_first(full)


def test_two_authors_on_different_nodes_both_keep_their_words():
    mine = editing.put_node(SMALL, replace(SMALL.nodes["lamp"], text="Is the lamp lit?"))
    theirs = editing.put_node(SMALL, replace(SMALL.nodes["plug"], text="Plug it in firmly."))
    merged = editing.apply(theirs, editing.difference(SMALL, mine))
    assert (merged.nodes["lamp"].text, merged.nodes["plug"].text) == (
        "Is the lamp lit?",
        "Plug it in firmly.",
    )


def test_two_authors_on_the_same_node_are_told_and_either_text_can_stay():
    mine = editing.put_node(SMALL, replace(SMALL.nodes["lamp"], text="mine"))
    theirs = editing.put_node(SMALL, replace(SMALL.nodes["lamp"], text="theirs"))
    patch = editing.difference(SMALL, mine)
    with pytest.raises(editing.Collision) as collision:
        editing.apply(theirs, patch)
    assert collision.value.node_ids == ("lamp",)
    assert editing.apply(theirs, patch, force=True).nodes["lamp"].text == "mine"


def test_two_authors_on_different_things_of_one_node_both_keep_theirs():
    mine = editing.put_node(SMALL, replace(SMALL.nodes["lamp"], text="mine"))
    theirs = editing.label_option(SMALL, "lamp", "o1", "Yes", "It is")
    both = editing.apply(theirs, editing.difference(SMALL, mine)).nodes["lamp"]
    assert (both.text, both.options[0].label) == ("mine", "It is")


def test_a_label_that_somebody_else_changed_is_not_overwritten():
    theirs = editing.label_option(SMALL, "lamp", "o1", "Yes", "theirs")
    with pytest.raises(editing.Collision):
        editing.label_option(theirs, "lamp", "o1", "Yes", "mine")
    assert editing.label_option(theirs, "lamp", "o1", "Yes", "theirs") == theirs
    forced = editing.label_option(theirs, "lamp", "o1", "Yes", "mine", force=True)
    assert forced.nodes["lamp"].options[0].label == "mine"


@given(sound_trees(), st.data())
def test_every_gesture_can_be_undone(tree: Tree, data: st.DataObject):
    node_id = data.draw(st.sampled_from(list(tree.nodes)))
    ending = replace(tree.nodes[node_id], text="changed", kind=NodeKind.RESOLUTION)
    results = [
        editing.add_first(tree)[0],
        editing.duplicate(tree, node_id)[0],
        editing.remove_node(tree, node_id),
        editing.choose_start(tree, node_id),
        editing.put_node(tree, ending),
    ]
    after = data.draw(st.sampled_from(results))
    patch = editing.difference(tree, after)
    done = editing.apply(tree, patch)
    assert done == after
    assert list(done.nodes) == list(after.nodes)
    undone = editing.apply(done, patch.reverse(tree))
    assert undone == tree
    assert list(undone.nodes) == list(tree.nodes)


@given(drafts(), drafts())
def test_the_difference_of_any_two_drafts_leads_from_one_to_the_other(before: Tree, after: Tree):
    assert editing.apply(before, editing.difference(before, after)) == after


@given(drafts())
def test_a_patch_applied_twice_is_applied_once(tree: Tree):
    grown, _ = editing.add_first(tree)
    patch = editing.difference(tree, grown)
    once = editing.apply(tree, patch)
    assert editing.apply(once, patch) == once
