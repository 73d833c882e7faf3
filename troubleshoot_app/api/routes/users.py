"""The people of the account, and invitations to it."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import Client, CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.people import (
    Invitation,
    InvitationPage,
    MemberPage,
    NewInvitation,
    UserChanges,
    UserView,
)
from troubleshoot_app.services import invitations, users
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/users", tags=["people"])


@router.get("", operation_id="users_list", responses=problems(403))
def list_users(credential: CurrentCredential, page: WantedPage) -> MemberPage:
    """List the people of the account, who joined last first. For seniors."""
    return transact(acting, credential, users.list_users, page=page)


@router.get("/invitations", operation_id="users_invitations_list", responses=problems(403))
def list_invitations(credential: CurrentCredential, page: WantedPage) -> InvitationPage:
    """List the invitations that wait for an answer, newest first. For admins."""
    return transact(acting, credential, invitations.list_invitations, page=page)


@router.post("/invitations", status_code=201, operation_id="users_invite", responses=problems(403, 409, 429))
def invite(
    body: NewInvitation, credential: CurrentCredential, attempt: CurrentAttempt, client: Client
) -> Invitation:
    """Invite somebody by mail, for 7 days. For admins; owners are invited by owners.

    An earlier invitation to the same address is withdrawn.
    """
    return transact_once(
        attempt, credential, invitations.invite, email=body.email, role=body.role, client=client
    )


@router.post(
    "/invitations/{invitation_id}/resend",
    status_code=201,
    operation_id="users_invitations_resend",
    responses=problems(403, 404, 409, 429),
)
def resend(
    invitation_id: str, credential: CurrentCredential, attempt: CurrentAttempt, client: Client
) -> Invitation:
    """Mail an invitation again, with a new link that is good for 7 days. The one before is withdrawn. For admins."""
    return transact_once(attempt, credential, invitations.renew, invitation_id=invitation_id, client=client)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    operation_id="users_invitations_withdraw",
    responses=problems(403, 404),
)
def withdraw(invitation_id: str, credential: CurrentCredential) -> None:
    """Withdraw an invitation. For admins."""
    transact(acting, credential, invitations.withdraw, invitation_id=invitation_id)


@router.patch("/{user_id}", operation_id="users_change", responses=problems(403, 404, 409))
def change_user(user_id: str, body: UserChanges, credential: CurrentCredential) -> UserView:
    """Change somebody's name, role, or whether they are active. It counts from their next request on. For admins.

    Only owners make or unmake owners, and the last active owner stays.
    """
    return transact(
        acting,
        credential,
        users.change_user,
        user_id=user_id,
        name=body.name,
        role=body.role,
        is_active=body.is_active,
    )


@router.delete("/{user_id}", status_code=204, operation_id="users_delete", responses=problems(403, 404, 409))
def delete_user(user_id: str, credential: CurrentCredential) -> None:
    """Take somebody out of the account: signed out, never notified again; the history keeps the name. For admins."""
    transact(acting, credential, users.delete_user, user_id=user_id)
