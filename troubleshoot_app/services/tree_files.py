"""Trees that other programs write: a whole tree file at a time."""

from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, Invalid
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import Problem, Severity
from troubleshoot_app.domain.formats.tree_file import tree_file_from
from troubleshoot_app.domain.tree import tree_from_document, tree_to_document
from troubleshoot_app.domain.tree_rules import can_publish, problems
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TroubleshootingTree
from troubleshoot_app.schemas.trees import ProblemList, TreeView
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.inputs import invalid, number_of, text_of
from troubleshoot_app.services.jumps import neighbourhood, trees_jumping_to
from troubleshoot_app.services.scenario_rows import problems_of_draft
from troubleshoot_app.services.tree_library import DRAFT, read_tree
from troubleshoot_app.services.tree_rows import kept_tree
from troubleshoot_app.services.trees import add_tree, freeze, problem_view

NOTE_LENGTH = 2_000


def create_tree(db: Session, actor: Actor, *, document: object, publish: object = None) -> TreeView:
    """Keep a tree file as a new tree: a draft with whatever faults it has, unless it is to be published at once.

    Raises:
        UnreadableTree: it is no tree file.
        Invalid: it is to be published and has errors.
    """
    require(actor, Permission.TREE_WRITE)
    if publish is not None and not isinstance(publish, bool):
        raise invalid("publish", "Publish must be true or false.")
    file = tree_file_from(document)
    if publish:
        check_publishable(problems(file.tree, neighbourhood(db, actor.account_id, file.tree)))
    row = add_tree(db, actor, file)
    if publish:
        freeze(db, actor, row)
    return read_tree(db, actor, tree_id=str(row.id))


def replace_draft(db: Session, actor: Actor, *, tree_id: str, document: object, revision: object) -> TreeView:
    """Put a tree file in the place of a draft, and return it; what is published stays.

    Raises:
        NotFound: no such tree.
        UnreadableTree: it is no tree file.
        Conflict: the tree has changed since ``revision``.
    """
    require(actor, Permission.TREE_WRITE)
    row = kept_tree(db, actor, tree_id, lock=True)
    file = tree_file_from(document)
    _check_revision(row, revision)
    row.title, row.description, row.category = file.title, file.description, file.category
    row.tags = list(file.tags)
    row.draft = tree_to_document(file.tree)
    row.node_count = len(file.tree.nodes)
    _touch(row, actor)
    db.flush()
    audit.record(db, actor, "tree.changed", row.id, revision=row.revision)
    return read_tree(db, actor, tree_id=tree_id, version=DRAFT)


def publish_tree(
    db: Session, actor: Actor, *, tree_id: str, revision: object, note: object = None
) -> TreeView:
    """Freeze the draft as the next version, which new sessions walk from now on, and return it.

    Raises:
        NotFound: no such tree.
        Conflict: the tree has changed since ``revision``.
        Invalid: the draft has errors; all problems are named.
    """
    require(actor, Permission.TREE_WRITE)
    row = kept_tree(db, actor, tree_id, lock=True)
    _check_revision(row, revision)
    tree = tree_from_document(row.draft)
    around = neighbourhood(db, actor.account_id, tree, row.id)
    check_publishable(problems_of_draft(db, row.id, tree, around))
    freeze(db, actor, row, text_of(note, "note", NOTE_LENGTH))
    return read_tree(db, actor, tree_id=tree_id)


def archive_tree(db: Session, actor: Actor, *, tree_id: str) -> list[str]:
    """Take a tree out of lists and search; sessions on it go on. Return the titles of the trees that still jump to it.

    Raises:
        NotFound: no such tree.
    """
    require(actor, Permission.TREE_DELETE)
    row = kept_tree(db, actor, tree_id, lock=True)
    row.status = TreeStatus.ARCHIVED
    _touch(row, actor)
    db.flush()
    audit.record(db, actor, "tree.archived", row.id, title=row.title)
    return trees_jumping_to(db, actor.account_id, row.id)


def restore_tree(db: Session, actor: Actor, *, tree_id: str) -> None:
    """Put an archived tree back to where it was; ``NotFound`` when there is none."""
    require(actor, Permission.TREE_WRITE)
    row = get_row(db, actor, TroubleshootingTree, tree_id, lock=True)
    if row.status is not TreeStatus.ARCHIVED:
        return
    row.status = TreeStatus.DRAFT if row.version is None else TreeStatus.PUBLISHED
    _touch(row, actor)
    db.flush()
    audit.record(db, actor, "tree.restored", row.id, title=row.title)


def validate_tree(db: Session, actor: Actor, *, document: object) -> ProblemList:
    """Return what is wrong with a tree file; nothing is kept. ``UnreadableTree`` when it is none."""
    require(actor, Permission.TREE_WRITE)
    tree = tree_file_from(document).tree
    found = problems(tree, neighbourhood(db, actor.account_id, tree))
    return ProblemList(problems=[problem_view(problem) for problem in found])


def check_publishable(found: list[Problem]) -> None:
    """Raise ``Invalid``, naming every problem, when some of those ``found`` are errors."""
    if can_publish(found):
        return
    wrong = [problem for problem in found if problem.severity is Severity.ERROR]
    more = f" (And {len(wrong) - 1:,} more.)" if len(wrong) > 1 else ""
    raise Invalid(
        f"This tree cannot be published yet: {wrong[0].message}{more}",
        errors=[
            {
                "loc": ["start"] if problem.node_id is None else ["nodes", problem.node_id],
                "msg": problem.message,
            }
            for problem in wrong
        ],
        extra={"problems": [problem_view(problem).model_dump(mode="json") for problem in found]},
    )


def _check_revision(row: TroubleshootingTree, revision: object) -> None:
    seen = number_of(revision, "revision")
    if seen is None:
        raise invalid("revision", "Send the revision of the tree that this was made from.")
    if seen != row.revision:
        raise Conflict(
            "This tree was changed meanwhile. Fetch it again, and make the change on what is there now.",
            extra={"revision": row.revision},
        )


def _touch(row: TroubleshootingTree, actor: Actor) -> None:
    row.revision += 1
    row.updated_at = now()
    row.updated_by_id = actor.user_id
