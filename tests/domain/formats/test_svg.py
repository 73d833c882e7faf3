"""The chart to print: what is on it, that nothing lies on anything else, and that it can be as large as a tree can."""

import time
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given

from tests.domain.formats.charts import FILES, demo
from tests.domain.strategies import drafts, sound_trees, tree_files
from troubleshoot_app.domain.formats.exports import EXPORT_FORMATS, UnknownFormat, export_tree
from troubleshoot_app.domain.formats.lettering import measured, wrapped
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.layout import lay_out
from troubleshoot_app.domain.tree import NODE_LIMIT, Node, NodeKind, Option, Tree

SVG = "{http://www.w3.org/2000/svg}"
GAP = 10.0


def drawing(file: TreeFile) -> ElementTree.Element:
    return ElementTree.fromstring(export_tree(file, "svg").text.encode())


def words_of(root: ElementTree.Element) -> list[str]:
    """What can be read, a text after the other."""
    return [" ".join(filter(None, text.itertext())) for text in root.iter(f"{SVG}text")]


def cards_of(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each card."""
    found = [rect.attrib for rect in root.iter(f"{SVG}rect") if rect.get("class") == "card"]
    return [
        (
            float(one["x"]),
            float(one["y"]),
            float(one["x"]) + float(one["width"]),
            float(one["y"]) + float(one["height"]),
        )
        for one in found
    ]


def assert_apart(boxes: list[tuple[float, float, float, float]], gap: float) -> None:
    """Boxes of the same left edge are at least a gap apart."""
    for one, other in pairwise(sorted(boxes)):
        assert one[0] != other[0] or one[3] + gap <= other[1] + 0.2


def tree_of(size: int, ways: int) -> Tree:
    """A tree in which each node leads to some that come after it, and now and then back to the start."""
    nodes = {}
    for place in range(size):
        targets = [place * ways + way for way in range(1, ways + 1)]
        options = [
            Option(f"o{target}", f"Answer {target}", f"n{target}") for target in targets if target < size
        ]
        if place % 7 == 3 and options:
            options.append(Option("back", "Begin again", "n0"))
        kind = NodeKind.QUESTION if options else NodeKind.RESOLUTION
        nodes[f"n{place}"] = Node(
            f"n{place}", kind, f"Is part {place} of the machine working as it should?", "", tuple(options)
        )
    return Tree("n0", nodes)


@given(tree_files(drafts() | sound_trees()))
def test_any_tree_is_drawn_with_all_its_cards_apart(file: TreeFile):
    root = drawing(file)
    cards = cards_of(root)
    assert len(cards) == len(file.tree.nodes)
    assert_apart(cards, 20)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(
        left >= 0 and top >= 0 and right <= width and bottom <= height for left, top, right, bottom in cards
    )


@pytest.mark.parametrize("name", FILES)
def test_real_trees(name: str):
    file = demo(name)
    root = drawing(file)
    assert_apart(cards_of(root), 20)
    words = words_of(root)
    assert words[0] == file.title
    for node in file.tree.nodes.values():
        for option in node.options:
            assert any(" ".join(option.label.split()) == " ".join(text.split()) for text in words)
    heads = {text.partition(" · ")[0] for text in words if " · " in text}
    assert {str(number) for number in range(1, len(file.tree.nodes) + 1)} <= heads


def test_it_is_the_same_every_time():
    assert export_tree(demo("turret"), "svg") == export_tree(demo("turret"), "svg")


def test_words_are_escaped_and_nothing_comes_from_elsewhere():
    hostile = "<script>alert(1)</script>&amp;\"'</text>\x00\x01\ufffe]]>".replace("\x00", "")
    nodes = {
        "a": Node("a", NodeKind.ACTION, hostile, hostile, (Option("o", hostile, "b"),)),
        "b": Node("b", NodeKind.RESOLUTION, "![x](https://a.b/c.png) [y](javascript:z)"),
    }
    file = TreeFile(title="<script>", tree=Tree("a", nodes))
    text = export_tree(file, "svg").text
    root = drawing(file)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "style", "rect", "text", "g", "path", "tspan", "circle",
    }  # fmt: skip
    for word in ("<script", "href", "javascript:", "url(", "@import", "onload", "https://a.b"):
        assert word not in text
    assert any("<script>alert(1)</script>" in words for words in words_of(root))


def test_answers_that_lead_back_or_far_name_the_number_of_the_card():
    nodes = {
        "a": Node("a", NodeKind.QUESTION, "First?", "", (Option("1", "Yes", "b"), Option("2", "No", "c"), Option("3", "Hm", "?"))),
        "b": Node("b", NodeKind.QUESTION, "Second?", "", (Option("1", "Far", "c"), Option("2", "Back", "a"))),
        "c": Node("c", NodeKind.RESOLUTION, "Good."),
    }  # fmt: skip
    root = drawing(TreeFile(title="T", tree=Tree("a", nodes)))
    jumps = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "jump"]
    assert jumps == ["→ 3", "→ ?", "→ 1"]
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "arrow"]) == 2
    assert "START" in words_of(root)


def test_long_words_are_wrapped_and_very_long_texts_cut():
    node = Node("a", NodeKind.RESOLUTION, "x" * 200 + " " + "word " * 2_000)
    lines = list(drawing(TreeFile(title="T", tree=Tree("a", {"a": node}))).iter(f"{SVG}tspan"))
    assert len(lines) == 14
    assert (lines[-1].text or "").endswith("…")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "a b c",
        "Donaudampfschifffahrtsgesellschaftskapitän",
        "日本語の長い文章です" * 5,
        "🔧" * 40,
        "é" * 100,
    ],
)
def test_no_line_is_wider_than_its_room(words: str):
    lines = wrapped(words, 13, 100, 50)
    assert all(measured(line, 13) <= 100 for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize("ways", [1, 2, 5, 50])
def test_the_largest_trees_are_drawn_in_seconds(ways: int):
    file = TreeFile(title="Large", tree=tree_of(NODE_LIMIT, ways))
    begin = time.process_time()
    text = export_tree(file, "svg").text
    assert time.process_time() - begin < 5
    assert text.count('class="card"') == NODE_LIMIT


def test_the_work_grows_with_the_tree_and_no_faster():
    def seconds(size: int) -> float:
        """The time to lay out 5,000 nodes in trees of one size; the shortest of some, for machines have other work."""
        tree = tree_of(size, 3)
        heights = dict.fromkeys(tree.nodes, 80.0)
        times = []
        for _ in range(3):
            begin = time.process_time()
            for _ in range(5_000 // size):
                lay_out(tree, heights, GAP)
            times.append(time.process_time() - begin)
        return min(times)

    assert seconds(5_000) < 5 * seconds(500)


def test_a_chain_is_straight_and_a_fan_is_centred():
    chain = lay_out(tree_of(4, 1), dict.fromkeys(("n0", "n1", "n2", "n3"), 50.0), GAP)
    assert [(spot.column, spot.top) for spot in (chain.spots[f"n{n}"] for n in range(4))] == [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 0),
    ]
    fan = lay_out(tree_of(4, 3), {"n0": 20.0, "n1": 50.0, "n2": 30.0, "n3": 50.0}, GAP)
    assert [(fan.spots[f"n{n}"].column, fan.spots[f"n{n}"].top) for n in range(4)] == [
        (0, 65),
        (1, 0),
        (1, 60),
        (1, 100),
    ]
    assert (fan.columns, fan.height) == (2, 150)


def test_what_the_start_does_not_reach_stands_below_and_moves_nothing():
    nodes = {
        "x": Node("x", NodeKind.ACTION, "X", "", (Option("1", "Go", "a"),)),
        "a": Node("a", NodeKind.ACTION, "A", "", (Option("1", "Go", "b"),)),
        "b": Node("b", NodeKind.RESOLUTION, "B"),
    }
    layout = lay_out(Tree("a", nodes), dict.fromkeys(nodes, 50.0), GAP)
    assert {node_id: (spot.column, spot.top) for node_id, spot in layout.spots.items()} == {
        "x": (0, 60), "a": (0, 0), "b": (1, 0),
    }  # fmt: skip


def test_nothing_is_laid_out_in_nothing():
    assert (lay_out(Tree("", {}), {}, GAP).columns, lay_out(Tree("", {}), {}, GAP).height) == (0, 0)


def test_every_format_can_be_written_and_no_other():
    for format in EXPORT_FORMATS:
        assert export_tree(demo("ide"), format).text
    with pytest.raises(UnknownFormat, match="There is no export as visio"):
        export_tree(demo("ide"), "visio")
