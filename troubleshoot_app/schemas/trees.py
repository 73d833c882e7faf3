"""Trees as the pages and the API show them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from troubleshoot_app.domain.errors import Severity
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.versions import VersionView

NOTE_LENGTH = 2_000


def _is_none(value: object) -> bool:
    return value is None


class OptionView(BaseModel):
    """An answer that can be given; what it leads to is not told. ``when`` says for which numbers it is, in signs; such
    an answer is chosen by the number that is measured."""

    id: str
    label: str
    when: str | None = Field(default=None, exclude_if=_is_none)


class ReadingView(BaseModel):
    """What is measured at a node, the range that is expected, and how that is said."""

    unit: str
    min: float | None
    max: float | None
    decimals: int | None
    expected: str


class NodeView(BaseModel):
    """One question, action or end, as whoever walks sees it; with ``acknowledge`` it is checked off first."""

    id: str
    kind: NodeKind
    text: str
    help: str
    options: list[OptionView]
    reading: ReadingView | None = Field(default=None, exclude_if=_is_none)
    acknowledge: bool | None = Field(default=None, exclude_if=_is_none)


class TreeOption(BaseModel):
    """An answer and the node that it leads to; or, with ``tree``, the other tree, and with ``return`` the node where it
    goes on when that is solved. What an answer does not have is left out."""

    id: str
    label: str
    to: str
    tree: str | None = Field(default=None, exclude_if=_is_none)
    returns: bool | None = Field(default=None, serialization_alias="return", exclude_if=_is_none)
    when: dict[str, float] | None = Field(default=None, exclude_if=_is_none)


class TreeNode(BaseModel):
    """A node as its author wrote it."""

    kind: NodeKind
    text: str
    help: str = ""
    options: list[TreeOption] = []
    reading: dict[str, Any] | None = Field(default=None, exclude_if=_is_none)
    acknowledge: bool | None = Field(default=None, exclude_if=_is_none)


class ProblemView(BaseModel):
    """One thing that is wrong with a tree; errors stop publishing, warnings do not."""

    severity: Severity
    node_id: str | None
    code: str
    message: str


class DraftProblem(ProblemView):
    """One thing that is wrong with a draft, with how the node begins that it is about; empty for the whole tree."""

    words: str


class TreeSummary(BaseModel):
    """A tree in a list. ``slug`` is its name in addresses (``/t/{slug}``), ``version`` the published one, ``node_count``
    that of what the reader gets."""

    id: str
    slug: str
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


class CategoryList(BaseModel):
    """Categories by name."""

    items: list[Category]


class TreePage(Page[TreeSummary]):
    """Part of a list of trees."""


class VersionPage(Page[VersionView]):
    """Part of a list of versions."""


class TextRun(BaseModel):
    """A piece of a text; ``marked`` when it is a word that was looked for."""

    text: str
    marked: bool


class TreeHit(BaseModel):
    """A tree in which the words were found: at which node, null when it is in what the tree says of itself. ``runs`` are
    the pieces of the snippet."""

    tree: TreeSummary
    node_id: str | None
    snippet: str
    runs: list[TextRun]
    score: float


class TreeHits(BaseModel):
    """What was found, best first."""

    items: list[TreeHit]


class ProblemList(BaseModel):
    """What is wrong with a tree, in the order of its nodes; empty when nothing is."""

    problems: list[ProblemView]


class ReportLineView(BaseModel):
    """One thing to know about an import: what was guessed, left out, or looks wrong; where it stands in the file."""

    severity: Literal["error", "warning", "info"]
    code: str
    line: int | None
    column: int | None
    message: str


class ImportedTreeView(TreeView):
    """A draft that came out of a file, with what is wrong with it."""

    problems: list[ProblemView]


class ImportResult(BaseModel):
    """The drafts that a file became, one for each chart in it."""

    items: list[ImportedTreeView]
    report: list[ReportLineView]


class Publication(BaseModel):
    """Which draft to publish, and what is new in it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"revision": 3, "note": "Asks for the fuse first."}]}
    )

    revision: StrictInt
    note: str | None = Field(default=None, max_length=NOTE_LENGTH)
