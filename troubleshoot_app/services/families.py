"""Programs that are signed in: a family of refresh tokens each, of which one is good at a time."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from troubleshoot_app.core.clock import now
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
    return _tokens(sign_in, _add_token(db, sign_in))


def _add_token(db: Session, sign_in: SignIn) -> UUID:
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
    return token_id


def _tokens(sign_in: SignIn, token_id: UUID) -> Tokens:
    access = issue_access_token(sign_in.user_id, sign_in.id)
    return Tokens(
        access_token=access.text,
        refresh_token=refresh_token(token_id),
        expires_in=int(access.lifetime.total_seconds()),
    )
