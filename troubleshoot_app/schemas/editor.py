"""What the editor of trees shows."""

from pydantic import BaseModel

from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.schemas.trees import ProblemView


class TargetView(BaseModel):
    """A node in a few words: to choose as a target, or to go to."""

    id: str
    words: str
    kind: NodeKind
    errors: int = 0
    warnings: int = 0


class OptionForm(BaseModel):
    """An answer of the node on the form; ``tree`` is what it calls the other tree that it leads to, ``when`` are the
    numbers that choose it."""

    id: str
    label: str
    leads_to: str
    target: str
    tree: str
    tree_title: str
    tree_href: str
    returns: bool
    when: str


class ReadingForm(BaseModel):
    """What the node on the form measures, as it is typed."""

    unit: str
    min: str
    max: str
    decimals: str


class TreeChoice(BaseModel):
    """Another tree, to lead an answer to."""

    slug: str
    title: str
    status: TreeStatus


class IncomingView(BaseModel):
    """An answer that leads to the node on the form, and the node that has it."""

    node_id: str
    option_id: str
    words: str


class NodeForm(BaseModel):
    """The node on the form, with what leads to it and what is wrong with it."""

    id: str
    kind: NodeKind
    text: str
    help: str
    is_start: bool
    reading: ReadingForm | None
    acknowledge: bool
    options: list[OptionForm]
    incoming: list[IncomingView]
    problems: list[ProblemView]


class ScenarioLine(BaseModel):
    """A scenario in the editor: ``words`` say where its answers must end, ``fault`` why the draft breaks it."""

    id: str
    name: str
    words: str
    fault: str
    node_id: str


class ClashView(BaseModel):
    """Two texts for the same words: what somebody else wrote meanwhile, and what was typed here.

    ``what`` is "text" or "help" of a node, "label" of an answer, or a detail of the tree; with ``gone``, somebody else
    has deleted what was typed in.
    """

    what: str
    node_id: str
    option_id: str
    theirs: str
    mine: str
    by: str
    gone: bool
