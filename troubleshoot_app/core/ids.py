"""Identifiers."""

from uuid import UUID

from uuid_utils.compat import uuid7

from troubleshoot_app.core.errors import NotFound


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and ordered by time of making."""
    return uuid7()


def parse_id(value: object) -> UUID:
    """Return ``value`` as a UUID; what is no UUID is an id that nobody has, hence ``NotFound``."""
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise NotFound()
    try:
        return UUID(value)
    except ValueError:
        raise NotFound() from None
