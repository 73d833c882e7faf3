"""Accounts on the running server, with people who are signed in there; made in milliseconds, as no password is hashed.

For tests that use the fixture ``server_database``.
"""

import secrets
from typing import Any

from sqlmodel import Session

from tests.support.people import SIGN_IN_LIFETIME, Person, Team, add_person, add_team
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.security import new_token, token_hash
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import SignIn


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


def _add_sign_in(db: Session, person: Person, secret: str, fields: dict[str, Any]) -> None:
    db.add(
        SignIn(
            account_id=person.actor.account_id, user_id=person.id, secret_hash=token_hash(secret), **fields
        )
    )
