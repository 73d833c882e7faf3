"""Accounts: the tenants. Nothing is ever seen across two of them."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from troubleshoot_app.models.base import Row


class Account(Row, table=True):
    """One organisation; ``attachment_bytes`` is how much all the files of its sessions have together."""

    name: str = Field(max_length=200)
    attachment_bytes: int = Field(default=0, sa_type=BigInteger)
