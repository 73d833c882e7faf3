"""What the import of a Mermaid flowchart guesses, leaves out or finds wrong, and where it says that is."""

from textwrap import dedent

import pytest

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from troubleshoot_app.domain.errors import UnreadableTree


def lines(statements: str) -> list[tuple[str, int | None, int | None]]:
    """What is told of a chart with a title, and with a label for each arrow."""
    return told(only(f"---\ntitle: T\n---\ngraph TD\n{statements}"))


@pytest.mark.parametrize(
    ("statements", "code", "line", "column"),
    [
        ("A -->|x| B\nstyle A fill:#f9f", "style_left_out", 6, 1),
        ("A:::loud -->|x| B", "style_left_out", 5, 2),
        ("A -->|x| B\n  classDef loud fill:#f9f;", "style_left_out", 6, 3),
        ("A -->|x| B\nclass A,B loud", "style_left_out", 6, 1),
        ("A -->|x| B\nlinkStyle 0 stroke:#fff", "style_left_out", 6, 1),
        ("A@{ shape: rect, icon: x } -->|x| B", "style_left_out", 5, 1),
        ("A ==>|x| B", "style_left_out", 5, 3),
        ("A -.->|x| B", "style_left_out", 5, 3),
        ("%% a comment\nA -->|x| B", "comment_left_out", 5, 1),
        ("A -->|x| B %% a comment", "comment_left_out", 5, 12),
        ("%%{init: {}}%%\nA -->|x| B", "directive_left_out", 5, 1),
        ("A -->|x| B\ndirection LR", "layout_left_out", 6, 1),
        ("A -->|x| B\nA ~~~ B", "hidden_line_left_out", 6, 3),
        ("A -->|x| B[fa:fa-car Car]", "icon_left_out", 5, 12),
        ("A -->|x| B[<u>b</u>]", "html_in_label", 5, 12),
        ("A -->|x| B[**b**]", "markdown_in_label", 5, 12),
        ("A -->|x| B[a (b)]", "unquoted_brackets", 5, 12),
        ("A ---|x| B", "undirected_line", 5, 3),
        ("A --x|x| B", "odd_arrow", 5, 3),
        ("A o--o|x| B", "odd_arrow", 5, 3),
        ("A[a] -->|x| B\nA[b]", "text_changed_later", 6, 3),
        ('A -->|x| B\nclick A call go()', "click_left_out", 6, 1),
        ('A -->|x| B\nclick A "javascript:x"', "click_left_out", 6, 1),
        ('A -->|x| B\nclick Z "https://a.b"', "click_left_out", 6, 1),
        ('A -->|x| B\nclick A "https://a.b"', "link_moved_to_help", 6, 1),
        ("A -->|x| B[Call support]", "escalation_guessed", 5, 10),
        ("A -->|x| B[see/the/guide]", "link_to_another_tree", 5, 10),
        ("A -->|x| B[Follow the boot playbook]", "link_to_another_tree", 5, 10),
        ("A --> B", "unlabelled_arrow", 5, 3),
        ('A -->|" "| B', "unlabelled_arrow", 5, 3),
        ('A -->|x| B[" "]', "empty_text", 5, 10),
        ("A{Lit?} -->|Yes| B", "missing_answer", 5, 9),
        ("A -->|x| B{Lit?}", "no_answers", 5, 10),
        ("A -->|x| B\nB -->|y| A", "no_root", 5, 1),
        ("A -->|x| B\nend", "not_understood", 6, 1),
        ("A -->|x| B\nB [", "not_understood", 6, 3),
        ("A -->|x| B\nB -- y C", "not_understood", 6, 3),
        ("A -->|x| B\nB -->|y C", "not_understood", 6, 6),
        ("A -->|x| B\n) C", "not_understood", 6, 1),
        ("A -->|x| B C", "not_understood", 5, 12),
        ("A -->|x|", "not_understood", 5, 9),
        ('A -->|x| B["c', "not_understood", 5, 12),
        ("A -->|x| B@{ label", "not_understood", 5, 11),
        ("A -->|x| B@{ label: [ }", "not_understood", 5, 10),
        ("A -->|x| B\nsubgraph one", "not_understood", 6, 1),
        ("A -->|x| B\nA -->|x| B", "same_arrow_twice", 6, 3),
    ],
)  # fmt: skip
def test_each_thing_is_told_at_its_place(statements: str, code: str, line: int, column: int):
    assert (code, line, column) in lines(statements)


