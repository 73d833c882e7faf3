"""Writes a tree as a table for spreadsheets; the columns are those of ``csv_columns``."""

import csv
import io
from collections.abc import Iterator

from troubleshoot_app.domain.formats.csv_columns import COLUMNS, JUMP_COLUMNS, guarded
from troubleshoot_app.domain.formats.tree_shape import TreeFile
from troubleshoot_app.domain.tree import Option

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for something else."""


def write_csv(file: TreeFile) -> str:
    """Return the tree as CSV, with commas, such that no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    jumps = any(
        option.jumps or option.returns for node in file.tree.nodes.values() for option in node.options
    )
    columns = COLUMNS + JUMP_COLUMNS if jumps else COLUMNS
    writer.writerow(columns)
    for row in _rows(file):
        cells = [guarded(cell) for cell in row[: len(columns)]]
        writer.writerow(cells + [""] * (len(columns) - len(cells)))
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
        options = [_cells(option) for option in node.options] or [("", "", "")]
        yield (node.id, node.kind.value, node.text, node.help, *options[0])
        for option in options[1:]:
            yield (node.id, "", "", "", *option)


def _cells(option: Option) -> tuple[str, ...]:
    return option.label, option.to, option.id, option.tree, "yes" if option.returns else ""
