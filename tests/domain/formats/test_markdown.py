"""Outlines: nested lists, trees drawn with lines, and the outline that is written."""

from dataclasses import replace
from textwrap import dedent

import pytest

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from tests.support.material import supply_tree
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.outline_marks import read_marks
from troubleshoot_app.domain.readings import Range, Reading, reading_from_document


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


def test_marks_say_what_is_measured_and_checked_off_and_where_a_tree_belongs():
    text = """\
        # Supply

        Category: Power · Tags: dc, ac

        - Which supply is it?
          - **The grey one**
            - Pull the plug. *(check off)*
              - Voltage between pins 3 and 7? *(measure, in V, expected 11.5 to 12.6 V, 1 decimal)*
                - **Too low (< 11.5)**
                  - <a id="n4"></a>It is dead. *(escalate)*
                - **Fine (≥ 11.5)**
                  - <a id="n5"></a>The supply is good.
                - **I cannot measure**
                  - → [It is dead.](#n4)
          - **The black one**
            - → [The supply is good.](#n5)
        """
    chart = only(dedent(text), "markdown")

    assert (chart.file.category, chart.file.tags, chart.file.description) == ("Power", ("dc", "ac"), "")
    wanted = [replace(node, id="", options=()) for node in supply_tree().nodes.values()]
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


@pytest.mark.parametrize(
    ("mark", "reading"),
    [
        ("", Reading()),
        (", in V", Reading("V")),
        (", in °C, expected 5 to 11.5 °C", Reading("°C", 5, 11.5)),
        (", expected at least -3, 0 decimals", Reading("", -3, None, 0)),
        (", in mm Hg, expected at most 120 mm Hg, 1 decimal", Reading("mm Hg", None, 120, 1)),
    ],
)
def test_ways_to_say_what_is_measured(mark: str, reading: Reading):
    words, _, document, acknowledge, odd = read_marks(f"Measure it *(measure{mark})* *(check off)*")
    assert (words, acknowledge, odd) == ("Measure it", True, False)
    assert document is not None
    assert reading_from_document(document) == reading
