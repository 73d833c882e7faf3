"""The one clock. Rules take ``now`` as an argument; whoever calls them asks here."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)
