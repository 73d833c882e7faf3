"""Queries of the hot paths: compiled once, and run on the driver's own cursor.

For a few rows, what SQLAlchemy does around each execution costs several times what the driver does.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import psycopg2
from sqlalchemy import Connection, Select
from sqlalchemy.dialects.postgresql.psycopg2 import dialect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

_Key = TypeVar("_Key", str, int)
_Convert = Callable[[Any], Any]

_DIALECT: Any = dialect()  # type: ignore[no-untyped-call]


class HotQuery:
    """A ``SELECT`` that takes the values of its ``bindparam``; what the unit of work has not written yet it does not see."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        compiled = query.compile(dialect=_DIALECT)
        columns = list(query.selected_columns)
        self._text = str(compiled)
        sent = _conversions(
            (name, _type_of(one).bind_processor(_DIALECT)) for name, one in compiled.binds.items()
        )
        self._constants = {name: one.value for name, one in compiled.binds.items() if not one.required}
        self._constants |= {
            name: convert(self._constants[name]) for name, convert in sent if name in self._constants
        }
        self._sent = [(name, convert) for name, convert in sent if name not in self._constants]
        self._read = _conversions(
            (place, _type_of(one).result_processor(_DIALECT, None)) for place, one in enumerate(columns)
        )
        self._row: Any = namedtuple("Row", [one.key or "" for one in columns], rename=True)  # type: ignore[misc]

    def all(self, db: Session, **values: Any) -> list[Any]:
        """Return the rows as named tuples; ``DBAPIError`` when the database says no, or is gone."""
        for name, convert in self._sent:
            values[name] = convert(values[name])
        values |= self._constants
        rows = _fetch(db.connection(), self._text, values)
        return list(map(self._row._make, map(self._converted, rows) if self._read else rows))

    def one_or_none(self, db: Session, **values: Any) -> Any | None:
        """Return the one row that there is; None when there is none."""
        rows = self.all(db, **values)
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} rows where there is one at most")
        return rows[0] if rows else None

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        fields = list(row)
        for place, convert in self._read:
            fields[place] = convert(fields[place])
        return fields


def _fetch(connection: Connection, text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    line: Any = connection.connection.driver_connection
    with line.cursor() as cursor:
        try:
            cursor.execute(text, values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        except psycopg2.Error as error:
            raise DBAPIError.instance(
                text,
                None,
                error,
                psycopg2.Error,
                hide_parameters=True,
                connection_invalidated=bool(line.closed),
            ) from error
    return rows


def _type_of(column: Any) -> Any:
    return column.type.dialect_impl(_DIALECT)


def _conversions(of: Iterable[tuple[_Key, _Convert | None]]) -> list[tuple[_Key, _Convert]]:
    return [(key, convert) for key, convert in of if convert is not None]
