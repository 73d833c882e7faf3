"""What the lists of the API share: which part is wanted."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import WithJsonSchema

from troubleshoot_app.schemas.lists import CURSOR_PATTERN, LIMIT, LIMIT_MOST
from troubleshoot_app.services.paging import PageRequest

Cursor = Annotated[str, WithJsonSchema({"type": "string", "pattern": CURSOR_PATTERN})]


async def page_request(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST, description="How many items at most.")] = LIMIT,
    cursor: Annotated[Cursor | None, Query(description="The `next_cursor` of the page before.")] = None,
) -> PageRequest:
    """Return which part of a list is wanted."""
    return PageRequest(limit, cursor)


WantedPage = Annotated[PageRequest, Depends(page_request)]
