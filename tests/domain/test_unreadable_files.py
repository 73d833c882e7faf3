"""Files that are no trees, and what is said about them."""

import json
from collections.abc import Callable
from functools import partial
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.strategies import texts
from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.structure import FAULTS_LIMIT
from troubleshoot_app.domain.formats.tree_file import Media, TreeFile, read_tree_file, tree_file_from
from troubleshoot_app.domain.tree import FILE_LIMIT, NODE_LIMIT, OPTION_LIMIT, TEXT_LIMIT

MEDIA: tuple[Media, ...] = ("json", "yaml")

MINIMAL = {"title": "T", "start": "a", "nodes": {"a": {"kind": "resolution", "text": "Good."}}}


def faults_of(content: str | bytes, media: Media | None = None) -> tuple[Fault, ...]:
    with pytest.raises(UnreadableTree) as refused:
        read_tree_file(content.encode() if isinstance(content, str) else content, media)
    for fault in refused.value.faults:
        json.dumps([fault.location, fault.message, str(fault)]).encode()
    return refused.value.faults


def json_with(**changes: object) -> str:
    return json.dumps(MINIMAL | changes)


def node_with(**changes: object) -> str:
    return json_with(nodes={"a": {"kind": "question", "text": "Well?"} | changes})


def read_or_refused(read: Callable[[], TreeFile]) -> TreeFile | UnreadableTree:
    try:
        return read()
    except UnreadableTree as error:
        return error


@given(st.binary(max_size=200) | texts(200).map(str.encode))
def test_whatever_is_in_a_file_it_is_read_or_refused(content: bytes):
    for media in MEDIA:
        outcome = read_or_refused(partial(read_tree_file, content, media))
        assert isinstance(outcome, TreeFile) or outcome.faults


KEYS = ["title", "start", "nodes", "a", "kind", "text", "tags", "options", "id"]
some_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
)


@given(some_json)
def test_whatever_json_holds_it_is_read_or_refused(value: object):
    outcome = read_or_refused(partial(tree_file_from, value))
    assert isinstance(outcome, TreeFile) or all(fault.message.endswith(".") for fault in outcome.faults)


@pytest.mark.parametrize(
    ("content", "message", "line", "column"),
    [
        ("", "The file is empty.", None, None),
        ("# only a comment\n", "The file is empty.", None, None),
        ("just words", "starts with keys", None, None),
        ("[]", "starts with keys", None, None),
        ('"a"', "starts with keys", None, None),
        ("title: T\nformat: other/9\n", 'reads the format troubleshoot-tree/1, not "other/9"', 2, 1),
        ("format: troubleshoot-tree/2\n", "reads the format troubleshoot-tree/1", 1, 1),
        ("title: T\n  nodes: x\n", "not YAML", 2, 8),
        ("title: [a\n", "not YAML", 2, 1),
        ("title: 'a\n", "not YAML", 2, 1),
        ("title: \x1b\n", "not YAML", 1, 8),
        ("title: T\nnodes: &x {}\n", "Anchors", 2, 8),
        ("title: T\nstart: *x\n", "Aliases", 2, 8),
        ("title: !!python/object/apply:os.system [ls]\n", "Tags", 1, 8),
        ("title: !!binary aGk=\n", "Tags", 1, 8),
        ("title: T\n---\ntitle: U\n", "second document", 2, 1),
        ("? [a]\n: b\n", "A key must be text.", 1, 3),
        ("? {a: b}\n: b\n", "A key must be text.", 1, 3),
        ("a: [[[[[[[[[[[[]]]]]]]]]]]]\n", "nested too deeply", 1, 13),
        ('{"title": "T",}', "not JSON", 1, 15),
        ('{"a":\n nope}', "not JSON", 2, 2),
        ('{"a":' * 100_000, "nested too deeply", None, None),
        ("[" * 100_000, "nested too deeply", None, None),
    ],
)  # fmt: skip
def test_what_is_no_tree_file_at_all(content: str, message: str, line: int | None, column: int | None):
    (fault,) = faults_of(content)
    assert message in fault.message
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    ("content", "message", "line", "column"),
    [
        (b"title: caf\xe9\n", "not UTF-8", 1, 11),
        ("title: é\nstart: ü".encode() + b"\xff", "not UTF-8", 2, 9),
        ("title: T".encode("utf-16"), "not UTF-8", 1, 1),
        (b"title: \0\n", "NUL", None, None),
        (b" " * (FILE_LIMIT + 1), "2,097,152", None, None),
    ],
)
def test_bytes_that_are_no_text(content: bytes, message: str, line: int | None, column: int | None):
    for media in (*MEDIA, None):
        (fault,) = faults_of(content, media)
        assert message in fault.message
        assert (fault.line, fault.column) == (line, column)


