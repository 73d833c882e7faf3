"""Accounts: the tenants. Nothing is ever seen across two of them."""

from sqlmodel import Field

from troubleshoot_app.models.base import Row


class Account(Row, table=True):
    """One organisation."""

    name: str = Field(max_length=200)
