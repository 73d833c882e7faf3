"""Signing in and out, of the pages and of programs, and opening an account.

Hashing a password takes a third of a second, so these functions call ``transact`` themselves, before and after it,
instead of being called inside one.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Forbidden, Unauthenticated
from troubleshoot_app.core.security import hash_password, new_token, token_hash, verify_password
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.models import SignIn, User
from troubleshoot_app.schemas.people import Tokens, UserView
from troubleshoot_app.services import accounts, families, throttle, users
from troubleshoot_app.services.access import Credential
from troubleshoot_app.services.inputs import text_of

SIGN_IN_COOKIE = "troubleshoot_sign_in"
WEB_SIGN_IN_LIFETIME = timedelta(days=30)
DEVICE_LENGTH = 300
WRONG = "Email or password is wrong."


@dataclass(frozen=True, slots=True)
class WebSignIn:
    """A browser that is now signed in; ``secret`` goes into its cookie and is kept nowhere else."""

    secret: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody who has shown that they know the password, and the hash that it fits."""

    user_id: UUID
    password_hash: str


def credential_of_cookie(secret: str) -> Credential | None:
    """Return what identifies the browser that sends this cookie; None when it sends none."""
    return Credential(cookie_hash=token_hash(secret)) if secret else None


def sign_in(*, email: str, password: str, device: str, client: str = "") -> WebSignIn:
    """Sign a browser in.

    Raises:
        Unauthenticated: address or password is wrong, which is said in equal words and after equal time.
        TooManyRequests: it was wrong too often, for this address or from this ``client``.
    """
    return transact(_open_for_known, _check_password(email, password, client), device)


def sign_in_program(*, email: str, password: str, device: str, client: str = "") -> Tokens:
    """Sign a program in; raises what ``sign_in`` raises."""
    known = _check_password(email, password, client)
    return transact(_open_family_for_known, known, device)


def register(*, email: str, password: str, name: str, account_name: str, client: str = "") -> UserView:
    """Open an account and return its owner.

    Raises:
        Invalid: a field cannot be used.
        Conflict: the address is taken.
        Forbidden: the operator has closed registration.
        TooManyRequests: too many accounts were opened from this ``client``.
    """
    if not get_settings().allow_registration:
        raise Forbidden("New accounts cannot be opened here. Ask an admin of your account for an invitation.")
    email = email.strip()
    accounts.check_registration(email=email, password=password, name=name, account_name=account_name)
    throttle.take(throttle.accounts_of(client))
    hashed = hash_password(password)
    return transact(_open_account, email, hashed, name, account_name)


def open_web_sign_in(db: Session, user_id: object, device: str) -> WebSignIn:
    """Sign a browser in as somebody who has just shown who they are."""
    user = db.get_one(User, UUID(str(user_id)))
    secret = new_token()
    db.add(
        SignIn(
            account_id=user.account_id,
            user_id=user.id,
            secret_hash=token_hash(secret),
            device=text_of(device[:DEVICE_LENGTH], "device", DEVICE_LENGTH),
            expires_at=now() + WEB_SIGN_IN_LIFETIME,
        )
    )
    return WebSignIn(secret, WEB_SIGN_IN_LIFETIME)


def sign_out(db: Session, actor: Actor) -> None:
    """End the sign-in that the actor came with."""
    families.end_sign_in(db, actor.sign_in_id)


def who_am_i(db: Session, actor: Actor) -> UserView:
    """Return the signed-in person with their account."""
    return users.user_view(db, actor.user_id)


def _check_password(email: str, password: str, client: str) -> _Known:
    counts = throttle.failures(email, client)
    throttle.require_room(counts)
    known = transact(_password_of, email)
    if not verify_password(password, known.password_hash if known else None) or known is None:
        throttle.add(counts)
        raise Unauthenticated(WRONG)
    throttle.forgive(email)
    return known


def _password_of(db: Session, email: str) -> _Known | None:
    user = accounts.user_of_address(db, email)
    return _Known(user.id, user.password_hash) if user and user.is_active else None


def _open_account(db: Session, email: str, hashed: str, name: str, account_name: str) -> UserView:
    owner = accounts.open_account(db, email=email, password_hash=hashed, name=name, account_name=account_name)
    return users.user_view(db, owner.id)


def _open_for_known(db: Session, known: _Known, device: str) -> WebSignIn:
    _require_still_known(db, known)
    return open_web_sign_in(db, known.user_id, device)


def _open_family_for_known(db: Session, known: _Known, device: str) -> Tokens:
    _require_still_known(db, known)
    return families.open_family(db, known.user_id, device)


def _require_still_known(db: Session, known: _Known) -> None:
    """Raise ``Unauthenticated`` when the password was changed, or the person locked out, while it was being checked."""
    still = select(col(User.id)).where(
        col(User.id) == known.user_id,
        col(User.password_hash) == known.password_hash,
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
    if db.execute(still.with_for_update(read=True)).one_or_none() is None:
        raise Unauthenticated(WRONG)
