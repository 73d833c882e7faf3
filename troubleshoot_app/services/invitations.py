"""Invitations: an admin offers a place in the account by mail, and whoever has the mail takes it, once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Invalid, NotFound
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import hash_password, token_hash
from troubleshoot_app.domain.actor import Actor, Permission, Role
from troubleshoot_app.models import Account, Invitation, User
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.notifications import invitation_mails
from troubleshoot_app.schemas import people
from troubleshoot_app.services import accounts, audit, throttle, users
from troubleshoot_app.services.access import get_row, of_account, require
from troubleshoot_app.services.inputs import invalid, word_of
from troubleshoot_app.services.paging import PageRequest, take_page

LIFETIME = timedelta(days=7)
NO_LONGER = "This invitation does not work any more. Ask for a new one."

_is_open = (col(Invitation.accepted_at).is_(None), col(Invitation.withdrawn_at).is_(None))


@dataclass(frozen=True, slots=True)
class _Offer:
    """An invitation that can be taken now, by whom it names."""

    invitation: Invitation
    account: Account
    inviter: User


def invite(db: Session, actor: Actor, *, email: object, role: object, client: str) -> people.Invitation:
    """Offer a place in the account to an address. An earlier offer to the same one is withdrawn.

    Raises:
        Forbidden: no admin asks, or one who is no owner wants to make an owner.
        Invalid: address or role cannot be used.
        Conflict: somebody is registered with the address.
        TooManyRequests: too many mails went to this address, or this ``client`` asked too often, also about addresses
            that are taken: or anybody with an account could find out which ones are.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    address = email.strip() if isinstance(email, str) else ""
    accounts.raise_for(accounts.address_errors(address))
    wanted = word_of(Role, role, "role")
    users.require_may_give(actor, wanted)
    throttle.take(throttle.mails_of(client))
    accounts.require_free_address(db, address, "If it is a colleague, you find them among the people here.")
    throttle.take(throttle.mails_to(address))
    earlier = of_account(select(col(Invitation.id)), Invitation, actor).where(
        func.lower(col(Invitation.email)) == func.lower(address), *_is_open
    )
    db.execute(update(Invitation).where(col(Invitation.id).in_(earlier)).values(withdrawn_at=now()))
    invitation_id = new_id()
    row = Invitation(
        id=invitation_id,
        account_id=actor.account_id,
        email=address,
        role=wanted,
        invited_by_id=actor.user_id,
        token_hash=token_hash(invitation_mails.token_of(invitation_id)),
        expires_at=now() + LIFETIME,
    )
    db.add(row)
    db.flush()
    audit.record(db, actor, "user.invited", row.id, email=address, role=wanted)
    return people.Invitation(**_view(row))


