"""Versions of a tree: list them, tell two of them apart, bring an old one back as the draft."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.comparison import compare, named
from troubleshoot_app.domain.tree import Tree, tree_from_document
from troubleshoot_app.models import TreeVersion, TroubleshootingTree, User
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.versions import Comparison, NodeChange, VersionView
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import require
from troubleshoot_app.services.tree_rows import kept_tree

DRAFT = 0
WORDS_LENGTH = 200


def list_versions(db: Session, actor: Actor, *, tree_id: object) -> list[VersionView]:
    """Return the versions of a tree, newest first; ``NotFound`` when there is no such tree."""
    require(actor, Permission.TREE_READ_DRAFTS)
    tree = kept_tree(db, actor, tree_id)
    rows = db.execute(
        select(
            col(TreeVersion.number),
            col(TreeVersion.created_at),
            col(TreeVersion.note),
            col(User.id),
            col(User.name),
        )
        .join(User, col(User.id) == col(TreeVersion.published_by_id))
        .where(col(TreeVersion.tree_id) == tree.id)
        .order_by(col(TreeVersion.number).desc())
    )
    return [
        VersionView(version=number, published_at=at, by=PersonRef(id=str(user_id), name=name), note=note)
        for number, at, note, user_id, name in rows
    ]


def compare_versions(db: Session, actor: Actor, *, tree_id: object, older: int, newer: int) -> Comparison:
    """Return what differs between two versions; the number 0 stands for the draft.

    Raises:
        NotFound: no such tree or version.
    """
    before, after = two_versions(db, actor, tree_id=tree_id, older=older, newer=newer)
    row = kept_tree(db, actor, tree_id)
    lines = list(_about_lines(_saying(db, row, older), _saying(db, row, newer)))
    if before.start != after.start:
        lines.append(f"It began at {named(before, before.start)}, it begins at {named(after, after.start)}.")
    return Comparison(
        lines=lines,
        changes=[
            NodeChange(
                node_id=one.node.id,
                what=one.what.value,
                words=one.node.text[:WORDS_LENGTH],
                lines=list(one.lines),
            )
            for one in compare(before, after)
        ],
    )


def two_versions(db: Session, actor: Actor, *, tree_id: object, older: int, newer: int) -> tuple[Tree, Tree]:
    """Return the trees of two versions; the number 0 stands for the draft. ``NotFound`` when there is no such one."""
    require(actor, Permission.TREE_READ_DRAFTS)
    tree = kept_tree(db, actor, tree_id)
    return _tree(db, tree, older), _tree(db, tree, newer)


def restore_version(db: Session, actor: Actor, *, tree_id: object, version: int) -> None:
    """Make an old version the draft again, with what it said of itself; nothing is published by that, and the draft of
    before is gone.

    Raises:
        NotFound: no such tree or version.
    """
    require(actor, Permission.TREE_WRITE)
    tree = kept_tree(db, actor, tree_id, lock=True)
    row = _version(db, tree, version)
    tree.draft = row.document
    tree.title, tree.description, tree.category = row.title, row.description, row.category
    tree.tags = list(row.tags)
    tree.node_count = row.node_count
    tree.revision += 1
    tree.updated_at = now()
    tree.updated_by_id = actor.user_id
    db.flush()
    audit.record(db, actor, "tree.restored", tree.id, version=version)


def _saying(db: Session, tree: TroubleshootingTree, number: int) -> TroubleshootingTree | TreeVersion:
    """Return what has the title and the rest that a version says of itself; the number 0 stands for the draft."""
    return tree if number == DRAFT else _version(db, tree, number)


def _about_lines(
    older: TroubleshootingTree | TreeVersion, newer: TroubleshootingTree | TreeVersion
) -> Iterator[str]:
    said = (
        ("Title was", older.title, newer.title),
        ("Description was", older.description, newer.description),
        ("Category was", older.category, newer.category),
        ("Tags were", ", ".join(older.tags), ", ".join(newer.tags)),
    )
    for name, before, after in said:
        if before != after:
            yield f"{name}: {before or '(empty)'}"


def _tree(db: Session, tree: TroubleshootingTree, number: int) -> Tree:
    if number == DRAFT:
        return tree_from_document(tree.draft)
    return tree_of_version(db, _version(db, tree, number).id)


def _version(db: Session, tree: TroubleshootingTree, number: int) -> TreeVersion:
    query = select(TreeVersion).where(col(TreeVersion.tree_id) == tree.id, col(TreeVersion.number) == number)
    row: TreeVersion | None = db.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row
