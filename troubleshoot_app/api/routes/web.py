"""Signing a browser in and out: the only routes that set its cookie."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from troubleshoot_app.api.cookies import clear_sign_in_cookie, set_sign_in_cookie
from troubleshoot_app.api.deps import BrowserCredential, OwnOrigin
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.schemas.people import UserView
from troubleshoot_app.services import auth
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/auth/web", tags=["browser sign-in"], dependencies=[OwnOrigin])

Device = Annotated[str, Header(alias="User-Agent")]


class SignInBody(BaseModel):
    """Who wants in."""

    email: str = Field(max_length=1000)
    password: str = Field(max_length=1000)


class RegisterBody(SignInBody):
    """Who opens a new account."""

    name: str = Field(max_length=1000)
    account_name: str = Field(max_length=1000)


@router.post("/sign-in", status_code=204)
def sign_in(body: SignInBody, response: Response, device: Device = "") -> None:
    """Sign this browser in; 401 when address or password is wrong."""
    set_sign_in_cookie(response, auth.sign_in(email=body.email, password=body.password, device=device))


@router.post("/register", status_code=204)
def register(body: RegisterBody, response: Response, device: Device = "") -> None:
    """Open a new account and sign this browser in as its owner."""
    auth.register(email=body.email, password=body.password, name=body.name, account_name=body.account_name)
    set_sign_in_cookie(response, auth.sign_in(email=body.email, password=body.password, device=device))


@router.post("/sign-out", status_code=204)
def sign_out(response: Response, credential: BrowserCredential) -> None:
    """Sign this browser out; nothing happens when it is not signed in."""
    clear_sign_in_cookie(response)
    if credential is not None:
        try:
            transact(acting, credential, auth.sign_out)
        except Unauthenticated:
            return


@router.get("/me")
def me(credential: BrowserCredential) -> UserView:
    """Return who is signed in with this browser."""
    return transact(acting, credential, auth.who_am_i)
