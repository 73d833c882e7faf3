"""The columns of a tree as a table: one row an option, a row without an option for a node without options.

| column    | what stands in it                                                                  |
| --------- | ---------------------------------------------------------------------------------- |
| node      | the id of the node; empty: the node of the row above                               |
| kind      | question, action, resolution or escalation; empty: guessed                         |
| text      | what it asks or says; empty on its further rows                                    |
| help      | more, if any                                                                       |
| option    | the label of an answer, or of the way on                                           |
| to        | the node that it leads to                                                          |
| option_id | its id, if it matters                                                              |
| jump      | the id or slug of another tree that it leads to                                    |
| return    | yes: when that tree is solved, it goes on at ``to``                                |
| when      | the numbers that choose the answer: ``>= 11.5 < 12.6``                             |
| reading   | yes: a number is measured at the node                                              |
| unit      | its unit                                                                           |
| min, max  | the range that is expected                                                         |
| decimals  | how many decimals are measured                                                     |
| check_off | yes: an action that is checked off before the walk goes on                         |
| tree      | the title of the tree, where a file has several                                    |

Only ``node`` and ``text``, or ``node`` and ``option``, are needed; the order of the columns is free, and so is the case
of their names. Rows without a node, whose kind is title, description, category, tag, slug or start, say that (in
``text``) of the tree as a whole. A cell that a spreadsheet would take for a formula is written with ``'`` before it.
"""

from troubleshoot_app.domain.readings import Range, number_text

COLUMNS = ("node", "kind", "text", "help", "option", "to", "option_id")
JUMP_COLUMNS = ("jump", "return")
"""Written only where a tree has jumps."""
READING_COLUMNS = ("when", "reading", "unit", "min", "max", "decimals", "check_off")
"""Written only where a tree has readings, or something to check off."""
TREE_COLUMN = "tree"
ABOUT_KINDS = ("title", "description", "category", "tag", "slug", "start")

ALIASES = {
    "id": "node", "node id": "node", "node_id": "node", "step": "node", "step id": "node", "knoten": "node",
    "type": "kind", "node type": "kind", "art": "kind",
    "question": "text", "title": "text", "description": "text", "prompt": "text", "node text": "text", "frage": "text",
    "details": "help", "hint": "help", "note": "help", "notes": "help", "hilfe": "help",
    "answer": "option", "label": "option", "choice": "option", "response": "option", "antwort": "option",
    "next": "to", "goto": "to", "go to": "to", "target": "to", "next node": "to", "next step": "to", "leads to": "to",
    "next_node": "to", "next_step": "to", "ziel": "to",
    "option id": "option_id", "chart": "tree",
}  # fmt: skip

_SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def column_named(header: str) -> str | None:
    """Return the column that a header stands for; None when it is not one of them."""
    name = " ".join(header.split()).casefold()
    return name if name in (*COLUMNS, *JUMP_COLUMNS, *READING_COLUMNS, TREE_COLUMN) else ALIASES.get(name)


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    """Return what ``guarded`` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def range_cell(wanted: Range | None) -> str:
    """Return a range of numbers as it stands in a cell."""
    if wanted is None:
        return ""
    return " ".join(f"{_SIGNS[name]} {number_text(bound)}" for name, bound in wanted.bounds().items())


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would have calculated a cell."""
    return cell.startswith(("=", "@")) or (cell.startswith(("+", "-")) and "(" in cell)
