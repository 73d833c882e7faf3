"""What stops a tree from being kept or published, and what is only worth a look."""

import gc
import time
from collections.abc import Callable

import pytest
from hypothesis import given

from tests.domain.strategies import drafts, sound_trees
from troubleshoot_app.domain.errors import InvalidTree, Severity
from troubleshoot_app.domain.tree import (
    FILE_LIMIT,
    ID_LIMIT,
    NODE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    Node,
    NodeKind,
    Option,
    Tree,
    tree_from_document,
    tree_to_document,
)
from troubleshoot_app.domain.tree_rules import LONG_TEXT, can_publish, check_form, form_problems, problems

Found = list[tuple[str | None, str]]


def question(node_id: str, *targets: str, text: str = "Well?") -> Node:
    options = tuple(Option(f"o{place}", f"To {place}", to) for place, to in enumerate(targets))
    return Node(node_id, NodeKind.QUESTION, text, options=options)


def end(node_id: str, text: str = "Good.") -> Node:
    return Node(node_id, NodeKind.RESOLUTION, text)


def tree_of(*nodes: Node, start: str | None = None) -> Tree:
    return Tree(nodes[0].id if start is None else start, {node.id: node for node in nodes})


def errors(tree: Tree) -> Found:
    return [(one.node_id, one.code) for one in problems(tree) if one.severity is Severity.ERROR]


def warnings(tree: Tree) -> Found:
    return [(one.node_id, one.code) for one in problems(tree) if one.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (Tree("", {}), [(None, "no_start")]),
        (tree_of(question("a", "b", "b"), end("b"), start=""), [(None, "no_start")]),
        (tree_of(end("b"), start="x"), [(None, "no_start")]),
        (tree_of(question("a", "b", "x"), end("b")), [("a", "unknown_target")]),
        (tree_of(question("a", "b", ""), end("b")), [("a", "unknown_target")]),
        (tree_of(question("a", "b", "b"), end("b"), end("c")), [("c", "unreachable")]),
        (tree_of(end("a"), question("b", "c", "c"), question("c", "b", "a")), [("b", "unreachable"), ("c", "unreachable")]),
        (tree_of(question("a", "b", "c"), question("b"), end("c")), [("b", "no_options")]),
        (tree_of(question("a", "b", "a"), question("b", "a", "b")), [("a", "dead_end"), ("b", "dead_end")]),
        (tree_of(question("a", "a", "a")), [("a", "dead_end")]),
        (tree_of(question("a", "b", "c"), question("b", "b", "b"), end("c")), [("b", "dead_end")]),
        (tree_of(Node("a", NodeKind.ACTION, "Do.")), [("a", "action_options")]),
        (
            tree_of(Node("a", NodeKind.ACTION, "Do.", "", (Option("1", "x", "b"), Option("2", "y", "b"))), end("b")),
            [("a", "action_options")],
        ),
        (
            tree_of(Node("a", NodeKind.ESCALATION, "Call.", "", (Option("1", "x", "b"),)), end("b")),
            [("a", "end_with_options")],
        ),
    ],
)  # fmt: skip
def test_what_stops_publishing(tree: Tree, expected: Found):
    assert errors(tree) == expected
    assert not can_publish(problems(tree))


@pytest.mark.parametrize(
    "tree",
    [
        tree_of(end("a")),
        tree_of(question("a", "a", "b"), end("b")),
        tree_of(question("a", "b", "c"), question("b", "a", "c"), Node("c", NodeKind.ESCALATION, "Call.")),
        tree_of(Node("a", NodeKind.ACTION, "Do.", "", (Option("1", "Done", "b"),)), end("b")),
    ],
    ids=["one end", "own loop with a way out", "loop of two with a way out", "action"],
)
def test_what_can_be_published_as_it_is(tree: Tree):
    assert problems(tree) == []


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (question("a", "b"), "one_option"),
        (
            Node("a", NodeKind.QUESTION, "?", "", (Option("1", "Yes", "b"), Option("2", "Yes", "b"))),
            "duplicate_label",
        ),
        (
            Node("a", NodeKind.QUESTION, "?", "", (Option("1", "Yes", "b"), Option("2", " ", "b"))),
            "empty_label",
        ),
        (question("a", "b", "b", text=" \n"), "empty_text"),
        (question("a", "b", "b", text="x" * (LONG_TEXT + 1)), "long_text"),
        (question("a", "b", "b", text="Like so: ![](led.png)"), "picture_without_words"),
        (
            Node("a", NodeKind.ACTION, "Do.", "![ ][led]", (Option("1", "Done", "b"),)),
            "picture_without_words",
        ),
    ],
)
def test_what_is_worth_a_look_does_not_stop_publishing(node: Node, code: str):
    tree = tree_of(node, end("b"))
    assert warnings(tree) == [("a", code)]
    assert can_publish(problems(tree))


