"""Outlines: nested lists, trees drawn with lines, and the outline that is written."""

from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.formats.charts import FILES, arrows, demo, imported, kinds, only, texts, told
from tests.domain.strategies import drafts, sound_trees, tree_files
from tests.support.material import supply_tree
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.exports import export_tree
from troubleshoot_app.domain.formats.outline_marks import read_marks, with_marks
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.readings import Range, Reading, reading_from_document
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree


def outline(text: str) -> list[tuple[str, str, str]]:
    """The arrows of an outline, with the words of the nodes instead of their ids."""
    chart = only(dedent(text), "markdown")
    words = texts(chart) | {"": ""}
    return [(words[source], label, words[target]) for source, label, target in arrows(chart)]


LAMP = [("Is it lit?", "Yes", "Good."), ("Is it lit?", "No", "Plugged in?"), ("Plugged in?", "No", "Plug it in."),
        ("Plugged in?", "Yes", "Change the lamp.")]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        """\
        - Is it lit?
          - Yes
            - Good.
          - No
            - Plugged in?
              - No: Plug it in.
              - Yes → Change the lamp.
        """,
        """\
        * Is it lit?
            * **Yes:** Good.
            * No
                * Plugged in?
                    * if no, Plug it in.
                    * If yes then Change the lamp.
        """.replace("if no", "No").replace("If yes then", "Yes -"),
        """\
        1. Is it lit?
           1. Yes -> Good.
           2. No
              1. Plugged in?
                 1) No — Plug it in.
                 2) Yes, Change the lamp.
        """,
        """\
        + Is it lit?
        \t+ [ ] Yes
        \t\t+ Good.
        \t+ [x] No
        \t\t+ Plugged in?
        \t\t\t+ No: Plug it in.
        \t\t\t+ Yes: Change the lamp.
        """,
        """\
        Is it lit?
        ├── Yes
        │   └── Good.
        └── No
            └── Plugged in?
                ├── No: Plug it in.
                └── Yes: Change the lamp.
        """,
        """\
        Is it lit?
        |-- Yes: Good.
        `-- No
            `-- Plugged in?
                +-- No
                |   \\-- Plug it in.
                +-- Yes: Change the
                |   lamp.
        """.replace("Change the\n                |   lamp.", "Change the lamp."),
        """\
        Is it lit?
        ├─► Yes ──► Good.
        │
        └─► No
             └─► Plugged in?
                  ├─► No: Plug it in.
                  └─► Yes: Change the lamp.
        """.replace(" ──► ", ": "),
    ],
)
def test_ways_to_write_the_same_tree(text: str):
    assert outline(text) == LAMP
    assert (
        outline(f"# Lamp\n\n```text\n{dedent(text)}```\n" if "─" in text else f"# Lamp\n\n{dedent(text)}")
        == LAMP
    )


def test_answers_of_any_words_alternate_with_questions():
    assert outline("""\
        - What colour is it
          - Green
            - Fine.
          - Red, blinking
            - Which error?
              - E1: Restart it.
              - E2 – Open a ticket.
        """) == [
        ("What colour is it", "Green", "Fine."),
        ("What colour is it", "Red, blinking", "Which error?"),
        ("Which error?", "E1", "Restart it."),
        ("Which error?", "E2", "Open a ticket."),
    ]


def test_steps_of_a_numbered_list_follow_each_other():
    chart = only(
        "1. Restart it.\n2. Is it lit?\n   - Yes: Good.\n3. Change the lamp.\n4. Wait.\n", "markdown"
    )
    assert arrows(chart) == [
        ("restart-it", "Next", "is-it-lit"),
        ("is-it-lit", "Otherwise", "change-the-lamp"),
        ("is-it-lit", "Yes", "good"),
        ("change-the-lamp", "Next", "wait"),
    ]
    assert told(chart, "step_guessed") == [("step_guessed", 4, 1)]


def test_what_follows_one_answer_side_by_side_becomes_a_question():
    chart = only(
        "- Lit?\n  - Yes\n    - Warm?\n      - Yes: Good.\n    - Loud?\n      - Yes: Bad.\n  - No: Off.\n",
        "markdown",
    )
    assert texts(chart)["which-of-these"] == "Which of these?"
    assert ("which-of-these", "Loud?", "loud") in arrows(chart)
    assert told(chart, "question_made") == [("question_made", 2, 3)]


