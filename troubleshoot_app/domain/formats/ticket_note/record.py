"""A note as JSON, in the words of the REST API, for programs that keep it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from troubleshoot_app.domain.formats.ticket_note.note import NoteHandoff, Person, TicketNote

FORMAT = "troubleshoot-session/1"


def as_json(note: TicketNote) -> str:
    """Return the whole record; every string is exactly as it was written."""
    return json.dumps(_record(note), ensure_ascii=False, indent=2) + "\n"


def _record(note: TicketNote) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "id": note.id,
        "url": note.url,
        "status": note.status,
        "outcome": note.outcome,
        "title": note.title,
        "ticket_ref": note.ticket_ref,
        "asset": note.asset,
        "summary": note.summary,
        "notes": note.notes,
        "tree": {"id": note.tree_id, "title": note.tree_title, "version": note.tree_version},
        "started_by": asdict(note.started_by),
        "holder": asdict(note.holder),
        "started_at": _moment(note.started_at),
        "updated_at": _moment(note.updated_at),
        "completed_at": _moment(note.completed_at),
        "start": None if note.start_node is None else dict(zip(("id", "text"), note.start_node, strict=True)),
        "current": {
            "id": note.node_id,
            "tree": note.node_tree or note.tree_title,
            "text": note.node_text,
            "note": note.pending_note,
        },
        "steps": [
            asdict(step) | {"at": _moment(step.at), "seconds": round(took.total_seconds())}
            for step, took in zip(note.steps, note.step_times(), strict=True)
        ],
        "handoffs": [_handoff(handoff) for handoff in note.handoffs],
        "attachments": [asdict(file) for file in note.attachments],
    }


def _handoff(handoff: NoteHandoff) -> dict[str, Any]:
    return {
        "intent": handoff.intent,
        "status": handoff.status,
        "priority": handoff.priority,
        "reason": handoff.reason,
        "from": asdict(handoff.raised_by),
        "created_at": _moment(handoff.created_at),
        "claimed_by": _person(handoff.claimed_by),
        "claimed_at": _moment(handoff.claimed_at),
        "closed_at": _moment(handoff.closed_at),
        "resolution": handoff.resolution,
    }


def _person(person: Person | None) -> dict[str, Any] | None:
    return None if person is None else asdict(person)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
