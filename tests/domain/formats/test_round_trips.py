"""What is exported comes back equal when it is imported, whatever stands in the tree."""

import pytest
from hypothesis import example, given

from tests.domain.formats.charts import real_trees
from tests.domain.strategies import MULTI_LINE_TRAPS, YAML_TRAPS, drafts, sound_trees, tree_files
from tests.support.material import supply_tree
from troubleshoot_app.domain.formats.exports import export_tree
from troubleshoot_app.domain.formats.imports import import_trees
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.tree import NODE_LIMIT, Node, NodeKind, Option, Tree

LOSSLESS = ("json", "yaml", "mermaid", "csv", "markdown")
TRAPS = (
    'say "hi"', "a | b", "[a](b)", "(a) {b} [c]", "<b>bold</b>", "<br/>", "a<br>b", "#quot;", "#35;", "&amp;", "&lt;", "fa:fa-car",
    "fab:fa-x y", "`code`", "`", '"`md`"', "%%", "%%{init}%%", "%% troubleshoot: {}", "\\n", "a\\nb", "end", "subgraph", "graph TD",
    "A --> B", "-->|x|", ";", "a;b", ":::x", "@{ shape: x }", " a ", "  ", "a  b", "\ta", "é", "😀 👩‍🔧", "=1+1", "+1", "-1", "@a", "'a", "''",
    '=HYPERLINK("x")', "'=a", "a,b", "a;b\tc", "a\nb\r\nc", "contact support", "Escalate.", "Is it?", "yes", "No", "**a** *b* __c__",
    "1. a\n2. b", "- a\n- b", "> a", "# a", "```\na\n```", "<a id=\"n1\"></a>", "x" * 5_000, "\u2028", "\x85", "\x1b", "<script>alert(1)</script>",
    *YAML_TRAPS, *MULTI_LINE_TRAPS,
)  # fmt: skip


def tree_with(words: str) -> TreeFile:
    """A tree that says the same words everywhere."""
    option = Option("o1", words, "end")
    nodes = {
        "a": Node(
            "a", NodeKind.QUESTION, words, words, (option, Option(words.strip()[:99] or "o", words, "b"))
        ),
        "b": Node("b", NodeKind.ACTION, words, "", (option,)),
        "end": Node("end", NodeKind.ESCALATION, words, words),
    }
    if not all(option.id.isprintable() and option.id == option.id.strip() for option in nodes["a"].options):
        nodes["a"] = Node("a", NodeKind.QUESTION, words, words, (option, Option("x", words, "b")))
    return TreeFile(title="T", description=words.strip()[:2_000], tree=Tree("a", nodes))


def assert_comes_back(file: TreeFile, format: str) -> None:
    content = export_tree(file, format).text.encode()
    (chart,) = import_trees(content, format).charts
    assert chart.file == file
    assert list(chart.file.tree.nodes) == list(file.tree.nodes)


@pytest.mark.parametrize("format", LOSSLESS)
@given(tree_files(sound_trees(jumps=True)))
def test_sound_trees_come_back(format: str, file: TreeFile):
    assert_comes_back(file, format)


@pytest.mark.parametrize("format", LOSSLESS)
@given(tree_files(drafts()))
@example(TreeFile(title="T", tree=Tree("", {})))
@example(TreeFile(title="T", tree=Tree("nowhere", {})))
def test_drafts_with_their_faults_come_back(format: str, file: TreeFile):
    assert_comes_back(file, format)


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("words", TRAPS)
def test_words_that_formats_trip_over_come_back(format: str, words: str):
    assert_comes_back(tree_with(words), format)


@pytest.mark.parametrize("format", LOSSLESS)
@given(tree_files(sound_trees()))
def test_the_format_of_an_export_is_seen_from_its_content(format: str, file: TreeFile):
    (chart,) = import_trees(export_tree(file, format).text.encode(), None).charts
    assert chart.file == file


@pytest.mark.parametrize("format", LOSSLESS)
def test_real_trees_come_back(format: str):
    assert len(real_trees()) == 14
    for file in real_trees().values():
        assert_comes_back(file, format)


@pytest.mark.parametrize("format", LOSSLESS)
def test_what_else_a_tree_has_comes_back(format: str):
    assert_comes_back(TreeFile(title="Supply", tags=("a, b", "c"), slug="supply", tree=supply_tree()), format)


@pytest.mark.parametrize("format", ["mermaid", "csv", "markdown"])
def test_a_large_tree_comes_back(format: str):
    nodes = {}
    for place in range(NODE_LIMIT):
        options = tuple(
            Option(f"o{n}", f"Answer {n}", f"n{(place * 3 + n) % NODE_LIMIT}") for n in range(1, 6)
        )
        nodes[f"n{place}"] = Node(f"n{place}", NodeKind.QUESTION, f"Is {place} lit?", "", options)
    assert_comes_back(TreeFile(title="Large", tree=Tree("n0", nodes)), format)


@pytest.mark.parametrize("format", ["mermaid"])
def test_an_export_without_what_mermaid_cannot_say_needs_no_notes(format: str):
    options = (Option("o1", "Yes", "good"), Option("o2", "No", "help"))
    nodes = {
        "lit": Node("lit", NodeKind.QUESTION, "Is it lit?", "", options),
        "good": Node("good", NodeKind.RESOLUTION, "Good."),
        "help": Node("help", NodeKind.ESCALATION, "Contact support."),
    }
    text = export_tree(TreeFile(title="Lamp", tree=Tree("lit", nodes)), format).text
    assert text == (
        '---\ntitle: "Lamp"\n---\nflowchart TD\n    %% troubleshoot: {"start": "lit"}\n'
        '    lit{"Is it lit?"}\n    good(["Good."])\n    help[["Contact support."]]\n'
        '    lit -->|"Yes"| good\n    lit -->|"No"| help\n'
    )