def test_what_alone_follows_a_question_is_its_yes():
    chart = only("- Lit?\n  - Good.\n", "markdown")
    assert arrows(chart) == [("lit", "Yes", "good")]
    assert told(chart, "unlabelled_arrow", "missing_answer") == [
        ("unlabelled_arrow", 2, 3),
        ("missing_answer", 2, 3),
    ]


def test_an_answer_that_nothing_follows_leads_nowhere_yet():
    chart = only("- Lit?\n  - Yes: Good.\n  - No\n", "markdown")
    assert arrows(chart) == [("lit", "Yes", "good"), ("lit", "No", "")]
    assert told(chart, "answer_without_next") == [("answer_without_next", 3, 3)]


def test_links_lead_to_where_an_item_stands():
    text = """\
        - <a id="top"></a>Lit?
          - Yes: Good.
          - No
            - → [Lit?](#top)
          - Maybe: see [the other](#gone).
        """
    chart = only(dedent(text), "markdown")
    assert arrows(chart) == [("lit", "Yes", "good"), ("lit", "No", "lit"), ("lit", "Maybe", "#gone")]
    assert told(chart, "link_to_another_tree", "loop") == [("loop", 4, 5), ("link_to_another_tree", 5, 3)]


def test_items_of_several_lines():
    chart = only(
        "- Lit?\n  Look closely.\n\n  > The lamp is on top.\n  - Yes: Good.\n  - No:\n    Bad.\n", "markdown"
    )
    assert texts(chart)["lit-look-closely"] == "Lit?\nLook closely."
    assert chart.file.tree.nodes["lit-look-closely"].help == "The lamp is on top."


def test_headings_give_titles_and_the_words_below_them_descriptions():
    result = imported(
        dedent("""\
            ---
            title: All trees
            ---

            Lamps
            =====

            About lamps.

            - Lit?
              - No: Plug it in.

            ## Is the door open?

            - Yes: Close it.
            - No: Good.

            ## Notes

            - one
            - two

            The end.

            ```python
            print("no tree")
            ```
            """),
        "markdown",
    )
    assert [(chart.file.title, chart.file.description) for chart in result.charts] == [
        ("Lamps", "About lamps."),
        ("Is the door open?", ""),
    ]
    assert kinds(result.charts[1])["is-the-door-open"] == "question"
    assert told(result) == [
        ("prose_left_out", 1, 1), ("prose_left_out", 18, 1), ("list_left_out", 20, 1), ("prose_left_out", 23, 1),
        ("prose_left_out", 25, 1),
    ]  # fmt: skip


def test_a_page_with_all_kinds_of_charts():
    page = "# A\n\n```mermaid\ngraph TD; A-->|x|B\n```\n\n# B\n\n- Lit?\n  - No: Off.\n\n# C\n\nWell?\n├── Yes: Good.\n└── No: Bad.\n"
    assert [chart.file.title for chart in imported(page).charts] == ["A", "B", "C"]


def test_a_nested_list_without_a_question_is_taken_when_there_is_nothing_else():
    assert outline("- Car\n  - Engine\n  - Wheels\n") == [
        ("Car", "Engine", "Engine"),
        ("Car", "Wheels", "Wheels"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Only words.",
        "- a\n- b\n",
        "# Heading\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "```mermaid\npie\n```\n",
    ],
)
def test_a_page_without_a_tree_is_refused(text: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, "markdown")
    assert refused.value.faults[0].line is not None


def test_an_export_reads_as_an_outline():
    nodes = {
        "lit": Node("lit", NodeKind.QUESTION, "Is it **lit**?", "Look\non top.", (Option("o1", "Yes", "good"), Option("o2", "No", "plug"))),
        "plug": Node("plug", NodeKind.ACTION, "Plug it in.", "", (Option("o1", "Next", "again"),)),
        "again": Node("again", NodeKind.QUESTION, "And now?", "", (Option("o1", "Still dark", "call"), Option("o2", "Lit", "lit"))),
        "good": Node("good", NodeKind.RESOLUTION, "Good."),
        "call": Node("call", NodeKind.ESCALATION, "Hand it over."),
        "spare": Node("spare", NodeKind.RESOLUTION, "Not reached."),
    }  # fmt: skip
    file = TreeFile(
        title="Lamp", description="For lamps.", category="Light", tags=("a", "b"), tree=Tree("lit", nodes)
    )
    assert export_tree(file, "markdown").text == dedent("""\
        # Lamp

        For lamps.

        Category: Light · Tags: a, b

        - <a id="n1"></a>Is it **lit**?

          > Look
          > on top.

          - **Yes**
            - Good.
          - **No**
            - Plug it in.
              - And now?
                - **Still dark**
                  - Hand it over. *(escalate)*
                - **Lit**
                  - → [Is it lit?](#n1)

        ## Not reached.

        - Not reached.
        """)


