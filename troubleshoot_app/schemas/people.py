"""People as the pages and the API show them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from troubleshoot_app.domain.actor import Role


class PersonRef(BaseModel):
    """A person in one line."""

    id: str
    name: str


class AccountRef(BaseModel):
    """An account in one line."""

    id: str
    name: str


class UserView(BaseModel):
    """A person of the account."""

    id: str
    email: str
    name: str
    role: Role
    account: AccountRef
    is_active: bool
    created_at: datetime


class Tokens(BaseModel):
    """What a program signs its calls with: an access token, good for ``expires_in`` seconds, and a refresh token, good
    once, for the next pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  what kind of token it is
    expires_in: int
