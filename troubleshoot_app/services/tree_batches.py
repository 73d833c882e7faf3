"""Many files of trees at once: all of them are kept, or none is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import UnreadableTree
from troubleshoot_app.domain.formats.imports import ReportLine, import_trees
from troubleshoot_app.domain.formats.tree_shape import CATEGORY_LIMIT
from troubleshoot_app.domain.tree import tree_from_document
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.models import TroubleshootingTree
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import text_of
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.tree_files import check_publishable
from troubleshoot_app.services.trees import add_tree, freeze

SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of trees; its name says in errors which one it is, and may say what it holds."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a file: id and title of each tree, and what there is to know about how it was read."""

    name: str
    trees: tuple[tuple[str, str], ...]
    lines: tuple[ReportLine, ...]


def import_files(
    db: Session,
    actor: Actor,
    *,
    files: Sequence[SourceFile],
    category: str | None = None,
    publish: bool = False,
) -> list[BatchReport]:
    """Keep a tree for each chart in the files: a draft, or with ``publish`` a published one.

    ``category`` takes the place of what the files say.

    Raises:
        Invalid: there is nothing in a file that could become a tree, or one that is to be published has errors.
    """
    require(actor, Permission.TREE_WRITE)
    wanted = None if category is None else text_of(category, "category", CATEGORY_LIMIT)
    kept = [_keep(db, actor, file, wanted) for file in files]
    if publish:
        # Only now: trees of one file may jump to those of another.
        for name, rows, _ in kept:
            for row in rows:
                _publish(db, actor, name, row)
    return [
        BatchReport(name, tuple((str(row.id), row.title) for row in rows), lines)
        for name, rows, lines in kept
    ]


def _keep(
    db: Session, actor: Actor, file: SourceFile, category: str | None
) -> tuple[str, list[TroubleshootingTree], tuple[ReportLine, ...]]:
    try:
        imported = import_trees(file.content, None, file.name)
    except UnreadableTree as error:
        raise Invalid(f"{file.name}: {error}") from error
    rows = [
        add_tree(
            db,
            actor,
            chart.file if category is None else replace(chart.file, category=category),
            is_import=True,
        )
        for chart in imported.charts
    ]
    return file.name, rows, (*imported.report, *(line for chart in imported.charts for line in chart.report))


def _publish(db: Session, actor: Actor, name: str, row: TroubleshootingTree) -> None:
    tree = tree_from_document(row.draft)
    try:
        check_publishable(problems(tree, neighbourhood(db, actor.account_id, tree, row.id)))
    except Invalid as error:
        wrong = [problem["msg"] for problem in error.errors]
        more = f" (And {len(wrong) - SHOWN_PROBLEMS:,} more.)" if len(wrong) > SHOWN_PROBLEMS else ""
        said = " ".join(wrong[:SHOWN_PROBLEMS])
        raise Invalid(f"{name}: {row.title} cannot be published yet: {said}{more}") from error
    freeze(db, actor, row)
