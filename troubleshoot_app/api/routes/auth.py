"""Programs that sign in, and the tokens they get."""

from typing import Annotated

from fastapi import APIRouter, Form, Header
from pydantic import BaseModel, Field

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.people import Tokens, UserView
from troubleshoot_app.services import auth
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/auth", tags=["auth"])

Device = Annotated[str, Header(alias="User-Agent", include_in_schema=False)]


class LoginForm(BaseModel):
    """The OAuth2 password flow; ``username`` is the e-mail address."""

    username: str = Field(max_length=1000)
    password: str = Field(max_length=1000)


@router.post("/login")
def login(form: Annotated[LoginForm, Form()], device: Device = "") -> Tokens:
    """Sign a program in (OAuth2 password flow)."""
    return auth.sign_in_program(email=form.username, password=form.password, device=device)


@router.get("/me")
def me(credential: CurrentCredential) -> UserView:
    """Return the caller."""
    return transact(acting, credential, auth.who_am_i)
