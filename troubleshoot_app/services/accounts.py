"""Accounts and the people who open them."""

import re

from sqlalchemy import func, select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import Conflict, FieldError, Invalid
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.errors import UNSTORABLE
from troubleshoot_app.models import Account, User
from troubleshoot_app.models.users import EMAIL_LENGTH, NAME_LENGTH
from troubleshoot_app.schemas.people import ADDRESS_PATTERN

PASSWORD_LENGTH = range(8, 257)
_ADDRESS = re.compile(ADDRESS_PATTERN)


def check_registration(*, email: str, password: str, name: str, account_name: str | None) -> None:
    """Raise ``Invalid`` naming every field that cannot be used; ``account_name`` is None for who joins an account."""
    errors = [
        *address_errors(email),
        *password_errors(password),
        *_name_errors(name, "name", "your name"),
    ]
    if account_name is not None:
        errors += _name_errors(account_name, "account_name", "the name of your team or company")
    raise_for(errors)


def address_errors(email: str) -> list[FieldError]:
    """Return what is wrong with an e-mail address."""
    if len(email) <= EMAIL_LENGTH and _ADDRESS.fullmatch(email) and not UNSTORABLE.search(email):
        return []
    return [{"loc": ["email"], "msg": "Enter an e-mail address such as name@example.org."}]


def password_errors(password: str) -> list[FieldError]:
    """Return what is wrong with a new password."""
    if len(password) in PASSWORD_LENGTH:
        return []
    least, most = PASSWORD_LENGTH.start, PASSWORD_LENGTH.stop - 1
    return [{"loc": ["password"], "msg": f"Choose a password of {least} to {most} characters."}]


def raise_for(errors: list[FieldError]) -> None:
    """Raise ``Invalid`` when there are errors."""
    if errors:
        raise Invalid(" ".join(error["msg"] for error in errors), errors=errors)


def _name_errors(name: str, field: str, what: str) -> list[FieldError]:
    if clean_name(name):
        return []
    return [{"loc": [field], "msg": f"Enter {what} (at most {NAME_LENGTH} characters)."}]


def clean_name(name: str) -> str:
    """Return a name on one line without control characters; empty when it cannot be used."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return plain if len(plain) <= NAME_LENGTH else ""


def open_account(db: Session, *, email: str, password_hash: str, name: str, account_name: str) -> User:
    """Open a new account and return its owner.

    Raises:
        Conflict: the address is taken.
    """
    account = Account(name=clean_name(account_name))
    db.add(account)
    db.flush()
    return add_user(db, account, email=email, password_hash=password_hash, name=name, role=Role.OWNER)


def add_user(db: Session, account: Account, *, email: str, password_hash: str, name: str, role: Role) -> User:
    """Add a person to ``account``; ``Conflict`` when the address is taken."""
    require_free_address(db, email, "Sign in, or use another address.")
    user = User(
        account_id=account.id,
        email=email.strip(),
        name=clean_name(name),
        password_hash=password_hash,
        role=role,
    )
    db.add(user)
    db.flush()
    return user


def require_free_address(db: Session, email: str, advice: str) -> None:
    """Raise ``Conflict`` when the address is taken; until the end of the transaction nobody else can take it."""
    db.execute(select(func.pg_advisory_xact_lock(func.hashtext(func.lower(email.strip())))))
    if user_of_address(db, email) is not None:
        raise Conflict(f"Somebody is registered with this address already. {advice}")


def user_of_address(db: Session, email: str) -> User | None:
    """Return who is registered with ``email`` (whatever its case), deleted people left out."""
    if UNSTORABLE.search(email):
        return None
    # Both in lower case by the database, as its unique index has it: Python's idea of that is another one.
    query = select(User).where(
        func.lower(col(User.email)) == func.lower(email.strip()), col(User.deleted_at).is_(None)
    )
    return db.scalars(query).one_or_none()
