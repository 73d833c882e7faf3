"""Sessions written down as ticket notes."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.file_names import clean_file_name
from troubleshoot_app.domain.formats.ticket_note import FORMS, NoteFormat, write_note
from troubleshoot_app.domain.formats.ticket_note.note import (
    NoteAttachment,
    NoteHandoff,
    NoteReading,
    NoteStep,
    NoteTree,
    Person,
    TicketNote,
)
from troubleshoot_app.domain.handoff import Outcome, SessionStatus
from troubleshoot_app.models import Handoff, User
from troubleshoot_app.models.paths import list_steps
from troubleshoot_app.models.versions import published_version
from troubleshoot_app.services.access import as_app_error, require
from troubleshoot_app.services.attachments import list_attachments
from troubleshoot_app.services.session_rows import read_session
from troubleshoot_app.services.session_views import start_node

FILE_NAME_LENGTH = 80
SHORT_ID_LENGTH = 12

_raiser = aliased(User, name="raiser")
_claimer = aliased(User, name="claimer")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note as a file."""

    name: str
    media_type: str
    content: bytes


def read_note(db: Session, actor: Actor, *, session_id: object) -> TicketNote:
    """Return all that a note says of a session.

    Raises:
        NotFound: no such session in the account.
        Forbidden: it is somebody else's, and the actor is no senior.
    """
    require(actor, Permission.SESSION_WALK)
    row = read_session(db, actor, session_id)
    begun = start_node(db, row)
    current = published_version(db, row.current_version_id)
    return TicketNote(
        id=str(row.id),
        url=f"{get_settings().base_url}/sessions/{row.id}",
        title=row.title,
        ticket_ref=row.ticket_ref,
        asset=row.asset,
        notes=row.notes,
        tree_id=str(row.tree_id),
        tree_title=row.tree_title,
        tree_version=row.tree_version,
        status=SessionStatus(row.status),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        summary=row.summary,
        start_node=None if begun is None else (begun.id, begun.text),
        node_id=row.node_id,
        node_text=current.tree.nodes[row.node_id].text,
        node_tree=current.ref.title if row.current_version_id != row.version_id else "",
        pending_note=row.pending_note,
        started_by=Person(str(row.started_by_id), row.starter_name),
        holder=Person(str(row.holder_id), row.holder_name),
        started_at=row.created_at,
        updated_at=row.updated_at,
        completed_at=row.completed_at,
        steps=_steps(db, row.id, row.version_id),
        handoffs=_handoffs(db, row.id),
        attachments=tuple(
            NoteAttachment(file.name, file.media_type, file.size, file.seq, file.question)
            for file in list_attachments(db, row)
        ),
    )


def note_file(note: TicketNote, form: NoteFormat) -> NoteFile:
    """Return a note as a file. A PDF takes a while: call this when no transaction is open.

    Raises:
        Invalid: it is too long for this form.
        TooManyRequests: too many wait for a PDF already.
    """
    try:
        content = write_note(note, form)
    except DomainError as error:
        raise as_app_error(error) from error
    name = " ".join(filter(None, (note.ticket_ref, note.title or note.tree_title)))
    clean = clean_file_name(name.replace("/", " ").replace("\\", " ")[:FILE_NAME_LENGTH], "")
    return NoteFile(
        name=f"{clean or f'session-{note.id[-SHORT_ID_LENGTH:]}'}.{FORMS[form].suffix}",
        media_type=FORMS[form].media_type,
        content=content,
    )


def _steps(db: Session, session_id: UUID, begun_in: UUID) -> tuple[NoteStep, ...]:
    return tuple(
        NoteStep(
            seq=step.seq,
            tree=NoteTree(step.tree.id, step.tree.title, step.tree.version),
            is_first_in_tree=step.is_first_in_tree,
            found=step.found,
            reading=None if step.reading is None else NoteReading(**step.reading.model_dump()),
            checked_off=step.checked_off,
            node_id=step.node_id,
            node_text=step.node_text,
            option_id=step.option_id,
            option_label=step.option_label,
            value=step.value,
            note=step.note,
            by=Person(step.by.id, step.by.name),
            at=step.at,
            undone=step.undone,
            undone_by=None if step.undone_by is None else Person(step.undone_by.id, step.undone_by.name),
            repeats=step.repeats,
            replaces=step.replaces,
            kept_as=step.kept_as,
        )
        for step in list_steps(db, session_id, begun_in)
    )


def _handoffs(db: Session, session_id: UUID) -> tuple[NoteHandoff, ...]:
    rows = db.execute(
        select(Handoff, col(_raiser.name), col(_claimer.name))
        .join(_raiser, col(_raiser.id) == col(Handoff.from_id))
        .outerjoin(_claimer, col(_claimer.id) == col(Handoff.claimed_by_id))
        .where(col(Handoff.session_id) == session_id)
        .order_by(col(Handoff.created_at), col(Handoff.id))
        .execution_options(populate_existing=True)
    )
    return tuple(
        NoteHandoff(
            intent=handoff.intent,
            status=handoff.status,
            priority=handoff.priority,
            reason=handoff.reason,
            raised_by=Person(str(handoff.from_id), raiser),
            created_at=handoff.created_at,
            claimed_by=None if handoff.claimed_by_id is None else Person(str(handoff.claimed_by_id), claimer),
            claimed_at=handoff.claimed_at,
            closed_at=handoff.closed_at,
            resolution=handoff.resolution,
        )
        for handoff, raiser, claimer in rows
    )
