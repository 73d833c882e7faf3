"""Importing trees: a file or a text in, drafts and a report out."""

import reflex as rx

from troubleshoot_app.components.react import Import
from troubleshoot_app.components.shell import for_seniors, page, page_heading
from troubleshoot_app.domain.formats.imports import IMPORT_FORMATS
from troubleshoot_app.domain.tree import FILE_LIMIT

_NAMES = {
    "json": "Tree file (JSON)",
    "yaml": "Tree file (YAML)",
    "mermaid": "Mermaid",
    "csv": "Table (CSV)",
    "markdown": "Markdown",
    "drawio": "draw.io",
    "bpmn": "BPMN",
}


def import_trees() -> rx.Component:
    """Return the page that makes drafts of a file."""
    return page(
        for_seniors(
            page_heading("Import trees"),
            rx.text(
                "Charts and lists that you have already: tree files, Mermaid, tables, Markdown pages, draw.io and BPMN. "
                "Each chart in a file becomes a draft; nothing is published by that.",
                size="3",
            ),
            Import.create(formats=[[form, _NAMES[form]] for form in IMPORT_FORMATS], largest=FILE_LIMIT),
        ),
    )
