"""New passwords: for who forgot theirs, by mail, and for who knows it."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Invalid, NotFound
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import hash_password, token_hash, verify_password
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.models import PasswordReset, User
from troubleshoot_app.notifications import reset_mails
from troubleshoot_app.services import accounts, audit, families, throttle
from troubleshoot_app.services.access import Credential, load_actor
from troubleshoot_app.services.inputs import invalid

logger = logging.getLogger(__name__)

RESET_LIFETIME = timedelta(minutes=30)
NO_LONGER = "This link does not work any more. Ask for a new one."


def ask_for_reset(email: str) -> None:
    """Have a link for a new password mailed to ``email`` if somebody active has that address; say nothing otherwise.

    Whether anybody has it is looked up by whoever sends the mail: the answer must not tell, nor the time that it takes.
    """
    address = email.strip()
    if accounts.address_errors(address):
        return
    if throttle.add(throttle.mails_to(address)):
        logger.warning("too many password resets were asked for one address; no mail this time")
        return
    transact(_open_reset, address)


def check_link(*, token: str, client: str = "") -> None:
    """Return when a new password can be set with the token of a mail, which stays as it is.

    Raises:
        NotFound: the token is not, or no longer, good.
        TooManyRequests: too many wrong tokens came from this ``client``.
    """
    if not _is_good(token, client):
        raise NotFound(NO_LONGER)


def reset(*, token: str, password: str, client: str = "") -> None:
    """Set a new password with the token of a mail, and end all sign-ins of its owner.

    Raises:
        Invalid: the token is not, or no longer, good, or the password cannot be used.
        TooManyRequests: too many wrong tokens came from this ``client``.
    """
    accounts.raise_for(accounts.password_errors(password))
    if not _is_good(token, client):
        raise _bad_link()
    throttle.forgive(transact(_use_reset, token, hash_password(password)))


def change(credential: Credential | None, *, current: str, password: str, client: str = "") -> None:
    """Change the caller's password and end all their other sign-ins.

    Raises:
        Invalid: the current password is wrong, or the new one cannot be used.
        TooManyRequests: it was wrong too often.
    """
    actor, email, old_hash = transact(_mine, credential)
    accounts.raise_for(accounts.password_errors(password))
    counts = throttle.failures(email, client)
    throttle.require_room(counts)
    if not verify_password(current, old_hash):
        throttle.add(counts)
        raise invalid("current_password", "The current password is wrong.")
    throttle.forgive(email)
    transact(_set_mine, credential, hash_password(password), actor.sign_in_id)


def _open_reset(db: Session, address: str) -> None:
    reset_id = new_id()
    db.add(
        PasswordReset(
            id=reset_id,
            address=address,
            token_hash=token_hash(reset_mails.token_of(reset_id)),
            expires_at=now() + RESET_LIFETIME,
        )
    )


def _is_good(token: str, client: str) -> bool:
    """Tell whether a token is good; one that is not counts for its ``client``, or else tokens could be guessed."""
    counts = throttle.failures_of(client)
    throttle.require_room(counts)
    if transact(_owner_of, token) is not None:
        return True
    throttle.add(counts)
    return False


def _owner_of(db: Session, token: str) -> UUID | None:
    good = (
        select(col(User.id))
        .join(PasswordReset, reset_mails.is_for)
        .where(
            col(PasswordReset.token_hash) == token_hash(token),
            col(PasswordReset.used_at).is_(None),
            col(PasswordReset.expires_at) > now(),
        )
    )
    return db.execute(good).scalar_one_or_none()


def _use_reset(db: Session, token: str, password_hash: str) -> str:
    """Set the password; return the address of its owner. All other links that were mailed to them are used up, too."""
    user_id = _owner_of(db, token)
    user = None if user_id is None else db.get_one(User, user_id, with_for_update=True)
    if user is None or _owner_of(db, token) is None:  # asked again: by now nobody else can use it
        raise _bad_link()
    actor = Actor(user.id, user.account_id, user.name, user.role, sign_in_id=user.id)
    _set_password(db, user, password_hash)
    families.end_sign_ins_of(db, user.id)
    audit.record(db, actor, "password.reset", user.id)
    return user.email


def _mine(db: Session, credential: Credential | None) -> tuple[Actor, str, str]:
    actor = load_actor(db, credential)
    user = db.get_one(User, actor.user_id)
    return actor, user.email, user.password_hash


def _set_mine(db: Session, credential: Credential | None, password_hash: str, sign_in_id: UUID) -> None:
    actor = load_actor(db, credential)
    _set_password(db, db.get_one(User, actor.user_id, with_for_update=True), password_hash)
    families.end_sign_ins_of(db, actor.user_id, except_id=sign_in_id)
    audit.record(db, actor, "password.changed", actor.user_id)


def _set_password(db: Session, user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    reset_mails.use_up(db, user.email)


def _bad_link() -> Invalid:
    return invalid("token", NO_LONGER)
