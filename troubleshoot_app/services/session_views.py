"""Reading sessions: the views that pages and API show."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from troubleshoot_app.domain.steps_left import Ahead, steps_left, steps_left_in_words
from troubleshoot_app.models import TroubleshootingSession
from troubleshoot_app.models.paths import list_steps, list_steps_of_many, write_steps
from troubleshoot_app.models.versions import published_version, tree_of_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import (
    AttachmentView,
    LiveHandoff,
    NodeRef,
    SessionSummary,
    SessionView,
    StepsLeftView,
    StepView,
    TreeRef,
)
from troubleshoot_app.services.attachments import list_attachments, list_attachments_of_many
from troubleshoot_app.services.session_rows import SessionRow
from troubleshoot_app.services.session_steps import walk_of
from troubleshoot_app.services.trees import node_view

# What no text can hold: there, each quotation mark has a backslash before it.
_NO_STEPS = '"steps":[]'


def session_view(db: Session, row: SessionRow, *, latest_steps: int | None = None) -> SessionView:
    """Return the whole session where it stands, with all steps or the latest live ones."""
    steps = list_steps(db, row.id, row.version_id, latest=latest_steps, undone=latest_steps is None)
    return _whole(db, row, steps, list_attachments(db, row))


def session_views(db: Session, rows: Collection[SessionRow]) -> list[SessionView]:
    """Return whole sessions with all steps, read with as many queries for many as for one."""
    steps = list_steps_of_many(db, {row.id: row.version_id for row in rows})
    files = list_attachments_of_many(db, rows)
    return [_whole(db, row, steps[row.id], files[row.id]) for row in rows]


def write_session_view(db: Session, row: SessionRow) -> str:
    """Return the whole session where it stands, with all steps, as JSON."""
    view = _whole(db, row, [], list_attachments(db, row))
    before, after = view.model_dump_json(by_alias=True).split(_NO_STEPS)
    return f'{before}"steps":{write_steps(db, row.id, row.version_id)}{after}'


def _whole(
    db: Session, row: SessionRow, steps: list[StepView], attachments: list[AttachmentView]
) -> SessionView:
    version = published_version(db, row.current_version_id)
    node = version.tree.nodes[row.node_id]
    handoff = None
    if row.handoff_id is not None:
        handoff = LiveHandoff(
            id=str(row.handoff_id),
            intent=row.handoff_intent,
            status=row.handoff_status,
            priority=row.handoff_priority,
            reason=row.handoff_reason,
            raised_by=person(row.handoff_from_id, row.handoff_from_name),
            claimed_by=person(row.handoff_claimed_by_id, row.handoff_claimed_by_name)
            if row.handoff_claimed_by_id
            else None,
        )
    return SessionView(
        **_summary_fields(row, node.text),
        notes=row.notes,
        summary=row.summary,
        pending_note=row.pending_note,
        seq=row.seq,
        start_node=start_node(db, row),
        current=node_view(node),
        current_tree=version.ref,
        steps_left=_steps_left(db, row),
        steps=steps,
        handoff=handoff,
        attachments=attachments,
    )


def session_summary(db: Session, row: SessionRow) -> SessionSummary:
    """Return a session in one line."""
    node = tree_of_version(db, row.current_version_id).nodes[row.node_id]
    return SessionSummary(**_summary_fields(row, node.text))


def start_node(db: Session, row: SessionRow | TroubleshootingSession) -> NodeRef | None:
    """Return the node that a session started at; None where that is the start of the tree."""
    if row.start_node_id is None:
        return None
    return NodeRef(
        id=row.start_node_id, text=tree_of_version(db, row.version_id).nodes[row.start_node_id].text
    )


def person(user_id: UUID, name: str) -> PersonRef:
    """Return a person in one line."""
    return PersonRef(id=str(user_id), name=name)


def _steps_left(db: Session, row: SessionRow) -> StepsLeftView | None:
    def ahead_in(version_id: Any) -> Mapping[str, Ahead]:
        return published_version(db, version_id).ahead

    left = steps_left(walk_of(row), ahead_in)
    if left is None:
        return None
    return StepsLeftView(least=left.least, most=left.most, summary=steps_left_in_words(left))


def _summary_fields(row: SessionRow, question: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "status": row.status,
        "outcome": row.outcome,
        "title": row.title,
        "ticket_ref": row.ticket_ref,
        "asset": row.asset,
        "tree": TreeRef(id=str(row.tree_id), title=row.tree_title, version=row.tree_version),
        "holder": person(row.holder_id, row.holder_name),
        "started_by": person(row.started_by_id, row.starter_name),
        "question": question,
        "step_count": row.live_steps,
        "revision": row.revision,
        "started_at": row.created_at,
        "updated_at": row.updated_at,
        "completed_at": row.completed_at,
    }
