"""Writes a tree as a table for spreadsheets; the columns are those of ``csv_columns``."""

import csv
import io
from collections.abc import Iterator

from troubleshoot_app.domain.formats.csv_columns import (
    COLUMNS,
    JUMP_COLUMNS,
    READING_COLUMNS,
    guarded,
    range_cell,
)
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.readings import number_text
from troubleshoot_app.domain.tree import Node, Option

EVERY_COLUMN = COLUMNS + JUMP_COLUMNS + READING_COLUMNS
OPTION_CELLS = 6

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for something else."""


def write_csv(file: TreeFile) -> str:
    """Return the tree as CSV, with commas, such that no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    rows = [dict(zip(EVERY_COLUMN, row, strict=False)) for row in _rows(file)]
    columns = list(COLUMNS)
    for group in (JUMP_COLUMNS, READING_COLUMNS):
        if any(row.get(column) for row in rows for column in group):
            columns += group
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(row.get(column, "")) for column in columns])
    return BYTE_ORDER_MARK + out.getvalue()


def _rows(file: TreeFile) -> Iterator[tuple[str, ...]]:
    about = [("title", file.title), ("description", file.description), ("category", file.category)]
    about += [("tag", tag) for tag in file.tags]
    about += [("slug", file.slug or "")]
    for kind, text in about:
        if text:
            yield ("", kind, text, "", "", "", "")
    yield ("", "start", file.tree.start, "", "", "", "")
    for node in file.tree.nodes.values():
        options = [_cells(option) for option in node.options] or [("",) * OPTION_CELLS]
        yield (node.id, node.kind.value, node.text, node.help, *options[0], *_measured(node))
        for option in options[1:]:
            yield (node.id, "", "", "", *option)


def _cells(option: Option) -> tuple[str, ...]:
    returns = "yes" if option.returns else ""
    return option.label, option.to, option.id, option.tree, returns, range_cell(option.when)


def _measured(node: Node) -> tuple[str, ...]:
    reading, check_off = node.reading, "yes" if node.acknowledge else ""
    if reading is None:
        return ("", "", "", "", "", check_off)
    ends = ("" if end is None else number_text(end) for end in (reading.min, reading.max))
    decimals = "" if reading.decimals is None else str(reading.decimals)
    return ("yes", reading.unit, *ends, decimals, check_off)
