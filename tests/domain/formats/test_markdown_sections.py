"""Pages with a section for each node: what is written, what comes back of it, and what people may change in it."""

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from tests.domain.formats.test_round_trips import assert_comes_back
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.exports import export_tree
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.readings import Range, Reading
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

LAMP = """\
---
format: troubleshoot-markdown/1
category: Light
tags:
- a
slug: lamp
---

# Lamp

For lamps.

## Is it **lit**? {#lit .question}

> Look
> on top.

- Yes → [- It works.](#good)
- No → [Pull the plug, and](#plug) {#dark}
- Who knows → tree `fuses`, then [How many volts?](#volts)

## Pull the plug, and {#plug .action .check-off}

1. wait
2. put it in again.

- Next → [How many volts?](#volts)

## How many volts? {#volts .question .measured unit=V min=11.5 max=12.6 decimals=1}

- Too low → [Contact support.](#call) {below=11.5}
- Fine → tree `fuses`

## Contact support. {#call .escalation}

> # Where
> - at the desk

## good {#good .resolution}

- It works.
\\- See the lamp → [good](#good)
"""


def lamp() -> TreeFile:
    """The tree of ``LAMP``."""
    nodes = (
        Node("lit", NodeKind.QUESTION, "Is it **lit**?", "Look\non top.", (
            Option("o1", "Yes", "good"), Option("dark", "No", "plug"), Option("o3", "Who knows", "volts", "fuses", returns=True))),
        Node("plug", NodeKind.ACTION, "Pull the plug, and\n\n1. wait\n2. put it in again.", "", (Option("o1", "Next", "volts"),),
             acknowledge=True),
        Node("volts", NodeKind.QUESTION, "How many volts?", "", (
            Option("o1", "Too low", "call", when=Range(below=11.5)), Option("o2", "Fine", "", "fuses")), Reading("V", 11.5, 12.6, 1)),
        Node("call", NodeKind.ESCALATION, "Contact support.", "# Where\n- at the desk"),
        Node("good", NodeKind.RESOLUTION, "- It works.\n- See the lamp → [good](#good)"),
    )  # fmt: skip
    return TreeFile(title="Lamp", description="For lamps.", category="Light", tags=("a",), slug="lamp",
                    tree=Tree("lit", {node.id: node for node in nodes}))  # fmt: skip


def test_a_page_as_it_is_written():
    assert export_tree(lamp(), "markdown").text == LAMP
    assert only(LAMP).file == lamp()


NASTY = (
    "- a", "1. b", "  * c", "# h", "## h {#a .question}", "###x", "> q", "```", "````md", "~~~", "   ```", "| a | b |", "|-|", "\\", "\\# a",
    "- Yes → [a](#a) {#o1}", "- -> [a](#b)", "\\- x → tree `y`", "- → *nowhere yet*", "{#id .action}", "}", "<b>x</b>", "<!-- c", "&amp;", "&#32;",
    "&nbsp;", "\N{HEBREW LETTER SHIN}\N{RIGHT-TO-LEFT OVERRIDE}abc", "\N{ARABIC LETTER ALEF} 12", "a  ", " ", "", "\t", "---", "===", "→",
    "*(escalate)*", "contact support", "\N{NO-BREAK SPACE}", "a\r", "Is it?", "x" * 10_000,
)  # fmt: skip
_parts = st.lists(st.sampled_from(NASTY), max_size=6)
nasty = st.one_of([_parts.map(between.join) for between in ("\n", "\n\n", " ", "")]).map(
    lambda words: words[:10_000]
)


@st.composite
def nasty_files(draw: st.DrawFn) -> TreeFile:
    """Trees whose words, labels and targets are all made of what has a meaning on a page."""
    node_ids = draw(st.lists(nasty.map(as_id), unique=True, min_size=1, max_size=3))
    anywhere = st.sampled_from(node_ids) | nasty
    nodes = {}
    for node_id in node_ids:
        labels = draw(st.lists(nasty, max_size=2))
        options = tuple(
            Option(
                f"o{3 * n % 5}",
                label,
                draw(anywhere),
                draw(st.sampled_from(["", "other", "a `b` → c"])),
                draw(st.booleans()),
            )
            for n, label in enumerate(labels, 1)
        )
        words = draw(nasty | st.just(node_id))
        if draw(st.booleans()):
            words = f"{node_id}\n{words}"[:10_000]
        nodes[node_id] = Node(node_id, draw(st.sampled_from(NodeKind)), words, draw(nasty), options)
    about = draw(nasty)
    return TreeFile(title=as_id(about), description=about[:2_000].strip(), tree=Tree(draw(anywhere), nodes))


