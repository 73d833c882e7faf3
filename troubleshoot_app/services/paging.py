"""Lists, a page at a time: newest first, and each page goes on where the one before it ended, whatever came meanwhile."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session

from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.schemas.lists import LIMIT


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted: ``limit`` rows after the one that ``cursor`` names, or the first ones."""

    limit: int = LIMIT
    cursor: str | None = None


def take_page(
    db: Session, query: AnySelect, id_column: ColumnElement[UUID], wanted: PageRequest
) -> tuple[list[AnyRow], str | None]:
    """Return the wanted rows of ``query`` and the cursor for what follows.

    Ids are ordered by the time of making, so that the id of the last row says where to go on.

    Raises:
        Invalid: the cursor is none of ours.
    """
    if wanted.cursor is not None:
        query = query.where(id_column < _read_cursor(wanted.cursor))
    named = query.add_columns(id_column.label("page_id"))
    rows = list(db.execute(named.order_by(id_column.desc()).limit(wanted.limit + 1)))
    if len(rows) <= wanted.limit:
        return rows, None
    return rows[: wanted.limit], _write_cursor(rows[wanted.limit - 1].page_id)


def take_merged_page(
    db: Session, queries: Sequence[tuple[AnySelect, ColumnElement[UUID]]], wanted: PageRequest
) -> tuple[list[AnyRow], str | None]:
    """Return the wanted rows of several queries as one list, each with its id column; otherwise as ``take_page``."""
    parts = [take_page(db, query, id_column, wanted) for query, id_column in queries]
    rows = sorted((row for part, _ in parts for row in part), key=lambda row: row.page_id, reverse=True)
    goes_on = len(rows) > wanted.limit or any(cursor is not None for _, cursor in parts)
    rows = rows[: wanted.limit]
    return rows, _write_cursor(rows[-1].page_id) if goes_on else None


def _write_cursor(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(row_id.bytes).rstrip(b"=").decode("ascii")


def _read_cursor(cursor: str) -> UUID:
    try:
        row_id = UUID(bytes=base64.urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except (ValueError, binascii.Error):
        row_id = None
    if row_id is None or _write_cursor(row_id) != cursor:
        sentence = "This cursor was not given out here. Use the next_cursor of a list, or leave it out."
        raise Invalid(sentence, errors=[{"loc": ["query", "cursor"], "msg": sentence}])
    return row_id
