"""Tokens of the API: access tokens, which are signed, and refresh tokens, which are looked up.

Each kind has a key of its own, made from the installation's secret, so that none of them can pass for another.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

import jwt

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import derived_token, key_for

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
ALGORITHM = "HS256"
AUDIENCE = "troubleshoot"
TYPE = "access"
READ_TOKENS = 2_000
REQUIRED = ("exp", "iat", "sub", "aud", "jti", "sid", "typ")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and how long it is good, from now on."""

    text: str
    lifetime: timedelta


def issue_access_token(user_id: UUID, sign_in_id: UUID) -> AccessToken:
    """Return an access token for one sign-in of a person. It says who, never what they may do."""
    issued = now()
    claims = {
        "sub": str(user_id),
        "sid": str(sign_in_id),
        "aud": AUDIENCE,
        "typ": TYPE,
        "iat": issued,
        "exp": issued + ACCESS_LIFETIME,
        "jti": str(new_id()),
    }
    return AccessToken(jwt.encode(claims, key_for("access token"), algorithm=ALGORITHM), ACCESS_LIFETIME)


def read_access_token(text: str) -> UUID:
    """Return the sign-in that an access token names; ``Unauthenticated`` when it is not a good one of ours."""
    try:
        sign_in_id, expires = _read(text, key_for("access token"))
        if expires > now().timestamp():
            return sign_in_id
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        pass
    raise Unauthenticated("The access token is not valid, or no longer. Refresh it, or sign in again.")


@lru_cache(maxsize=READ_TOKENS)
def _read(text: str, key: bytes) -> tuple[UUID, float]:
    """Return the sign-in of a token with a good signature, and when it ends; read once, for it comes with each request."""
    claims = jwt.decode(
        text, key, algorithms=[ALGORITHM], audience=AUDIENCE, options={"require": list(REQUIRED)}
    )
    if claims["typ"] != TYPE:
        raise ValueError("another kind of token")
    return UUID(claims["sid"]), float(claims["exp"])


def refresh_token(row_id: UUID) -> str:
    """Return the refresh token of a row."""
    return derived_token("refresh token", row_id)
