"""Tree rows as readers have them: of a published tree what its version says of itself, not what its draft says by now."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.core.ids import parse_id
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.tree import Tree, tree_from_document
from troubleshoot_app.domain.tree_status import TreeFilter, TreeStatus
from troubleshoot_app.models import TreeVersion, TroubleshootingTree, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.trees import TreeSummary
from troubleshoot_app.services.access import get_row

TREE = TroubleshootingTree.__table__
_version = TreeVersion.__table__

SHOWN_TITLE = func.coalesce(_version.c.title, TREE.c.title)
SHOWN_DESCRIPTION = func.coalesce(_version.c.description, TREE.c.description)
SHOWN_CATEGORY = func.coalesce(_version.c.category, TREE.c.category)
SHOWN_TAGS = func.coalesce(_version.c.tags, TREE.c.tags, type_=TREE.c.tags.type)

BY_TITLE = (func.lower(SHOWN_TITLE), TREE.c.id)

_JOINED = TREE.join(User, col(User.id) == TREE.c.updated_by_id).outerjoin(
    _version, (_version.c.tree_id == TREE.c.id) & (_version.c.number == TREE.c.version)
)

_COLUMNS: AnySelect = select(
    TREE.c.id,
    TREE.c.account_id,
    TREE.c.slug,
    SHOWN_TITLE.label("title"),
    SHOWN_DESCRIPTION.label("description"),
    SHOWN_CATEGORY.label("category"),
    SHOWN_TAGS.label("tags"),
    TREE.c.status,
    TREE.c.version,
    func.coalesce(_version.c.node_count, TREE.c.node_count).label("node_count"),
    TREE.c.revision,
    TREE.c.updated_at,
    TREE.c.updated_by_id,
    col(User.name).label("updated_by_name"),
    _version.c.id.label("version_id"),
)


def visible_trees(actor: Actor) -> AnySelect:
    """Return the query for the trees that the actor may see: seniors drafts, too, and nobody those that are archived."""
    return only_visible(_COLUMNS, actor)


def only_visible(query: AnySelect, actor: Actor) -> AnySelect:
    """Return a query of columns of trees narrowed to those that the actor may see."""
    query = query.select_from(_JOINED).where(TREE.c.account_id == actor.account_id)
    if actor.may(Permission.TREE_READ_DRAFTS):
        return query.where(TREE.c.status != TreeStatus.ARCHIVED)
    return query.where(TREE.c.status == TreeStatus.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What trees are looked for among; nothing said is no limit."""

    category: str = ""
    tag: str = ""
    state: TreeFilter | None = None


def narrowed(query: AnySelect, actor: Actor, wanted: Narrowing) -> AnySelect:
    """Return a query for trees narrowed to those that the actor may see and looks for; archived ones are seen by seniors
    who ask for them."""
    query = query.where(TREE.c.account_id == actor.account_id)
    if not actor.may(Permission.TREE_READ_DRAFTS):
        states = [TreeStatus.PUBLISHED] if wanted.state in (None, TreeFilter.PUBLISHED) else []
        query = query.where(TREE.c.status.in_(states))
    elif wanted.state in (None, TreeFilter.FAULTY):
        query = query.where(TREE.c.status != TreeStatus.ARCHIVED)
    else:
        query = query.where(TREE.c.status == TreeStatus(wanted.state.value))
    if wanted.state is TreeFilter.FAULTY:
        query = query.where(TREE.c.draft_errors > 0)
    if wanted.category:
        query = query.where(literal(wanted.category) == SHOWN_CATEGORY)
    if wanted.tag:
        query = query.where(literal(wanted.tag) == SHOWN_TAGS.any_())
    return query


def shown_trees() -> AnySelect:
    """Return the query for all trees as their readers have them, to be narrowed."""
    return _COLUMNS.select_from(_JOINED)


def visible_tree(db: Session, actor: Actor, tree_id: object) -> AnyRow:
    """Return a tree that the actor may see; ``NotFound`` otherwise."""
    row = db.execute(visible_trees(actor).where(TREE.c.id == parse_id(tree_id))).one_or_none()
    if row is None:
        raise NotFound()
    return row


def kept_tree(db: Session, actor: Actor, tree_id: object, *, lock: bool = False) -> TroubleshootingTree:
    """Return the row of a tree of the account, locked if asked; ``NotFound`` when there is none, or it was deleted."""
    row = get_row(db, actor, TroubleshootingTree, tree_id, lock=lock)
    if row.status is TreeStatus.ARCHIVED:
        raise NotFound()
    return row


def shown_tree(db: Session, tree_id: UUID) -> AnyRow:
    """Return a tree that is known to be there, whoever asks."""
    return db.execute(_COLUMNS.select_from(_JOINED).where(TREE.c.id == tree_id)).one()


def texts_of(db: Session, rows: Iterable[AnyRow]) -> dict[UUID, Tree]:
    """Return the nodes of trees as their readers have them, by the ids of the trees; read at once, and not kept."""
    rows = list(rows)
    published = select(_version.c.tree_id, _version.c.document).where(
        _version.c.id.in_([row.version_id for row in rows if row.version_id is not None])
    )
    drafts = select(TREE.c.id, TREE.c.draft).where(
        TREE.c.id.in_([row.id for row in rows if row.version_id is None])
    )
    return {tree_id: tree_from_document(kept) for tree_id, kept in db.execute(published.union_all(drafts))}


def draft_of(db: Session, tree_id: UUID) -> Tree:
    """Return the draft of a tree that is known to be there."""
    return tree_from_document(db.execute(select(TREE.c.draft).where(TREE.c.id == tree_id)).scalar_one())


def tree_summary(row: AnyRow) -> TreeSummary:
    """Return a tree in one line."""
    return TreeSummary(
        id=str(row.id),
        slug=row.slug,
        title=row.title,
        description=row.description,
        category=row.category,
        tags=row.tags,
        status=row.status,
        version=row.version,
        node_count=row.node_count,
        revision=row.revision,
        updated_at=row.updated_at,
        updated_by=PersonRef(id=str(row.updated_by_id), name=row.updated_by_name),
    )