@pytest.mark.parametrize("name", sorted(set(FILES) - {"domino"}))
def test_an_export_of_a_real_tree_comes_back_with_its_ways(name: str):
    """Markdown keeps no ids, but the words, the answers and where they lead; not where a text has a list in it."""
    file = demo(name)
    (chart,) = imported(export_tree(file, "markdown").text, "markdown").charts

    def ways(one: TreeFile) -> set[tuple[str, str, str]]:
        nodes = one.tree.nodes
        return {
            (" ".join(node.text.split()), option.label, " ".join(nodes[option.to].text.split()))
            for node in nodes.values()
            for option in node.options
        }

    assert len(chart.file.tree.nodes) == len(file.tree.nodes)
    assert ways(chart.file) == ways(file)


def test_what_is_measured_and_checked_off_and_where_a_tree_belongs_comes_back():
    file = TreeFile(title="Supply", category="Power", tags=("dc", "ac"), tree=supply_tree())
    (chart,) = imported(export_tree(file, "markdown").text, "markdown").charts

    assert (chart.file.category, chart.file.tags, chart.file.description) == ("Power", ("dc", "ac"), "")
    wanted = [replace(node, id="", options=()) for node in file.tree.nodes.values()]
    assert [replace(node, id="", options=()) for node in chart.file.tree.nodes.values()] == wanted
    (volts,) = (node for node in chart.file.tree.nodes.values() if node.reading)
    assert [(option.label, option.when) for option in volts.options] == [
        ("Too low", Range(below=11.5)), ("Fine", Range(at_least=11.5)), ("I cannot measure", None)
    ]  # fmt: skip


def test_a_mark_for_a_reading_that_says_something_else_is_told_and_kept():
    chart = only(
        "- Volts? *(measure, in V, expected about twelve)*\n  - Low: Charge it.\n  - Good: Go on.\n",
        "markdown",
    )
    assert chart.file.tree.nodes[chart.file.tree.start].text.endswith("about twelve)*")
    assert ("field_left_out", 1) in {(line.code, line.line) for line in chart.report}


_ends = st.none() | st.decimals(-9999, 9999, places=3).map(float)


@given(
    st.builds(
        Reading,
        st.sampled_from(["", "V", "°C", "%", "m/s", "mm Hg"]),
        _ends,
        _ends,
        st.none() | st.integers(0, 6),
    )
)
def test_any_reading_comes_back(reading: Reading):
    marked = with_marks(Node("a", NodeKind.ACTION, "", reading=reading, acknowledge=True), "Measure it")
    words, _, document, acknowledge, odd = read_marks(marked)
    assert (words, acknowledge, odd) == ("Measure it", True, False)
    assert document is not None
    assert reading_from_document(document) == reading


@given(tree_files(drafts() | sound_trees()))
def test_any_tree_can_be_written(file: TreeFile):
    text = export_tree(file, "markdown").text
    assert text.startswith(f"# {file.title}")


def test_long_paths_go_on_under_headings():
    nodes = {
        f"n{n}": Node(f"n{n}", NodeKind.ACTION, f"Step {n}", "", (Option("o1", "Done", f"n{n + 1}"),))
        for n in range(4_999)
    }
    nodes["n4999"] = Node("n4999", NodeKind.RESOLUTION, "Done.")
    text = export_tree(TreeFile(title="Long", tree=Tree("n0", nodes)), "markdown").text
    assert len(text) < 1_000_000
    assert max(len(line) - len(line.lstrip()) for line in text.split("\n")) <= 52
    assert "## Step 13\n" in text
