"""Files of draw.io, plain and packed."""

import base64
import zlib
from textwrap import dedent
from urllib.parse import quote

import pytest

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from troubleshoot_app.domain.errors import UnreadableTree

BOX = "rounded=1;whiteSpace=wrap;html=1;"
DIAMOND = "rhombus;whiteSpace=wrap;html=1;"
EDGE = "edgeStyle=orthogonalEdgeStyle;html=1;"


def vertex(cell_id: str, words: str, style: str = BOX, **more: str) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in ({"parent": "1"} | more).items())
    return (
        f'<mxCell id="{cell_id}" value="{words}" style="{style}" vertex="1"{attributes}>'
        '<mxGeometry x="40" y="40" width="120" height="60" as="geometry"/></mxCell>\n'
    )


def edge(cell_id: str, source: str, target: str, words: str = "", style: str = EDGE) -> str:
    ends = "".join(f' {name}="{end}"' for name, end in (("source", source), ("target", target)) if end)
    return (
        f'<mxCell id="{cell_id}" value="{words}" style="{style}" edge="1" parent="1"{ends}>'
        '<mxGeometry relative="1" as="geometry"/></mxCell>\n'
    )


def model(*cells: str) -> str:
    return (
        '<mxGraphModel dx="1422" dy="757" grid="1"><root>\n<mxCell id="0"/>\n<mxCell id="1" parent="0"/>\n'
        f"{''.join(cells)}</root></mxGraphModel>"
    )


def mxfile(*pages: tuple[str, str]) -> str:
    diagrams = "".join(f'<diagram id="p" name="{name}">{content}</diagram>\n' for name, content in pages)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<mxfile host="app.diagrams.net">\n{diagrams}</mxfile>\n'


