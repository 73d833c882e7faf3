"""Lists as the API gives them: a page at a time, newest first."""

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

ItemT = TypeVar("ItemT", bound=BaseModel)

LIMIT = 50
LIMIT_MOST = 200
CURSOR_PATTERN = "^[A-Za-z0-9_-]{21}[AQgw]$"


class Page(BaseModel, Generic[ItemT]):
    """Part of a list; ``next_cursor`` asks for what follows, and is null on the last page."""

    items: list[ItemT]
    next_cursor: str | None = Field(description="Send it as `cursor` to get what follows; null at the end.")
