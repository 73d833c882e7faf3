"""Slips of people who are no programmers: each is borne, or answered by what to do and where."""

import io
import zipfile
from textwrap import dedent

import pytest

from tests.domain.formats.charts import arrows, imported, only, told
from troubleshoot_app.domain.errors import UnreadableTree

LIST = "- Is it “lit”?\n  - Yes – Größe ist gut.\n  - No: Don’t touch.\n"
LIST_ARROWS = [("is-it-lit", "Yes", "grösse-ist-gut"), ("is-it-lit", "No", "don-t-touch")]
TABLE = (
    "node;text;option;to\nlamp;Is it “lit”?;Yes;good\n;;No;plug\nplug;Größe prüfen – jetzt.;;\ngood;Good.;;\n"
)
TABLE_ARROWS = [("lamp", "Yes", "good"), ("lamp", "No", "plug")]
YAML = dedent("""\
    title: T
    start: a
    nodes:
      a:
        kind: resolution
        text: Größe gut.
    """)
BYTES = bytes(range(256))


def packed(*names: str) -> bytes:
    """A ZIP with files of these names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("text", "ways"), [(LIST, LIST_ARROWS), (TABLE, TABLE_ARROWS), (YAML, [])], ids=["list", "table", "yaml"]
)
def test_line_ends_and_encodings_of_other_programs_are_read(
    text: str, ways: list[tuple[str, str, str]], line_end: str, encoding: str
):
    result = imported(text.replace("\n", line_end).encode(encoding))
    (chart,) = result.charts
    assert arrows(chart) == ways
    assert any("Größe" in node.text for node in chart.file.tree.nodes.values())
    assert bool(told(result, "encoding_guessed")) == (encoding == "cp1252")


@pytest.mark.parametrize(
    "pasted",
    [
        "•\tIs it lit?\no\tYes\n▪\tGood.\no\tNo\n▪\tBad.\n",
        "·\tIs it lit?\no\tYes\n§\tGood.\no\tNo\n§\tBad.\n",
        "• Is it lit?\n\t○ Yes\n\t\t▪ Good.\n\t○ No\n\t\t▪ Bad.\n",
        "·\xa0\xa0\xa0 Is it lit?\n\no\xa0\xa0 Yes\n\n§\xa0 Good.\n\no\xa0\xa0 No\n\n§\xa0 Bad.\n",
        "1.\tIs it lit?\na.\tYes\ni.\tGood.\nb.\tNo\ni.\tBad.\n",
        "1.\tIs it lit?\n\ta.\tYes\n\t\ti.\tGood.\n\tb.\tNo\n\t\ti.\tBad.\n",
    ],
)
def test_lists_that_word_pastes_are_nested(pasted: str):
    assert arrows(only(pasted)) == [("is-it-lit", "Yes", "good"), ("is-it-lit", "No", "bad")]


def test_a_line_that_is_indented_by_mistake_is_told():
    chart = only("- Is it lit?\n  - Yes\n     - Good.\n   - No\n     - Bad.\n", "markdown")
    assert told(chart, "uneven_indent") == [("uneven_indent", 4, 4)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n" + BYTES, "This is a picture (PNG). Draw the tree"),
        (b"\xff\xd8\xff\xe0" + BYTES, "This is a picture (JPEG)."),
        (b"%PDF-1.7\n" + BYTES, "This is a PDF. Copy the list in it and paste it"),
        (packed("[Content_Types].xml", "word/document.xml"), "This is a Word file. Copy the list"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "This is an Excel file. Save it as CSV"),
        (packed("a.md"), "This is a packed file (ZIP). Unpack it"),
        (b"\xd0\xcf\x11\xe0" + BYTES, "This is an old Word, Excel"),
        (b"{\\rtf1\\ansi - Is it lit?}", "This is a text with layout (RTF)."),
        (b"\xef\xbb\xbf<!DOCTYPE html><ul>", "This is a web page (HTML)."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (LIST.encode() + b"\xff", "The file is not UTF-8 text. Save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["tree.md", "tree.csv", ""])
def test_what_is_no_text_is_called_by_its_name(content: bytes, message: str, name: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(content, None, name)
    assert refused.value.faults[0].message.startswith(message)


@pytest.mark.parametrize(
    ("text", "name", "place", "what_to_do"),
    [
        (
            YAML.replace("    text", "   text"),
            "t.yaml",
            (6, 4),
            "what belongs together begins in the same column",
        ),
        (YAML.replace("Größe", "Größe: sehr"), "t.yaml", (6, 16), 'A text with ": " in it needs quotes.'),
        (YAML.replace("  a:", "\ta:"), "t.yaml", (4, 1), "Indent with blanks, not with tabs."),
        (YAML + "  a:\n    kind: action\n", "t.yaml", (7, 3), "Keep one of them."),
        ('{"title": "T",\n "nodes": {"a": {}, "a": {}}}', "t.json", (2, 21), "Keep one of them."),
        ('{"title": "T",\n}', "t.json", (2, 1), "there may be a comma too many before it."),
        ("{“title”: “T”}", "t.json", (1, 2), 'Write straight quotes ("), not curly ones.'),
        ('{"title": "T"\n "nodes": {}}', "t.json", (2, 2), "Put a comma before this"),
        ("- Is it lit?\n- Yes\n- Good.\n", "t.md", (1, 1), "Indent each answer below its question"),
        ("Some words.\n", "t.md", (1, 1), "Write a question as an item of a list"),
        ('node;text\na;"open\n', "t.csv", (2, 1), "Close the quotes that are open here."),
        ('node;text\na;"b"c\n', "t.csv", (2, 1), "has quotes around it"),
        ("a;b\n1;2\n", "t.csv", (1, 1), "The first row should name the columns of a tree: node"),
        ("<mxfile><diagram>", "t.drawio", (1, 18), "The file is not whole; save it again"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(
    text: str, name: str, place: tuple[int, int], what_to_do: str
):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, None, name)
    fault = next(fault for fault in refused.value.faults if what_to_do in fault.message)
    assert (fault.line, fault.column) == place
