"""Whoever runs the server, at its command line: nobody who is signed in. They act in the name of an account's owner, and
the audit log says so."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import Conflict, Invalid, NotFound
from troubleshoot_app.domain.actor import Actor, Role
from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.models import Account, TroubleshootingTree, User
from troubleshoot_app.services import tree_batches, tree_library
from troubleshoot_app.services.inputs import known_id, text_of
from troubleshoot_app.services.tree_batches import BatchReport, SourceFile

VIA = "command line"
NAMED_AT_MOST = 20
READ_AT_MOST = 1_000


def import_files(
    db: Session, *, account: str, files: Sequence[SourceFile], category: str | None, publish: bool
) -> list[BatchReport]:
    """Make trees of files in the account with this name or id: all of them, or none.

    Raises:
        NotFound, Invalid, Conflict: as ``actor_for_account``.
        Invalid: a file holds no tree, or one that is to be published has errors.
    """
    actor = actor_for_account(db, account)
    return tree_batches.import_files(db, actor, files=files, category=category, publish=publish)


def read_file(db: Session, *, tree_id: str, version: str | None) -> TreeFile:
    """Return a tree, to be written as a file; ``NotFound`` when there is no such tree or version."""
    actor = actor_for_tree(db, tree_id)
    try:
        return tree_library.read_file(db, actor, tree_id=tree_id, version=version)
    except NotFound:
        raise NotFound("This tree has no such version, or is archived.") from None


def actor_for_account(db: Session, named: str) -> Actor:
    """Return who acts on the account with this name or id.

    Raises:
        NotFound: there is no such account; it says which there are.
        Invalid: several have this name; it says their ids.
        Conflict: the account has no active owner.
    """
    query = select(col(Account.id), col(Account.name)).order_by(col(Account.id))
    name = text_of(named, "account", READ_AT_MOST)
    is_it = or_(func.lower(col(Account.name)) == func.lower(name), col(Account.id) == known_id(name))
    found = db.execute(query.where(is_it)).all()
    if not found:
        there = db.execute(query.limit(NAMED_AT_MOST + 1)).all()
        more = ", …" if len(there) > NAMED_AT_MOST else ""
        known = ", ".join(f"{row.name} ({row.id})" for row in there[:NAMED_AT_MOST])
        raise NotFound(f"There is no account {name}. There is: {known or 'none yet'}{more}.")
    if len(found) > 1:
        ids = ", ".join(f"{row.name} ({row.id})" for row in found)
        raise Invalid(f"Several accounts have this name; say which by its id: {ids}.")
    return _owner(db, found[0].id)


def actor_for_tree(db: Session, tree_id: str) -> Actor:
    """Return who acts on the account of a tree; ``NotFound`` when there is no such tree, ``Conflict`` without an owner."""
    query = select(col(TroubleshootingTree.account_id)).where(
        col(TroubleshootingTree.id) == known_id(tree_id)
    )
    account_id = db.execute(query).scalar_one_or_none()
    if account_id is None:
        raise NotFound(f"There is no tree with the id {tree_id}.")
    return _owner(db, account_id)


def _owner(db: Session, account_id: UUID) -> Actor:
    """Return the first active owner of an account, who signs for what is done from here."""
    query = (
        select(User)
        .where(
            col(User.account_id) == account_id,
            col(User.role) == Role.OWNER,
            col(User.is_active),
            col(User.deleted_at).is_(None),
        )
        .order_by(col(User.id))
    )
    owner = db.scalars(query.limit(1)).one_or_none()
    if owner is None:
        raise Conflict("This account has no active owner, in whose name this could be done.")
    return Actor(owner.id, owner.account_id, owner.name, owner.role, sign_in_id=owner.id, via=VIA)
