"""People as the pages and the API show them."""

from datetime import datetime

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
