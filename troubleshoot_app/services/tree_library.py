"""Trees for who reads them: lists, any version of one, and the file that it is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.formats.exports import PDF, export_tree
from troubleshoot_app.domain.formats.poster import write_poster
from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TreeVersion, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.trees import CategoryList, TreePage, TreeSummary, TreeView, VersionPage
from troubleshoot_app.schemas.versions import VersionView
from troubleshoot_app.services.access import as_app_error, require
from troubleshoot_app.services.inputs import text_of
from troubleshoot_app.services.paging import PageRequest, take_page
from troubleshoot_app.services.tree_rows import (
    SHOWN_CATEGORY,
    SHOWN_TAGS,
    TREE,
    draft_of,
    tree_summary,
    visible_tree,
    visible_trees,
)
from troubleshoot_app.services.trees import list_categories, tree_view

DRAFT = "draft"
FILTER_LENGTH = 200

_version = TreeVersion.__table__


@dataclass(frozen=True, slots=True)
class _Reading:
    """One state of a tree: what it says of itself, and its nodes."""

    summary: TreeSummary
    tree: Tree


@dataclass(frozen=True, slots=True)
class WrittenTree:
    """A tree as a file; ``extension`` has no dot."""

    content: bytes
    media_type: str
    extension: str


def find_trees(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    category: str | None = None,
    tag: str | None = None,
    status: TreeStatus | None = None,
) -> TreePage:
    """Return a page of the trees that the actor may see, newest first; ``Invalid`` when the cursor is none of ours."""
    require(actor, Permission.TREE_READ)
    query = visible_trees(actor)
    if category is not None:
        wanted = text_of(category, "category", FILTER_LENGTH)
        query = query.where(SHOWN_CATEGORY == wanted)  # noqa: SIM300  a column, no constant
    if tag is not None:
        query = query.where(literal(text_of(tag, "tag", FILTER_LENGTH)) == SHOWN_TAGS.any_())
    if status is not None:
        query = query.where(TREE.c.status == status)
    rows, cursor = take_page(db, query, TREE.c.id, page)
    return TreePage(items=[tree_summary(row) for row in rows], next_cursor=cursor)


def find_categories(db: Session, actor: Actor) -> CategoryList:
    """Return the categories of the trees that the actor may see, by name."""
    return CategoryList(items=list_categories(db, actor))


def read_tree(db: Session, actor: Actor, *, tree_id: str, version: str | None = None) -> TreeView:
    """Return a tree: as it is walked, its ``draft``, or the version with this number.

    Without a version a senior gets the draft of a tree that was never published.

    Raises:
        NotFound: no such tree or version that the actor may see.
        Forbidden: drafts are for seniors.
    """
    reading = _read(db, actor, tree_id, version)
    return tree_view(reading.summary, reading.tree)


def read_file(db: Session, actor: Actor, *, tree_id: str, version: str | None = None) -> TreeFile:
    """Return a tree with what it says of itself, to be written to a file.

    Raises:
        NotFound: no such tree or version that the actor may see.
        Forbidden: drafts are for seniors.
    """
    reading = _read(db, actor, tree_id, version)
    about = reading.summary
    return TreeFile(
        title=about.title,
        description=about.description,
        category=about.category,
        tags=tuple(about.tags),
        slug=about.slug,
        tree=reading.tree,
    )


def tree_as_file(file: TreeFile, format: str) -> WrittenTree:
    """Return a tree in one of the formats or as ``pdf``, which takes a while: call this when no transaction is open.

    Raises:
        Invalid: it is too large for this format, or there is no such format.
        TooManyRequests: too many wait for a PDF already.
    """
    try:
        if format == PDF:
            return WrittenTree(write_poster(file, now()), "application/pdf", PDF)
        exported = export_tree(file, format)
    except DomainError as error:
        raise as_app_error(error) from error
    return WrittenTree(exported.text.encode(), exported.media_type, exported.extension)


def find_versions(db: Session, actor: Actor, *, tree_id: str, page: PageRequest) -> VersionPage:
    """Return a page of the versions of a tree, newest first.

    Raises:
        NotFound: no such tree.
        Invalid: the cursor is none of ours.
    """
    require(actor, Permission.TREE_READ_DRAFTS)
    row = visible_tree(db, actor, tree_id)
    query: AnySelect = select(
        _version.c.number, _version.c.created_at, _version.c.note, _version.c.published_by_id, col(User.name)
    )
    query = query.join(User, col(User.id) == _version.c.published_by_id).where(_version.c.tree_id == row.id)
    rows, cursor = take_page(db, query, _version.c.id, page)
    return VersionPage(items=[_version_view(version) for version in rows], next_cursor=cursor)


def _read(db: Session, actor: Actor, tree_id: str, version: str | None) -> _Reading:
    require(actor, Permission.TREE_READ_DRAFTS if version == DRAFT else Permission.TREE_READ)
    row = visible_tree(db, actor, tree_id)
    summary = tree_summary(row)
    if version == DRAFT or (version is None and row.version_id is None):
        return _Reading(summary.model_copy(update=_said(db, TREE, row.id)), draft_of(db, row.id))
    if version is None or version == str(row.version):
        return _Reading(summary, tree_of_version(db, row.version_id))
    version_id = _id_of_version(db, row.id, version)
    return _Reading(
        summary.model_copy(update={"version": int(version), **_said(db, _version, version_id)}),
        tree_of_version(db, version_id),
    )


def _id_of_version(db: Session, tree_id: UUID, version: str) -> UUID:
    query = select(_version.c.id).where(_version.c.tree_id == tree_id, _version.c.number == int(version))
    version_id: UUID | None = db.execute(query).scalar_one_or_none()
    if version_id is None:
        raise NotFound()
    return version_id


def _said(db: Session, table: Any, row_id: UUID) -> dict[str, Any]:
    """Return what a draft or a version says of itself."""
    columns = (table.c.title, table.c.description, table.c.category, table.c.tags)
    return dict(db.execute(select(*columns).where(table.c.id == row_id)).one()._mapping)


def _version_view(row: AnyRow) -> VersionView:
    by = PersonRef(id=str(row.published_by_id), name=row.name)
    return VersionView(version=row.number, published_at=row.created_at, by=by, note=row.note)