def packed(xml: str | bytes) -> str:
    """XML as draw.io packs it."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    plain = quote(xml, safe="~()*!.'").encode() if isinstance(xml, str) else xml
    return base64.b64encode(deflater.compress(plain) + deflater.flush()).decode()


LAMP = model(
    vertex("q-1", "Is it &lt;b&gt;lit&lt;/b&gt;?&lt;br&gt;&lt;div&gt;Look&amp;nbsp;up.&lt;/div&gt;", DIAMOND),
    vertex("good", "Good."),
    vertex("plug", "Plug it in."),
    edge("e1", "q-1", "good", "Yes"),
    edge("e2", "q-1", "plug"),
    vertex("label", "No", "edgeLabel;html=1;align=center;", parent="e2", connectable="0"),
    edge("e3", "plug", "q-1"),
)
LAMP_ARROWS = [("q-1", "Yes", "good"), ("q-1", "No", "plug"), ("plug", "Next", "q-1")]


@pytest.mark.parametrize(
    "text",
    [
        LAMP,
        mxfile(("Lamp", LAMP)),
        mxfile(("Lamp", packed(LAMP))),
        mxfile(("Lamp", f"\n  {packed(LAMP)[:80]}\n  {packed(LAMP)[80:]}\n")),
        mxfile(("Page-1", LAMP)),
    ],
)
@pytest.mark.parametrize("format", [None, "drawio"])
def test_plain_and_packed(text: str, format: str | None):
    chart = only(text, format)
    assert arrows(chart) == LAMP_ARROWS
    assert texts(chart)["q-1"] == "Is it **lit**?\n\nLook up."
    assert kinds(chart) == {"q-1": "question", "good": "resolution", "plug": "action"}
    assert chart.file.title == ("Lamp" if '"Lamp"' in text else "Is it lit? Look up.")


def test_each_page_is_a_chart():
    other = model(vertex("a", "Go"), vertex("b", "Done"), edge("e", "a", "b", "x"))
    result = imported(
        mxfile(("Lamp", packed(LAMP)), ("Empty", model()), ("Empty too", ""), ("Two", other)), "drawio"
    )
    assert [chart.file.title for chart in result.charts] == ["Lamp", "Two"]
    assert told(result) == [("chart_left_out", 4, 1), ("chart_left_out", 8, 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str):
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?>{model(vertex("a", "Größe?"), vertex("b", "x"), edge("e", "a", "b", "ä"))}'
    assert texts(only(text.encode(encoding))) == {"a": "Größe?", "b": "x"}


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("endArrow=classic;", [("a", "x", "b")]),
        ("endArrow=none;startArrow=classic;", [("b", "x", "a")]),
        ("endArrow=none;startArrow=none;", [("a", "x", "b")]),
        ("startArrow=block;", [("a", "x", "b"), ("b", "x", "a")]),
    ],
)
def test_the_heads_of_arrows_say_where_they_lead(style: str, expected: list[tuple[str, str, str]]):
    chart = only(model(vertex("a", "A"), vertex("b", "B"), edge("e", "a", "b", "x", style)))
    assert arrows(chart) == expected


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (edge("e2", "a", ""), "loose_arrow"),
        (edge("e2", "", "b", "x"), "loose_arrow"),
        (edge("e2", "a", "e"), "loose_arrow"),
        (vertex("n", "A note", "text;html=1;"), "note_left_out"),
        (vertex("n", "A note", "shape=note;html=1;"), "note_left_out"),
        (vertex("n", ""), "note_left_out"),
        (vertex("n", "A lane", "swimlane;html=1;"), "group_left_out"),
        (vertex("n", "A box") + vertex("m", "In it", BOX, parent="n"), "group_left_out"),
        (vertex("n", "Hidden", BOX, visible="0"), "element_left_out"),
        (
            '<mxCell id="l" parent="0" visible="0"/>' + vertex("n", "In a hidden layer", BOX, parent="l"),
            "element_left_out",
        ),
        (edge("e2", "a", "b", "y", "endArrow=none;"), "undirected_line"),
        (edge("e2", "a", "b", "y", "startArrow=block;"), "two_way_arrow"),
        (vertex("n", "&lt;img src=x&gt;words") + edge("e2", "b", "n", "y"), "html_in_label"),
        (vertex("n", "alone"), "several_roots"),
        (vertex("n", "**not** html", "whiteSpace=wrap;") + edge("e2", "b", "n", "y"), "markdown_in_label"),
        ("<strange/>", "element_left_out"),
        ("", "layout_left_out"),
    ],
)
def test_each_thing_is_told_at_its_place(cells: str, code: str):
    text = model(vertex("a", "A"), vertex("b", "B"), edge("e", "a", "b", "x"), cells)
    lines = told(only(text), code)
    assert lines
    assert all(line is not None and column is not None for _, line, column in lines)
    if code not in {"layout_left_out", "element_left_out", "group_left_out"}:
        assert lines[-1][1] in {7, 8}


def test_links_and_tips():
    user_object = (
        '<UserObject id="a" label="Start" link="https://a.b/c" tooltip="Read on."><mxCell style="html=1;" vertex="1" parent="1">'
        '<mxGeometry as="geometry"/></mxCell></UserObject>'
        '<object id="b" label="End" link="data:page/id,xyz"><mxCell style="html=1;" vertex="1" parent="1"/></object>'
    )
    chart = only(model(user_object, edge("e", "a", "b", "x")))
    assert texts(chart) == {"a": "Start", "b": "End"}
    assert chart.file.tree.nodes["a"].help == "Read on.\n\n[https://a.b/c](https://a.b/c)"
    assert {code for code, _, _ in told(chart)} >= {"link_moved_to_help", "link_to_another_tree"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<mxfile></mxfile>", "has pages in an mxfile"),
        (mxfile(("p", model())), "No page of this file has a box."),
        (mxfile(("p", "!!! no base64 !!!")), "cannot be unpacked"),
        (mxfile(("p", base64.b64encode(b"not deflated").decode())), "cannot be unpacked"),
        (mxfile(("p", packed("no xml"))), "This is not XML"),
        (mxfile(("p", LAMP))[:300], "This is not XML"),
        ("<mxGraphModel><root>", "This is not XML"),
        ("<mxGraphModel/>", "There is no box in this chart."),
        ("<!DOCTYPE mxfile><mxfile/>", "document type"),
        ("<svg/>", "has pages in an mxfile"),
        (dedent("""<?xml version="1.0" encoding="martian"?><mxfile/>"""), "encoding"),
    ],
)
def test_what_is_no_chart_is_refused(text: str, message: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, "drawio")
    assert message in str(refused.value)
    assert refused.value.faults[0].line is not None
