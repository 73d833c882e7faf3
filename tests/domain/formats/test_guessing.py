"""The format of a file is seen from its content, with its name as a hint."""

import pytest

from tests.domain.formats.charts import imported
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.imports import IMPORT_FORMATS

JSON = '{"title": "T", "start": "a", "nodes": {"a": {"kind": "resolution", "text": "Good."}}}'
YAML = "# a comment\ntitle: T\nstart: a\nnodes:\n  a: {kind: resolution, text: Good.}\n"
MERMAID = "%% hello\ngraph TD\nA-->B\n"
CSV = "node,text\na,Good.\n"
LIST = "Intro.\n\n- Lit?\n  - Yes: Good.\n"
DRAWN = "Lit?\n├── Yes: Good.\n└── No: Bad.\n"
DRAWIO = '<mxGraphModel><root><mxCell id="a" value="Good." vertex="1"/></root></mxGraphModel>'
BPMN = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process><task id="a" name="A"/></process></definitions>'


@pytest.mark.parametrize(
    ("text", "file_name", "read_as"),
    [
        (JSON, "", "JSON"),
        (JSON, "tree.yaml", "JSON"),
        (YAML, "", "YAML"),
        (YAML, "tree.json", "YAML"),
        (MERMAID, "", "Mermaid"),
        (MERMAID, "notes.md", "Mermaid"),
        (f"---\ntitle: T\n---\n{MERMAID}", "", "Mermaid"),
        (f"# Page\n\n```mermaid\n{MERMAID}```\n", "", "Markdown"),
        (f"<p align='center'>\n\n```mermaid\n{MERMAID}```\n", "README.md", "Markdown"),
        (f"<!-- hidden -->\n{LIST}", "", "Markdown"),
        (CSV, "", "CSV"),
        (CSV.replace(",", ";"), "tree.txt", "CSV"),
        (LIST, "", "Markdown"),
        (LIST, "page.MD", "Markdown"),
        (DRAWN, "", "Markdown"),
        (DRAWN, "tree.txt", "Markdown"),
        (DRAWIO, "", "draw.io"),
        (DRAWIO, "chart.xml", "draw.io"),
        (f"\ufeff\n  {DRAWIO}", "", "draw.io"),
        (BPMN, "", "BPMN"),
        (BPMN, "chart.xml", "BPMN"),
    ],
)
def test_the_format_is_guessed_and_told(text: str, file_name: str, read_as: str):
    if text.startswith("\ufeff\n"):
        text = text.replace("\ufeff\n  ", "\n  ").strip()
    result = imported(text, None, file_name)
    assert [
        line.message.split()[-1].strip("().") for line in result.report if line.code == "format_guessed"
    ] == [read_as]


@pytest.mark.parametrize(
    ("file_name", "title"),
    [
        ("no-internet.mmd", "No internet"),
        ("C:\\charts\\My_chart v2.mmd", "My chart v2"),
        ("a/b/lamp.mermaid", "Lamp"),
        ("", "A"),
    ],
)
def test_the_name_of_the_file_is_its_title_when_it_has_none(file_name: str, title: str):
    (chart,) = imported(MERMAID, None, file_name).charts
    assert chart.file.title == title


def test_titles_past_the_limit_are_cut_and_told():
    (chart,) = imported(f"---\ntitle: {'t' * 300}\n---\n{MERMAID}").charts
    assert len(chart.file.title) == 200
    assert [line.code for line in chart.report if line.severity == "warning"] == ["title_cut"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty."),
        (" \n\t", "The file is empty."),
        ("Just some words.\nAnd more.", "This is none of the formats that can be read: a tree file in JSON"),
        ("<a><b>x</b></a>", "This is none of the formats"),
        ("\x00\x01\x02", "NUL"),
        ("PK\x03\x04", "a packed file (ZIP). Unpack it"),
        ("sequenceDiagram\n  A->>B: hi", "This is a sequenceDiagram; only flowcharts can become trees."),
        ("title: T\n", "The key nodes is missing."),
    ],
)
def test_what_nobody_can_read_is_refused(text: str, message: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(text)
    assert message in str(refused.value)


def test_unknown_formats_are_refused():
    with pytest.raises(UnreadableTree) as refused:
        imported(JSON, "visio")
    assert str(refused.value) == f'There is no import of "visio". There is {", ".join(IMPORT_FORMATS)}.'


def test_faults_of_json_are_told_with_line_and_column():
    with pytest.raises(UnreadableTree) as refused:
        imported(
            '{"title": "T",\n "nodes": {\n  "a": {"kind": "riddle", "text": "A",\n   "options": [{}, {"id": 5}]}}}',
            "json",
        )
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [
        (3, 9),
        (4, 16),
        (4, 16),
        (4, 21),
        (4, 20),
    ]


def test_what_looks_wrong_in_json_is_told_with_line_and_column():
    nodes = (
        '{"a\\u0062": {"kind": "question", "text": "Lit?",\n "options": [{"id": "x", "label": "**Yes**", "to": "c"}]},\n'
        ' "c": {"kind": "question", "text": "See the guide", "options": [\n {"id": "1", "label": "No", "to": "ab"},'
        ' {"id": "2", "label": "x", "to": "?"}]},\n "d": {"kind": "resolution", "text": ""}}'
    )
    (chart,) = imported(f'{{"title": "T", "start": "ab",\n"nodes": {nodes}}}').charts
    assert [(line.code, line.line, line.column) for line in chart.report] == [
        ("missing_answer", 3, 14), ("markdown_in_label", 3, 14), ("link_to_another_tree", 4, 2), ("loop", 5, 2),
        ("unknown_target", 5, 42), ("empty_text", 6, 2), ("unreachable", 6, 2),
    ]  # fmt: skip