def test_a_picture_with_words_and_a_text_just_long_enough_are_fine():
    assert problems(tree_of(end("a", "![the LED](led.png)" + "x" * (LONG_TEXT - 19)))) == []


def test_problems_come_in_the_order_of_the_nodes():
    tree = tree_of(question("z", "y"), question("y", "nowhere", "a"), question("a"), start="z")
    assert [(one.node_id, one.code) for one in problems(tree)] == [
        ("z", "one_option"), ("y", "unknown_target"), ("a", "no_options"),
    ]  # fmt: skip


def test_messages_name_what_is_meant_but_not_at_any_length():
    options = (Option("1", "x" * 5_000, "y" * 5_000), Option("2", "n", "b"))
    tree = tree_of(Node("a", NodeKind.QUESTION, "?", "", options), end("b"))
    (problem,) = problems(tree)
    assert "xxx…" in problem.message
    assert "yyy…" in problem.message
    assert len(problem.message) < 300


@given(sound_trees(jumps=True))
def test_sound_trees_have_no_errors(tree: Tree):
    assert errors(tree) == []


@given(drafts(measured=False) | sound_trees(jumps=True))
def test_publishing_is_stopped_exactly_when_the_contract_says_so(tree: Tree):
    assert can_publish(problems(tree)) is _can_publish_slowly(tree)


@given(drafts())
def test_problems_do_not_depend_on_how_the_tree_was_kept(tree: Tree):
    assert problems(tree_from_document(tree_to_document(tree))) == problems(tree)


def _can_publish_slowly(tree: Tree) -> bool:
    if tree.start not in tree.nodes:
        return False
    counts = {
        NodeKind.QUESTION: range(1, 99),
        NodeKind.ACTION: (1,),
        NodeKind.RESOLUTION: (0,),
        NodeKind.ESCALATION: (0,),
    }
    staying = {node.id: [o for o in node.options if o.returns or not o.tree] for node in tree.nodes.values()}
    for node in tree.nodes.values():
        if len(node.options) not in counts[node.kind]:
            return False
        if any(o.to not in tree.nodes or (o.returns and not o.tree) for o in staying[node.id]):
            return False
    reach = {node_id: {node_id} for node_id in tree.nodes}
    for _ in tree.nodes:
        for node_id in tree.nodes:
            for option in staying[node_id]:
                reach[node_id] |= reach[option.to]
    leaving = {node.id for node in tree.nodes.values() if len(staying[node.id]) < len(node.options)}
    ends = leaving | {node.id for node in tree.nodes.values() if node.kind.is_end}
    return reach[tree.start] == set(tree.nodes) and all(reached & ends for reached in reach.values())


def _form_codes(*nodes: Node) -> list[str]:
    return [problem.code for problem in form_problems(tree_of(*nodes))]


def test_limits_are_the_contract_s():
    assert (NODE_LIMIT, OPTION_LIMIT, TEXT_LIMIT, FILE_LIMIT) == (5_000, 50, 10_000, 2 * 1024 * 1024)


