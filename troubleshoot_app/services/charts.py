"""Charts: a tree laid out, with its problems where it is a draft."""

import re
from collections import Counter
from collections.abc import Iterable

from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.errors import Problem
from troubleshoot_app.domain.layout import lay_out
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.charts import ChartEdge, ChartNode, ChartView
from troubleshoot_app.services import tree_editing
from troubleshoot_app.services.session_rows import read_session
from troubleshoot_app.services.trees import published_tree

TEXT_LENGTH = 120
LABEL_LENGTH = 40

_MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>]+")


def draft_chart(db: Session, actor: Actor, *, tree_id: object) -> ChartView:
    """Return the chart of a draft with its problems marked; ``NotFound`` or ``Forbidden`` for who may not edit it."""
    draft = tree_editing.get_draft(db, actor, tree_id=tree_id)
    return _chart(draft.tree, draft.problems)


def tree_chart(db: Session, actor: Actor, *, tree_id: object) -> ChartView:
    """Return the chart of a tree as it is walked; ``NotFound`` for a tree that the actor may not see."""
    return _chart(published_tree(db, actor, tree_id=tree_id))


def session_chart(db: Session, actor: Actor, *, session_id: object) -> ChartView:
    """Return the chart of the version that a session is in; ``NotFound`` or ``Forbidden`` for who may not see it."""
    return _chart(tree_of_version(db, read_session(db, actor, session_id).current_version_id))


def _chart(tree: Tree, problems: Iterable[Problem] = ()) -> ChartView:
    marks = Counter((problem.node_id, problem.severity.value) for problem in problems)
    boxes = lay_out(tree)
    return ChartView(
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
            )
            for node in tree.nodes.values()
        ],
        edges=[
            ChartEdge(
                id=f"{node.id} {option.id}",
                source=node.id,
                target=option.to,
                label=_plain(option.label, LABEL_LENGTH),
            )
            for node in tree.nodes.values()
            for option in node.options
            if option.to in tree.nodes
        ],
    )


def _plain(text: str, limit: int) -> str:
    """Return Markdown as plain words, cut at ``limit`` characters."""
    words = " ".join(_MARKDOWN.sub(r"\1", text).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"
