"""Slugs of trees: one each, different within an account, kept for good, since they stand on machines."""

from sqlalchemy import or_, select
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.slugs import free_slug, slug_of
from troubleshoot_app.models import Account
from troubleshoot_app.services.tree_rows import TREE


def new_slug(db: Session, actor: Actor, wanted: str) -> str:
    """Return a slug made from ``wanted`` that no other tree of the account has, archived ones included.

    Until the transaction ends nobody else of the account gets one, so that no two trees get the same.
    """
    db.execute(
        select(col(Account.id)).where(col(Account.id) == actor.account_id).with_for_update(key_share=True)
    )
    slug = slug_of(wanted)
    taken = select(TREE.c.slug).where(
        TREE.c.account_id == actor.account_id,
        or_(TREE.c.slug == slug, TREE.c.slug.startswith(f"{slug}-", autoescape=True)),
    )
    return free_slug(slug, set(db.execute(taken).scalars()))