def test_a_plain_chart_has_nothing_to_tell():
    assert lines('A{"Is it lit?"} -->|Yes| B([Good.])\nA -->|No| C[Change the lamp.]') == []


def test_what_cannot_be_read_leaves_the_rest_as_it_is():
    chart = only("graph TD\nA{Lit?} -->|Yes| B\nA --> [oops\nA -->|No| C")
    assert arrows(chart) == [("A", "Yes", "B"), ("A", "No", "C")]
    assert ("not_understood", 3, 7) in told(chart)


def test_one_arrow_without_a_label_is_next_and_several_take_the_words_of_their_targets():
    chart = only("graph TD\nA[Start] --> B[Which?]\nB --> C[The first\nway] & D[**Second**]\nB -->|third| E")
    assert arrows(chart) == [
        ("A", "Next", "B"),
        ("B", "The first way", "C"),
        ("B", "Second", "D"),
        ("B", "third", "E"),
    ]
    assert [line.severity for line in chart.report if line.code == "unlabelled_arrow"] == [
        "info",
        "warning",
        "warning",
    ]


def test_kinds_come_from_the_arrows_and_the_words():
    chart = only(
        dedent("""\
            graph TD
            start[Restart it] --> lit{Is it lit?}
            lit -->|Yes| good[Fine]
            lit -->|No| plug[Plugged in]
            plug -->|Yes| ticket[Open a ticket]
            plug -->|No| do[Plug it in]
            do -->|Done| lit
            lit -->|Sometimes| odd[What colour?]
            """)
    )
    assert kinds(chart) == {
        "start": "action", "lit": "question", "good": "resolution", "plug": "question", "ticket": "escalation",
        "do": "action", "odd": "question",
    }  # fmt: skip
    assert [line.message for line in chart.report if line.code == "loop"] == [
        '"Done" goes back to "Is it lit?": a loop.'
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Escalate", "Escalate to tier 2", "Contact support", "contact your administrator", "Call the help desk", "Open a ticket",
        "Raise a support ticket with IT", "Reach out to customer support", "Request help on Discord", "An Level 2 eskalieren",
    ],
)  # fmt: skip
def test_calls_for_help_are_escalations(words: str):
    assert kinds(only(f"graph TD\nA{{Lit?}} -->|No| B[{words}]"))["B"] == "escalation"


@pytest.mark.parametrize(
    "words", ["Clean the contacts", "Call it done", "Replace the fuse", "The support beam is fine"]
)
def test_other_ends_are_resolutions(words: str):
    assert kinds(only(f"graph TD\nA{{Lit?}} -->|No| B[{words}]"))["B"] == "resolution"


@pytest.mark.parametrize(("answer", "missing"), [("Yes", "No"), ("no", "Yes"), ("Ja", "No")])
def test_the_missing_answer_is_named(answer: str, missing: str):
    chart = only(f"graph TD\nA{{Lit?}} -->|{answer}| B")
    (message,) = [line.message for line in chart.report if line.code == "missing_answer"]
    assert message.startswith(f'The "{missing}" is missing')


def test_of_several_roots_the_first_is_the_start():
    chart = only("graph TD\nA -->|x| B\nC -->|y| B\nD\nA -->|self| A")
    assert chart.file.tree.start == "A"
    assert told(chart, "several_roots", "unreachable") == [
        ("several_roots", 3, 1), ("unreachable", 3, 1), ("several_roots", 4, 1), ("unreachable", 4, 1),
    ]  # fmt: skip


def test_in_a_ring_the_first_box_is_the_start():
    chart = only("graph TD\nB -->|x| A\nA -->|y| B")
    assert chart.file.tree.start == "B"
    assert told(chart, "no_root", "loop") == [("no_root", 2, 1), ("loop", 3, 3)]


def test_subgraphs_are_told_and_arrows_at_them_led_on():
    chart = only(
        dedent("""\
            flowchart TD
            S[Go] -->|a| one
            subgraph one [The first]
              A1 -->|b| A2
              subgraph two
                B1
              end
            end
            one -->|c| three
            subgraph "Third"
            end
            subgraph three
              C1
            end
            """)
    )
    assert arrows(chart) == [
        ("S", "a", "A1"), ("A1", "b", "A2"), ("A2", "c", "C1"), ("B1", "c", "C1"),
    ]  # fmt: skip
    assert told(chart, "arrow_at_subgraph") == [("arrow_at_subgraph", 2, 7), ("arrow_at_subgraph", 9, 5)]
    messages = [line.message for line in chart.report if line.code == "subgraph_left_out"]
    assert messages[0] == 'The subgraph "The first" is no group in a tree; its boxes (3) are kept.'
    assert len(messages) == 4


