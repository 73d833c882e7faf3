"""Periods of time as people write them: days, or moments."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from troubleshoot_app.domain.errors import DomainError

_LAST_DAY = datetime.max.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")


class InvalidPeriod(DomainError):
    """What was given is no day and no moment, or ends before it begins; ``field`` says which of them."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on (None: since ever) up to another one, which is not part of it (None: without end); in UTC."""

    begin: datetime | None = None
    end: datetime | None = None


def period_of(begin: str | None, end: str | None) -> Period:
    """Return the period between two days, both of them included, or two moments; UTC where no offset is given.

    Raises:
        InvalidPeriod: one of them is neither, or the end is before the beginning.
    """
    period = Period(_moment("from", begin), _moment("to", end))
    if period.begin and period.end and period.end < period.begin:
        raise InvalidPeriod("to", "The end is before the beginning. Swap the two.")
    return period


def last_days(today: date, count: int) -> tuple[str, str]:
    """Return the first and the last of so many days, as people write them; the last one is ``today``."""
    return (today - timedelta(days=count - 1)).isoformat(), today.isoformat()


def _moment(field: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day + timedelta(days=1) if field == "to" and day < _LAST_DAY else day
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper())
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidPeriod(field, "Write a day such as 2026-01-31, or a moment such as 2026-01-31T08:00:00Z.")
