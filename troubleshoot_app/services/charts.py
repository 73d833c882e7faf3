"""Charts: a tree laid out, with its problems where it is a draft, or with what differs from another version."""

import re
import threading
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.comparison import What, overlay
from troubleshoot_app.domain.errors import Problem
from troubleshoot_app.domain.jumps import Neighbourhood, jump_names
from troubleshoot_app.domain.layout import lay_out_in_rows
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import Step
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.charts import Change, ChartEdge, ChartNode, ChartView
from troubleshoot_app.services import tree_editing, tree_versions
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.session_rows import read_session
from troubleshoot_app.services.trees import published_tree

TEXT_LENGTH = 120
LABEL_LENGTH = 32
KEPT_CHARTS = 12
MOST_NUMBER = 2**31 - 2
KEPT_WORDS = 50_000
BETWEEN = "\n"
"""Stands in no id of an author."""

_MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>]+")


def draft_chart(db: Session, actor: Actor, *, tree_id: object, since: int | None = None) -> ChartView:
    """Return the chart of a draft with its problems marked, or what has changed on it since the chart ``since``.

    Raises:
        NotFound: no such tree.
        Forbidden: the actor may not edit it.
    """
    draft = tree_editing.get_draft(db, actor, tree_id=tree_id)
    number = _number_of(draft)
    chart = _CHARTS.get(draft.tree_id, number)
    if chart is None:
        chart = _chart(draft.tree, draft.problems, number=number, around=draft.around)
        _CHARTS.keep(draft.tree_id, chart)
    before = None if since is None else _CHARTS.get(draft.tree_id, since)
    return chart if before is None else _changes(before, chart)


def tree_chart(db: Session, actor: Actor, *, tree_id: object) -> ChartView:
    """Return the chart of a tree as it is walked; ``NotFound`` for a tree that the actor may not see."""
    return _whole(db, actor, published_tree(db, actor, tree_id=tree_id))


def version_chart(db: Session, actor: Actor, *, tree_id: object, version: int) -> ChartView:
    """Return the chart of a version of a tree, 0 being the draft; ``NotFound`` when there is no such one."""
    tree, _ = tree_versions.two_versions(db, actor, tree_id=tree_id, older=version, newer=version)
    return _whole(db, actor, tree)


def session_chart(db: Session, actor: Actor, *, session_id: object, seq: int | None = None) -> ChartView:
    """Return the chart of the version that a session is in, or was in at step ``seq``.

    Raises:
        NotFound: no such session in the account, or no such step of it.
        Forbidden: it is somebody else's, and the actor is no senior.
    """
    row = read_session(db, actor, session_id)
    version_id = row.current_version_id
    if seq is not None and seq != row.seq + 1:
        step = select(col(Step.version_id)).where(col(Step.session_id) == row.id, col(Step.seq) == seq)
        version_id = db.scalars(step).one_or_none()
        if version_id is None:
            raise NotFound()
    return _whole(db, actor, tree_of_version(db, version_id))


def comparison_chart(db: Session, actor: Actor, *, tree_id: object, older: int, newer: int) -> ChartView:
    """Return the chart of two versions in one, with what was added, removed or changed; 0 stands for the draft.

    Raises:
        NotFound: no such tree or version.
    """
    both = overlay(*tree_versions.two_versions(db, actor, tree_id=tree_id, older=older, newer=newer))
    arrows = {(arrow.node_id, arrow.option.id): arrow.what for arrow in both.arrows if arrow.what}
    return _chart(both.tree, changes=both.nodes, arrows=arrows)


def _number_of(draft: tree_editing.Draft) -> int:
    """Return a number, never 0, for what the chart of a draft shows. The revision alone does not say that: scenarios
    and other trees make problems, too."""
    marks = Counter((problem.node_id, problem.severity.value) for problem in draft.problems)
    jumps = [
        (name, there.id, there.title) for name in jump_names(draft.tree) if (there := draft.around.of(name))
    ]
    return zlib.crc32(repr((draft.revision, list(marks.items()), jumps)).encode()) % MOST_NUMBER + 1


