"""Programs that are signed in: a family of refresh tokens each, of which one is good at a time."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import token_hash
from troubleshoot_app.models import RefreshToken, SignIn, User
from troubleshoot_app.schemas.people import Tokens
from troubleshoot_app.services.inputs import text_of
from troubleshoot_app.services.tokens import REFRESH_LIFETIME, issue_access_token, refresh_token

DEVICE_LENGTH = 300
RETRY_TIME = timedelta(seconds=10)


def open_family(db: Session, user_id: UUID, device: str) -> Tokens:
    """Sign a program in and return its first tokens."""
    user = db.get_one(User, user_id)
    sign_in = SignIn(
        account_id=user.account_id,
        user_id=user.id,
        device=text_of(device[:DEVICE_LENGTH], "device", DEVICE_LENGTH),
        expires_at=now() + REFRESH_LIFETIME,
    )
    db.add(sign_in)
    db.flush()
    return _tokens(sign_in, _add_token(db, sign_in).id)


def refresh(token: str) -> Tokens:
    """Return new tokens for a refresh token, which is spent by that.

    Whoever did not hear the answer may ask once more, for ten seconds and as long as nobody used it: the answer names
    the same successor. Any other use of a spent token is a theft: the family ends.

    Raises:
        Unauthenticated: the token is not, or no longer, good.
    """
    tokens = transact(_rotate, token)  # outside: what ends the family must not be rolled back
    if tokens is None:
        raise Unauthenticated("The refresh token is not valid, or no longer. Please sign in again.")
    return tokens


def end_family(db: Session, token: str) -> None:
    """Sign the program out that a refresh token, spent or not, was given to; an unknown token is no error."""
    sign_in_id = db.scalars(
        select(col(RefreshToken.sign_in_id)).where(col(RefreshToken.token_hash) == token_hash(token))
    ).one_or_none()
    if sign_in_id is not None:
        end_sign_in(db, sign_in_id)


def end_sign_in(db: Session, sign_in_id: UUID) -> None:
    """End one sign-in: its cookie, its refresh tokens and its access tokens are no longer good."""
    ended = update(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.revoked_at).is_(None))
    db.execute(ended.values(revoked_at=now()))


def end_sign_ins_of(db: Session, user_id: UUID, *, except_id: UUID | None = None) -> None:
    """End all sign-ins of a person, browsers and programs alike, but the one that is excepted."""
    ended = update(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.revoked_at).is_(None))
    if except_id is not None:
        ended = ended.where(col(SignIn.id) != except_id)
    db.execute(ended.values(revoked_at=now()))


def _rotate(db: Session, text: str) -> Tokens | None:
    at = now()
    token = db.scalars(
        select(RefreshToken).where(col(RefreshToken.token_hash) == token_hash(text)).with_for_update()
    ).one_or_none()
    sign_in = None if token is None else _good_sign_in(db, token.sign_in_id)
    if token is None or sign_in is None:
        return None
    if token.spent_at is None:
        if token.expires_at <= at:
            return None
        successor = _add_token(db, sign_in)
        token.spent_at, token.successor_id = at, successor.id
        sign_in.expires_at, sign_in.seen_at = successor.expires_at, at
        _forget_expired(db, sign_in.id)
        return _tokens(sign_in, successor.id)
    successor = db.get_one(RefreshToken, token.successor_id)
    if at <= token.spent_at + RETRY_TIME and successor.spent_at is None:
        return _tokens(sign_in, successor.id)
    end_sign_in(db, sign_in.id)
    return None


def _good_sign_in(db: Session, sign_in_id: UUID) -> SignIn | None:
    return db.scalars(
        select(SignIn)
        .join(User, col(User.id) == col(SignIn.user_id))
        .where(
            col(SignIn.id) == sign_in_id,
            col(SignIn.revoked_at).is_(None),
            col(SignIn.expires_at) > now(),
            col(User.is_active),
            col(User.deleted_at).is_(None),
        )
    ).one_or_none()


def _add_token(db: Session, sign_in: SignIn) -> RefreshToken:
    token_id = new_id()
    token = RefreshToken(
        id=token_id,
        account_id=sign_in.account_id,
        sign_in_id=sign_in.id,
        token_hash=token_hash(refresh_token(token_id)),
        expires_at=now() + REFRESH_LIFETIME,
    )
    db.add(token)
    db.flush()
    return token


def _forget_expired(db: Session, sign_in_id: UUID) -> None:
    """Delete the tokens of a family that are too old to be used again by anybody."""
    db.execute(
        delete(RefreshToken).where(
            col(RefreshToken.sign_in_id) == sign_in_id, col(RefreshToken.expires_at) <= now()
        )
    )


def _tokens(sign_in: SignIn, token_id: UUID) -> Tokens:
    access = issue_access_token(sign_in.user_id, sign_in.id)
    return Tokens(
        access_token=access.text,
        refresh_token=refresh_token(token_id),
        expires_in=int(access.lifetime.total_seconds()),
    )
