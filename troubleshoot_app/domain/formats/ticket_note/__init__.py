"""The ticket note: a session written down, to be pasted into a ticket, filed, or read by a program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from troubleshoot_app.domain.formats.ticket_note.markdown import as_markdown
from troubleshoot_app.domain.formats.ticket_note.note import TicketNote
from troubleshoot_app.domain.formats.ticket_note.outline import outline_of
from troubleshoot_app.domain.formats.ticket_note.page import as_html
from troubleshoot_app.domain.formats.ticket_note.pdf import as_pdf
from troubleshoot_app.domain.formats.ticket_note.plain import as_text
from troubleshoot_app.domain.formats.ticket_note.record import as_json


class NoteFormat(StrEnum):
    """A form that a note is written in."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    JSON = "json"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Form:
    """How files of a form are called and written."""

    suffix: str
    media_type: str
    write: Callable[[TicketNote], bytes]


FORMS: Mapping[NoteFormat, Form] = MappingProxyType(
    {
        NoteFormat.MARKDOWN: Form(
            "md", "text/markdown; charset=utf-8", lambda note: as_markdown(outline_of(note)).encode()
        ),
        NoteFormat.HTML: Form(
            "html", "text/html; charset=utf-8", lambda note: as_html(outline_of(note)).encode()
        ),
        NoteFormat.TEXT: Form(
            "txt", "text/plain; charset=utf-8", lambda note: as_text(outline_of(note)).encode()
        ),
        NoteFormat.JSON: Form(
            "json", "application/json", lambda note: as_json(note).encode("utf-8", "replace")
        ),
        NoteFormat.PDF: Form(
            "pdf", "application/pdf", lambda note: as_pdf(outline_of(note), note.updated_at)
        ),
    }
)


def write_note(note: TicketNote, form: NoteFormat) -> bytes:
    """Return a note in one of its forms; the same note gives the same bytes each time."""
    return FORMS[form].write(note)
