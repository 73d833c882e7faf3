"""Registering: with the name of a new account, or with an invitation to one."""

from troubleshoot_app.schemas.people import Registration, UserView
from troubleshoot_app.services import auth, invitations
from troubleshoot_app.services.inputs import invalid


def register_or_join(body: Registration, *, client: str = "") -> UserView:
    """Return the new person.

    Raises:
        AppError: what ``auth.register`` or ``invitations.join`` raises.
        Invalid: there is both a name for a new account and an invitation.
    """
    if body.account_name is not None and body.invitation is not None:
        raise invalid("account_name", "Who joins with an invitation names no new account.")
    person = {"email": body.email, "password": body.password, "name": body.name}
    if body.invitation is not None:
        return invitations.join(token=body.invitation, **person, client=client)
    return auth.register(**person, account_name=body.account_name or "", client=client)
