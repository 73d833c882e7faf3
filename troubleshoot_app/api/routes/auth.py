"""Programs that sign in, and the tokens they get; passwords and who one is."""

from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict, Field

from troubleshoot_app.api.deps import BearerToken, Client, CurrentCredential, Device, NoStore, read_credential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.api.turns import in_turn
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.people import (
    READ_AT_MOST,
    Acknowledgement,
    Credentials,
    ForgottenPassword,
    LogoutBody,
    OwnChanges,
    PasswordChange,
    PasswordChoice,
    RefreshBody,
    Registration,
    Tokens,
    UserView,
)
from troubleshoot_app.schemas.preferences import PreferenceChanges, Preferences, SignInPage
from troubleshoot_app.services import (
    auth,
    families,
    joining,
    passwords,
    preferences,
    sign_ins,
    throttle,
    users,
)
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[NoStore])

# Where a password is hashed, the route waits in a pool of its own (``in_turn``): a burst of sign-ins takes no thread
# from others.


class LoginForm(BaseModel):
    """The OAuth2 password flow; ``username`` is the e-mail address."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"username": "olivia@example.org", "password": "four words in a row"}]
        }
    )

    username: str = Field(max_length=READ_AT_MOST)
    password: str = Field(max_length=READ_AT_MOST, json_schema_extra={"format": "password"})


@router.post("/register", status_code=201, operation_id="auth_register", responses=problems(403, 409, 429))
async def register(body: Registration, client: Client) -> UserView:
    """Open an account, with `account_name`, or join the one that an `invitation` is for, at the address it was mailed to."""
    return await in_turn(joining.register_or_join, body, client=client)


@router.post("/login", operation_id="auth_login", responses=problems(401, 429))
async def login(form: Annotated[LoginForm, Form()], client: Client, device: Device = "") -> Tokens:
    """Sign a program in (OAuth2 password flow)."""
    return await in_turn(
        auth.sign_in_program,
        email=form.username,
        password=form.password,
        device=device,
        client=client,
    )


@router.post("/login/json", operation_id="auth_login_json", responses=problems(401, 429))
async def login_json(body: Credentials, client: Client, device: Device = "") -> Tokens:
    """Sign a program in."""
    return await in_turn(
        auth.sign_in_program,
        email=body.email,
        password=body.password,
        device=device,
        client=client,
    )


@router.post("/refresh", operation_id="auth_refresh", responses=problems(401))
def refresh(body: RefreshBody) -> Tokens:
    """Spend a refresh token for new tokens.

    Within ten seconds the same one may be sent again, for the same answer; used later, or after its successor, a spent
    token signs the program out, for then somebody has stolen it.
    """
    return families.refresh(body.refresh_token)


@router.get("/me", operation_id="auth_me")
def me(credential: CurrentCredential) -> UserView:
    """Show the caller."""
    return transact(acting, credential, auth.who_am_i)


@router.patch("/me", operation_id="auth_change_me")
def change_me(body: OwnChanges, credential: CurrentCredential) -> UserView:
    """Change the caller's own name."""
    return transact(acting, credential, users.rename_me, name=body.name)


@router.get("/me/preferences", operation_id="auth_preferences")
def get_preferences(credential: CurrentCredential) -> Preferences:
    """Show by which channels the caller is told of escalations, and when they want quiet."""
    return transact(acting, credential, preferences.get_preferences)


@router.patch("/me/preferences", operation_id="auth_change_preferences")
def change_preferences(body: PreferenceChanges, credential: CurrentCredential) -> Preferences:
    """Change how the caller is told of escalations. Null quiet hours end them; what is left out stays.

    Nobody is silenced who is the last to be reached: then everybody is told by every channel.
    """
    quiet = None if body.quiet_hours is None else body.quiet_hours.model_dump()
    return transact(
        acting,
        credential,
        preferences.change_preferences,
        in_app=body.in_app,
        email=body.email,
        quiet_hours=quiet if "quiet_hours" in body.model_fields_set else preferences.UNCHANGED,
    )


@router.get("/me/sign-ins", operation_id="auth_sign_ins")
def list_sign_ins(credential: CurrentCredential, page: WantedPage) -> SignInPage:
    """List the browsers and programs that the caller is signed in with, latest first."""
    return transact(acting, credential, sign_ins.list_sign_ins, page=page)


@router.delete("/me/sign-ins", status_code=204, operation_id="auth_end_other_sign_ins")
def end_other_sign_ins(credential: CurrentCredential) -> None:
    """Sign the caller out everywhere else."""
    transact(acting, credential, sign_ins.end_other_sign_ins)


@router.delete(
    "/me/sign-ins/{sign_in_id}", status_code=204, operation_id="auth_end_sign_in", responses=problems(404)
)
def end_sign_in(sign_in_id: str, credential: CurrentCredential) -> None:
    """Sign the caller out of one browser or program."""
    transact(acting, credential, sign_ins.end_sign_in, sign_in_id=sign_in_id)


@router.post(
    "/logout",
    status_code=204,
    operation_id="auth_logout",
    responses=problems(401),
    openapi_extra={"security": [{}]},  # the refresh token alone is enough
)
def logout(bearer: BearerToken, body: LogoutBody | None = None) -> None:
    """Sign a program out: the one that has this refresh token, or, without one, the one that calls."""
    if body is not None and body.refresh_token is not None:
        transact(families.end_family, body.refresh_token)
    else:
        transact(acting, read_credential(bearer), auth.sign_out)


@router.post(
    "/password/forgot", status_code=202, operation_id="auth_password_forgot", responses=problems(429)
)
def forgot(body: ForgottenPassword, client: Client) -> Acknowledgement:
    """Mail a link for a new password, good for 30 minutes, if the address is known. The answer does not tell."""
    throttle.take(throttle.mails_of(client))
    passwords.ask_for_reset(body.email)
    return Acknowledgement(detail="If the address is known, a mail is on its way.")


@router.post("/password/reset", status_code=204, operation_id="auth_password_reset", responses=problems(429))
async def reset(body: PasswordChoice, client: Client) -> None:
    """Choose a new password with the token of the mail. Its owner is signed out everywhere."""
    await in_turn(passwords.reset, token=body.token, password=body.password, client=client)


@router.post(
    "/password/change", status_code=204, operation_id="auth_password_change", responses=problems(429)
)
async def change_password(body: PasswordChange, credential: CurrentCredential, client: Client) -> None:
    """Change the caller's password. All other places where they are signed in are signed out."""
    await in_turn(
        passwords.change,
        credential,
        current=body.current_password,
        password=body.password,
        client=client,
    )
