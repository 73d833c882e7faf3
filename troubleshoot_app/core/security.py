"""Secrets: password hashes and opaque tokens."""

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata
from functools import cache
from uuid import UUID

import bcrypt

from troubleshoot_app.core.settings import get_settings

BCRYPT_ROUNDS = 12
HASHES_AT_ONCE = 2
TOKEN_BYTES = 32

_slots = threading.BoundedSemaphore(HASHES_AT_ONCE)


def _prehash(password: str) -> bytes:
    """Return 44 bytes for any password: bcrypt itself stops at 72 bytes and refuses NUL."""
    normal = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    digest = hmac.digest(b"troubleshoot-password", normal, hashlib.sha256)
    return base64.b64encode(digest)


def hash_password(password: str) -> str:
    """Return a salted bcrypt hash of ``password``. Takes a few hundred milliseconds; a few at once, the others wait."""
    with _slots:
        return bcrypt.hashpw(_prehash(password), bcrypt.gensalt(BCRYPT_ROUNDS)).decode("ascii")


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_urlsafe(TOKEN_BYTES))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Tell whether ``password`` fits; an unknown user (``None``) takes as long as a wrong password."""
    nobody = _hash_of_nobody()  # made by whoever comes first, known or not
    with _slots:
        fits = bcrypt.checkpw(_prehash(password), (password_hash or nobody).encode("ascii"))
    return fits and password_hash is not None


def new_token() -> str:
    """Return a secret of 256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token: its SHA-256 keyed with the installation's secret, in hex."""
    key = get_settings().require_secret().encode()
    return hmac.new(key, token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def derived_token(purpose: str, row_id: UUID) -> str:
    """Return a secret of 256 bits for one row and one purpose, safe in URLs; the same one each time.

    Whoever knows the installation's secret can make it again, so that it is kept nowhere.
    """
    digest = hmac.digest(key_for(purpose), row_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def key_for(purpose: str) -> bytes:
    """Return the key of one purpose, made from the installation's secret."""
    return _key_from(get_settings().require_secret(), purpose)


@cache
def _key_from(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"troubleshoot {purpose}".encode(), hashlib.sha256)
