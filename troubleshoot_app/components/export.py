"""What can be taken away: a session as a ticket note, copied with one press or as a file; a tree as a file."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.dialogs import close_button, dialog, dialog_foot
from troubleshoot_app.domain.formats.ticket_note import NoteFormat

_FILES = (
    (NoteFormat.PDF, "PDF", "to send or to print"),
    (NoteFormat.MARKDOWN, "Markdown", "for GitHub or Jira"),
    (NoteFormat.TEXT, "Text", "for any ticket"),
    (NoteFormat.HTML, "HTML", "for a browser"),
    (NoteFormat.JSON, "JSON", "for programs"),
)
_TREE_FILES = (
    ("pdf", "PDF", "the chart, to pin on a wall"),
    ("svg", "SVG", "the chart, for a page"),
    ("markdown", "Markdown", "to read and to edit"),
    ("csv", "CSV", "for a spreadsheet"),
    ("mermaid", "Mermaid", "for a wiki"),
    ("yaml", "YAML", "to edit by hand"),
    ("json", "JSON", "for programs"),
)


class CopyNote(rx.Component):
    """A button that copies the text that ``source`` answers with."""

    library = "$/public/components/CopyNote.jsx"
    tag = "CopyNote"

    source: rx.Var[str]


class CopyNoteNow(rx.Component):
    """A button that copies the text that ``source`` answers with, and says so in a toast."""

    library = "$/public/components/CopyNote.jsx"
    tag = "CopyNoteNow"

    source: rx.Var[str]


def copy_button(session_id: Any) -> rx.Component:
    """Return the button that copies the note of a session in one press."""
    return CopyNoteNow.create(source=_address(session_id, NoteFormat.TEXT))


def export_button(session_id: Any) -> rx.Component:
    """Return the button that opens what can be taken away of a session."""
    return _dialog(
        "The whole case as a note: what was wrong, what was tried, how it stands.",
        CopyNote.create(source=_address(session_id, NoteFormat.TEXT)),
        _files([(_address(session_id, form), name, hint) for form, name, hint in _FILES]),
    )


def tree_export_button(tree_id: Any) -> rx.Component:
    """Return the button that opens the files that a tree can be taken away as."""
    address = f"/api/v1/web/trees/{tree_id}/export?format="
    return _dialog(
        "The tree as it is walked now. PDF and SVG are pictures; all others come back as they are when imported.",
        _files([(address + form, name, hint) for form, name, hint in _TREE_FILES]),
    )


def _dialog(explanation: str, *body: rx.Component) -> rx.Component:
    button = rx.button(
        rx.icon("share", size=18, custom_attrs={"aria-hidden": "true"}),
        "Export",
        variant="soft",
        color_scheme="gray",
        size="3",
    )
    return dialog(
        "Export",
        *body,
        dialog_foot(close_button()),
        explanation=explanation,
        trigger=button,
        max_width="28rem",
    )


def _files(files: list[tuple[Any, str, str]]) -> rx.Component:
    return rx.el.ul(
        *[_file(address, name, hint) for address, name, hint in files],
        class_name="export-files",
        custom_attrs={"aria-label": "Files"},
    )


def _file(address: Any, name: str, hint: str) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.icon("download", size=18, custom_attrs={"aria-hidden": "true"}),
            rx.el.span(name, class_name="export-name"),
            rx.el.span(hint, class_name="quiet", custom_attrs={"aria-hidden": "true"}),
            href=address,
            download=True,
            reload_document=True,  # it is no page to go to
            discover="none",
            class_name="export-file",
        )
    )


def _address(session_id: Any, form: NoteFormat) -> Any:
    return f"/api/v1/web/sessions/{session_id}/export?format={form.value}"
