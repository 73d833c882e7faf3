"""The path of a session, read the same way for a page, a mail and a file; and the trees that give it its words."""

import threading
from uuid import UUID

from sqlalchemy import bindparam, select
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

_step = Step.__table__
_user = User.__table__

# Built once: building a statement costs more than running it. ``LIMIT NULL`` is no limit.
_STEPS = (
    select(
        _step.c.seq,
        _step.c.version_id,
        _step.c.node_id,
        _step.c.option_id,
        _step.c.value,
        _step.c.note,
        _step.c.by_id,
        _step.c.created_at,
        _step.c.undone_at,
        _user.c.name,
    )
    .join(_user, _user.c.id == _step.c.by_id)
    .where(_step.c.session_id == bindparam("of_session"))
    .order_by(_step.c.seq.desc())
    .limit(bindparam("latest"))
)
_LIVE_STEPS = _STEPS.where(_step.c.undone_at.is_(None))


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
    query = _STEPS if undone else _LIVE_STEPS
    steps = [_step_view(db, step) for step in db.execute(query, {"of_session": session_id, "latest": latest})]
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
