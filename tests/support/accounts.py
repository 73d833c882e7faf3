"""Accounts on the running server, with people who are signed in there; made in milliseconds, as no password is hashed.

For tests that use the fixture ``server_database``.
"""

import secrets
import time
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.support.pages import DEMO_PASSWORD
from tests.support.people import SIGN_IN_LIFETIME, Person, Team, add_person, add_team
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.security import hash_password, new_token, token_hash
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models import Delivery, SignIn, User

TELL_SECONDS = 10
POLL_SECONDS = 0.05


def open_account() -> Team:
    """Return a new account with five people and a published tree; its name occurs in all their names and addresses."""
    return transact(add_team, f"team{secrets.token_hex(4)}")


def join(team: Team, role: Role, name: str = "Somebody", **fields: Any) -> Person:
    """Return another person of the account; ``fields`` are columns of the user, such as ``is_active=False``."""
    return transact(add_person, team.account_id, role, name, **fields)


def cookie_for(person: Person, **fields: Any) -> str:
    """Sign somebody in with one more browser and return its cookie; ``fields`` are columns such as ``revoked_at``."""
    secret = new_token()
    transact(_add_sign_in, person, secret, {"expires_at": now() + SIGN_IN_LIFETIME} | fields)
    return secret


def allow_password(person: Person) -> None:
    """Let somebody sign in with ``DEMO_PASSWORD``."""
    transact(_set_password, person, _hash_of_demo_password())


def wait_until_told(account_id: UUID) -> None:
    """Wait until nobody of the account is still to be told of anything."""
    deadline = time.monotonic() + TELL_SECONDS
    while waiting := transact(_pending, account_id):
        assert time.monotonic() < deadline, f"not told yet: {waiting}"
        time.sleep(POLL_SECONDS)


@cache
def _hash_of_demo_password() -> str:
    return hash_password(DEMO_PASSWORD)


def _set_password(db: Session, person: Person, password_hash: str) -> None:
    db.execute(update(User).where(col(User.id) == person.id).values(password_hash=password_hash))


def _pending(db: Session, account_id: UUID) -> list[tuple[str, ...]]:
    query = select(col(Delivery.channel), col(Delivery.status), col(Delivery.error)).where(
        col(Delivery.account_id) == account_id, col(Delivery.status) == DeliveryStatus.PENDING
    )
    return [tuple(row) for row in db.execute(query)]


def _add_sign_in(db: Session, person: Person, secret: str, fields: dict[str, Any]) -> None:
    db.add(
        SignIn(
            account_id=person.actor.account_id, user_id=person.id, secret_hash=token_hash(secret), **fields
        )
    )
