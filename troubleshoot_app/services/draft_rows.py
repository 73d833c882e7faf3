"""Drafts as rows: found, locked, parsed once a process, and written as little as was changed."""

import threading
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, func, literal, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.core.ids import parse_id
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.editing import Patch
from troubleshoot_app.domain.errors import Problem
from troubleshoot_app.domain.tree import Tree, node_to_document, tree_from_document, tree_to_document
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TroubleshootingTree

CACHED_DRAFTS = 20
MOST_PARTS = 10


class _Drafts:
    """Parsed drafts of this process: reading and parsing a large one costs more than editing it.

    With them are their problems, but for those of jumps: these depend on other trees. The moment of the change is part
    of the key, since a revision that was rolled back is given again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[UUID, tuple[int, datetime, Tree, tuple[Problem, ...]]] = {}

    def keep(self, row: TroubleshootingTree, tree: Tree) -> tuple[Tree, tuple[Problem, ...]]:
        """Keep the draft of a row, and return it with its problems."""
        found = tuple(problems(tree))
        with self._lock:
            self._kept.pop(row.id, None)
            self._kept[row.id] = (row.revision, row.updated_at, tree, found)
            if len(self._kept) > CACHED_DRAFTS:
                del self._kept[next(iter(self._kept))]
        return tree, found

    def get(self, row: TroubleshootingTree) -> tuple[Tree, tuple[Problem, ...]]:
        """Return the draft of a row with its problems, from the database when it is not kept."""
        with self._lock:
            kept = self._kept.get(row.id)
        if kept is not None and kept[:2] == (row.revision, row.updated_at):
            return kept[2:]
        return self.keep(row, tree_from_document(row.draft))


DRAFTS = _Drafts()


def editable_tree(db: Session, actor: Actor, tree_id: object, *, lock: bool = False) -> TroubleshootingTree:
    """Return the row of a tree without reading its draft, locked if wanted; ``NotFound`` when there is none to edit."""
    query = (
        select(TroubleshootingTree)
        .where(
            col(TroubleshootingTree.id) == parse_id(tree_id),
            col(TroubleshootingTree.account_id) == actor.account_id,
            col(TroubleshootingTree.status) != TreeStatus.ARCHIVED,
        )
        .options(defer(cast("QueryableAttribute[Any]", TroubleshootingTree.draft)))
        .execution_options(populate_existing=True)
    )
    found = db.execute(query.with_for_update() if lock else query)
    row: TroubleshootingTree | None = found.scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def written(done: Patch, after: Tree) -> Any:
    """Return what the draft of a locked row is to be set to: of a small edit only its parts, however large the tree is."""
    if len(done.changes) > MOST_PARTS:
        return tree_to_document(after)
    draft: ColumnElement[Any] = TroubleshootingTree.__table__.c.draft
    for node_id, change in done.changes.items():
        if change.after is None:
            draft = draft.op("#-")(_path("nodes", node_id))
        else:
            draft = func.jsonb_set(draft, _path("nodes", node_id), _json(node_to_document(change.after)))
    if any(None in (change.before, change.after) for change in done.changes.values()):
        draft = func.jsonb_set(draft, _path("order"), _json(list(after.nodes)))
    if done.start_before != done.start_after:
        draft = func.jsonb_set(draft, _path("start"), _json(after.start))
    return draft


def _path(*keys: str) -> ColumnElement[Any]:
    return sql_cast(literal(list(keys), ARRAY(Text)), ARRAY(Text))


def _json(value: Any) -> ColumnElement[Any]:
    return sql_cast(literal(value, JSONB), JSONB)