def renew(db: Session, actor: Actor, *, invitation_id: object, client: str) -> people.Invitation:
    """Offer the same place anew, with a new link for another week; the one before is no longer good.

    Raises:
        NotFound: it was taken or withdrawn.
        Forbidden, Conflict, TooManyRequests: as ``invite``.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    row = _waiting(db, actor, invitation_id)
    return invite(db, actor, email=row.email, role=row.role, client=client)


def list_invitations(
    db: Session, actor: Actor, *, page: PageRequest, with_expired: bool = False
) -> people.InvitationPage:
    """Return the invitations that wait for an answer, the newest first; expired ones on demand."""
    require(actor, Permission.PEOPLE_MANAGE)
    query: AnySelect = (
        of_account(select(Invitation, User), Invitation, actor)
        .join(User, col(User.id) == col(Invitation.invited_by_id))
        .where(*_is_open)
    )
    if not with_expired:
        query = query.where(col(Invitation.expires_at) > now())
    rows, cursor = take_page(db, query, Invitation.__table__.c.id, page)
    items = [
        people.OpenInvitation(
            **_view(row.Invitation),
            invited_by=people.PersonRef(id=str(row.User.id), name=row.User.name),
            created_at=row.Invitation.created_at,
            mail_status=row.Invitation.status,
            mailed_at=row.Invitation.sent_at,
            mail_error=row.Invitation.error,
            next_attempt_at=row.Invitation.next_attempt_at,
        )
        for row in rows
    ]
    return people.InvitationPage(items=items, next_cursor=cursor)


def withdraw(db: Session, actor: Actor, *, invitation_id: object) -> None:
    """Withdraw an invitation: its link is no longer good. ``NotFound`` when it was taken or withdrawn already."""
    require(actor, Permission.PEOPLE_MANAGE)
    row = _waiting(db, actor, invitation_id)
    row.withdrawn_at = now()
    audit.record(db, actor, "invitation.withdrawn", row.id, email=row.email)


def _waiting(db: Session, actor: Actor, invitation_id: object) -> Invitation:
    """Return an invitation that was not taken or withdrawn, locked; it may have expired."""
    row = get_row(db, actor, Invitation, invitation_id, lock=True)
    if row.accepted_at is not None or row.withdrawn_at is not None:
        raise NotFound()
    return row


def look_up(*, token: str, client: str = "") -> people.Offer:
    """Return what an invitation offers; ``NotFound`` when it is not, or no longer, good."""
    counts = throttle.failures_of(client)
    throttle.require_room(counts)
    offer = transact(_find_view, token)
    if offer is None:
        throttle.add(counts)
        raise NotFound(NO_LONGER)
    return offer


def join(*, token: str, email: str, password: str, name: str, client: str = "") -> people.UserView:
    """Register with an invitation, at the address that it was mailed to, and return the new person.

    Raises:
        Invalid: the invitation is not, or no longer, good, it is for another address, or a field cannot be used.
        Conflict: the address has been taken meanwhile.
        TooManyRequests: too many wrong invitations came from this ``client``.
    """
    email = email.strip()
    accounts.check_registration(email=email, password=password, name=name, account_name=None)
    counts = throttle.failures_of(client)
    throttle.require_room(counts)
    offer = transact(_find_view, token)
    if offer is None:
        throttle.add(counts)
        raise _no_longer()
    if offer.email.lower() != email.lower():
        raise invalid("email", "This invitation is for another address: use the one that it was mailed to.")
    return transact(_accept, token, hash_password(password), name)


def _find(db: Session, token: str, *, lock: bool = False) -> _Offer | None:
    """Return what can be taken with the token, as long as its sender may still make such an offer."""
    query = (
        select(Invitation, Account, User)
        .join(Account, col(Account.id) == col(Invitation.account_id))
        .join(User, col(User.id) == col(Invitation.invited_by_id))
        .where(
            col(Invitation.token_hash) == token_hash(token),
            *_is_open,
            col(Invitation.expires_at) > now(),
            col(User.is_active),
            col(User.deleted_at).is_(None),
        )
    )
    if lock:
        query = query.with_for_update(of=Invitation)
    row = db.execute(query).one_or_none()
    if row is None:
        return None
    invitation, account, inviter = row
    return _Offer(invitation, account, inviter) if inviter.role.may_invite(invitation.role) else None


def _find_view(db: Session, token: str) -> people.Offer | None:
    found = _find(db, token)
    if found is None:
        return None
    return people.Offer(
        email=found.invitation.email,
        role=found.invitation.role,
        account_name=found.account.name,
        invited_by=found.inviter.name,
    )


def _accept(db: Session, token: str, password_hash: str, name: str) -> people.UserView:
    found = _find(db, token, lock=True)
    if found is None:
        raise _no_longer()
    row = found.invitation
    user = accounts.add_user(
        db, found.account, email=row.email, password_hash=password_hash, name=name, role=row.role
    )
    row.accepted_at = now()
    actor = Actor(user.id, user.account_id, user.name, user.role, sign_in_id=user.id)
    audit.record(db, actor, "user.joined", user.id, invitation=str(row.id), role=row.role)
    return users.user_view(db, user.id)


def _view(row: Invitation) -> dict[str, Any]:
    return {"id": str(row.id), "email": row.email, "role": row.role, "expires_at": row.expires_at}


def _no_longer() -> Invalid:
    return invalid("invitation", NO_LONGER)
