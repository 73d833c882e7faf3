"""The people of an account: who they are, what they may do, and who leaves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, Forbidden, NotFound
from troubleshoot_app.domain.actor import Actor, Permission, Role
from troubleshoot_app.domain.reach import Choices, why_unreachable_now
from troubleshoot_app.models import Account, SignIn, User
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.models.users import NAME_LENGTH
from troubleshoot_app.notifications import reset_mails
from troubleshoot_app.notifications.claims import reopen_claims_of
from troubleshoot_app.notifications.presence import connected_users
from troubleshoot_app.notifications.reaching import choices_of, refused_mails
from troubleshoot_app.schemas.people import AccountRef, Member, MemberPage, UserView
from troubleshoot_app.services import audit, families
from troubleshoot_app.services.access import Credential, get_row, load_actor, of_account, require
from troubleshoot_app.services.accounts import clean_name
from troubleshoot_app.services.inputs import invalid, word_of
from troubleshoot_app.services.paging import PageRequest, take_page

LAST_OWNER = "An account keeps at least one active owner. Make somebody else an owner first."


def list_users(db: Session, actor: Actor, *, page: PageRequest) -> MemberPage:
    """Return the people of the account, who joined last first, and who of them is online."""
    require(actor, Permission.PEOPLE_READ)
    query: AnySelect = of_account(select(User), User, actor).where(col(User.deleted_at).is_(None))
    rows, cursor = take_page(db, query, User.__table__.c.id, page)
    people: list[User] = [row.User for row in rows]
    ids = [person.id for person in people]
    online, seen, unreachable = connected_users(db, ids), _last_seen(db, ids), _unreachable(db, people)
    account = db.get_one(Account, actor.account_id)
    items = [
        Member(
            **dict(_view(person, account)),
            online=person.is_active and person.id in online,
            last_seen_at=seen.get(person.id),
            unreachable=unreachable.get(person.id, ""),
        )
        for person in people
    ]
    return MemberPage(items=items, next_cursor=cursor)


def user_view(db: Session, user_id: UUID) -> UserView:
    """Return a person, whoever asks."""
    user = db.get_one(User, user_id)
    return _view(user, db.get_one(Account, user.account_id))


def rename_me(db: Session, actor: Actor, *, name: object) -> UserView:
    """Change the actor's own name; ``Invalid`` when it cannot be used."""
    user = get_row(db, actor, User, actor.user_id, lock=True)
    before, user.name = user.name, _name(name)
    db.flush()
    if user.name != before:
        audit.record(db, actor, "user.changed", user.id, before={"name": before}, after={"name": user.name})
    return user_view(db, user.id)


def change_user(
    db: Session,
    actor: Actor,
    *,
    user_id: object,
    name: object = None,
    role: object = None,
    is_active: object = None,
) -> UserView:
    """Change what is not None about a person. What they may do changes at once, and who is locked out is signed out.

    Raises:
        Forbidden: no admin asks, or one who is no owner asks about an owner.
        NotFound: there is no such person in the account.
        Invalid: a value cannot be used.
        Conflict: the account would be left without an active owner.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    wanted = _wanted(name, role, is_active)
    actor, user = _lock(db, actor, user_id)
    changes = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if {"role", "is_active"} & changes.keys():
        require_may_give(actor, changes.get("role", user.role))
        _require_may_take(actor, user)
    before = {field: getattr(user, field) for field in changes}
    _require_another_owner(db, actor, user, **changes)
    for field, value in changes.items():
        setattr(user, field, value)
    db.flush()
    if changes.get("is_active") is False:
        _sign_out(db, user)
    if changes:
        audit.record(db, actor, "user.changed", user.id, before=before, after=changes)
    if not (user.is_active and user.role.is_senior):
        reopen_claims_of(db, user.id)
    return user_view(db, user.id)


def delete_user(db: Session, actor: Actor, *, user_id: object) -> None:
    """Take a person out of the account: no sign-in and no notification any more; the history keeps the name.

    Raises:
        Forbidden: no admin asks, or one who is no owner asks about an owner.
        NotFound: there is no such person in the account.
        Conflict: it is the last active owner.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    actor, user = _lock(db, actor, user_id)
    _require_may_take(actor, user)
    _require_another_owner(db, actor, user, is_active=False)
    user.deleted_at = now()
    user.is_active = False
    db.flush()
    _sign_out(db, user)
    audit.record(db, actor, "user.deleted", user.id, role=user.role)
    reopen_claims_of(db, user.id)


