"""Lists, a page at a time: newest first, and each page goes on where the one before it ended, whatever came meanwhile."""

import base64
import binascii
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
