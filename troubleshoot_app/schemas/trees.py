"""Trees as the pages and the API show them."""

from datetime import datetime

from pydantic import BaseModel

from troubleshoot_app.domain.errors import Severity
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.schemas.people import PersonRef


class OptionView(BaseModel):
    """An answer that can be given; what it leads to is not told."""

    id: str
    label: str


class NodeView(BaseModel):
    """One question, action or end, as whoever walks sees it."""

    id: str
    kind: NodeKind
    text: str
    help: str
    options: list[OptionView]


class TreeOption(BaseModel):
    """An answer and the node that it leads to."""

    id: str
    label: str
    to: str


class TreeNode(BaseModel):
    """A node as its author wrote it."""

    kind: NodeKind
    text: str
    help: str = ""
    options: list[TreeOption] = []


class ProblemView(BaseModel):
    """One thing that is wrong with a tree; errors stop publishing, warnings do not."""

    severity: Severity
    node_id: str | None
    code: str
    message: str


class TreeSummary(BaseModel):
    """A tree in a list. ``version`` is the published one, ``node_count`` that of what the reader gets."""

    id: str
    title: str
    description: str
    category: str
    tags: list[str]
    status: TreeStatus
    version: int | None
    node_count: int
    revision: int
    updated_at: datetime
    updated_by: PersonRef


class TreeView(TreeSummary):
    """A whole tree."""

    start: str
    nodes: dict[str, TreeNode]


class Category(BaseModel):
    """A category and how many trees the reader finds in it."""

    name: str
    tree_count: int