def test_links_go_to_the_help():
    chart = only(
        "graph TD\nA -->|x| B\n"
        'click A "https://a.b/c" "The manual"\nclick B href "https://a.b/(x)" _blank\nclick A "https://d.e"'
    )
    assert chart.file.tree.nodes["A"].help == "[The manual](https://a.b/c)\n\n[https://d.e](https://d.e)"
    assert chart.file.tree.nodes["B"].help == "[https://a.b/(x)](<https://a.b/(x)>)"


def test_ids_that_cannot_serve_are_made_anew():
    chart = only(f"graph TD\n{'a' * 201}[Long] -->|x| B")
    assert texts(chart) == {"n1": "Long", "B": "B"}
    assert told(chart, "id_made") == [("id_made", 2, 1)]


def test_several_charts_in_one_file():
    result = imported(
        "graph TD\nA -->|x| B\n---\ntitle: Two\n---\nflowchart LR; C -->|y| D\ngraph TD\nE", "mermaid"
    )
    assert [chart.file.title for chart in result.charts] == ["A", "Two", "E"]
    assert [list(chart.file.tree.nodes) for chart in result.charts] == [["A", "B"], ["C", "D"], ["E"]]


def test_charts_in_fences_of_a_page():
    page = dedent("""\
        # Guide

        Some words.

        ## Lamp

        ```mermaid
        graph TD
          A{Lit?} -->|Yes| B
        ```

        1. An item:

           ~~~ {.mermaid}
           flowchart LR
             C --> D[
           ~~~

        ```mermaid
        sequenceDiagram
          A->>B: hi
        ```

        :::mermaid
        graph TD; X -->|z| Y
        :::
        """)
    result = imported(page, "mermaid")
    assert [chart.file.title for chart in result.charts] == ["Lamp", "C", "X"]
    assert told(result.charts[0], "missing_answer") == [("missing_answer", 9, 11)]
    assert told(result.charts[1], "not_understood") == [("not_understood", 16, 13)]
    assert told(result) == [("other_diagram", 19, 1)]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("graph TD\n", "There is no box in this chart.", 1, 1),
        ("sequenceDiagram\nA->>B: hi", "This is a sequenceDiagram; only flowcharts can become trees.", 1, 1),
        ("\n\nstateDiagram-v2\n", "This is a stateDiagram-v2; only", 3, 1),
        ("A --> B", "begins with graph or flowchart", 1, 1),
        ("graph TD\n  [x\n  --> y", "Here the id of a node should stand.", 2, 3),
        ("%% only a comment", "begins with graph or flowchart", 1, 1),
    ],
)
def test_what_is_no_flowchart_is_refused_with_its_place(text: str, message: str, line: int, column: int):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, "mermaid")
    fault = refused.value.faults[0]
    assert message in fault.message
    assert (fault.line, fault.column) == (line, column)


def test_notes_of_an_export_that_was_edited_by_hand():
    chart = only(
        dedent("""\
            flowchart TD
            %% troubleshoot: {"start": "b", "category": "Lamps", "tags": ["a"], "nodes": 5}
            %% troubleshoot: {"node": "a", "kind": "action", "options": [{"id": "x"}, {"id": "y"}], "help": "Look."}
            a["A"] -->|Go| b["B?"]
            %% troubleshoot: {"node": "gone", "help": "h"}
            %% troubleshoot: {broken
            """)
    )
    file = chart.file
    assert (file.tree.start, file.category, file.tags, file.tree.nodes["a"].help) == (
        "b",
        "Lamps",
        ("a",),
        "Look.",
    )
    assert [option.id for option in file.tree.nodes["a"].options] == ["o1"]
    assert told(chart, "changed_by_hand", "comment_left_out") == [
        ("changed_by_hand", 4, 1), ("changed_by_hand", 5, 1), ("comment_left_out", 6, 1),
    ]  # fmt: skip


def test_notes_that_make_no_sense_are_left_out():
    chart = only('graph TD\n%% troubleshoot: {"title": 5, "category": "c", "tags": ["a", 5], "slug": "s"}\nA')
    assert (chart.file.category, chart.file.tags, chart.file.slug) == ("c", (), "s")
    assert len(told(chart, "field_left_out")) == 2
