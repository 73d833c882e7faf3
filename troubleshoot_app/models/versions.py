"""Versions of trees as they were published: what sessions walk and what gives their paths the words."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.domain.steps_left import Ahead, ways_ahead
from troubleshoot_app.domain.tree import Node, Option, Tree, tree_from_document
from troubleshoot_app.models.trees import TreeVersion
from troubleshoot_app.schemas.sessions import TreeRef

CACHED_VERSIONS = 500


@dataclass(frozen=True)
class PublishedVersion:
    """A version as it was published: its nodes, and what it is called."""

    tree: Tree
    ref: TreeRef
    frames: dict[tuple[str, str, bool], tuple[str, str]] = field(default_factory=dict, repr=False)
    """Answers as they are written around what differs each time: by node, option, and whether it is the first in its
    tree. Filled when they are first written."""

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], tuple[Node, Option]]:
        """Each answer of it, by the ids of node and option."""
        return {(node.id, one.id): (node, one) for node in self.tree.nodes.values() for one in node.options}

    @cached_property
    def ahead(self) -> Mapping[str, Ahead]:
        """What is ahead of each of its nodes; worked out when it is first walked."""
        return ways_ahead(self.tree)


_lock = threading.Lock()
_cached: dict[UUID, PublishedVersion] = {}


def tree_of_version(db: Session, version_id: UUID) -> Tree:
    """Return the tree of a version; read once a process, for a version never changes."""
    return published_version(db, version_id).tree


def published_version(db: Session, version_id: UUID) -> PublishedVersion:
    """Return a version; read once a process, for it never changes."""
    cached = _cached.get(version_id)
    if cached is None:
        columns = (TreeVersion.document, TreeVersion.tree_id, TreeVersion.title, TreeVersion.number)
        row = db.execute(select(*map(col, columns)).where(col(TreeVersion.id) == version_id)).one()
        ref = TreeRef(id=str(row.tree_id), title=row.title, version=row.number)
        cached = PublishedVersion(tree_from_document(row.document), ref)
        with _lock:
            _cached[version_id] = cached
            if len(_cached) > CACHED_VERSIONS:
                del _cached[next(iter(_cached))]
    return cached
