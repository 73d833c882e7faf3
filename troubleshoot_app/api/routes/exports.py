"""Sessions as files: the ticket note."""

from contextlib import nullcontext
from typing import Any

from fastapi import APIRouter, Response

from troubleshoot_app.api.deps import BrowserCredential, CurrentCredential
from troubleshoot_app.api.downloads import attachment_headers
from troubleshoot_app.api.errors import problems
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.formats.ticket_note import FORMS, NoteFormat
from troubleshoot_app.schemas.exports import NoteWanted
from troubleshoot_app.services import exports
from troubleshoot_app.services.access import Credential, acting
from troubleshoot_app.services.pdf_turns import turn_of

router = APIRouter(prefix="/sessions", tags=["sessions"])
web_router = APIRouter(prefix="/web/sessions", tags=["browser"], include_in_schema=False)

_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The note as a file.",
        "content": {
            form.media_type.partition(";")[0]: {"schema": {} if kind is NoteFormat.JSON else _FILE}
            for kind, form in FORMS.items()
        },
        "headers": {
            "Content-Disposition": {"description": "What to call the file.", "schema": {"type": "string"}}
        },
    }
}


@router.post(
    "/{session_id}/export",
    operation_id="sessions_export",
    response_class=Response,
    responses=_ANSWERS | problems(403, 404, 429),
)
def export_session(session_id: str, body: NoteWanted, credential: CurrentCredential) -> Response:
    """Write a session down for a ticket: what was wrong, what was tried, how it ended. For whoever may see it.

    The same session gives the same file each time.
    """
    return _file(credential, session_id, body.format)


@web_router.get("/{session_id}/export")
def export_session_for_browser(
    session_id: str, credential: BrowserCredential, format: NoteFormat = NoteFormat.PDF
) -> Response:
    """Return the note to the browser of somebody signed in, to be kept as a file."""
    return _file(credential, session_id, format)


def _file(credential: Credential | None, session_id: str, form: NoteFormat) -> Response:
    note = transact(acting, credential, exports.read_note, session_id=session_id)
    with turn_of(credential) if form is NoteFormat.PDF else nullcontext():
        file = exports.note_file(note, form)
    headers = attachment_headers(file.name) | {"Cache-Control": "private, no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)
