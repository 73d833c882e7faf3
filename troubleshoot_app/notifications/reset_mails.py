"""The queue of mails with a link for a new password: rows of ``password_reset``, one for each address that was typed."""

import logging
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.security import derived_token, token_hash
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models import PasswordReset, User
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.account_messages import AccountMail
from troubleshoot_app.notifications.leases import finish, is_leased

logger = logging.getLogger(__name__)

# Longer than failures are counted for, and no longer: it is what strangers have typed.
KEPT_FOR = timedelta(days=2)
NOBODY = "Nobody active has this address."

# Both in lower case by the database, as its unique index has it: Python's idea of that is another one.
is_for = and_(
    func.lower(col(User.email)) == func.lower(col(PasswordReset.address)),
    col(User.is_active),
    col(User.deleted_at).is_(None),
)


def token_of(reset_id: UUID) -> str:
    """Return the secret in the link of a reset; the database has its hash alone."""
    return derived_token("password reset", reset_id)


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due; return their ids. ``busy`` are under way in this process."""
    return leases.lease_due(db, _DUE, PasswordReset, owner, busy=busy, limit=limit)


_DUE = leases.due(PasswordReset)


def prepare(db: Session, reset_id: UUID, owner: int) -> AccountMail | None:
    """Return what a mail that ``owner`` has leased says, if somebody active has the address and the link is still good.

    None means no: it is ended with the reason why, or leased by somebody else meanwhile.
    """
    row = db.execute(_LEASED, {"row_id": reset_id, "owner": owner}).one_or_none()
    if row is None:
        return None
    reset: PasswordReset = row.PasswordReset
    user: User | None = row.User
    if user is None:
        logger.info("password reset %s is for an address that nobody active has; no mail", reset_id)
        finish(reset, DeliveryStatus.SKIPPED, NOBODY)
        return None
    if why := _needless(reset):
        finish(reset, DeliveryStatus.SKIPPED, why)
        return None
    settings = get_settings()
    return AccountMail(
        id=reset.id,
        mail_from=settings.mail_from,
        public_url=settings.base_url,
        recipient_name=user.name,
        recipient_address=user.email,
        sent_at=now(),
        expires_at=reset.expires_at,
        token=token_of(reset.id),
    )


_LEASED: AnySelect = (
    select(PasswordReset, User)
    .outerjoin(User, is_for)
    .where(*is_leased(PasswordReset))
    .with_for_update(of=PasswordReset)
)


def use_up(db: Session, address: str) -> None:
    """Let no link work any more that was, or is still to be, mailed to ``address``."""
    unused = update(PasswordReset).where(
        func.lower(col(PasswordReset.address)) == func.lower(address), col(PasswordReset.used_at).is_(None)
    )
    db.execute(unused.values(used_at=now()))


def forget_old(db: Session) -> None:
    """Remove what ended long ago."""
    db.execute(
        delete(PasswordReset).where(
            col(PasswordReset.created_at) < now() - KEPT_FOR,
            col(PasswordReset.status) != DeliveryStatus.PENDING,
        )
    )


def _needless(reset: PasswordReset) -> str:
    """Return why a link need not be mailed any more; empty when it is to be mailed."""
    if reset.used_at is not None:
        return "No longer good before this was sent."
    if reset.expires_at <= now():
        return "Expired before this could be sent."
    if token_hash(token_of(reset.id)) != reset.token_hash:
        return "The server has another SECRET_KEY by now."
    return ""
