"""Jumps between trees: where they arrive, and which trees stand around one."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session

from troubleshoot_app.domain.jumps import Neighbour, Neighbourhood, jump_names
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.domain.walk import Home, Landing
from troubleshoot_app.models import TreeVersion
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.services.inputs import known_id
from troubleshoot_app.services.tree_rows import SHOWN_TITLE, TREE

NEIGHBOURS_LIMIT = 500

_version = TreeVersion.__table__

_COLUMNS: AnySelect = select(
    TREE.c.id, TREE.c.slug, SHOWN_TITLE.label("title"), TREE.c.status, _version.c.id.label("version_id")
).select_from(
    TREE.outerjoin(_version, (_version.c.tree_id == TREE.c.id) & (_version.c.number == TREE.c.version))
)


def landing_of(db: Session, account_id: UUID, name: str) -> Landing | None:
    """Return where a jump to the tree with this id or slug arrives now; None when that tree cannot be walked."""
    row = _found(db, account_id, [name]).get(name)
    if row is None or row.status != TreeStatus.PUBLISHED or row.version_id is None:
        return None
    return Landing(row.version_id, tree_of_version(db, row.version_id))


def ids_called(db: Session, account_id: UUID, names: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of the trees that options call by these ids or slugs, archived ones too; in one query, if any."""
    wanted = set(names)
    return {name: row.id for name, row in _found(db, account_id, wanted).items()} if wanted else {}


def neighbourhood(db: Session, account_id: UUID, tree: Tree, tree_id: UUID | None = None) -> Neighbourhood:
    """Return the trees that a tree jumps to and those that they jump to, as far as that goes; a query for each leap.

    ``tree_id`` is the tree's own id, when it is kept already.
    """
    ids: dict[str, str] = {}
    trees: dict[str, Neighbour] = {}
    waiting = jump_names(tree)
    while waiting and len(trees) < NEIGHBOURS_LIMIT:
        rows = _found(db, account_id, waiting)
        found = {row.id: row for row in rows.values() if str(row.id) not in trees}
        ids |= {name: str(row.id) for name, row in rows.items()}
        trees |= {str(row.id): _neighbour(db, row) for row in found.values()}
        names = (jump_names(there) for row in found.values() if (there := trees[str(row.id)].tree))
        waiting = list(dict.fromkeys(name for some in names for name in some if name not in ids))
    return Neighbourhood("" if tree_id is None else str(tree_id), ids, trees)


def trees_jumping_to(db: Session, account_id: UUID, tree_id: UUID) -> list[str]:
    """Return the titles of the trees whose published version or draft jumps to a tree, by title."""
    slug = db.execute(select(TREE.c.slug).where(TREE.c.id == tree_id)).scalar_one()
    wanted = {str(tree_id), slug}
    path = func.jsonb_path_query_array
    calls = "$.nodes.*.options[*].tree"
    query = (
        select(SHOWN_TITLE, path(_version.c.document, calls), path(TREE.c.draft, calls))
        .select_from(
            TREE.outerjoin(
                _version, (_version.c.tree_id == TREE.c.id) & (_version.c.number == TREE.c.version)
            )
        )
        .where(TREE.c.account_id == account_id, TREE.c.id != tree_id, TREE.c.status != TreeStatus.ARCHIVED)
        .order_by(SHOWN_TITLE)
    )
    return [title for title, live, draft in db.execute(query) if wanted & {*(live or ()), *(draft or ())}]


def homes_to_row(homes: tuple[Home, ...]) -> list[list[str]] | None:
    """Return places to come home to as a row keeps them; None for none."""
    return [[str(home.version_id), home.node_id] for home in homes] or None


def homes_of_row(kept: list[list[str]] | None) -> tuple[Home, ...]:
    """Return the places to come home to that a row keeps."""
    return tuple(Home(UUID(version_id), node_id) for version_id, node_id in kept or ())


def _found(db: Session, account_id: UUID, names: Iterable[str]) -> dict[str, AnyRow]:
    """Return the trees of an account by what they are called, in one query; what is unknown is left out."""
    wanted = list(names)
    ids = {name: known_id(name) for name in wanted}
    called = or_(TREE.c.id.in_(ids.values()), TREE.c.slug.in_(wanted))
    rows = db.execute(_COLUMNS.where(TREE.c.account_id == account_id, called)).all()
    by_id, by_slug = {row.id: row for row in rows}, {row.slug: row for row in rows}
    found = {name: by_id.get(ids[name]) or by_slug.get(name) for name in wanted}
    return {name: row for name, row in found.items() if row is not None}


def _neighbour(db: Session, row: AnyRow) -> Neighbour:
    tree = None if row.version_id is None else tree_of_version(db, row.version_id)
    return Neighbour(str(row.id), row.title, TreeStatus(row.status), tree)
