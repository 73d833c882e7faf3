"""Mermaid flowcharts as people write them; what Mermaid's own parser says of the same text is what is expected here."""

import itertools

import pytest

from tests.domain.formats.charts import arrows, kinds, only, texts
from troubleshoot_app.domain.formats.mermaid_parser import read_mermaid
from troubleshoot_app.domain.formats.source import Source

Arrow = tuple[str, str, str | None]


def drawn(statements: str) -> tuple[dict[str, str], list[Arrow]]:
    """The words of the boxes and the arrows of a chart in which there is no error."""
    (chart,) = read_mermaid(Source(f"flowchart TD\n{statements}\n"))
    assert [line for line in chart.report.lines() if line.severity == "error"] == []
    boxes = {box.id: box.words for box in chart.boxes.values()}
    return boxes, [(arrow.source, arrow.target, arrow.label) for arrow in chart.arrows]


def ways(statements: str) -> list[Arrow]:
    return drawn(statements)[1]


def words(shape: str) -> str:
    return drawn(f"A{shape} --> B")[0]["A"]


@pytest.mark.parametrize(
    "header",
    [
        "graph TD", "graph TB", "graph BT", "graph LR", "graph RL", "flowchart TD", "flowchart LR", "graph", "flowchart-elk LR",
        "graph TD;", "graph >", "graph <", "graph ^", "graph v", "  flowchart  RL  ", "Graph TD", "graph TD %% note", "\n\ngraph TD",
        "%% before\ngraph TD", "%%{init: {'theme': 'dark'}}%%\ngraph TD", "---\ntitle: T\n---\ngraph TD", "\ufeffgraph TD",
    ],
)  # fmt: skip
@pytest.mark.parametrize("separator", ["\n", ";", " ; \r\n"])
def test_headers(header: str, separator: str):
    separator = separator if "%% note" not in header else "\n"
    assert arrows(only(f"{header}{separator}A-->|x|B{separator}B-->|y|C")) == [
        ("A", "x", "B"),
        ("B", "y", "C"),
    ]


@pytest.mark.parametrize(
    "shape",
    [
        "[x y]", "(x y)", "([x y])", "[[x y]]", "[(x y)]", "((x y))", ">x y]", "{x y}", "{{x y}}", "[/x y/]", r"[\x y\]", r"[/x y\]",
        r"[\x y/]", "(((x y)))", "(-x y-)", "[|a:b|x y]", "@{ shape: rect, label: \"x y\" }", "@{ shape: diam, label: x y }",
        '["x y"]', '("x y")', '{"x y"}', '[ "x y" ]', "[ x y ]", '["`x y`"]', "[x y]:::loud", "[ x y ] ::: loud", '@{\n  label: "x y"\n  shape: rect\n}',
    ],
)  # fmt: skip
def test_shapes(shape: str):
    assert words(shape) == "x y"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("", "A"),
        ("[]", ""),
        ('[" "]', ""),
        ("[a<br>b]", "a\nb"),
        ('["a <br /> b<BR/>c"]', "a\nb\nc"),
        (r"[a\nb]", "a\nb"),
        ("[two\n   lines]", "two\nlines"),
        ('["two\n   lines"]', "two\nlines"),
        ('["`The **cat**\n  in the hat`"]', "The **cat**\nin the hat"),
        ('["#quot;hi#quot; &amp; #35;1 #9829; &#x2665; &lt;b&gt;"]', '"hi" & #1 ♥ ♥ <b>'),
        ('["#nothing; #0; #55296; &nope;"]', "#nothing; #0; #55296; &nope;"),
        ("[<b>bold</b> <i>slanted</i> <code>x</code> <u>plain</u>]", "**bold** *slanted* `x` plain"),
        ("[\"<a href='https://a.b/c'>here</a>\"]", "[here](https://a.b/c)"),
        ("[\"<a href='javascript:x'>here</a>\"]", "here"),
        ("[enter <serial> here]", "enter <serial> here"),
        ("[a < b > c]", "a < b > c"),
        ("[fa:fa-car Car]", "Car"),
        ('["a | b; c [d] (e) {f}"]', "a | b; c [d] (e) {f}"),
        ("[a; b]", "a; b"),
        ("[foo (bar) baz]", "foo (bar) baz"),
        ("(a [b])", "a [b]"),
        ("[/var/log]", "/var/log"),
        ('[say "hi" now]', 'say "hi" now'),
        ("[größe 日本 🔧]", "größe 日本 🔧"),
        ("[x] %% a comment\n", "x"),
        ('@{ label: "a\nb" }', "a\nb"),
    ],
)
def test_words_of_a_box(shape: str, expected: str):
    if shape.endswith("\n"):
        assert drawn(f"A{shape}A --> B")[0]["A"] == expected
    else:
        assert words(shape) == expected


