"""Writing a tree: each gesture of an author changes the draft as it is now, in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.editing import Patch, difference
from troubleshoot_app.domain.errors import InvalidTree, Problem, Severity
from troubleshoot_app.domain.jumps import Neighbourhood, jump_names
from troubleshoot_app.domain.tree import Node, NodeKind, Tree, tree_to_document
from troubleshoot_app.domain.tree_rules import can_publish, check_form, problems
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TroubleshootingTree, User
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import require
from troubleshoot_app.services.draft_rows import DRAFTS, editable_tree, written
from troubleshoot_app.services.inputs import text_of
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.scenario_rows import CheckedScenario, broken_scenarios, checked_scenarios
from troubleshoot_app.services.tree_slugs import new_slug
from troubleshoot_app.services.trees import freeze

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 2000
CATEGORY_LENGTH = 100
TAG_LENGTH = 50
DETAILS = ("title", "description", "category", "tags")

Gesture = Callable[[Tree], Tree]


@dataclass(frozen=True, slots=True)
class Details:
    """What a tree says of itself."""

    title: str
    description: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is now. ``around`` are the trees that it jumps to, ``changed_by`` is who touched it last;
    ``problems`` also name the ``scenarios`` that it breaks."""

    tree_id: UUID
    revision: int
    version: int | None
    status: TreeStatus
    details: Details
    tree: Tree
    problems: tuple[Problem, ...]
    around: Neighbourhood
    scenarios: tuple[CheckedScenario, ...]
    changed_by: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A draft after a gesture: ``done`` is what it changed, ``undo`` takes it back."""

    draft: Draft
    done: Patch
    undo: Patch


def new_draft(db: Session, actor: Actor, *, title: object) -> UUID:
    """Make an empty tree with one question to begin with, and return its id."""
    require(actor, Permission.TREE_WRITE)
    first = Node("n1", NodeKind.QUESTION, "")
    name = text_of(title, "title", TITLE_LENGTH) or "New tree"
    tree = TroubleshootingTree(
        account_id=actor.account_id,
        slug=new_slug(db, actor, name),
        title=name,
        tags=[],
        draft=tree_to_document(Tree(first.id, {first.id: first})),
        node_count=1,
        updated_by_id=actor.user_id,
    )
    db.add(tree)
    db.flush()
    audit.record(db, actor, "tree.created", tree.id, title=tree.title)
    return tree.id


def get_draft(db: Session, actor: Actor, *, tree_id: object) -> Draft:
    """Return the draft of a tree with what is wrong with it; ``NotFound`` when there is none to edit."""
    require(actor, Permission.TREE_WRITE)
    row = editable_tree(db, actor, tree_id)
    return _draft(db, row)


def change_draft(db: Session, actor: Actor, *, tree_id: object, gesture: Gesture) -> Edited:
    """Do a gesture on the draft as it is now, whoever changed it last, and return what came of it.

    Raises:
        NotFound: no such tree.
        InvalidTree: the tree would be too large.
        DomainError: what the gesture itself raises.
    """
    require(actor, Permission.TREE_WRITE)
    row = editable_tree(db, actor, tree_id, lock=True)
    before, _ = DRAFTS.get(row)
    after = gesture(before)
    done = difference(before, after)
    if not done.is_empty:
        check_form(after, [change.after for change in done.changes.values() if change.after is not None])
        row.revision += 1
        row.node_count = len(after.nodes)
        row.updated_at = now()
        row.updated_by_id = actor.user_id
        row.draft = written(done, after)
        db.flush()
        DRAFTS.keep(row, after)
    return Edited(_draft(db, row), done, done.reverse(before))


def change_details(db: Session, actor: Actor, *, tree_id: object, seen: Details, wanted: Details) -> Draft:
    """Change what a tree says of itself: what is ``wanted`` other than it was ``seen``. The rest stays as it is by now,
    whoever changed it.

    Raises:
        Conflict: somebody else changed the same since ``seen``.
        Invalid: a text is too long.
    """
    require(actor, Permission.TREE_WRITE)
    row = editable_tree(db, actor, tree_id, lock=True)
    there = _details(row)
    known, clean = (_cleaned(details, there.title) for details in (seen, wanted))
    changed = [name for name in DETAILS if getattr(clean, name) != getattr(known, name)]
    for name in changed:
        if getattr(there, name) not in (getattr(known, name), getattr(clean, name)):
            raise Conflict(f"{_who(db, row)} has changed the {name} meanwhile. Choose which stays.")
    becomes = replace(there, **{name: getattr(clean, name) for name in changed})
    tree, _ = DRAFTS.get(row)
    if becomes != there:
        row.title, row.description, row.category = becomes.title, becomes.description, becomes.category
        row.tags = list(becomes.tags)
        row.revision += 1
        row.updated_at = now()
        row.updated_by_id = actor.user_id
        db.flush()
        DRAFTS.keep(row, tree)
    return _draft(db, row)


def _cleaned(details: Details, title: str) -> Details:
    """Return details as they are kept: without blanks around them, and with a title, whatever was typed."""
    return Details(
        title=text_of(details.title, "title", TITLE_LENGTH) or title,
        description=text_of(details.description, "description", DESCRIPTION_LENGTH),
        category=text_of(details.category, "category", CATEGORY_LENGTH),
        tags=tuple(dict.fromkeys(filter(None, (text_of(tag, "tag", TAG_LENGTH) for tag in details.tags)))),
    )


def publish_draft(db: Session, actor: Actor, *, tree_id: object, note: object = "") -> Draft:
    """Freeze the draft as the next version, which new sessions walk from now on.

    Raises:
        InvalidTree: the draft has errors; all of them are named.
    """
    require(actor, Permission.TREE_WRITE)
    row = editable_tree(db, actor, tree_id, lock=True)
    draft = _draft(db, row)
    tree, found = draft.tree, draft.problems
    if not can_publish(found):
        raise InvalidTree([problem for problem in found if problem.severity is Severity.ERROR])
    freeze(db, actor, row, text_of(note, "note", DESCRIPTION_LENGTH))
    DRAFTS.keep(row, tree)
    return _draft(db, row)


def _draft(db: Session, row: TroubleshootingTree) -> Draft:
    tree, found = DRAFTS.get(row)
    around = neighbourhood(db, row.account_id, tree, row.id)
    if jump_names(tree):
        found = tuple(problems(tree, around))
    scenarios = checked_scenarios(db, row.id, tree, around)
    return Draft(
        tree_id=row.id,
        revision=row.revision,
        version=row.version,
        status=row.status,
        details=_details(row),
        tree=tree,
        problems=(*found, *broken_scenarios(scenarios)),
        around=around,
        scenarios=scenarios,
        changed_by=_who(db, row),
    )


def _details(row: TroubleshootingTree) -> Details:
    return Details(row.title, row.description, row.category, tuple(row.tags))


def _who(db: Session, row: TroubleshootingTree) -> str:
    return db.get_one(User, row.updated_by_id).name
