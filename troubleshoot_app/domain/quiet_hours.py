"""Quiet hours: when somebody does not want to be disturbed, by the clocks of where they live."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)
EVERY_DAY = frozenset(Weekday)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` until ``end`` on the clocks of ``zone``, over midnight when the end is the earlier one.

    ``days`` are those on which it begins. A start or end that the clocks skip in spring counts as that much later; one
    that they show twice in autumn is the first of the two.
    """

    start: time
    end: time
    zone: str
    days: frozenset[Weekday] = EVERY_DAY

    def ends_at(self, now: datetime) -> datetime | None:
        """Return when the quiet hours that ``now`` lies in are over, in UTC; None when it lies in none.

        Nobody is quiet in a zone that this machine does not know: rather one mail too many than one too few.
        """
        try:
            zone = ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            if _WEEK[day.weekday()] in self.days:
                begin, end = self._on(day, zone)
                if begin <= now < end:
                    return end
        return None

    def _on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        last = day if self.start < self.end else day + timedelta(days=1)
        begin = datetime.combine(day, self.start, zone)
        end = datetime.combine(last, self.end, zone)
        return begin.astimezone(UTC), end.astimezone(UTC)


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the time zones that this machine knows, such as ``Europe/Berlin``."""
    return frozenset(available_timezones())
