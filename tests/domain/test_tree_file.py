"""Reading and writing tree files."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.domain.strategies import MULTI_LINE_TRAPS, YAML_TRAPS, drafts, sound_trees, texts, tree_files
from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.structure import FAULTS_LIMIT
from troubleshoot_app.domain.formats.tree_file import (
    Media,
    TreeFile,
    read_tree_file,
    tree_file_from,
    write_tree_file,
)
from troubleshoot_app.domain.tree import (
    FILE_LIMIT,
    NODE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    Node,
    NodeKind,
    Option,
    Tree,
)

EXAMPLE = dedent("""\
    format: troubleshoot-tree/1
    title: No internet at a branch office
    description: First line checks for a site that reports no connectivity.
    category: Network
    tags: [wan, router]
    start: power
    nodes:
      power:
        kind: question            # question | action | resolution | escalation
        text: Is the router's power LED lit?
        help: "The LED is on the **front left**."        # Markdown, optional
        options:                  # question: 1..n; action: exactly 1; resolution, escalation: none
          - {id: "yes", label: "Yes", to: wan}
          - {id: "no", label: "No", to: psu}
    """)

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


def test_the_example_of_the_format():
    assert read_tree_file(EXAMPLE.encode()) == TreeFile(
        title="No internet at a branch office",
        description="First line checks for a site that reports no connectivity.",
        category="Network",
        tags=("wan", "router"),
        tree=Tree(
            "power",
            {
                "power": Node(
                    "power",
                    NodeKind.QUESTION,
                    "Is the router's power LED lit?",
                    "The LED is on the **front left**.",
                    (Option("yes", "Yes", "wan"), Option("no", "No", "psu")),
                )
            },
        ),
    )


@pytest.mark.parametrize("media", MEDIA)
@given(tree_files(drafts() | sound_trees()))
def test_what_is_written_reads_as_it_was(media: Media, file: TreeFile):
    content = write_tree_file(file, media).encode()
    assert read_tree_file(content, media) == file
    assert read_tree_file(content) == file
    assert list(read_tree_file(content).tree.nodes) == list(file.tree.nodes)


@pytest.mark.parametrize("words", YAML_TRAPS + MULTI_LINE_TRAPS)
def test_words_that_yaml_trips_over_come_back(words: str):
    node = Node("a", NodeKind.QUESTION, words, words, (Option("o", words, words),))
    file = TreeFile(title="T", description=words.strip(), tree=Tree("a", {"a": node}))
    assert read_tree_file(write_tree_file(file, "yaml").encode()) == file


@given(texts(200))
@example("x" * 1_000)
def test_other_readers_of_yaml_see_the_same_words(words: str):
    file = TreeFile(title="T", tree=Tree("a", {"a": Node("a", NodeKind.RESOLUTION, words)}))
    read = yaml.safe_load(write_tree_file(file, "yaml"))
    assert read == json.loads(write_tree_file(file, "json"))
    assert read["nodes"]["a"]["text"] == words


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


def test_words_need_no_quotes_and_stay_words():
    file = read_tree_file(
        dedent("""\
            title: 2024
            category: off
            tags: [1.0, null, ~]
            start: yes
            nodes:
              yes:
                kind: question
                text: 0x1F
                options:
                  - {id: yes, label: Yes, to: no}
                  - {id: no, label: NO, to: on}
                  - {id: 1, label: 1.50, to: 2001-01-01}
                  - {id: null, label: ~, to: 12:30}
              no: {kind: resolution, text: true}
            """).encode()
    )
    assert file.title == "2024"
    assert file.category == "off"
    assert file.tags == ("1.0", "null", "~")
    assert file.tree.start == "yes"
    assert file.tree.nodes["no"].text == "true"
    assert file.tree.nodes["yes"].options == (
        Option("yes", "Yes", "no"),
        Option("no", "NO", "on"),
        Option("1", "1.50", "2001-01-01"),
        Option("null", "~", "12:30"),
    )
    for node in file.tree.nodes.values():
        assert all(
            type(words) is str for words in (node.id, node.text, *(option.label for option in node.options))
        )


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null"])
def test_what_is_optional_may_be_left_empty(nothing: str):
    about = "".join(f"{key}: {nothing}\n" for key in ("format", "description", "category", "tags", "slug"))
    node = f"{{kind: question, text: A, help: {nothing}, options: {nothing}}}"
    file = read_tree_file(f"title: T\nstart: a\n{about}nodes:\n  a: {node}\n".encode())
    assert file == TreeFile(title="T", tree=Tree("a", {"a": Node("a", NodeKind.QUESTION, "A")}))
    assert read_tree_file(b"title: T\nnodes:\n").tree == Tree("", {})


def test_null_in_quotes_is_a_word():
    file = read_tree_file(b"title: T\nstart: a\nnodes:\n  a: {kind: resolution, text: x, help: 'null'}\n")
    assert file.tree.nodes["a"].help == "null"


def test_null_in_json_is_nothing():
    file = read_tree_file(json_with(format=None, tags=None, slug=None, description=None, start=None).encode())
    assert (file.tags, file.slug, file.description, file.tree.start) == ((), None, "", "")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    content = EXAMPLE.replace("\n", "\r\n").encode("utf-8-sig")
    assert read_tree_file(content) == read_tree_file(EXAMPLE.encode())


def test_repeated_tags_count_once_and_blanks_around_lines_are_dropped():
    file = read_tree_file(json_with(title=" My\n tree ", tags=["a b", " a  b "]).encode())
    assert (file.title, file.tags) == ("My tree", ("a b",))


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
        (6, 5, ("nodes", "a", "optoins"), 'The key "optoins" is not known here. Known are kind, text, help, options.'),
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
        'The key "title" is there twice. Keep one of them.',
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


def test_an_option_that_leads_nowhere_yet_can_be_kept():
    file = read_tree_file(node_with(options=[{"id": "1", "label": "Yes"}]).encode())
    assert file.tree.nodes["a"].options == (Option("1", "Yes", ""),)


@pytest.mark.parametrize("media", MEDIA)
def test_the_largest_tree_goes_out_and_in(media: Media):
    nodes = {
        f"n{place}": Node(
            f"n{place}",
            NodeKind.QUESTION,
            "Is it lit?",
            "",
            tuple(Option(f"o{n}", "Yes", f"n{n}") for n in range(5)),
        )
        for place in range(NODE_LIMIT)
    }
    file = TreeFile(title="Large", tree=Tree("n0", nodes))
    content = write_tree_file(file, media).encode()
    assert len(content) <= FILE_LIMIT
    assert read_tree_file(content) == file


def test_json_is_indented_and_readable():
    file = TreeFile(title="Größe", tree=Tree("a", {"a": Node("a", NodeKind.RESOLUTION, "Gut.")}))
    assert write_tree_file(file, "json") == dedent("""\
        {
          "format": "troubleshoot-tree/1",
          "title": "Größe",
          "start": "a",
          "nodes": {
            "a": {
              "kind": "resolution",
              "text": "Gut."
            }
          }
        }
        """)


def test_yaml_is_written_as_a_person_would():
    node = Node("a", NodeKind.ACTION, "Größe prüfen:\n\n- links\n- rechts", "", (Option("yes", "No", "a"),))
    assert write_tree_file(
        TreeFile(title="Größe", tags=("1",), tree=Tree("a", {"a": node})), "yaml"
    ) == dedent("""\
        format: troubleshoot-tree/1
        title: Größe
        tags:
        - '1'
        start: a
        nodes:
          a:
            kind: action
            text: |-
              Größe prüfen:

              - links
              - rechts
            options:
            - id: 'yes'
              label: 'No'
              to: a
        """)


FILES = Path(__file__).parents[2] / "troubleshoot_app" / "demo" / "trees"


@pytest.mark.parametrize("path", sorted(FILES.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("media", MEDIA)
def test_the_demo_trees_go_out_and_in(path: Path, media: Media):
    file = read_tree_file(path.read_bytes())
    assert read_tree_file(write_tree_file(file, media).encode()) == file
