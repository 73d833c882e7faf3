"""A tree as a file for other programs and for people."""

from collections.abc import Callable
from dataclasses import dataclass

from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.formats.csv_writer import write_csv
from troubleshoot_app.domain.formats.markdown_writer import write_markdown
from troubleshoot_app.domain.formats.mermaid_writer import write_mermaid
from troubleshoot_app.domain.formats.svg import write_svg
from troubleshoot_app.domain.formats.tree_file import write_tree_file
from troubleshoot_app.domain.formats.tree_shape import TreeFile

__all__ = ["EXPORT_FORMATS", "FILE_FORMATS", "PDF", "Exported", "UnknownFormat", "export_tree"]


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of a file, to be encoded as UTF-8; ``extension`` has no dot."""

    text: str
    media_type: str
    extension: str


class UnknownFormat(DomainError):
    """There is no such format."""


@dataclass(frozen=True, slots=True)
class _Format:
    write: Callable[[TreeFile], str]
    media_type: str
    extension: str


_FORMATS = {
    "json": _Format(lambda file: write_tree_file(file, "json"), "application/json", "json"),
    "yaml": _Format(lambda file: write_tree_file(file, "yaml"), "application/yaml", "yaml"),
    "mermaid": _Format(write_mermaid, "text/vnd.mermaid", "mmd"),
    "csv": _Format(write_csv, "text/csv", "csv"),
    "markdown": _Format(write_markdown, "text/markdown", "md"),
    "svg": _Format(write_svg, "image/svg+xml", "svg"),
}
EXPORT_FORMATS = tuple(_FORMATS)
PDF = "pdf"
"""The chart on one page; ``poster`` sets it in type."""
FILE_FORMATS = (*EXPORT_FORMATS, PDF)


def export_tree(file: TreeFile, format: str) -> Exported:
    """Return a tree as a file of one of ``EXPORT_FORMATS``.

    JSON, YAML, Mermaid, CSV and Markdown come back equal when they are imported, drafts with faults included; SVG
    is a picture.

    Raises:
        UnknownFormat: there is no such format.
    """
    known = _FORMATS.get(format)
    if known is None:
        raise UnknownFormat(f"There is no export as {format}. There is {', '.join(EXPORT_FORMATS)}.")
    return Exported(known.write(file), known.media_type, known.extension)
