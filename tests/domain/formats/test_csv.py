"""Tables: what spreadsheets write, and what is written for them."""

import csv
import io
from textwrap import dedent

import pytest

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.exports import export_tree
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

TABLE = dedent("""\
    node,kind,text,help,option,to
    power,question,"Is the LED lit?",On the **left**.,Yes,wan
    power,,,,No,psu
    wan,,Is the WAN up?,,Yes,done
    ,,,,No,call
    psu,action,"Change the PSU, then
    wait.",,Done,done
    done,resolution,Good.,,,
    call,,Contact support.,,,
    """)


def assert_is_the_table(text: str | bytes) -> None:
    chart = only(text)
    assert arrows(chart) == [
        ("power", "Yes", "wan"), ("power", "No", "psu"), ("wan", "Yes", "done"), ("wan", "No", "call"), ("psu", "Done", "done"),
    ]  # fmt: skip
    assert kinds(chart) == {
        "power": "question", "wan": "question", "psu": "action", "done": "resolution", "call": "escalation",
    }  # fmt: skip
    assert texts(chart)["psu"].split() == ["Change", "the", "PSU,", "then", "wait."]
    assert chart.file.tree.nodes["power"].help == "On the **left**."


def test_the_documented_columns():
    assert_is_the_table(TABLE)
    assert told(only(TABLE)) == [("title_guessed", 2, 1), ("escalation_guessed", 9, 1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\n", "sep={}\n"])
def test_delimiters_are_seen(delimiter: str, line_end: str, before: str):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(csv.reader(io.StringIO(TABLE)))
    text = (before.format(delimiter) + out.getvalue()).replace("\n", line_end)
    if line_end != "\r" or not before:
        assert_is_the_table(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_seen(encoding: str):
    text = "node;text;option;to\na;Größe prüfen?;Ja – größer;b\nb;Gut\n"
    content = text.encode(encoding)
    if encoding in {"utf-16-le", "utf-16-be"}:
        content = "\ufeff".encode(encoding) + content
    result = imported(content)
    assert texts(result.charts[0]) == {"a": "Größe prüfen?", "b": "Gut"}
    assert arrows(result.charts[0]) == [("a", "Ja – größer", "b")]
    assert told(result, "encoding_guessed") == ([("encoding_guessed", 2, 5)] if encoding == "cp1252" else [])


def test_other_names_of_columns():
    chart = only(
        "ID , Type,Question,Answer,Next step\n1,question,Lit?,Yes,2\n1,,,No,3\n2,resolution,Good\n3,,Bad\n"
    )
    assert arrows(chart) == [("1", "Yes", "2"), ("1", "No", "3")]


def test_targets_may_be_written_as_the_words_of_a_node():
    assert arrows(only("node,text,option,to\na,Lit?,Yes,All is good.\nb,All is good.\n")) == [
        ("a", "Yes", "b")
    ]


def test_several_trees_in_one_table():
    result = imported(
        "tree,node,text,option,to\nLamp,a,Lit?,Yes,b\nLamp,b,Good\nDoor,a,Open?,No,b\nDoor,b,Push\n"
    )
    assert [(chart.file.title, texts(chart)) for chart in result.charts] == [
        ("Lamp", {"a": "Lit?", "b": "Good"}),
        ("Door", {"a": "Open?", "b": "Push"}),
    ]


def test_rows_about_the_tree():
    rows = ",title,Lamps\n,description,For all.\n,category,Light\n,tag,a\n,tag,b\n,slug,lamps\n,start,b\n"
    file = only(f"node,kind,text\n{rows}a,,A\nb,,B\n").file
    assert (file.title, file.description, file.category, file.tags) == (
        "Lamps",
        "For all.",
        "Light",
        ("a", "b"),
    )
    assert (file.slug, file.tree.start) == ("lamps", "b")


@pytest.mark.parametrize(
    ("rows", "code", "line", "column"),
    [
        ("a,riddle,A,x,b", "kind_guessed", 2, 2),
        ("a,,A,x,nowhere", "unknown_target", 2, 4),
        ("a,,A,x,", "answer_without_next", 2, 5),
        ("a,,A,,b", "unlabelled_arrow", 2, 4),
        ("a,,A,x,b\na,,Other,y,b", "text_changed_later", 3, 3),
        (",,words", "row_left_out", 2, 1),
        ("a,,A,x,b,more", "row_left_out", 2, 6),
        ("a,,=SUM(A1),x,b", "formula_kept_as_text", 2, 3),
        ("a,,A,@cmd,b", "formula_kept_as_text", 2, 4),
        ("a,,A,Yes,b", "missing_answer", 2, 4),
    ],
)
def test_each_thing_is_told_at_its_row_and_column(rows: str, code: str, line: int, column: int):
    chart = only(f"node,kind,text,option,to\n{rows}\nb,,B\n")
    assert (code, line, column) in told(chart) + told(imported(f"node,kind,text,option,to\n{rows}\nb,,B\n"))


def test_columns_that_have_no_place_are_told():
    result = imported("node,text,owner,text\na,A,me,again\n")
    assert told(result, "column_left_out") == [("column_left_out", 1, 3), ("column_left_out", 1, 4)]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a,b,c\n1,2,3\n", "The first row should name the columns", 1, 1),
        ("node,text\n", "There is no row with a node", 1, 1),
        ('node,text\na,"open\n', "This is not CSV", 2, 1),
        ('node,text\na,"b"c\n', "This is not CSV", 2, 1),
        ("node,text" + ",x" * 200, "at most 100 columns", 1, 101),
    ],
)
def test_what_is_no_table_of_a_tree_is_refused(text: str, message: str, line: int, column: int):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, "csv")
    fault = refused.value.faults[0]
    assert message in fault.message
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    "words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", '=cmd|"/c calc"!A1']
)
def test_no_cell_of_an_export_is_a_formula(words: str):
    nodes = {
        words.strip(): Node(
            words.strip(), NodeKind.ACTION, words, words, (Option(words.strip(), words, "end"),)
        ),
        "end": Node("end", NodeKind.RESOLUTION, words),
    }
    file = TreeFile(title=words.strip(), tags=(words.strip(),), tree=Tree(words.strip(), nodes))
    text = export_tree(file, "csv").text
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert only(text, "csv").file == file


def test_an_export_opens_in_a_spreadsheet():
    file = TreeFile(title="Lamp", tree=Tree("a", {"a": Node("a", NodeKind.RESOLUTION, 'Say "ä"')}))
    exported = export_tree(file, "csv")
    assert (exported.media_type, exported.extension) == ("text/csv", "csv")
    assert exported.text == (
        "\ufeffnode,kind,text,help,option,to,option_id\r\n,title,Lamp,,,,\r\n,start,a,,,,\r\n"
        'a,resolution,"Say ""ä""",,,,\r\n'
    )
