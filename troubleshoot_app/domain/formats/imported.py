"""What comes back from an import."""

from dataclasses import dataclass

from troubleshoot_app.domain.formats.report import ReportLine
from troubleshoot_app.domain.formats.tree_shape import TreeFile


@dataclass(frozen=True, slots=True)
class ImportedTree:
    """One chart of a file as a tree, with what there is to know about how it became one."""

    file: TreeFile
    report: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The charts of a file, at least one; ``report`` is about the file as a whole, and about what is no chart in it."""

    charts: tuple[ImportedTree, ...]
    report: tuple[ReportLine, ...]
