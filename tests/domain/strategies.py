"""Hypothesis strategies for trees: any draft, trees that can be published, and files with either."""

from hypothesis import strategies as st

from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.domain.readings import BOUNDS, DECIMALS_LIMIT, NUMBER_LIMIT, Range, Reading
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

YAML_TRAPS = (
    "yes", "No", "on", "y", "true", "null", "Null", "~", "1", "1.50", "0x1F", "1e3", ".inf", "2001-01-01", "12:30",
    "=", "<<", "-", "- a", "?", "a: b", "a #b", "#", "&a", "*a", "!a", "%", "@", "`", "'", '"', "{}", "[a]", "|", ">",
    "---", "...", "\\n", "é", "🔧", "\N{NO-BREAK SPACE}x", "\N{ZERO WIDTH NO-BREAK SPACE}",
)  # fmt: skip
MULTI_LINE_TRAPS = (
    "a\nb", "a\n", "\na", "\n", " \n", " a\n b", "a \nb", "a\n\n\nb\n\n", "\ta\n\tb", "a\r\nb", "a\rb", "a\x85b",
    "a\N{LINE SEPARATOR}b", "- a\n- b", "# a\nb", "\x1b[0m", "\ufffe", "a\n---\nb", "a\n...\nb", "x " * 100,
)  # fmt: skip

_any_character = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_seen_character = st.characters(exclude_categories=["Cs", "Cc"])


def lines(*, min_size: int = 1, max_size: int = 20) -> st.SearchStrategy[str]:
    """Text of one line without blanks around it or doubled in it, such as a title; with what YAML may trip over."""
    some = st.sampled_from(YAML_TRAPS) | st.text(_seen_character, max_size=max_size)
    return some.map(lambda text: " ".join(text.split())).filter(
        lambda text: min_size <= len(text) <= max_size
    )


def ids() -> st.SearchStrategy[str]:
    """Ids of nodes and options."""
    return lines()


def texts(max_size: int = 60) -> st.SearchStrategy[str]:
    """Any text that can be kept."""
    return st.sampled_from(YAML_TRAPS + MULTI_LINE_TRAPS) | st.text(_any_character, max_size=max_size)


numbers = st.floats(-NUMBER_LIMIT, NUMBER_LIMIT) | st.integers(-20, 20).map(float)


def readings() -> st.SearchStrategy[Reading]:
    """What is measured at a node, faults included."""
    ends = st.none() | numbers
    return st.builds(Reading, lines(min_size=0), ends, ends, st.none() | st.integers(0, DECIMALS_LIMIT))


def ranges() -> st.SearchStrategy[Range]:
    """Numbers that choose an answer, empty ranges included."""
    bounds = st.dictionaries(st.sampled_from(BOUNDS), numbers, min_size=1)
    return bounds.map(lambda named: Range(**named))


@st.composite
def drafts(draw: st.DrawFn, *, max_nodes: int = 8, measured: bool = True) -> Tree:
    """Any tree that can be kept as a draft, faults included; with readings and what is checked off if ``measured``."""
    some_range = st.none() | ranges() if measured else st.none()
    node_ids = draw(st.lists(ids(), unique=True, max_size=max_nodes))
    anywhere = st.sampled_from([*node_ids, "", "nowhere"])
    elsewhere = st.just("") | ids()
    nodes = {}
    for node_id in node_ids:
        option_ids = draw(st.lists(ids(), unique=True, max_size=4))
        options = tuple(
            Option(
                option_id,
                draw(texts(20)),
                draw(anywhere),
                draw(elsewhere),
                draw(st.booleans()),
                draw(some_range),
            )
            for option_id in option_ids
        )
        nodes[node_id] = Node(
            node_id,
            draw(st.sampled_from(NodeKind)),
            draw(texts()),
            draw(st.just("") | texts()),
            options,
            draw(st.none() | readings() if measured else st.none()),
            measured and draw(st.booleans()),
        )
    return Tree(draw(anywhere), nodes)


@st.composite
def sound_trees(draw: st.DrawFn, *, max_nodes: int = 12, jumps: bool = False) -> Tree:
    """A tree that can be published: all nodes reached, every path with a way to an end; loops and shortcuts occur.

    With ``jumps`` questions may have an answer that leads to another tree, ``other``.
    """
    node_ids = draw(st.lists(ids(), unique=True, min_size=1, max_size=max_nodes))
    targets: dict[str, list[str]] = {node_id: [] for node_id in node_ids}
    for place, node_id in enumerate(node_ids[1:], start=1):
        targets[draw(st.sampled_from(node_ids[:place]))].append(node_id)
    nodes = {}
    for node_id in draw(st.permutations(node_ids)):
        ways = targets[node_id]
        if not ways:
            kind = draw(st.sampled_from([NodeKind.RESOLUTION, NodeKind.ESCALATION]))
        elif len(ways) == 1 and draw(st.booleans()):
            kind = NodeKind.ACTION
        else:
            kind = NodeKind.QUESTION
            ways = draw(st.permutations(ways + draw(st.lists(st.sampled_from(node_ids), max_size=3))))
        options = tuple(Option(f"o{place}", draw(texts(20)), to) for place, to in enumerate(ways, start=1))
        if jumps and kind is NodeKind.QUESTION and draw(st.booleans()):
            options += (draw(_jumps(node_ids)),)
        nodes[node_id] = Node(node_id, kind, draw(texts()), draw(st.just("") | texts()), options)
    return Tree(node_ids[0], nodes)


@st.composite
def _jumps(draw: st.DrawFn, node_ids: list[str]) -> Option:
    returns = draw(st.booleans())
    to = draw(st.sampled_from(node_ids)) if returns else ""
    return Option("jump", draw(texts(20)), to, "other", returns=returns)


def tree_files(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[TreeFile]:
    """A tree file with one of ``trees``."""
    return st.builds(
        TreeFile,
        title=lines(max_size=200),
        description=texts().map(str.strip),
        category=lines(min_size=0),
        tags=st.lists(lines(), unique=True, max_size=4).map(tuple),
        slug=st.none() | lines(),
        tree=trees,
    )
