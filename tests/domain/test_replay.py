"""Answers given again to a tree that has changed: the same end, another one, or none."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import sound_trees
from troubleshoot_app.domain.errors import Severity
from troubleshoot_app.domain.jumps import Neighbour, Neighbourhood
from troubleshoot_app.domain.readings import Range, Reading
from troubleshoot_app.domain.replay import Fate, Given, Place, fate_of, replay
from troubleshoot_app.domain.scenarios import (
    BROKEN,
    End,
    Scenario,
    answers_from_document,
    answers_to_document,
    check,
    end_from_document,
    end_to_document,
    problem_of,
)
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.tree_status import TreeStatus

HOUSE, FUSES = (str(UUID(int=number)) for number in (1, 2))


def tree_of(*nodes: Node) -> Tree:
    return Tree(nodes[0].id, {node.id: node for node in nodes})


def asks(node_id: str, *options: Option, reading: Reading | None = None) -> Node:
    return Node(node_id, NodeKind.QUESTION, f"{node_id}?", options=options, reading=reading)


def does(node_id: str, to: str) -> Node:
    return Node(node_id, NodeKind.ACTION, f"{node_id}!", options=(Option("o", "Next", to),))


def ends(node_id: str, kind: NodeKind = NodeKind.RESOLUTION) -> Node:
    return Node(node_id, kind, f"{node_id}.")


def yes_no(node_id: str, yes: str, no: str) -> Node:
    return asks(node_id, Option("y", "Yes", yes), Option("n", "No", no))


def said(*answers: str, **more: str) -> list[Given]:
    """Return answers out of "node:option"."""
    return [Given(*answer.split(":"), **more) for answer in answers]


lamp = tree_of(
    yes_no("power", "wan", "plug"), does("plug", "power"), yes_no("wan", "good", "bad"), ends("good"),
    ends("bad", NodeKind.ESCALATION),
)  # fmt: skip


def changed(tree: Tree, *nodes: Node, without: tuple[str, ...] = ()) -> Tree:
    kept = {key: node for key, node in tree.nodes.items() if key not in without}
    return replace(tree, nodes=kept | {node.id: node for node in nodes})


def test_a_walk_with_a_loop_in_it_ends_where_it_ended():
    outcome = replay(lamp, said("power:n", "plug:o", "power:y", "wan:y"))
    assert (outcome.place, outcome.ended, outcome.left) == (Place("good"), True, 0)
    assert [one.label for one in outcome.taken] == ["No", "Next", "Yes", "Yes"]
    assert fate_of(outcome, Place("good"), had_ended=True) == (Fate.SAME, "")


def test_a_walk_that_was_given_up_on_the_way_stands_where_it_stood():
    outcome = replay(lamp, said("power:y"))
    assert (outcome.place, outcome.ended, outcome.fault) == (Place("wan"), False, "")
    assert fate_of(outcome, Place("wan"), had_ended=False) == (Fate.SAME, "")
    assert fate_of(outcome, Place("plug"), had_ended=False) == (Fate.ELSEWHERE, 'Stands at "wan?".')
    assert fate_of(outcome, Place("good"), had_ended=True)[0] is Fate.NOWHERE


def test_an_answer_that_leads_elsewhere_ends_elsewhere():
    outcome = replay(changed(lamp, yes_no("wan", "bad", "good")), said("power:y", "wan:y"))
    assert fate_of(outcome, Place("good"), had_ended=True) == (Fate.ELSEWHERE, 'Ends at "bad".')


@pytest.mark.parametrize(
    ("tree", "fault"),
    [
        (changed(lamp, asks("power", Option("n", "No", "plug"))), 'At "power?" there is no answer "Yes" any more.'),
        (changed(lamp, yes_no("power", "gone", "plug")), 'At "power?" the answer "Yes" leads nowhere.'),
        (replace(lamp, start="gone"), "The tree has no start."),
        (changed(lamp, yes_no("power", "hum", "plug"), yes_no("hum", "wan", "bad")),
         '"hum?" is asked, which was not answered then.'),
    ],
)  # fmt: skip
def test_it_says_where_the_tree_parts_from_the_answers(tree: Tree, fault: str):
    outcome = replay(tree, [Given("power", "y", label="Yes"), Given("wan", "y", label="Yes")])
    assert (outcome.fault, outcome.left) == (fault, 2 - len(outcome.taken))
    assert fate_of(outcome, Place("good"), had_ended=True) == (Fate.NOWHERE, fault)


def test_answers_are_known_by_their_words_when_their_id_is_gone():
    renamed = changed(lamp, asks("power", Option("a", " yes", "good")))
    assert replay(renamed, [Given("power", "y", label="Yes")]).place == Place("good")
    assert not replay(renamed, [Given("power", "y", label="")]).ended


def test_what_is_no_longer_asked_and_what_is_to_be_done_in_between_are_passed():
    shorter = changed(lamp, yes_no("power", "good", "bad"), without=("wan",))
    assert replay(shorter, said("power:y", "wan:y")).ended
    longer = changed(lamp, yes_no("power", "wait", "plug"), does("wait", "wan"), yes_no("wan", "tidy", "bad"),
                     does("tidy", "good"))  # fmt: skip
    assert replay(longer, said("power:y", "wan:y"), to_end=True).place == Place("good")
    assert replay(longer, said("power:y", "wan:y")).place == Place("tidy")


def test_actions_that_lead_round_in_a_ring_are_left():
    ring = tree_of(yes_no("power", "a", "a"), does("a", "b"), does("b", "a"))
    outcome = replay(ring, said("power:y", "wan:y"), to_end=True)
    assert outcome.fault == '"a!" is to be done, which was not answered then.'


def test_a_number_chooses_anew():
    volts = asks("volts", Option("low", "Low", "bad", when=Range(below=11.5)),
                 Option("ok", "Fine", "good", when=Range(at_least=11.5, at_most=15)),
                 Option("no", "Cannot", "bad"), reading=Reading("V"))  # fmt: skip
    tree = tree_of(volts, *list(lamp.nodes.values())[3:])
    was_low = Given("volts", "low", "11.8", label="Low")
    assert replay(tree, [was_low]).place == Place("good")
    assert replay(tree, [Given("volts", value="3")]).place == Place("bad")
    assert replay(tree, said("volts:no")).place == Place("bad")
    assert replay(tree, [replace(was_low, value="16")]).fault == 'At "volts?" no answer is for 16 V.'
    plain = changed(tree, replace(volts, reading=None, options=volts.options[1:]))
    gone = 'At "volts?" nothing is measured any more, and there is no answer "3".'
    assert replay(plain, [Given("volts", value="3")]).fault == gone


def around(fuses: Tree | None) -> Neighbourhood:
    there = Neighbour(FUSES, "Fuses", TreeStatus.PUBLISHED if fuses else TreeStatus.DRAFT, fuses)
    here = Neighbour(HOUSE, "House", TreeStatus.PUBLISHED, lamp)
    return Neighbourhood(HOUSE, {"fuses": FUSES, "house": HOUSE}, {FUSES: there, HOUSE: here})


house = tree_of(
    asks("dark", Option("check", "Check", "lit", "fuses", returns=True), Option("leave", "Leave", "", "fuses"),
         Option("again", "Again", "", "house")),
    yes_no("lit", "fine", "dark"), ends("fine"),
)  # fmt: skip
fuses = tree_of(yes_no("blown", "mend", "call"), ends("mend"), ends("call", NodeKind.ESCALATION))
IN_FUSES = Given("blown", "y", tree_id=FUSES)


def test_jumps_are_followed_and_come_home():
    answers = [*said("dark:check"), IN_FUSES, *said("lit:y")]
    assert replay(house, answers, around(fuses)).place == Place("fine")
    assert replay(house, answers, around(None)).fault == 'At "dark?" the answer "check" leads nowhere.'
    left = replay(house, [*said("dark:leave"), IN_FUSES], around(fuses))
    assert (left.place, left.ended) == (Place("mend", FUSES), True)
    assert replay(house, [*said("dark:again", "dark:check"), IN_FUSES], around(fuses)).place == Place("lit")


def test_it_begins_where_the_session_began():
    assert replay(lamp, said("wan:y"), start="wan").place == Place("good")
    assert replay(lamp, [], start="gone").fault == "The node that it starts at is gone."


def scenario(*answers: str, end: End) -> Scenario:
    return Scenario("Lit", tuple(said(*answers)), end)


@pytest.mark.parametrize(
    ("answers", "end", "fault"),
    [
        (("power:y", "wan:y"), End(None, Place("good")), ""),
        (("power:y", "wan:y"), End(NodeKind.RESOLUTION), ""),
        (("power:y", "wan:n"), End(NodeKind.RESOLUTION), 'It ends at "bad", an escalation, instead of at a resolution.'),
        (("power:y", "wan:n"), End(None, Place("good")), 'It ends at "bad" instead of "good".'),
        (("power:y", "wan:n"), End(None, Place("old"), "Old."), 'It ends at "bad" instead of "Old.", which is gone.'),
        (("power:y",), End(NodeKind.RESOLUTION), 'It stops at "wan?", which it does not answer.'),
        (("power:x",), End(NodeKind.RESOLUTION), 'At "power?" there is no answer "x" any more.'),
    ],
)  # fmt: skip
def test_a_scenario_is_good_or_says_why_not(answers: tuple[str, ...], end: End, fault: str):
    wanted = scenario(*answers, end=end)
    verdict = check(lamp, wanted)
    assert verdict.fault == fault
    if fault:
        problem = problem_of(wanted, verdict)
        assert (problem.severity, problem.code, problem.node_id) == (Severity.ERROR, BROKEN, verdict.node_id)
        assert fault in problem.message


def test_a_fault_in_another_tree_is_at_no_node_of_this_one():
    wanted = Scenario("Dark", (*said("dark:leave"), IN_FUSES), End(None, Place("call", FUSES)))
    verdict = check(house, wanted, around(fuses))
    assert (verdict.node_id, verdict.fault) == (None, 'It ends at "mend" instead of "call".')


@pytest.mark.parametrize("end", [End(NodeKind.ESCALATION), End(None, Place("mend", FUSES), "Mend.")])
def test_what_is_kept_comes_back(end: End):
    answers = (Given("volts", "", "3", asked="Volts?"), IN_FUSES, *said("lit:y", label="Yes"))
    assert answers_from_document(answers_to_document(answers)) == answers
    assert end_from_document(end_to_document(end)) == end


@given(sound_trees(), st.lists(st.integers(0, 99), max_size=20))
def test_any_walk_ends_the_same_on_the_tree_that_it_was_made_on(tree: Tree, choices: list[int]):
    node, answers = tree.nodes[tree.start], []
    for choice in choices:
        if not node.options:
            break
        option = node.options[choice % len(node.options)]
        answers.append(Given(node.id, option.id))
        node = tree.nodes[option.to]
    outcome = replay(tree, answers, to_end=node.kind.is_end)
    assert fate_of(outcome, Place(node.id), had_ended=node.kind.is_end)[0] is Fate.SAME
