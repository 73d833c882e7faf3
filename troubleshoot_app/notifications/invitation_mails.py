"""The queue of mails that invite somebody: rows of ``invitation``."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.security import derived_token, token_hash
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models import Account, Invitation, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.account_messages import InvitationMail
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.leases import finish, is_leased

OTHER_KEY = "The server has another SECRET_KEY by now: send it again."


def token_of(invitation_id: UUID) -> str:
    """Return the secret in the link of an invitation; the database has its hash alone."""
    return derived_token("invitation", invitation_id)


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due; return their ids. ``busy`` are under way in this process."""
    return leases.lease_due(db, _DUE, Invitation, owner, busy=busy, limit=limit)


_DUE = leases.due(Invitation)


def prepare(db: Session, invitation_id: UUID, owner: int) -> InvitationMail | None:
    """Return what a mail that ``owner`` has leased says, if its invitation can still be taken.

    None means no: it is ended with the reason why, or leased by somebody else meanwhile.
    """
    row = db.execute(_LEASED, {"row_id": invitation_id, "owner": owner}).one_or_none()
    if row is None:
        return None
    invitation: Invitation = row.Invitation
    if why := _needless(row):
        finish(invitation, DeliveryStatus.SKIPPED, why)
        return None
    settings = get_settings()
    return InvitationMail(
        id=invitation.id,
        mail_from=settings.mail_from,
        public_url=settings.base_url,
        recipient_name="",
        recipient_address=invitation.email,
        sent_at=now(),
        expires_at=invitation.expires_at,
        token=token_of(invitation.id),
        inviter_name=row.User.name,
        account_name=row.Account.name,
        role=invitation.role,
    )


_LEASED: AnySelect = (
    select(Invitation, Account, User)
    .join(Account, col(Account.id) == col(Invitation.account_id))
    .join(User, col(User.id) == col(Invitation.invited_by_id))
    .where(*is_leased(Invitation))
    .with_for_update(of=Invitation)
)


def announce_progress(db: Session, invitation_id: UUID) -> None:
    """Let the admins who look at the people of the account see what became of a mail."""
    invitation = db.get_one(Invitation, invitation_id)
    announce(db, invitation.account_id, None, HandoffEvent.TOLD)


def _needless(row: AnyRow) -> str:
    """Return why an invitation need not, or must not, be mailed any more; empty when it is to be mailed."""
    invitation: Invitation = row.Invitation
    inviter: User = row.User
    if invitation.withdrawn_at is not None:
        return "Withdrawn before this was sent."
    if invitation.accepted_at is not None:
        return "Accepted before this was sent."
    if invitation.expires_at <= now():
        return "Expired before this could be sent."
    if not (inviter.is_active and inviter.deleted_at is None and inviter.role.may_invite(invitation.role)):
        return f"{inviter.name} may not invite anybody any more, or not with this role."
    return "" if token_hash(token_of(invitation.id)) == invitation.token_hash else OTHER_KEY
