"""Versions of a tree as the pages show them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from troubleshoot_app.schemas.people import PersonRef


class VersionView(BaseModel):
    """A published version."""

    version: int
    published_at: datetime
    by: PersonRef
    note: str


class NodeChange(BaseModel):
    """One node that differs between two versions; ``lines`` say what, one sentence each."""

    node_id: str
    what: Literal["added", "removed", "changed"]
    words: str
    lines: list[str]


class Comparison(BaseModel):
    """What differs between two versions: sentences about the tree as a whole, and nodes in the order of the newer one."""

    lines: list[str]
    changes: list[NodeChange]
