"""New passwords: for who forgot theirs, by mail, and for who knows it."""

import logging
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import hash_password, token_hash, verify_password
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.models import PasswordReset, User
from troubleshoot_app.notifications.account_mails import AccountMail, password_reset_message
from troubleshoot_app.notifications.posting import post
from troubleshoot_app.services import accounts, audit, families, throttle
from troubleshoot_app.services.access import Credential, load_actor
from troubleshoot_app.services.inputs import invalid
from troubleshoot_app.services.tokens import derived_token

logger = logging.getLogger(__name__)

RESET_LIFETIME = timedelta(minutes=30)
PURPOSE = "password reset"


async def mail_reset(email: str) -> None:
    """Mail a link for a new password to ``email`` if somebody active has that address; say nothing otherwise.

    Meant to run when the answer is out already: how long this takes must not tell whether the address is known.
    """
    reset_id = await in_thread(Pool.DATABASE, _open_reset_unless_too_many, email)
    if reset_id is not None:
        await post(partial(_message, reset_id), _forget_outcome, f"mail of password reset {reset_id}")


def reset(*, token: str, password: str, client: str = "") -> None:
    """Set a new password with the token of a mail, and end all sign-ins of its owner.

    Raises:
        Invalid: the token is not, or no longer, good, or the password cannot be used.
        TooManyRequests: too many wrong tokens came from this ``client``.
    """
    accounts.raise_for(accounts.password_errors(password))
    counts = throttle.failures_of(client)
    throttle.require_room(counts)
    if transact(_owner_of, token) is None:
        throttle.add(counts)
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


def _open_reset_unless_too_many(email: str) -> UUID | None:
    if throttle.add(throttle.mails_to(email)):
        logger.warning("too many password resets were asked for one address; no mail this time")
        return None
    return transact(_open_reset, email)


def _open_reset(db: Session, email: str) -> UUID | None:
    user = accounts.user_of_address(db, email)
    if user is None or not user.is_active:
        logger.info("a password reset was asked for an address that nobody active has; no mail")
        return None
    reset_id = new_id()
    db.add(
        PasswordReset(
            id=reset_id,
            account_id=user.account_id,
            user_id=user.id,
            token_hash=token_hash(derived_token(PURPOSE, reset_id)),
            expires_at=now() + RESET_LIFETIME,
        )
    )
    return reset_id


def _message(reset_id: UUID, db: Session) -> EmailMessage | None:
    """Return the mail; None when it is no longer wanted."""
    row = db.get_one(PasswordReset, reset_id)
    user = db.get_one(User, row.user_id)
    if row.used_at is not None or row.expires_at <= now() or not user.is_active:
        return None
    settings = get_settings()
    return password_reset_message(
        AccountMail(
            id=reset_id,
            mail_from=settings.mail_from,
            public_url=settings.base_url,
            recipient_name=user.name,
            recipient_address=user.email,
            sent_at=now(),
            expires_at=row.expires_at,
            token=derived_token(PURPOSE, reset_id),
        )
    )


def _forget_outcome(db: Session, why: str) -> None:
    """Whoever waits in vain for the mail asks for another one; the log has said why."""


def _owner_of(db: Session, token: str) -> UUID | None:
    good = (
        select(col(PasswordReset.user_id))
        .join(User, col(User.id) == col(PasswordReset.user_id))
        .where(
            col(PasswordReset.token_hash) == token_hash(token),
            col(PasswordReset.used_at).is_(None),
            col(PasswordReset.expires_at) > now(),
            col(User.is_active),
            col(User.deleted_at).is_(None),
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
    unused = update(PasswordReset).where(
        col(PasswordReset.user_id) == user.id, col(PasswordReset.used_at).is_(None)
    )
    db.execute(unused.values(used_at=now()))


def _bad_link() -> Invalid:
    return invalid("token", "This link does not work any more. Ask for a new one.")
