"""Signing in and out of the pages, and opening an account.

Hashing a password takes a third of a second, so these functions call ``transact`` themselves, before and after it,
instead of being called inside one.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Forbidden, Unauthenticated
from troubleshoot_app.core.security import hash_password, new_token, token_hash, verify_password
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.models import Account, SignIn, User
from troubleshoot_app.schemas.people import AccountRef, Tokens, UserView
from troubleshoot_app.services import accounts, families
from troubleshoot_app.services.access import Credential
from troubleshoot_app.services.inputs import text_of

SIGN_IN_COOKIE = "troubleshoot_sign_in"
WEB_SIGN_IN_LIFETIME = timedelta(days=30)
DEVICE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class WebSignIn:
    """A browser that is now signed in; ``secret`` goes into its cookie and is kept nowhere else."""

    secret: str
    lifetime: timedelta


def credential_of_cookie(secret: str) -> Credential | None:
    """Return what identifies the browser that sends this cookie; None when it sends none."""
    return Credential(cookie_hash=token_hash(secret)) if secret else None


def sign_in(*, email: str, password: str, device: str) -> WebSignIn:
    """Sign a browser in; ``Unauthenticated``, equal in words and time, when address or password is wrong."""
    return transact(_open_web_sign_in, _check_password(email, password), device)


def sign_in_program(*, email: str, password: str, device: str) -> Tokens:
    """Sign a program in; ``Unauthenticated``, equal in words and time, when address or password is wrong."""
    return transact(families.open_family, _check_password(email, password), device)


def register(*, email: str, password: str, name: str, account_name: str) -> UUID:
    """Open an account and return its owner's id.

    Raises:
        Invalid: a field cannot be used.
        Conflict: the address is taken.
        Forbidden: the operator has closed registration.
    """
    if not get_settings().allow_registration:
        raise Forbidden("New accounts cannot be opened here. Ask an admin of your account for an invitation.")
    accounts.check_registration(email=email, password=password, name=name, account_name=account_name)
    hashed = hash_password(password)
    return transact(
        accounts.open_account, email=email, password_hash=hashed, name=name, account_name=account_name
    ).id


def sign_out(db: Session, actor: Actor) -> None:
    """End the sign-in that the actor came with."""
    db.execute(update(SignIn).where(col(SignIn.id) == actor.sign_in_id).values(revoked_at=now()))


def who_am_i(db: Session, actor: Actor) -> UserView:
    """Return the signed-in person with their account."""
    user = db.get_one(User, actor.user_id)
    account = db.get_one(Account, actor.account_id)
    return UserView(
        id=str(user.id),
        email=user.email,
        name=user.name,
        role=user.role,
        account=AccountRef(id=str(account.id), name=account.name),
        is_active=user.is_active,
        created_at=user.created_at,
    )


def _check_password(email: str, password: str) -> UUID:
    known = transact(_password_of, email)
    if not verify_password(password, known[1] if known else None) or known is None:
        raise Unauthenticated("E-mail or password is wrong.")
    return known[0]


def _password_of(db: Session, email: str) -> tuple[UUID, str] | None:
    user = accounts.user_of_address(db, email)
    return (user.id, user.password_hash) if user and user.is_active else None


def _open_web_sign_in(db: Session, user_id: UUID, device: str) -> WebSignIn:
    user = db.get_one(User, user_id)
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
