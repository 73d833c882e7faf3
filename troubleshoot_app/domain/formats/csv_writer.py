"""Writes a tree as a table for spreadsheets; the columns are those of ``csv_columns``."""

import csv
import io
from collections.abc import Iterator

from troubleshoot_app.domain.formats.csv_columns import COLUMNS, guarded
from troubleshoot_app.domain.formats.tree_shape import TreeFile

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for something else."""


def write_csv(file: TreeFile) -> str:
    """Return the tree as CSV, with commas, such that no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in _rows(file):
        writer.writerow([guarded(cell) for cell in row])
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
        options = [(option.label, option.to, option.id) for option in node.options] or [("", "", "")]
        yield (node.id, node.kind.value, node.text, node.help, *options[0])
        for option in options[1:]:
            yield (node.id, "", "", "", *option)
