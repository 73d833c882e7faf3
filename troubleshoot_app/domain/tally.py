"""Tallies: what is counted of sessions that are over, by whole days and months, so that nobody has to count it again."""

from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum

from troubleshoot_app.domain.period import Period


class TallySpan(StrEnum):
    """How long a time one tally is of."""

    DAY = "day"
    MONTH = "month"


class TallyKind(StrEnum):
    """What is counted of a session.

    The first six are of a session as a whole, at the version that it was started on; the others are at a node: where
    walks began, ended, or were escalated, where they arrived from another tree, which answers were given, which of them
    were taken back, and how many seconds they took.
    """

    STARTED = "started"
    COMPLETED = "completed"
    RESOLVED = "resolved"
    UNAIDED = "unaided"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"
    BEGUN_AT = "begun_at"
    ENDED_AT = "ended_at"
    ESCALATED_AT = "escalated_at"
    ARRIVED_AT = "arrived_at"
    ANSWERED = "answered"
    UNDONE = "undone"
    TOOK = "took"


OF_SESSIONS = (
    TallyKind.STARTED,
    TallyKind.COMPLETED,
    TallyKind.RESOLVED,
    TallyKind.UNAIDED,
    TallyKind.ESCALATED,
    TallyKind.ABANDONED,
)


@dataclass(frozen=True, slots=True)
class Days:
    """From a day (None: since ever) up to another one, which is not part of it (None: without end)."""

    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A period as months, the days beside them, and what is left at its ends: less than a day each."""

    months: tuple[Days, ...] = ()
    days: tuple[Days, ...] = ()
    rest: tuple[Period, ...] = field(default=())


def parts_of(period: Period) -> Parts:
    """Return a period cut into whole months, whole days (UTC) and what is left."""
    first, last = _first_day(period.begin), _last_day(period.end)
    if period.begin and (first is None or (last is not None and first > last)):
        return Parts(rest=(period,))
    rest = []
    if period.begin and first and period.begin < _midnight(first):
        rest.append(Period(period.begin, _midnight(first)))
    if period.end and last and period.end > _midnight(last):
        rest.append(Period(_midnight(last), period.end))
    return Parts(*_whole(first, last), rest=tuple(rest))


def _whole(first: date | None, last: date | None) -> tuple[tuple[Days, ...], tuple[Days, ...]]:
    """Return the months and the days of a time that begins and ends at midnight."""
    month = None if first is None else _month_from(first)
    after = None if last is None else last.replace(day=1)
    if month and after and month > after:
        return (), _some(Days(first, last))
    days = (Days(first, month), Days(after, last))
    return _some(Days(month, after)), _some(*(one for one in days if one.begin and one.end))


def _some(*spans: Days) -> tuple[Days, ...]:
    return tuple(one for one in spans if one.begin is None or one.begin != one.end)


def _first_day(begin: datetime | None) -> date | None:
    """Return the first day that is in a time as a whole; None where there is no such day, or no beginning."""
    if begin is None or begin.year == MAXYEAR:
        return None
    day = begin.date()
    return day if begin == _midnight(day) else day + timedelta(days=1)


def _last_day(end: datetime | None) -> date | None:
    """Return the day that a time ends before, or on."""
    return None if end is None else end.date()


def _month_from(day: date) -> date:
    """Return the first day of the month that begins on a day, or next."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