def test_every_fault_of_a_file_is_told_with_its_place():
    faults = faults_of(
        dedent("""\
            title: [no, text]
            nodes:
              a:
                kind: riddle
                text: {no: text}
                optoins: []
              b:
                text: B
                options:
                  - {id: 1, label: One, to: a}
                  - label: Two
                    go: a
              b: {kind: question, text: Again}
              c: []
              d: {kind: question, text: D, options: {id: 1}}
            """)
    )
    assert [(fault.line, fault.column, fault.location, fault.message) for fault in faults] == [
        (1, 1, ("title",), "The title must be text."),
        (4, 5, ("nodes", "a", "kind"), '"riddle" is no kind of node. Use one of: question, action, resolution, escalation.'),
        (5, 5, ("nodes", "a", "text"), "The text must be text."),
        (6, 5, ("nodes", "a", "optoins"), 'The key "optoins" is not known here. '
         "Known are kind, text, help, options, reading, acknowledge."),
        (13, 3, ("nodes", "b"), 'The key "b" is there twice. Keep one of them.'),
        (14, 3, ("nodes", "c"), 'The node "c" needs the keys kind and text.'),
        (15, 32, ("nodes", "d", "options"), "Options are written as a list; each has an id, a label and a to."),
    ]  # fmt: skip
    assert str(faults[3]).startswith("Line 6, column 5: The key")


def test_faults_of_json_are_told_with_their_keys():
    faults = faults_of(
        '{"title": 5, "title": 6, "start": true, "nodes": {"a": {"kind": "action", "text": "A", "options": [{"id": 1}]}}}'
    )
    assert [str(fault) for fault in faults] == [
        'title: The key "title" is there twice. Keep one of them.',
        "title: The title must be text, in quotes.",
        "start: The start must be text, in quotes.",
        "nodes → a → options → 0 → id: The id must be text, in quotes.",
        "nodes → a → options → 0: The key label is missing.",
    ]


def options(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "label": "x", "to": "a"} for number in range(count)]


@pytest.mark.parametrize(
    ("content", "location", "message"),
    [
        (json_with(title=""), ("title",), "The title is empty. Write something."),
        (json_with(title=" \n"), ("title",), "The title is empty. Write something."),
        (json_with(title="t" * 201), ("title",), "at most 200"),
        (json_with(description="d" * 2_001), ("description",), "at most 2,000"),
        (json_with(category="c" * 101), ("category",), "at most 100"),
        (json_with(tags=["t" * 51]), ("tags", 0), "at most 50"),
        (json_with(tags=[""]), ("tags", 0), "A tag is empty."),
        (json_with(tags=["a", 5]), ("tags", 1), "A tag must be text, in quotes."),
        (json_with(tags=["a"] * 51), ("tags",), "at most 50"),
        (json_with(tags="a, b"), ("tags",), "written as a list"),
        (json_with(title="\0"), ("title",), "NUL"),
        (json_with(title="\ud83d"), ("title",), "half a symbol"),
        (json_with(nodes=[]), ("nodes",), "Nodes are written as keys"),
        (json_with(nodes={str(n): {"kind": "action", "text": ""} for n in range(NODE_LIMIT + 1)}), ("nodes",), "5,000"),
        (json_with(nodes={" a": {"kind": "action", "text": ""}}), ("nodes", " a"), "blanks around it"),
        (node_with(text=None), ("nodes", "a", "text"), "The text must be text."),
        (node_with(text="t" * (TEXT_LIMIT + 1)), ("nodes", "a"), "at most 10,000"),
        (node_with(help="\0"), ("nodes", "a", "help"), "NUL"),
        (node_with(options=options(OPTION_LIMIT + 1)), ("nodes", "a", "options"), "at most 50"),
        (node_with(options=[5]), ("nodes", "a", "options", 0), "needs the keys id, label and to"),
        (node_with(options=options(1) * 2), ("nodes", "a"), 'Two options of this node have the id "0"'),
        (node_with(options=[{"id": "", "label": "x"}]), ("nodes", "a"), "is empty. Give it one."),
        (node_with(options=[{"id": " x", "label": "x"}]), ("nodes", "a"), "blanks around it"),
        (node_with(options=[{"id": "1", "label": "x", "to": 5}]), ("nodes", "a", "options", 0, "to"), "in quotes"),
        (json_with(nodes={"n" * 201: {"kind": "action", "text": ""}}), None, "has 201 characters"),
        (json_with(nodes={"\ud800": {"kind": "action", "text": ""}}), ("nodes", "\ufffd"), "cannot be seen"),
        (json_with(**{"\ud800": 1}), ("\ufffd",), "is not known here"),
        (json_with(**{"k" * 1_000: 1}), None, "is not known here"),
    ],
)  # fmt: skip
def test_what_has_not_the_form_of_a_tree_file(
    content: str, location: tuple[str | int, ...] | None, message: str
):
    fault = faults_of(content)[0]
    assert message in fault.message
    assert location is None or fault.location == location


def test_what_is_missing():
    assert [fault.message for fault in faults_of("{}")] == [
        "The key title is missing.",
        "The key nodes is missing.",
    ]
    assert [fault.message for fault in faults_of('{"title": "T", "nodes": {"a": {"options": [{}]}}}')] == [
        "The key kind is missing. It is one of: question, action, resolution, escalation.",
        "The key text is missing.",
        "The key id is missing.",
        "The key label is missing.",
    ]


def test_nobody_is_told_more_than_a_hundred_faults():
    assert len(faults_of("k: 1\n" * 100_000)) == FAULTS_LIMIT
    assert len(faults_of(json_with(nodes={str(number): 5 for number in range(1_000)}))) == FAULTS_LIMIT
