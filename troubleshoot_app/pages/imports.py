"""Importing trees: a file or a text in, drafts and a report out."""

import reflex as rx

from troubleshoot_app.components.react import Import
from troubleshoot_app.components.shell import for_seniors, page, page_heading
from troubleshoot_app.domain.formats.csv_columns import COLUMNS, JUMP_COLUMNS, READING_COLUMNS, TREE_COLUMN
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
_NEEDED = ("node", "text", "option", "to")
_MORE_COLUMNS = [
    column for column in (*COLUMNS, *JUMP_COLUMNS, *READING_COLUMNS, TREE_COLUMN) if column not in _NEEDED
]
_TABLE = """\
node,kind,text,option,to
lamp,question,Is the lamp lit?,Yes,good
,,,No,plug
plug,action,Plug it in.,Next,good
good,resolution,It works.,,
"""
_PAGE = """\
## Is the lamp lit? {#lamp .question}

- Yes → [It works.](#good)
- No → [Plug it in.](#plug)

## Plug it in. {#plug .action}

- Next → [It works.](#good)

## It works. {#good .resolution}
"""
_LIST = """\
- Is the lamp lit?
  - Yes
    - It works.
  - No
    - Plug it in. Is it lit now?
      - Yes: It works.
      - No: Escalate to a senior.
"""


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
            _how_to_write(),
            Import.create(formats=[[form, _NAMES[form]] for form in IMPORT_FORMATS], largest=FILE_LIMIT),
        ),
    )


def _how_to_write() -> rx.Component:
    return rx.el.details(
        rx.el.summary("How a table, a list or a page is read"),
        rx.box(
            rx.text(
                "A table has one row for each answer; rows without a node belong to the one above. Only ",
                rx.el.code("node"),
                ", ",
                rx.el.code("text"),
                ", ",
                rx.el.code("option"),
                " and ",
                rx.el.code("to"),
                " are needed. It may also have ",
                rx.el.code(", ".join(_MORE_COLUMNS)),
                ".",
                size="3",
            ),
            _example(_TABLE, "A table"),
            rx.text(
                "A list is nested: below a question its answers, below an answer what comes next. Trees that are drawn "
                "with lines, as ",
                rx.el.code("├── Yes"),
                ", are read alike.",
                size="3",
            ),
            _example(_LIST, "A list"),
            rx.text(
                "A page has a heading for each node, with its id and kind in braces, and below it the answers. So it is "
                "exported, and so it comes back as it was.",
                size="3",
            ),
            _example(_PAGE, "A page"),
            class_name="stack",
        ),
        class_name="panel",
    )


def _example(text: str, name: str) -> rx.Component:
    return rx.el.pre(
        text, class_name="told-line", tab_index=0, role="group", custom_attrs={"aria-label": name}
    )
