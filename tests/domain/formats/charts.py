"""Short ways to import a text and look at what came of it."""

from functools import cache
from pathlib import Path

from troubleshoot_app.domain.formats.imports import Imported, ImportedTree, import_trees
from troubleshoot_app.domain.formats.tree_file import TreeFile, read_tree_file

MATERIAL = Path(__file__).parents[1] / "material"
FILES = ("dealr", "domino", "ide", "label-maker", "turret")
_DEMO = Path(__file__).parents[3] / "troubleshoot_app" / "demo" / "trees"


def demo(name: str) -> TreeFile:
    """A real tree."""
    return read_tree_file((_DEMO / f"{name}.yaml").read_bytes(), "yaml")


def demo_content(name: str) -> bytes:
    """The file of a real tree."""
    return (_DEMO / f"{name}.yaml").read_bytes()


@cache
def real_trees() -> dict[str, TreeFile]:
    """All real trees by title: the tree files, and what comes of the charts that people have drawn."""
    drawn = [imported(path.read_bytes(), None, path.name) for path in sorted(MATERIAL.glob("[a-z]*.m*d"))]
    files = [*map(demo, FILES), *(chart.file for result in drawn for chart in result.charts)]
    return {file.title: file for file in files}


def imported(text: str | bytes, format: str | None = None, file_name: str = "") -> Imported:
    """What an import gives."""
    return import_trees(text.encode() if isinstance(text, str) else text, format, file_name)


def only(text: str | bytes, format: str | None = None) -> ImportedTree:
    """The only chart of a text."""
    (chart,) = imported(text, format).charts
    return chart


def arrows(chart: ImportedTree) -> list[tuple[str, str, str]]:
    """Where each option leads: from, label, to."""
    return [
        (node.id, option.label, option.to)
        for node in chart.file.tree.nodes.values()
        for option in node.options
    ]


def kinds(chart: ImportedTree) -> dict[str, str]:
    """The kind of each node."""
    return {node.id: node.kind.value for node in chart.file.tree.nodes.values()}


def texts(chart: ImportedTree) -> dict[str, str]:
    """The text of each node."""
    return {node.id: node.text for node in chart.file.tree.nodes.values()}


def told(chart: ImportedTree | Imported, *codes: str) -> list[tuple[str, int | None, int | None]]:
    """The codes and places of the lines of a report, all or those of some codes."""
    return [(line.code, line.line, line.column) for line in chart.report if not codes or line.code in codes]
