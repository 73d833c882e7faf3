"""Who is asking, what they may do, and whose rows they reach: every use case passes here first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import (
    AppError,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from troubleshoot_app.core.ids import parse_id
from troubleshoot_app.core.log import note
from troubleshoot_app.core.queries import HotQuery
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.editing import Collision
from troubleshoot_app.domain.errors import (
    DomainError,
    InvalidChoice,
    InvalidTree,
    NotAllowedNow,
    NotForYou,
    TooBusy,
    UnreadableTree,
)
from troubleshoot_app.models import SignIn, User
from troubleshoot_app.models.base import AccountRow

P = ParamSpec("P")
R = TypeVar("R")
RowT = TypeVar("RowT", bound=AccountRow)
Columns = TypeVarTuple("Columns")

BUSY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Credential:
    """What identifies a caller: the hash of a browser's cookie, or the sign-in that an access token names."""

    cookie_hash: str | None = None
    sign_in_id: UUID | None = None


# What the lines of the log say of a use case, beside who asked for it.
_LOGGED = frozenset({"session_id", "handoff_id", "delivery_id", "tree_id", "webhook_id"})
_SIGNED_IN = (
    select(col(User.id), col(User.account_id), col(User.name), col(User.role), col(SignIn.id))
    .join(SignIn, col(SignIn.user_id) == col(User.id))
    .where(
        col(SignIn.revoked_at).is_(None),
        col(SignIn.expires_at) > bindparam("at"),
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
)
_BY_COOKIE = HotQuery(_SIGNED_IN.where(col(SignIn.secret_hash) == bindparam("cookie_hash")))
_BY_SIGN_IN = HotQuery(_SIGNED_IN.where(col(SignIn.id) == bindparam("sign_in_id")))


def load_actor(db: Session, credential: Credential | None) -> Actor:
    """Return who is asking, as the database knows them now; ``Unauthenticated`` when nobody stands behind it."""
    if credential is None or (credential.cookie_hash is None and credential.sign_in_id is None):
        raise Unauthenticated()
    if credential.cookie_hash is not None:
        row = _BY_COOKIE.one_or_none(db, at=now(), cookie_hash=credential.cookie_hash)
    else:
        row = _BY_SIGN_IN.one_or_none(db, at=now(), sign_in_id=credential.sign_in_id)
    if row is None:
        raise Unauthenticated("Your sign-in has ended. Please sign in again.")
    return Actor(*row)


def acting(
    db: Session,
    credential: Credential | None,
    fn: Callable[Concatenate[Session, Actor, P], R],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run the use case ``fn(db, actor, …)`` as whoever ``credential`` identifies.

    Raises:
        AppError: what the use case raises; what a rule of the domain refuses becomes ``Conflict`` or ``Invalid``.
    """
    actor = load_actor(db, credential)
    note(
        account_id=actor.account_id,
        user_id=actor.user_id,
        **{k: v for k, v in kwargs.items() if k in _LOGGED},
    )
    try:
        return fn(db, actor, *args, **kwargs)
    except DomainError as error:
        raise as_app_error(error) from error


def as_app_error(error: DomainError) -> AppError:
    """Return what the outside is told when a rule of the domain says no."""
    match error:
        case Collision(node_ids=node_ids):
            return Conflict(str(error), extra={"node_ids": list(node_ids)})
        case NotForYou():
            return Forbidden(str(error))
        case TooBusy():
            return TooManyRequests(str(error), retry_after=BUSY_SECONDS)
        case NotAllowedNow():
            return Conflict(str(error))
        case _:
            return Invalid(str(error), errors=_field_errors(error))


def _field_errors(error: DomainError) -> list[FieldError]:
    match error:
        case InvalidTree(problems=problems):
            return [{"loc": [p.node_id or "tree"], "msg": p.message} for p in problems]
        case UnreadableTree(faults=faults):
            return [{"loc": list(f.location), "msg": str(f)} for f in faults]
        case _:
            field = error.field if isinstance(error, InvalidChoice) else ""
            return [{"loc": [field] if field else [], "msg": str(error)}]


def require(actor: Actor, permission: Permission) -> None:
    """Raise ``Forbidden`` unless the actor's role reaches for ``permission``."""
    if not actor.may(permission):
        raise Forbidden(f"Your role ({actor.role}) may not {permission}. Ask an admin of your account.")


def of_account(query: Select[*Columns], model: type[AccountRow], actor: Actor) -> Select[*Columns]:
    """Return ``query`` narrowed to rows of the actor's account."""
    return query.where(col(model.account_id) == actor.account_id)


def get_row(db: Session, actor: Actor, model: type[RowT], row_id: object, *, lock: bool = False) -> RowT:
    """Return a row of the actor's account, locked if asked; ``NotFound`` for unknown, foreign and malformed ids."""
    query = of_account(select(model).where(col(model.id) == parse_id(row_id)), model, actor)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row