def as_id(words: str) -> str:
    """Words as they can be an id or a title."""
    return " ".join(words.split())[:100].strip() or "none"


@settings(max_examples=40)
@given(nasty_files())
def test_whatever_words_mean_on_a_page_they_come_back(file: TreeFile):
    assert_comes_back(file, "markdown")


def test_a_page_keeps_its_ids_without_what_stands_above_its_title():
    sections = LAMP.partition("# Lamp")[2]
    assert only(f"# Lamp{sections}").file.tree == lamp().tree


def test_what_people_add_without_marks_is_found_and_told():
    chart = only(
        dedent("""\
            # Lamp

            ## Is it lit? {#lit .question}

            - Yes -> [good](#good)
            2. No → [the plug](#is-it-plugged-in)
            - Who knows
            - Maybe → ask

            ## Is it plugged in?
            Look behind it.
            - No --> [good](#good)

            ### A heading in a text

            ## Call support {#good .resolution}
            """)
    )
    assert arrows(chart) == [
        ("lit", "Yes", "good"),
        ("lit", "No", "is-it-plugged-in"),
        ("lit", "Who knows", ""),
        ("lit", "Maybe → ask", ""),
        ("is-it-plugged-in", "No", "good"),
    ]
    assert texts(chart)["is-it-plugged-in"] == "Is it plugged in?\nLook behind it.\n\n### A heading in a text"
    assert kinds(chart) == {"lit": "question", "is-it-plugged-in": "question", "good": "resolution"}
    assert told(chart, "answer_without_next", "id_made") == [
        ("answer_without_next", 7, 1),
        ("answer_without_next", 8, 1),
        ("id_made", 10, 1),
    ]


def test_a_page_that_went_through_other_editors_is_the_same_tree():
    changed = LAMP.replace("## ", "##   ").replace("- Yes →", "*  Yes  ->").replace("- No →", "\n 2. No -->")
    changed = changed.replace(" .resolution}", " .Resolution } ").replace("=11.5", "=11,5")
    assert only(changed.replace("\n", "\r\n").encode("utf-8-sig")).file == lamp()


def test_what_is_wrong_on_a_page_is_told_with_its_line():
    chart = only(
        dedent("""\
            ---
            format: troubleshoot-markdown/1
            colour: red
            ---
            # Lamp

            ## Is it lit? {#lit .question .riddle min=low}
            ```
            - Yes → [good](#god) {size=1}

            ## Good. {#lit .resolution}
            """)
    )
    assert told(chart) == [
        ("field_left_out", 1, 1), ("field_left_out", 7, 1), ("field_left_out", 7, 1), ("field_left_out", 9, 1),
        ("missing_answer", 9, 1), ("unknown_target", 9, 1), ("id_made", 11, 1), ("unreachable", 11, 1),
    ]  # fmt: skip
    assert texts(chart) == {"lit": "Is it lit?\n```", "lit-2": "Good."}


@pytest.mark.parametrize(
    ("page", "line", "message"),
    [
        ("---\nformat: troubleshoot-markdown/1\ntags: [a\n---\n# T\n", 4, "This is not YAML"),
        ("---\nformat: troubleshoot-markdown/1\n---\n# Only a title\n", 1, "There is no section"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused(page: str, line: int, message: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(page)
    assert [(fault.line, fault.message[: len(message)]) for fault in refused.value.faults] == [
        (line, message)
    ]


def test_a_page_by_hand_with_ids_at_its_headings_is_read_as_a_list():
    chart = only("# Lamps {#lamps}\n\n- Lit?\n  - Yes: Good.\n  - No: Bad.\n", "markdown")
    assert arrows(chart) == [("lit", "Yes", "good"), ("lit", "No", "bad")]
