"""Signing a browser in and out: the only routes that set its cookie."""

from fastapi import APIRouter, Response

from troubleshoot_app.api.cookies import clear_sign_in_cookie, set_sign_in_cookie
from troubleshoot_app.api.deps import BrowserCredential, Client, Device, NoStore, OwnOrigin
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.turns import in_turn
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.schemas.people import (
    Credentials,
    InvitationToken,
    Offer,
    PasswordChange,
    Registration,
    ResetToken,
    UserView,
)
from troubleshoot_app.services import auth, invitations, joining, passwords
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/auth/web", tags=["browser sign-in"], dependencies=[OwnOrigin, NoStore])


@router.post("/sign-in", status_code=204, operation_id="web_sign_in", responses=problems(401, 403, 429))
async def sign_in(body: Credentials, response: Response, client: Client, device: Device = "") -> None:
    """Sign this browser in."""
    signed_in = await in_turn(
        auth.sign_in,
        email=body.email,
        password=body.password,
        device=device,
        client=client,
    )
    set_sign_in_cookie(response, signed_in)


@router.post("/register", status_code=204, operation_id="web_register", responses=problems(403, 409, 429))
async def register(body: Registration, response: Response, client: Client, device: Device = "") -> None:
    """Open a new account, or join one with an invitation, and sign this browser in."""
    user = await in_turn(joining.register_or_join, body, client=client)
    signed_in = await in_thread(Pool.PASSWORD, transact, auth.open_web_sign_in, user.id, device)
    set_sign_in_cookie(response, signed_in)


@router.post("/sign-out", status_code=204, operation_id="web_sign_out", responses=problems(403))
def sign_out(response: Response, credential: BrowserCredential) -> None:
    """Sign this browser out; nothing happens when it is not signed in."""
    clear_sign_in_cookie(response)
    if credential is not None:
        try:
            transact(acting, credential, auth.sign_out)
        except Unauthenticated:
            return


@router.get("/me", operation_id="web_me", responses=problems(401, 403))
def me(credential: BrowserCredential) -> UserView:
    """Show who is signed in with this browser."""
    return transact(acting, credential, auth.who_am_i)


@router.post("/invitation", operation_id="web_invitation", responses=problems(403, 404, 429))
def look_up_invitation(body: InvitationToken, client: Client) -> Offer:
    """Show what an invitation offers to whoever has its token."""
    return invitations.look_up(token=body.invitation, client=client)


@router.post("/reset", status_code=204, operation_id="web_reset", responses=problems(403, 404, 429))
def check_reset(body: ResetToken, client: Client) -> None:
    """Say whether a new password can be chosen with the token of a mail; it stays as good as it was."""
    passwords.check_link(token=body.token, client=client)


@router.post(
    "/password", status_code=204, operation_id="web_password_change", responses=problems(401, 403, 429)
)
async def change_password(body: PasswordChange, credential: BrowserCredential, client: Client) -> None:
    """Change the password of who is signed in with this browser; all their other places are signed out."""
    await in_turn(
        passwords.change,
        credential,
        current=body.current_password,
        password=body.password,
        client=client,
    )
