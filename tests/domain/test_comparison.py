"""Two versions told apart: every difference is a sentence, and no difference gives none."""

from dataclasses import replace

from hypothesis import given

from tests.domain.strategies import drafts
from tests.domain.test_editing import SMALL
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.comparison import What, compare
from troubleshoot_app.domain.tree import NodeKind, Tree


def test_what_was_added_removed_and_changed_is_named():
    grown, child = editing.add_child(SMALL, "lamp", "o2")
    newer = editing.remove_node(
        editing.put_node(grown, replace(grown.nodes["end"], text="All good.")), "plug"
    )
    found = {one.node.id: one for one in compare(SMALL, newer)}
    assert {node_id: one.what for node_id, one in found.items()} == {
        "lamp": What.CHANGED,
        child: What.ADDED,
        "end": What.CHANGED,
        "plug": What.REMOVED,
    }
    assert found["lamp"].lines == (f"Answer “No” led to “Plug it in.”, leads to {child}.",)
    assert found["end"].lines == ("Text was: Good.",)


def test_answers_are_told_apart_by_words_place_and_presence():
    relabelled = editing.label_option(SMALL, "lamp", "o1", "", "It is", force=True)
    moved = editing.move_option(relabelled, "lamp", "o1", 1)
    longer = editing.add_option(moved, "lamp", "Perhaps", "end")
    [lamp] = compare(SMALL, longer)
    assert lamp.lines == (
        "Answer “Yes” is now “It is”.",
        "New answer “Perhaps”, leads to “Good.”.",
        "The answers are in another order.",
    )
    [lamp] = compare(SMALL, editing.change_kind(SMALL, "lamp", NodeKind.RESOLUTION))
    assert lamp.lines == (
        "Kind was question, is resolution.",
        "Answer “Yes” is gone.",
        "Answer “No” is gone.",
    )


@given(drafts(), drafts())
def test_a_node_is_named_exactly_when_it_differs(older: Tree, newer: Tree):
    named = {one.node.id for one in compare(older, newer)}
    differ = {
        node_id
        for node_id in {*older.nodes, *newer.nodes}
        if older.nodes.get(node_id) != newer.nodes.get(node_id)
    }
    assert named == differ
    assert all(one.lines for one in compare(older, newer) if one.what is What.CHANGED)