def _whole(db: Session, actor: Actor, tree: Tree) -> ChartView:
    return _chart(tree, around=neighbourhood(db, actor.account_id, tree))


def _chart(
    tree: Tree,
    problems: Iterable[Problem] = (),
    *,
    number: int = 0,
    changes: Mapping[str, What] | None = None,
    arrows: Mapping[tuple[str, str], What] | None = None,
    around: Neighbourhood | None = None,
) -> ChartView:
    tree, links = _with_jumps(tree, around or Neighbourhood())
    marks = Counter((problem.node_id, problem.severity.value) for problem in problems)
    boxes = lay_out_in_rows(tree)
    changed, drawn = changes or {}, arrows or {}
    return ChartView(
        number=number,
        start=tree.start,
        size=len(tree.nodes),
        nodes=[
            ChartNode(
                id=node.id,
                text=_plain(node.text, TEXT_LENGTH),
                kind=node.kind,
                x=boxes[node.id].x,
                y=boxes[node.id].y,
                width=boxes[node.id].width,
                height=boxes[node.id].height,
                errors=marks[node.id, "error"],
                warnings=marks[node.id, "warning"],
                change=_word(changed.get(node.id)),
                link=links.get(node.id),
            )
            for node in tree.nodes.values()
        ],
        edges=[
            ChartEdge(
                id=f"{node.id} {option.id}",
                source=node.id,
                target=option.to,
                label=_plain(option.label, LABEL_LENGTH),
                change=_word(drawn.get((node.id, option.id))),
            )
            for node in tree.nodes.values()
            for option in node.options
            if option.to in tree.nodes
        ],
    )


def _with_jumps(tree: Tree, around: Neighbourhood) -> tuple[Tree, dict[str, str]]:
    """Return the tree with a box more for each answer that leads to another one, and where these boxes link to."""
    if not jump_names(tree):
        return tree, {}
    nodes: dict[str, Node] = {}
    links: dict[str, str] = {}
    for node in tree.nodes.values():
        drawn, beyond = [], []
        for option in node.options:
            if not option.jumps:
                drawn.append(option)
                continue
            there = around.of(option.tree)
            box_id = f"{node.id}{BETWEEN}{option.id}"
            links[box_id] = "" if there is None else f"/trees/{there.id}"
            title = option.tree if there is None else there.title
            back = (Option("back", "Back", option.to),) if option.returns else ()
            beyond.append(Node(box_id, NodeKind.ACTION, title, options=back))
            drawn.append(replace(option, to=box_id, tree="", returns=False))
        nodes |= {one.id: one for one in (replace(node, options=tuple(drawn)), *beyond)}
    return Tree(tree.start, nodes), links


class _Charts:
    """The charts that were sent last, so that the next one can be told as what has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[UUID, int], ChartView] = OrderedDict()

    def keep(self, tree_id: UUID, chart: ChartView) -> None:
        with self._lock:
            self._kept[tree_id, chart.number] = chart
            if len(self._kept) > KEPT_CHARTS:
                self._kept.popitem(last=False)

    def get(self, tree_id: UUID, number: int) -> ChartView | None:
        with self._lock:
            return self._kept.get((tree_id, number))


_CHARTS = _Charts()


def _changes(before: ChartView, after: ChartView) -> ChartView:
    """Return what leads from one chart to the other."""
    nodes = {node.id: node for node in before.nodes}
    edges = {edge.id: edge for edge in before.edges}
    ids = {*(node.id for node in after.nodes), *(edge.id for edge in after.edges)}
    return after.model_copy(
        update={
            "base": before.number,
            "nodes": [node for node in after.nodes if nodes.get(node.id) != node],
            "edges": [edge for edge in after.edges if edges.get(edge.id) != edge],
            "gone": [key for key in (*nodes, *edges) if key not in ids],
        }
    )


def _word(what: What | None) -> Change:
    return "" if what is None else what.value


@lru_cache(maxsize=KEPT_WORDS)
def _plain(text: str, limit: int) -> str:
    """Return Markdown as plain words, cut at ``limit`` characters."""
    words = " ".join(_MARKDOWN.sub(r"\1", text).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"
