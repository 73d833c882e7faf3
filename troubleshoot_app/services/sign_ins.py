"""Where somebody is signed in: their browsers and programs, and how to sign out of those elsewhere."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.device import device_label
from troubleshoot_app.models import SignIn
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.schemas.people import UserView
from troubleshoot_app.schemas.preferences import SignInPage, SignInView
from troubleshoot_app.services import audit, families, users
from troubleshoot_app.services.access import get_row, of_account
from troubleshoot_app.services.paging import PageRequest, take_page

NOTED_EVERY = timedelta(minutes=5)


def arrive(db: Session, actor: Actor) -> UserView:
    """Return the person who has just loaded a page, and note that they were here; to within a few minutes."""
    at = now()
    here = update(SignIn).where(col(SignIn.id) == actor.sign_in_id, col(SignIn.seen_at) < at - NOTED_EVERY)
    db.execute(here.values(seen_at=at))
    return users.user_view(db, actor.user_id)


def list_sign_ins(db: Session, actor: Actor, *, page: PageRequest) -> SignInPage:
    """Return a page of where the actor is signed in, latest sign-in first; ``Invalid`` when the cursor is none of ours."""
    query: AnySelect = _mine(select(SignIn), actor)
    rows, cursor = take_page(db, query, SignIn.__table__.c.id, page)
    return SignInPage(items=[_view(row.SignIn, actor) for row in rows], next_cursor=cursor)


def end_sign_in(db: Session, actor: Actor, *, sign_in_id: object) -> None:
    """Sign the actor out in one place; ``NotFound`` when they are not, or no longer, signed in there."""
    row = get_row(db, actor, SignIn, sign_in_id, lock=True)
    if row.user_id != actor.user_id or row.revoked_at is not None or row.expires_at <= now():
        raise NotFound()
    families.end_sign_in(db, row.id)
    audit.record(db, actor, "sign_in.ended", row.id, device=device_label(row.device))


def end_other_sign_ins(db: Session, actor: Actor) -> None:
    """Sign the actor out everywhere but where they are asking from."""
    elsewhere = _mine(select(SignIn), actor).where(col(SignIn.id) != actor.sign_in_id)
    ended = [device_label(row.device) for row in db.scalars(elsewhere.with_for_update())]
    if ended:
        families.end_sign_ins_of(db, actor.user_id, except_id=actor.sign_in_id)
        audit.record(db, actor, "sign_in.others_ended", actor.user_id, devices=ended)


def _mine(query: Select[Any], actor: Actor) -> Select[Any]:
    return of_account(query, SignIn, actor).where(
        col(SignIn.user_id) == actor.user_id,
        col(SignIn.revoked_at).is_(None),
        col(SignIn.expires_at) > now(),
    )


def _view(row: SignIn, actor: Actor) -> SignInView:
    return SignInView(
        id=str(row.id),
        label=device_label(row.device),
        is_browser=row.secret_hash is not None,
        is_this=row.id == actor.sign_in_id,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )
