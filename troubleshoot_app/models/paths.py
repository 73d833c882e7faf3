"""The path of a session, read the same way for a page, a mail and a file; and the trees that give it its words."""

import threading
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.domain.tree import Tree, tree_from_document
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.sessions import Step
from troubleshoot_app.models.trees import TreeVersion
from troubleshoot_app.models.users import User
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import StepView

CACHED_VERSIONS = 500

_lock = threading.Lock()
_cached: dict[UUID, Tree] = {}


def tree_of_version(db: Session, version_id: UUID) -> Tree:
    """Return the tree of a version; read once a process, for a version never changes."""
    cached = _cached.get(version_id)
    if cached is None:
        document = db.execute(
            select(col(TreeVersion.document)).where(col(TreeVersion.id) == version_id)
        ).scalar_one()
        cached = tree_from_document(document)
        with _lock:
            _cached[version_id] = cached
            if len(_cached) > CACHED_VERSIONS:
                del _cached[next(iter(_cached))]
    return cached


def list_steps(
    db: Session, session_id: UUID, *, latest: int | None = None, undone: bool = True
) -> list[StepView]:
    """Return the steps of a session in order, all or the ``latest`` ones, with or without those undone."""
    query = (
        select(
            col(Step.seq),
            col(Step.version_id),
            col(Step.node_id),
            col(Step.option_id),
            col(Step.value),
            col(Step.note),
            col(Step.by_id),
            col(Step.created_at),
            col(Step.undone_at),
            col(User.name),
        )
        .join(User, col(User.id) == col(Step.by_id))
        .where(col(Step.session_id) == session_id)
        .order_by(col(Step.seq).desc())
    )
    if not undone:
        query = query.where(col(Step.undone_at).is_(None))
    if latest is not None:
        query = query.limit(latest)
    steps = [_step_view(db, step) for step in db.execute(query)]
    steps.reverse()
    return steps


def _step_view(db: Session, step: AnyRow) -> StepView:
    node = tree_of_version(db, step.version_id).nodes[step.node_id]
    label = next(option.label for option in node.options if option.id == step.option_id)
    return StepView(
        seq=step.seq,
        node_id=step.node_id,
        node_text=node.text,
        option_id=step.option_id,
        option_label=label,
        value=step.value,
        note=step.note,
        by=PersonRef(id=str(step.by_id), name=step.name),
        at=step.created_at,
        undone=step.undone_at is not None,
    )
