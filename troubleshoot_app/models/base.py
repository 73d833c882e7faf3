"""What all tables share: how columns are typed, how constraints are named, whose row it is."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

import sqlalchemy
from sqlalchemy import ARRAY, ColumnElement, DateTime, Enum, Select, Table, Text, Uuid, any_, cast, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

WORD_LENGTH = 20

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = sqlalchemy.Row[*tuple[Any, ...]]

Timestamp: Any = DateTime(timezone=True)
Json: Any = JSONB(none_as_null=True)


def words(kind: type[StrEnum], name: str) -> Any:
    """Return a column type that holds the values of ``kind`` as text and checks them."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=WORD_LENGTH,
        values_callable=lambda members: [member.value for member in members],
    )


def array_of(ids: Iterable[UUID]) -> str:
    """Return ids as PostgreSQL reads an array of them: one parameter, however many there are."""
    return "{" + ",".join(map(str, ids)) + "}"


def is_among(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of ``ids``; with hundreds of them far cheaper than ``in_``."""
    among: ColumnElement[bool] = column == any_(cast(literal(array_of(ids), Text), ARRAY(Uuid)))
    return among


class Row(SQLModel):
    """A row with an id and the time it was made."""

    __table__: ClassVar[Table]

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=Timestamp)


class AccountRow(Row):
    """A row that belongs to one account; services reach it through ``services.access`` alone."""

    account_id: UUID = Field(foreign_key="account.id")
