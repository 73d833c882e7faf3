"""Jumps: walking to another tree and home again, and what is wrong with where they lead."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import sound_trees
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.comparison import compare
from troubleshoot_app.domain.errors import NotAllowedNow, Severity
from troubleshoot_app.domain.jumps import Neighbour, Neighbourhood, jump_names, jump_problems
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.domain.walk import HOMES_LIMIT, Home, Landing, TakenStep, Walk, advance, go_back

HOUSE, FUSES, METER = (UUID(int=number) for number in (1, 2, 3))


def jump(option_id: str, tree: str, to: str = "") -> Option:
    return Option(option_id, option_id.capitalize(), to, tree, returns=bool(to))


def tree_of(*nodes: Node) -> Tree:
    return Tree(nodes[0].id, {node.id: node for node in nodes})


def asks(node_id: str, *options: Option) -> Node:
    return Node(node_id, NodeKind.QUESTION, f"{node_id}?", options=options)


def ends(node_id: str, kind: NodeKind = NodeKind.RESOLUTION) -> Node:
    return Node(node_id, kind, f"{node_id}.")


house = tree_of(
    asks("dark", jump("check", "fuses", "lit"), jump("leave", "fuses"), Option("no", "No", "lit")),
    asks("lit", Option("yes", "Yes", "good")),
    ends("good"),
)
fuses = tree_of(
    asks("blown", Option("yes", "Yes", "replaced"), Option("no", "No", "call"), jump("meter", "meter", "replaced"),
         jump("away", "meter")),
    ends("replaced"),
    ends("call", NodeKind.ESCALATION),
)  # fmt: skip
meter = tree_of(asks("shows", Option("yes", "Yes", "fine")), ends("fine"))
IN_FUSES = Landing(FUSES, fuses)
IN_METER = Landing(METER, meter)
AT_HOME = Home(HOUSE, "lit")


def test_a_jump_goes_on_at_the_start_of_the_other_tree():
    walk, move = advance(house, Walk("dark", 3, HOUSE), "leave", IN_FUSES)
    assert walk == Walk("blown", 4, FUSES)
    assert (move.node_id, move.option_id, move.to) == ("dark", "leave", "blown")


def test_a_resolution_there_comes_home_and_an_escalation_does_not():
    there, _ = advance(house, Walk("dark", 0, HOUSE), "check", IN_FUSES)
    assert there == Walk("blown", 1, FUSES, (AT_HOME,))
    assert advance(fuses, there, "yes")[0] == Walk("lit", 2, HOUSE)
    assert advance(fuses, there, "no")[0] == Walk("call", 2, FUSES, (AT_HOME,))


def test_a_tree_that_is_jumped_to_on_the_way_comes_home_to_where_its_caller_would():
    there, _ = advance(house, Walk("dark", 0, HOUSE), "check", IN_FUSES)
    away, _ = advance(fuses, there, "away", IN_METER)
    assert away == Walk("shows", 2, METER, (AT_HOME,))
    assert advance(meter, away, "yes")[0] == Walk("lit", 3, HOUSE)


def test_a_home_that_is_a_resolution_leads_on_to_the_home_before_it():
    there, _ = advance(house, Walk("dark", 0, HOUSE), "check", IN_FUSES)
    deeper, _ = advance(fuses, there, "meter", IN_METER)
    assert advance(meter, deeper, "yes")[0] == Walk("lit", 3, HOUSE)
    first, _ = advance(fuses, Walk("blown", 0, FUSES), "meter", IN_METER)
    assert advance(meter, first, "yes")[0] == Walk("replaced", 2, FUSES)


def test_a_tree_that_is_solved_from_its_start_comes_home_at_once():
    solved = Landing(METER, tree_of(ends("fine")))
    assert advance(house, Walk("dark", 0, HOUSE), "check", solved)[0] == Walk("lit", 1, HOUSE)


@pytest.mark.parametrize("landing", [None, Landing(FUSES, Tree("", {}))])
@pytest.mark.parametrize("option_id", ["check", "leave"])
def test_a_tree_that_cannot_be_walked_says_so(landing: Landing | None, option_id: str):
    with pytest.raises(NotAllowedNow, match="leads to a tree that cannot be walked"):
        advance(house, Walk("dark", 0, HOUSE), option_id, landing)


def test_a_jump_that_comes_home_to_nowhere_is_not_taken():
    tree = tree_of(asks("dark", jump("check", "fuses", "gone")))
    with pytest.raises(NotAllowedNow, match="leads nowhere in this tree"):
        advance(tree, Walk("dark", 0, HOUSE), "check", IN_FUSES)


def test_a_walk_does_not_go_deeper_for_ever():
    walk = Walk("dark", 0, HOUSE)
    for _ in range(HOMES_LIMIT):
        walk, _ = advance(house, walk, "check", Landing(HOUSE, house))
    with pytest.raises(NotAllowedNow, match="goes round"):
        advance(house, walk, "check", Landing(HOUSE, house))


def test_back_goes_across_the_border():
    steps = [TakenStep(1, "dark", HOUSE), TakenStep(2, "blown", FUSES, (AT_HOME,))]
    assert go_back(Walk("lit", 2, HOUSE), steps).walk == Walk("blown", 2, FUSES, (AT_HOME,))
    assert go_back(Walk("lit", 2, HOUSE), steps, 1).walk == Walk("dark", 2, HOUSE)


@given(st.lists(sound_trees(jumps=True), min_size=1, max_size=3), st.lists(st.integers(0, 99), max_size=30))
def test_a_walk_always_stands_at_a_node_of_the_tree_that_it_is_in(trees: list[Tree], choices: list[int]):
    by_id = {UUID(int=number): tree for number, tree in enumerate(trees, 1)}
    walk = Walk(trees[0].start, 0, UUID(int=1))
    for choice in choices:
        assert walk.version_id is not None
        tree = by_id[walk.version_id]
        options = tree.nodes[walk.node_id].options
        if not options:
            break
        to = UUID(int=choice % len(trees) + 1)
        try:
            walk, _ = advance(tree, walk, options[choice % len(options)].id, Landing(to, by_id[to]))
        except NotAllowedNow:
            break
        assert walk.version_id is not None
        assert walk.node_id in by_id[walk.version_id].nodes
        stopped = by_id[walk.version_id].nodes[walk.node_id].kind
        assert not (walk.homes and stopped is NodeKind.RESOLUTION)
        for home in walk.homes:
            assert home.version_id is not None
            assert home.node_id in by_id[home.version_id].nodes


def around(this_id: str = "house", **trees: Tree | TreeStatus) -> Neighbourhood:
    known = {
        name: Neighbour(name, name.capitalize(), TreeStatus.PUBLISHED, tree)
        if isinstance(tree, Tree)
        else Neighbour(name, name.capitalize(), tree, None)
        for name, tree in trees.items()
    }
    return Neighbourhood(this_id, {name: name for name in known}, known)


def found(tree: Tree, neighbours: Neighbourhood) -> list[tuple[str | None, str, Severity]]:
    return [(one.node_id, one.code, one.severity) for one in jump_problems(tree, neighbours)]


leads_to_b = tree_of(asks("a", jump("on", "b")))


def test_what_a_tree_jumps_to_is_named_once():
    assert jump_names(house) == ["fuses"]
    assert jump_names(fuses) == ["meter"]
    assert jump_names(meter) == []


def test_jumps_that_arrive_are_fine():
    assert found(house, around(fuses=fuses, meter=meter)) == []
    assert problems(house, around(fuses=fuses, meter=meter)) == problems(house)
    assert found(meter, around()) == []


@pytest.mark.parametrize(
    ("neighbours", "code"),
    [
        (around(), "unknown_tree"),
        (around(b=TreeStatus.DRAFT), "unpublished_tree"),
        (around(b=TreeStatus.ARCHIVED), "archived_tree"),
    ],
)
def test_a_jump_to_nowhere_stops_publishing(neighbours: Neighbourhood, code: str):
    assert found(leads_to_b, neighbours) == [("a", code, Severity.ERROR)]
    assert (
        "a",
        code,
    ) in [(one.node_id, one.code) for one in problems(leads_to_b, neighbours)]


def test_a_ring_without_an_end_stops_publishing():
    ring = around("a", b=tree_of(asks("b", jump("on", "a"))), a=leads_to_b)
    assert found(leads_to_b, ring) == [("a", "ring_of_trees", Severity.ERROR)]
    elsewhere = around(
        "a", b=tree_of(asks("b", jump("on", "c"))), c=tree_of(asks("c", jump("on", "b", "d"), ), ends("d"))
    )  # fmt: skip
    assert found(leads_to_b, elsewhere) == [("a", "ring_of_trees", Severity.ERROR)]


def test_a_ring_with_a_way_out_is_only_worth_a_look():
    ring = around(
        "a", b=tree_of(asks("b", jump("on", "a"), Option("yes", "Yes", "c")), ends("c")), a=leads_to_b
    )
    assert found(leads_to_b, ring) == [("a", "ring_of_trees", Severity.WARNING)]
    again = tree_of(asks("a", jump("on", "a"), Option("yes", "Yes", "c")), ends("c"))
    assert found(again, around("a", a=TreeStatus.DRAFT)) == [("a", "ring_of_trees", Severity.WARNING)]


@pytest.mark.parametrize(
    ("option", "code", "severity"),
    [
        (Option("o", "On", "", "b", returns=True), "return_without_target", Severity.ERROR),
        (Option("o", "On", "end", "", returns=True), "return_without_tree", Severity.ERROR),
        (Option("o", "On", "gone", "b", returns=True), "unknown_target", Severity.ERROR),
        (Option("o", "On", "end", "b"), "unused_target", Severity.WARNING),
    ],
)
def test_a_jump_says_whether_and_where_it_comes_back(option: Option, code: str, severity: Severity):
    tree = tree_of(asks("a", option, Option("yes", "Yes", "end")), ends("end"))
    assert [(one.code, one.severity) for one in problems(tree)] == [(code, severity)]


def test_a_jump_for_good_is_an_end_and_reaches_nothing_here():
    assert problems(tree_of(asks("a", jump("on", "b"), jump("off", "b")))) == []
    lost = tree_of(asks("a", Option("o", "On", "c", "b"), jump("off", "b")), ends("c"))
    assert "unreachable" in [one.code for one in problems(lost)]


def test_an_author_leads_an_answer_to_another_tree_and_back():
    tree = tree_of(asks("a", Option("o", "On", "end")), ends("end"))
    away = editing.jump_option(tree, "a", "o", "fuses")
    assert away.nodes["a"].options == (Option("o", "On", "", "fuses"),)
    back = editing.point_option(editing.return_option(away, "a", "o", returns=True), "a", "o", "end")
    assert back.nodes["a"].options == (Option("o", "On", "end", "fuses", returns=True),)
    assert editing.return_option(back, "a", "o", returns=False) == away
    assert editing.stay_option(back, "a", "o") == tree
    with pytest.raises(NotAllowedNow, match="stays in this tree"):
        editing.return_option(tree, "a", "o", returns=True)
    between, new_id = editing.insert_between(back, "a", "o")
    assert between.nodes["a"].options == (Option("o", "On", new_id),)
    assert between.nodes[new_id].options == (Option("o1", "Next", "end", "fuses", returns=True),)
    assert compare(tree, back)[0].lines == (
        "Answer “On” led to “end.”, leads to the tree fuses and back to “end.”.",
    )
