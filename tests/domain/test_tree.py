"""The tree and the document that it is kept as."""

import dataclasses
import json

import pytest
from hypothesis import given

from tests.domain.strategies import drafts
from troubleshoot_app.domain.errors import InvalidTree
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree, tree_from_document, tree_to_document

LED = Node("led", NodeKind.QUESTION, "Is the LED lit?", "Front left.", (Option("yes", "Yes", "done"),))
DONE = Node("done", NodeKind.RESOLUTION, "Good.")


@given(drafts())
def test_a_kept_tree_comes_back_equal_and_in_order(tree: Tree):
    kept = json.loads(json.dumps(tree_to_document(tree)))
    assert tree_from_document(kept) == tree
    assert list(tree_from_document(kept).nodes) == list(tree.nodes)


@given(drafts())
def test_order_survives_a_store_that_sorts_keys(tree: Tree):
    kept = json.loads(json.dumps(tree_to_document(tree), sort_keys=True))
    assert list(tree_from_document(kept).nodes) == list(tree.nodes)


def test_the_document_says_no_more_than_it_must():
    assert tree_to_document(Tree("led", {"led": LED, "done": DONE})) == {
        "start": "led",
        "order": ["led", "done"],
        "nodes": {
            "led": {
                "kind": "question",
                "text": "Is the LED lit?",
                "help": "Front left.",
                "options": [{"id": "yes", "label": "Yes", "to": "done"}],
            },
            "done": {"kind": "resolution", "text": "Good."},
        },
    }


def test_nodes_that_the_order_forgets_come_last_and_unknown_ones_are_left_out():
    nodes = {"a": {"kind": "action", "text": ""}, "b": {"kind": "action", "text": ""}}
    assert list(tree_from_document({"start": "a", "nodes": nodes}).nodes) == ["a", "b"]
    assert list(tree_from_document({"start": "a", "order": ["b", "z", "b"], "nodes": nodes}).nodes) == [
        "b",
        "a",
    ]


def test_a_draft_may_lack_a_start_and_lead_nowhere():
    tree = tree_from_document(
        {"nodes": {"a": {"kind": "question", "text": "", "options": [{"id": "1", "label": "", "to": "x"}]}}}
    )
    assert tree.start == ""
    assert tree.node("a").option("1") == Option("1", "", "x")


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        {"start": "a"},
        {"start": 1, "nodes": {}},
        {"start": "a", "nodes": []},
        {"start": "a", "nodes": {}, "order": 5},
        {"start": "a", "nodes": {}, "order": [[]]},
        {"start": "a", "nodes": {"a": None}},
        {"start": "a", "nodes": {"a": {"text": "no kind"}}},
        {"start": "a", "nodes": {"a": {"kind": "riddle", "text": ""}}},
        {"start": "a", "nodes": {"a": {"kind": ["question"], "text": ""}}},
        {"start": "a", "nodes": {"a": {"kind": "question"}}},
        {"start": "a", "nodes": {"a": {"kind": "question", "text": 5}}},
        {"start": "a", "nodes": {"a": {"kind": "question", "text": "", "options": "yes"}}},
        {
            "start": "a",
            "nodes": {"a": {"kind": "question", "text": "", "options": [{"id": "1", "label": "x"}]}},
        },
        {"start": "a", "nodes": {1: {"kind": "question", "text": ""}}},
    ],
)
def test_what_is_no_kept_tree_is_refused(document):
    with pytest.raises(InvalidTree) as refused:
        tree_from_document(document)
    assert [problem.code for problem in refused.value.problems] == ["misshapen"]


def test_trees_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        LED.text = "other"  # type: ignore[misc]
    assert not hasattr(LED, "__dict__")


def test_looking_up():
    tree = Tree("led", {"led": LED, "done": DONE})
    assert tree.node("led") is LED
    assert LED.option("no") is None
    with pytest.raises(KeyError):
        tree.node("x")
    assert [kind for kind in NodeKind if kind.is_end] == [NodeKind.RESOLUTION, NodeKind.ESCALATION]
