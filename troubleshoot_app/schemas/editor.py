"""What the editor of trees shows."""

from pydantic import BaseModel

from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.trees import ProblemView


class TargetView(BaseModel):
    """A node in a few words: to choose as a target, or to go to."""

    id: str
    words: str
    kind: NodeKind
    errors: int = 0
    warnings: int = 0


class OptionForm(BaseModel):
    """An answer of the node on the form."""

    id: str
    label: str
    leads_to: str
    target: str


class NodeForm(BaseModel):
    """The node on the form, with what leads to it and what is wrong with it."""

    id: str
    kind: NodeKind
    text: str
    help: str
    is_start: bool
    options: list[OptionForm]
    incoming: list[TargetView]
    problems: list[ProblemView]


class ClashView(BaseModel):
    """Two texts for the same words: what somebody else wrote meanwhile, and what was typed here."""

    node_id: str
    words: str
    theirs: str
    mine: str
    by: str