def require_may_give(actor: Actor, role: Role) -> None:
    """Raise ``Forbidden`` unless the actor may make somebody a ``role``."""
    if role is Role.OWNER and actor.role is not Role.OWNER:
        raise Forbidden("Only an owner makes somebody an owner.")


def _require_may_take(actor: Actor, user: User) -> None:
    if user.role is Role.OWNER and actor.role is not Role.OWNER:
        raise Forbidden("Only an owner changes the rights of an owner, or removes one.")


def _lock(db: Session, actor: Actor, user_id: object) -> tuple[Actor, User]:
    """Return the actor and the person, both as they are now that nobody else changes people of this account."""
    account = select(col(Account.id)).where(col(Account.id) == actor.account_id)
    db.execute(account.with_for_update(key_share=True))
    actor = load_actor(db, Credential(sign_in_id=actor.sign_in_id))
    require(actor, Permission.PEOPLE_MANAGE)
    user = get_row(db, actor, User, user_id, lock=True)
    if user.deleted_at is not None:
        raise NotFound()
    return actor, user


def _wanted(name: object, role: object, is_active: object) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = _name(name)
    if role is not None:
        wanted["role"] = word_of(Role, role, "role")
    if is_active is not None:
        if not isinstance(is_active, bool):
            raise invalid("is_active", "Is active must be true or false.")
        wanted["is_active"] = is_active
    return wanted


def _name(name: object) -> str:
    cleaned = clean_name(name) if isinstance(name, str) else ""
    if not cleaned:
        raise invalid("name", f"Enter a name (at most {NAME_LENGTH} characters).")
    return cleaned


def _require_another_owner(db: Session, actor: Actor, user: User, **changes: Any) -> None:
    """Raise ``Conflict`` when these changes take the last active owner away."""
    stays = changes.get("role", Role.OWNER) is Role.OWNER and changes.get("is_active", True)
    if stays or user.role is not Role.OWNER or not user.is_active:
        return
    others = of_account(select(col(User.id)), User, actor).where(
        col(User.id) != user.id,
        col(User.role) == Role.OWNER,
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
    if db.execute(others.limit(1)).first() is None:
        raise Conflict(LAST_OWNER)


def _last_seen(db: Session, user_ids: list[UUID]) -> dict[UUID, datetime]:
    seen = select(col(SignIn.user_id), func.max(col(SignIn.seen_at))).where(col(SignIn.user_id).in_(user_ids))
    return dict(db.execute(seen.group_by(col(SignIn.user_id))).all())


def _unreachable(db: Session, people: list[User]) -> dict[UUID, str]:
    """Return why escalations may not reach those of these people whom they are for."""
    ids = [person.id for person in people if person.is_active and person.role.is_senior]
    choices, refused = choices_of(db, ids), refused_mails(db, ids)
    at = now()
    return {
        user_id: why_unreachable_now(choices.get(user_id, Choices()), refused.get(user_id), at)
        for user_id in ids
    }


def _sign_out(db: Session, user: User) -> None:
    families.end_sign_ins_of(db, user.id)
    reset_mails.use_up(db, user.email)


def _view(user: User, account: Account) -> UserView:
    return UserView(
        id=str(user.id),
        email=user.email,
        name=user.name,
        role=user.role,
        account=AccountRef(id=str(account.id), name=account.name),
        is_active=user.is_active,
        created_at=user.created_at,
    )