@pytest.mark.parametrize(
    "arrow",
    [
        "-->", "--->", "------>", "==>", "====>", "-.->", "-...->", "---", "----", "===", "-.-", "--o", "--x", "o--o", "x--x", "->",
        "e1@-->", "e1@ -->",
    ],
)  # fmt: skip
def test_arrows(arrow: str):
    assert ways(f"A {arrow} B") == [("A", "B", None)]


@pytest.mark.parametrize(
    "arrow",
    [
        "-->|is it|", "--> |is it|", "-->| is it |", '-->|"is it"|', '-->| "is it" |', "-- is it -->", "-- is it --->", "--is it-->",
        '-- "is it" -->', '-- "`is it`" -->', "---|is it|", "-- is it ---", "-.->|is it|", "-. is it .->", "-.is it.->", "==>|is it|",
        "== is it ==>", "==is it===>", "-- is it --o", "-->|is<br/>it|".replace("<br/>", " "), "e1@-->|is it|", "e1@-- is it -->",
    ],
)  # fmt: skip
def test_labels(arrow: str):
    assert ways(f"A {arrow} B") == [("A", "B", "is it")]
    assert ways(f"A{' ' if arrow.startswith('e1') else ''}{arrow}B") == [("A", "B", "is it")]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("A --> B --> C", [("A", "B", None), ("B", "C", None)]),
        ("A -- x --> B -- y --> C", [("A", "B", "x"), ("B", "C", "y")]),
        ("A & B --> C & D", [("A", "C", None), ("A", "D", None), ("B", "C", None), ("B", "D", None)]),
        ("A --> B & C -->|x| D", [("A", "B", None), ("A", "C", None), ("B", "D", "x"), ("C", "D", "x")]),
        ("A[a] & B{b}:::c --> C(c)", [("A", "C", None), ("B", "C", None)]),
        ("A:::c-->B:::c-d-.->C:::c---D", [("A", "B", None), ("B", "C", None), ("C", "D", None)]),
        ("A\n  --> B\n  --> C", [("A", "B", None), ("B", "C", None)]),
        ("A -->\n  B", [("A", "B", None)]),
        ("A-->B;B-->C ; C-->A;", [("A", "B", None), ("B", "C", None), ("C", "A", None)]),
        ("A <--> B", [("A", "B", None), ("B", "A", None)]),
        ("A <-- both --> B", [("A", "B", "both"), ("B", "A", "both")]),
        ("A <-- B", None),
        ("A ~~~ B", []),
        ("A---oB", [("A", "B", None)]),
        ("A --- ok", [("A", "ok", None)]),
        ("x --> o --> v", [("x", "o", None), ("o", "v", None)]),
        ("A -->|a (b)| B", [("A", "B", "a (b)")]),
        ('A -->|"a | b"| B', [("A", "B", "a | b")]),
        ("A -- x->y --> B", [("A", "B", "x->y")]),
        ("A -- a-b --> B", [("A", "B", "a-b")]),
        ("A --> A", [("A", "A", None)]),
        ("A --> B\nA --> B", [("A", "B", None), ("A", "B", None)]),
        ("end-node --> node.with.dots --> a_b --> 1a --> größe --> 日本", None),
        ("endpoint --> styleguide --> clickme --> classic --> graphite", None),
    ],
)
def test_chains(statements: str, expected: list[Arrow] | None):
    if expected is None and "<-- B" in statements:
        (chart,) = read_mermaid(Source(f"graph TD\n{statements}"))
        assert [line.code for line in chart.report.lines()] == ["not_understood"]
    elif expected is None:
        ids = statements.split(" --> ")
        assert ways(statements) == [(one, other, None) for one, other in itertools.pairwise(ids)]
    else:
        assert ways(statements) == expected


def test_the_id_of_an_arrow_is_that_of_the_option():
    chart = only("graph TD\nA{Lit?} yes@-->|Yes| B\nA no@-->|No| C\nyes@{ animate: true }")
    assert [option.id for option in chart.file.tree.nodes["A"].options] == ["yes", "no"]
    assert list(chart.file.tree.nodes) == ["A", "B", "C"]


def test_boxes_may_be_described_before_or_after_they_are_connected():
    chart = only("graph TD\nA --> B\nB[End]\nA{Well?}\nA -->|No| C\nB@{ shape: stadium }")
    assert texts(chart) == {"A": "Well?", "B": "End", "C": "C"}
    assert kinds(chart)["A"] == "question"


def test_titles_and_descriptions():
    chart = only("---\ntitle: 'From the front'\n---\ngraph TD\naccTitle: Other\naccDescr: For\t all.\nA")
    assert (chart.file.title, chart.file.description) == ("From the front", "For all.")
    chart = only("graph TD\naccTitle : Mine\naccDescr {\n  Two\n  lines\n}\nA")
    assert (chart.file.title, chart.file.description) == ("Mine", "Two lines")
