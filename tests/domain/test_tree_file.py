"""Reading and writing tree files."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import example, given

from tests.domain.strategies import MULTI_LINE_TRAPS, YAML_TRAPS, drafts, sound_trees, texts, tree_files
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
    nothing = dict.fromkeys(("format", "tags", "slug", "description", "start"))
    file = tree_file_from({"title": "T", "nodes": {}} | nothing)
    assert (file.tags, file.slug, file.description, file.tree.start) == ((), None, "", "")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    content = EXAMPLE.replace("\n", "\r\n").encode("utf-8-sig")
    assert read_tree_file(content) == read_tree_file(EXAMPLE.encode())


def test_repeated_tags_count_once_and_blanks_around_lines_are_dropped():
    file = tree_file_from({"title": " My\n tree ", "tags": ["a b", " a  b "], "nodes": {}})
    assert (file.title, file.tags) == ("My tree", ("a b",))


def test_an_option_that_leads_nowhere_yet_can_be_kept():
    node = {"kind": "question", "text": "Well?", "options": [{"id": "1", "label": "Yes"}]}
    file = tree_file_from({"title": "T", "nodes": {"a": node}})
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
