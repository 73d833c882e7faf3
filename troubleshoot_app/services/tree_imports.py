"""Trees out of the files that people have: a draft for each chart in one, and a report."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import Problem, Severity, UnreadableTree
from troubleshoot_app.domain.formats.imports import Imported, ImportedTree, ReportLine, import_trees
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.schemas.imports import ImportedDraft, ImportedFile
from troubleshoot_app.schemas.trees import ImportedTreeView, ImportResult, ReportLineView
from troubleshoot_app.services.access import require
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.tree_library import read_tree
from troubleshoot_app.services.trees import add_tree, problem_view


def import_file(db: Session, actor: Actor, *, content: bytes, format: str | None) -> ImportResult:
    """Keep a draft for each chart in a file, and return them with what there is to know about it.

    Raises:
        Invalid: there is nothing in it that could become a tree; with line and column.
    """
    require(actor, Permission.TREE_WRITE)
    imported = _read(content, format, "")
    items = [_keep(db, actor, chart) for chart in imported.charts]
    told = [*imported.report, *(line for chart in imported.charts for line in chart.report)]
    return ImportResult(items=items, report=_lines(told))


def import_for_author(
    db: Session, actor: Actor, *, content: bytes, format: str | None, name: str
) -> ImportedFile:
    """Keep a draft for each chart in a file, and return of each what its author wants to know, not the nodes.

    ``name`` is that of the file; a hint to what it is and what it is about.

    Raises:
        Invalid: there is nothing in it that could become a tree; with line and column.
    """
    require(actor, Permission.TREE_WRITE)
    imported = _read(content, format, name)
    return ImportedFile(
        drafts=[_draft(db, actor, chart) for chart in imported.charts], report=_lines(imported.report)
    )


def _read(content: bytes, format: str | None, name: str) -> Imported:
    try:
        return import_trees(content, format, name)
    except UnreadableTree as error:
        raise _unusable(error) from error


def _keep(db: Session, actor: Actor, chart: ImportedTree) -> ImportedTreeView:
    row = add_tree(db, actor, chart.file, is_import=True)
    view = read_tree(db, actor, tree_id=str(row.id))
    found = _problems(db, actor, chart, row.id)
    return ImportedTreeView(**dict(view), problems=[problem_view(problem) for problem in found])


def _draft(db: Session, actor: Actor, chart: ImportedTree) -> ImportedDraft:
    row = add_tree(db, actor, chart.file, is_import=True)
    found = Counter(problem.severity for problem in _problems(db, actor, chart, row.id))
    return ImportedDraft(
        id=str(row.id),
        title=row.title,
        node_count=row.node_count,
        errors=found[Severity.ERROR],
        warnings=found[Severity.WARNING],
        report=_lines(chart.report),
    )


def _problems(db: Session, actor: Actor, chart: ImportedTree, tree_id: UUID) -> list[Problem]:
    tree = chart.file.tree
    return problems(tree, neighbourhood(db, actor.account_id, tree, tree_id))


def _lines(lines: Iterable[ReportLine]) -> list[ReportLineView]:
    return [
        ReportLineView(
            severity=line.severity, code=line.code, line=line.line, column=line.column, message=line.message
        )
        for line in lines
    ]


def _unusable(error: UnreadableTree) -> Invalid:
    report = [
        ReportLineView(
            severity="error", code="unreadable", line=fault.line, column=fault.column, message=fault.message
        )
        for fault in error.faults
    ]
    return Invalid(
        str(error),
        errors=[{"loc": list(fault.location), "msg": str(fault)} for fault in error.faults],
        extra={"report": [line.model_dump(mode="json") for line in report]},
    )
