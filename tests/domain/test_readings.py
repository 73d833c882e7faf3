"""Readings: numbers as people type them, ranges, and the answer that a number chooses."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import drafts, numbers, ranges
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.comparison import compare
from troubleshoot_app.domain.errors import InvalidChoice, Severity
from troubleshoot_app.domain.readings import (
    Range,
    Reading,
    can_be_met,
    covers,
    gap,
    number_text,
    overlapping,
    parse_number,
    parse_range,
)
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.domain.walk import Answer, Walk, answer_at

LOW, FINE, HIGH = (
    Option("low", "Too low", "end", when=Range(below=11.5)),
    Option("fine", "Fine", "end", when=Range(at_least=11.5, at_most=12.6)),
    Option("high", "Too high", "end", when=Range(above=12.6)),
)
CANNOT = Option("cannot", "I cannot measure", "end")
VOLTS = Reading("V", 11.5, 12.6)


def tree_of(
    *options: Option,
    reading: Reading | None = VOLTS,
    kind: NodeKind = NodeKind.QUESTION,
    acknowledge: bool = False,
) -> Tree:
    node = Node("volts", kind, "Voltage?", options=options, reading=reading, acknowledge=acknowledge)
    return Tree("volts", {"volts": node, "end": Node("end", NodeKind.RESOLUTION, "Good.")})


def answered(
    tree: Tree, option_id: str = "", value: str | None = None, *, acknowledged: bool = False
) -> Answer:
    return answer_at(tree, Walk("volts", 0), option_id, value, acknowledged=acknowledged)


def codes(tree: Tree) -> list[tuple[str, Severity]]:
    return [(one.code, one.severity) for one in problems(tree) if one.node_id == "volts"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("11.5", "11.5"),
        ("11,5", "11.5"),
        (" 11.50 V ", "11.50"),
        ("12v", "12"),
        ("-3", "-3"),
        ("\u22123,2", "-3.2"),
        ("+4", "4"),
        (".5", "0.5"),
        ("7.", "7"),
        ("1\u00a0000", "1000"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: str):
    assert parse_number(typed, "V") == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "V",
        "-",
        ".",
        "1,234.5",
        "1.2.3",
        "12 mV",
        "1e3",
        "nan",
        "inf",
        "0x10",
        "twelve",
        "9" * 14,
        "١٢",
        "1\0",
    ],
)
def test_what_is_no_number_is_none(typed: str):
    assert parse_number(typed, "V") is None


@given(st.decimals(-(10**6), 10**6, places=4))
def test_any_number_comes_back(number: Decimal):
    assert parse_number(f"{number:f}") == number
    assert parse_number(f"{number:f}".replace(".", ",")) == number


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (">= 11.5 < 12.6", Range(at_least=11.5, below=12.6)),
        ("≥11,5, ≤ 12,6", Range(at_least=11.5, at_most=12.6)),
        ("at least 3", Range(at_least=3.0)),
        ("Below -2", Range(below=-2.0)),
        ("11.5 to 12.6", Range(at_least=11.5, at_most=12.6)),
        ("from 1 to 2", Range(at_least=1.0, at_most=2.0)),
        ("more than 1 and less than 2", Range(above=1.0, below=2.0)),
        ("", None),
        ("12", None),
        ("> x", None),
        ("> 1 > 2", None),
        ("> 1 or so", None),
        (">" * 999, None),
    ],
)
def test_a_range_is_read_in_signs_and_in_words(typed: str, wanted: Range | None):
    assert parse_range(typed) == wanted


@given(ranges())
def test_a_range_that_is_shown_is_read_again(wanted: Range):
    assert parse_range(str(wanted)) == wanted


@given(ranges(), numbers)
def test_a_number_in_a_range_shows_that_it_can_be_met(wanted: Range, number: float):
    assert number not in wanted or can_be_met(wanted, None)


@given(st.lists(ranges(), max_size=4), numbers, st.none() | st.integers(0, 2))
def test_no_number_is_in_two_ranges_that_do_not_overlap(
    some: list[Range], number: float, decimals: int | None
):
    measured = float(Reading(decimals=decimals).rounded(Decimal(repr(number))))
    hits = sum(measured in one for one in some)
    if overlapping(some, decimals) is None:
        assert hits <= 1


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True), st.integers(-60, 60))
def test_ranges_that_meet_have_neither_gap_nor_overlap(ends: list[int], tenths: int):
    ends.sort()
    some = [
        Range(below=ends[0] / 10),
        *(Range(at_least=low / 10, below=high / 10) for low, high in pairwise(ends)),
        Range(at_least=ends[-1] / 10),
    ]
    for decimals in (None, 1, 3):
        assert (gap(some, decimals), overlapping(some, decimals)) == ("", None)
    assert sum(tenths / 10 in one for one in some) == 1
    assert covers(some, Reading(min=-9.0, max=9.0))


@pytest.mark.parametrize(
    ("value", "option_id", "kept"),
    [
        ("11.4", "low", "11.4"),
        ("11,5", "fine", "11.5"),
        ("12.6 V", "fine", "12.6"),
        ("12.61", "high", "12.61"),
        ("-3", "low", "-3"),
    ],
)
def test_the_number_chooses_the_answer(value: str, option_id: str, kept: str):
    answer = answered(tree_of(LOW, FINE, HIGH), value=value)
    assert (answer.option.id, answer.value) == (option_id, kept)
    assert answered(tree_of(LOW, FINE, HIGH), option_id, value) == answer


def test_a_number_counts_to_as_many_decimals_as_are_measured():
    tree = tree_of(LOW, FINE, HIGH, reading=Reading("V", decimals=1))
    assert answered(tree, value="11.45") == Answer(FINE, "11.5")
    assert answered(tree, value="11.44") == Answer(LOW, "11.4")


@pytest.mark.parametrize(
    ("option_id", "value", "words"),
    [
        ("", None, "Enter what you measured, in V"),
        ("", "", "Enter what you measured"),
        ("", "twelve", '"twelve" is no number'),
        ("", "13", "No answer is for 13 V, only for"),
        ("fine", "11", 'does not lead to the answer "Fine"'),
        ("fine", None, "Enter what you measured"),
        ("gone", "12", "not an answer"),
    ],
)
def test_a_number_that_is_none_or_for_no_answer_is_refused(option_id: str, value: str | None, words: str):
    with pytest.raises(InvalidChoice, match=words):
        answered(tree_of(LOW, FINE, CANNOT), option_id, value)


def test_who_cannot_measure_says_so():
    assert answered(tree_of(LOW, FINE, CANNOT), "cannot") == Answer(CANNOT, None)
    assert answered(tree_of(LOW, FINE, CANNOT), "cannot", "11.3") == Answer(CANNOT, "11.3")


def test_where_no_number_chooses_it_is_kept_with_the_answer():
    tree = tree_of(CANNOT, Option("ok", "Fine", "end"))
    assert answered(tree, "ok", "12").value == "12"
    for option_id, value in (("", "12"), ("ok", None)):
        with pytest.raises(InvalidChoice):
            answered(tree, option_id, value)
    alone = tree_of(CANNOT, kind=NodeKind.ACTION)
    assert answered(alone, value="12") == Answer(CANNOT, "12")


def test_an_action_is_checked_off_first():
    tree = tree_of(CANNOT, reading=None, kind=NodeKind.ACTION, acknowledge=True)
    with pytest.raises(InvalidChoice, match="Check off"):
        answered(tree, "cannot")
    assert answered(tree, "cannot", acknowledged=True) == Answer(CANNOT, None)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (tree_of(LOW, FINE, HIGH), []),
        (tree_of(LOW, FINE, CANNOT), []),
        (tree_of(LOW, HIGH, CANNOT), [("gap_in_ranges", Severity.ERROR)]),
        (tree_of(LOW, Option("o", "O", "end", when=Range(above=11.5))), [("gap_in_ranges", Severity.ERROR)]),
        (
            tree_of(LOW, Option("o", "O", "end", when=Range(at_least=11.0))),
            [("overlapping_ranges", Severity.ERROR)],
        ),
        (
            tree_of(FINE, CANNOT, reading=Reading("V", 11.0, 12.0)),
            [("expectation_without_answer", Severity.WARNING)],
        ),
        (
            tree_of(CANNOT, Option("o", "O", "end", when=Range(above=5, below=3))),
            [("empty_range", Severity.ERROR), ("expectation_without_answer", Severity.WARNING)],
        ),
        (tree_of(LOW, FINE, HIGH, reading=None), [("range_without_reading", Severity.ERROR)]),
        (tree_of(LOW, FINE, HIGH, reading=Reading()), [("no_unit", Severity.WARNING)]),
        (tree_of(LOW, FINE, HIGH, reading=Reading("V", 12.0, 11.0)), [("empty_expectation", Severity.ERROR)]),
        (tree_of(reading=VOLTS, kind=NodeKind.RESOLUTION), [("reading_at_end", Severity.ERROR)]),
        (tree_of(LOW, FINE, HIGH, acknowledge=True), [("acknowledge_without_action", Severity.ERROR)]),
    ],
)
def test_what_is_wrong_with_what_is_measured(tree: Tree, expected: list[tuple[str, Severity]]):
    assert codes(tree) == expected


def test_ranges_that_meet_on_the_grid_of_the_decimals_are_whole():
    to, on = (
        Option("to", "To", "end", when=Range(at_most=11.4)),
        Option("on", "On", "end", when=Range(at_least=11.5)),
    )
    assert codes(tree_of(to, on, reading=Reading("V", decimals=1))) == []
    assert codes(tree_of(to, on, reading=Reading("V", decimals=2))) == [("gap_in_ranges", Severity.ERROR)]
    assert codes(tree_of(to, on, reading=Reading("V"))) == [("gap_in_ranges", Severity.ERROR)]


@given(drafts(), st.text(max_size=12))
def test_any_draft_answers_anything_with_an_option_or_a_sentence(tree: Tree, value: str):
    for node in tree.nodes.values():
        refusal = ""
        try:
            answer = answer_at(tree, Walk(node.id, 0), "", value, acknowledged=True)
        except InvalidChoice as error:
            refusal = str(error)
        if refusal:
            assert refusal.endswith(".")
        else:
            assert answer.option in node.options
            assert answer.option.when is None or float(answer.value or "nan") in answer.option.when


def test_an_author_measures_and_checks_off():
    tree = tree_of(Option("o", "On", "end"), Option("p", "Or", "end"), reading=None)
    asked = editing.measure(tree, "volts", asks=True)
    for field, typed in (("unit", " V "), ("min", "11,5"), ("max", "12.6"), ("decimals", "1")):
        asked = editing.measure_as(asked, "volts", field, typed)
    asked = editing.range_option(asked, "volts", "o", ">= 11.5")
    assert asked.nodes["volts"].reading == Reading("V", 11.5, 12.6, 1)
    assert asked.nodes["volts"].options[0].when == Range(at_least=11.5)
    assert compare(tree, asked)[0].lines == (
        "Reading was: none",
        "Answer “On” was for no number, is for ≥ 11.5.",
    )
    assert editing.range_option(asked, "volts", "o", " ").nodes["volts"].options[0].when is None
    assert editing.measure_as(asked, "volts", "min", "").nodes["volts"].reading == Reading("V", None, 12.6, 1)
    assert editing.measure(asked, "volts", asks=False) == tree
    for field, typed in (("min", "x"), ("decimals", "1.5"), ("decimals", "9"), ("other", "1")):
        with pytest.raises(InvalidChoice):
            editing.measure_as(asked, "volts", field, typed)
    with pytest.raises(InvalidChoice, match="no range"):
        editing.range_option(asked, "volts", "o", "some")
    action = editing.check_off(editing.change_kind(asked, "volts", NodeKind.ACTION), "volts", asks=True)
    assert action.nodes["volts"].acknowledge
    assert not editing.change_kind(action, "volts", NodeKind.QUESTION).nodes["volts"].acknowledge
    assert editing.change_kind(action, "volts", NodeKind.RESOLUTION).nodes["volts"].reading is None


def test_numbers_are_written_as_people_do():
    assert [number_text(number) for number in (12.0, 11.5, -0.25, 1e-7, 1e12)] == [
        "12",
        "11.5",
        "-0.25",
        "0.0000001",
        "1000000000000",
    ]
    assert (Reading("V", 1.0).expected, Reading("", None, 2.0).expected) == ("at least 1 V", "at most 2")