def test_a_tree_at_the_limits_can_be_kept_and_one_past_them_cannot():
    option = Option("o" * ID_LIMIT, "l" * TEXT_LIMIT, "")
    longest = Node("i" * ID_LIMIT, NodeKind.ACTION, "t" * TEXT_LIMIT, "h" * TEXT_LIMIT, (option,))
    assert _form_codes(longest) == []
    assert _form_codes(question("a", *["b"] * OPTION_LIMIT)) == []
    assert _form_codes(question("a", *["b"] * (OPTION_LIMIT + 1))) == ["too_many_options"]
    assert _form_codes(*[end(str(n)) for n in range(NODE_LIMIT)]) == []
    assert _form_codes(*[end(str(n)) for n in range(NODE_LIMIT + 1)]) == ["too_many_nodes"]
    assert _form_codes(end("a", "t" * (TEXT_LIMIT + 1))) == ["too_long"]
    assert _form_codes(Node("a", NodeKind.ACTION, "", "h" * (TEXT_LIMIT + 1))) == ["too_long"]
    assert _form_codes(Node("a", NodeKind.ACTION, "", "", (Option("1", "l" * (TEXT_LIMIT + 1), ""),))) == [
        "too_long"
    ]
    assert _form_codes(end("i" * (ID_LIMIT + 1))) == ["bad_id"]
    assert _form_codes(*[end(str(n), "t" * TEXT_LIMIT) for n in range(FILE_LIMIT // TEXT_LIMIT + 1)]) == [
        "too_large"
    ]


@pytest.mark.parametrize("bad", ["", " a", "a\n", "a\tb", "\0", "\ud800"])
def test_ids_that_cannot_serve_as_ids(bad: str):
    assert "bad_id" in _form_codes(end(bad))
    assert "bad_id" in _form_codes(Node("a", NodeKind.ACTION, "", "", (Option(bad, "x", "b"),)))


@pytest.mark.parametrize("bad", ["\0", "\ud83d"])
def test_text_that_cannot_be_kept_and_the_message_about_it_can(bad: str):
    broken = Node(f"a{bad}", NodeKind.ACTION, bad, bad, (Option(bad, bad, bad), Option(bad, bad, bad)))
    found = form_problems(tree_of(broken))
    assert {problem.code for problem in found} == {"bad_id", "bad_character", "duplicate_option_id"}
    for problem in found:
        assert "\0" not in f"{problem.node_id}{problem.message}"
        f"{problem.node_id}{problem.message}".encode()


def test_checking_the_form_raises_with_all_that_was_found():
    with pytest.raises(InvalidTree, match=r"\(And 1 more\.\)") as refused:
        check_form(tree_of(end(""), end(" ")))
    assert [problem.code for problem in refused.value.problems] == ["bad_id", "bad_id"]
    check_form(tree_of(end("a")))


def _kept_and_read_again(tree: Tree) -> Tree:
    return tree_from_document(tree_to_document(tree))


def _chain(length: int) -> Tree:
    return tree_of(
        *[question(f"n{place}", f"n{place + 1}") for place in range(length - 1)], end(f"n{length - 1}")
    )


def _circle(length: int) -> Tree:
    return tree_of(*[question(f"n{place}", f"n{(place + 1) % length}") for place in range(length)])


def _wide(length: int) -> Tree:
    ids = [f"n{place}" for place in range(length)]
    return tree_of(
        *[question(one, *[ids[(place * 7 + k) % length] for k in range(10)]) for place, one in enumerate(ids)]
    )


@pytest.mark.parametrize("shape", [_chain, _circle, _wide])
def test_the_time_grows_with_the_tree_and_not_with_its_square(shape: Callable[[int], Tree]):
    small, large = shape(NODE_LIMIT // 20), shape(NODE_LIMIT)
    for work in (
        problems,
        form_problems,
        tree_to_document,
        _kept_and_read_again,
    ):
        assert _seconds(work, large) < 100 * _seconds(work, small)


def test_the_longest_chain_and_circle_are_judged_rightly():
    assert errors(_chain(NODE_LIMIT)) == []
    assert {code for _, code in errors(_circle(NODE_LIMIT))} == {"dead_end"}
    assert len(errors(_circle(NODE_LIMIT))) == NODE_LIMIT


def _seconds(work: Callable[[Tree], object], tree: Tree) -> float:
    """The processor time of the work, the best of some, without the garbage collector's walks over everything."""
    best = float("inf")
    gc.disable()
    for _ in range(5):
        before = time.process_time()
        work(tree)
        best = min(best, time.process_time() - before)
    gc.enable()
    return best
