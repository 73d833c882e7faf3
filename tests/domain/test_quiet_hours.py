"""Quiet hours: over midnight, in any zone, and on the two nights a year on which the clocks jump."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.quiet_hours import EVERY_DAY, QuietHours, Weekday, known_zones

BERLIN = "Europe/Berlin"


def hours(start: str, end: str, zone: str = BERLIN, days: frozenset[Weekday] = EVERY_DAY) -> QuietHours:
    """Return quiet hours from ``start`` to ``end``, as a clock shows them."""
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end), zone, days)


def at(moment: str) -> datetime:
    """Return a moment that is written in UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2025-11-18 20:59:59", None),
        ("2025-11-18 21:00", "2025-11-19 06:00"),
        ("2025-11-18 23:30", "2025-11-19 06:00"),
        ("2025-11-19 05:59:59", "2025-11-19 06:00"),
        ("2025-11-19 06:00", None),
        ("2025-07-18 20:00", "2025-07-19 05:00"),
    ],
)
def test_a_night_in_berlin(now: str, until: str | None):
    assert hours("22:00", "07:00").ends_at(at(now)) == (until and at(until))


@pytest.mark.parametrize(
    ("now", "until"), [("2025-11-18 11:30", "2025-11-18 12:00"), ("2025-11-18 12:00", None)]
)
def test_a_lunch_break_is_over_on_the_same_day(now: str, until: str | None):
    assert hours("12:00", "13:00").ends_at(at(now)) == (until and at(until))


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("Asia/Kolkata", "2025-11-18 16:30", "2025-11-19 01:30"),
        ("America/Los_Angeles", "2025-11-19 06:00", "2025-11-19 15:00"),
        ("Pacific/Kiritimati", "2025-11-18 08:00", "2025-11-18 17:00"),
        ("Pacific/Pago_Pago", "2025-11-19 09:00", "2025-11-19 18:00"),
        ("UTC", "2025-11-18 22:00", "2025-11-19 07:00"),
    ],
)
def test_the_clocks_of_where_somebody_lives_count(zone: str, now: str, until: str):
    quiet = hours("22:00", "07:00", zone)
    assert quiet.ends_at(at(now)) == at(until)
    assert quiet.ends_at(at(now) - timedelta(hours=12)) is None


def test_the_night_belongs_to_the_day_on_which_it_begins():
    weekend = hours("22:00", "07:00", days=frozenset({Weekday.FRI, Weekday.SAT}))
    for night, until in (("2025-11-21 23:00", "2025-11-22 06:00"), ("2025-11-23 03:00", "2025-11-23 06:00")):
        assert weekend.ends_at(at(night)) == at(until)
    for night in ("2025-11-21 03:00", "2025-11-23 23:00", "2025-11-24 03:00"):
        assert weekend.ends_at(at(night)) is None


@pytest.mark.parametrize(
    ("start", "end", "before", "first", "last", "until"),
    [
        # On 30 March 2025 clocks go from 02:00 to 03:00, at 01:00 UTC; on 26 October from 03:00 to 02:00, at 01:00 UTC.
        ("22:00", "07:00", "2025-03-29 20:59", "2025-03-29 21:00", "2025-03-30 04:59", "2025-03-30 05:00"),
        ("22:00", "07:00", "2025-10-25 19:59", "2025-10-25 20:00", "2025-10-26 05:59", "2025-10-26 06:00"),
        ("02:30", "06:00", "2025-03-30 01:29", "2025-03-30 01:30", "2025-03-30 03:59", "2025-03-30 04:00"),
        ("22:00", "02:30", "2025-03-29 20:59", "2025-03-29 21:00", "2025-03-30 01:29", "2025-03-30 01:30"),
        ("22:00", "02:30", "2025-10-25 19:59", "2025-10-25 20:00", "2025-10-26 00:29", "2025-10-26 00:30"),
        ("02:30", "06:00", "2025-10-26 00:29", "2025-10-26 00:30", "2025-10-26 04:59", "2025-10-26 05:00"),
    ],
    ids=["spring", "autumn", "starts when skipped", "ends when skipped", "ends twice", "starts twice"],
)  # fmt: skip
def test_nights_on_which_the_clocks_jump(
    start: str, end: str, before: str, first: str, last: str, until: str
):
    quiet = hours(start, end)
    assert quiet.ends_at(at(before)) is None
    assert quiet.ends_at(at(first)) == quiet.ends_at(at(last)) == at(until)
    assert quiet.ends_at(at(until)) is None


@pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", "", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_zone_that_the_machine_does_not_know_silences_nobody(zone: str):
    assert hours("00:00", "23:59", zone).ends_at(at("2025-11-18 12:00")) is None


@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(sorted(known_zones())),
    st.integers(946_684_800, 2_114_380_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_quiet_hours_always_end_within_a_day_and_a_shift_of_the_clocks(
    start: time, end: time, zone: str, now: datetime
):
    until = QuietHours(start, end, zone).ends_at(now)
    assert until is None or now < until <= now + timedelta(hours=50)
