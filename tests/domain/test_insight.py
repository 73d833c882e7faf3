"""Bars over days, shares, and the flow diagram."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median as middle

from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.flow import BOX, LAYER, WIDTH, diagram
from troubleshoot_app.domain.insight import MOST_BARS, Span, median, share, spans
from troubleshoot_app.domain.period import Period
from troubleshoot_app.domain.tally import Days, parts_of

DAY = date(2026, 3, 28)  # the clocks of Europe change in the night after it
NODES = [f"n{number}" for number in range(9)]


def test_each_day_has_a_bar_also_those_without_anything():
    bars = spans({DAY: 2, DAY + timedelta(days=2): 1}, DAY, DAY + timedelta(days=2))
    assert [(bar.first.day, bar.total) for bar in bars] == [(28, 2), (29, 0), (30, 1)]


@given(st.integers(0, 4000), st.lists(st.integers(0, 4000)))
def test_many_days_share_bars_and_none_is_lost(length: int, raised: list[int]):
    totals = {DAY + timedelta(days=one): 1 for one in raised if one <= length}
    bars = spans(totals, DAY, DAY + timedelta(days=length))
    assert len(bars) <= MOST_BARS
    assert sum(bar.total for bar in bars) == len(totals)
    assert (bars[0].first, bars[-1].last) == (DAY, DAY + timedelta(days=length))
    assert all(one.last + timedelta(days=1) == other.first for one, other in pairwise(bars))


def test_what_is_outside_of_the_days_is_not_counted():
    assert spans({DAY - timedelta(days=1): 5}, DAY, DAY) == [Span(DAY, DAY, 0)]


@given(st.integers(-5, 1000), st.integers(-5, 1000))
def test_a_share_is_between_nothing_and_all(part: int, whole: int):
    assert 0 <= share(part, whole) <= 100


def test_walks_flow_down_and_those_that_go_back_are_counted():
    drawn = diagram(
        "start",
        {"start": 10, "left": 6, "right": 3, "end": 4, "never": 0},
        {("start", "left"): 6, ("start", "right"): 3, ("left", "end"): 4, ("right", "start"): 2},
    )
    boxes = {box.node_id: box for box in drawn.boxes}
    assert {node: box.y for node, box in boxes.items()} == {
        "start": 0, "left": LAYER, "right": LAYER, "end": 2 * LAYER,
    }  # fmt: skip
    assert (boxes["start"].width, boxes["right"].back, drawn.height) == (WIDTH, 2, 2 * LAYER + BOX)
    assert boxes["left"].width == 2 * boxes["right"].width
    assert {(band.source, band.target): band.total for band in drawn.bands} == {
        ("start", "left"): 6, ("start", "right"): 3, ("left", "end"): 4,
    }  # fmt: skip


def test_nobody_walked_is_an_empty_diagram():
    drawn = diagram("start", {"start": 0}, {})
    assert (drawn.boxes, drawn.bands, drawn.height) == ([], [], 0)


@given(
    st.dictionaries(st.sampled_from(NODES), st.integers(0, 500)),
    st.dictionaries(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), st.integers(0, 500)),
)
def test_every_box_is_inside_and_none_covers_another(
    visits: dict[str, int], flows: dict[tuple[str, str], int]
):
    drawn = diagram("n0", visits, flows)
    assert {box.node_id for box in drawn.boxes} == {node for node, total in visits.items() if total}
    rows: dict[int, list[tuple[float, float]]] = {}
    for box in drawn.boxes:
        assert box.x >= -0.5
        assert box.x + box.width <= WIDTH + 0.5
        rows.setdefault(box.y, []).append((box.x, box.x + box.width))
    for row in rows.values():
        row.sort()
        assert all(one[1] <= other[0] + 0.5 for one, other in pairwise(row))


@given(st.lists(st.integers(-5, 1000)))
def test_the_middle_of_counted_numbers_is_that_of_the_numbers(numbers: list[int]):
    assert median(Counter(numbers)) == (middle(numbers) if numbers else None)


def test_a_time_is_whole_months_the_days_beside_them_and_what_is_left():
    parts = parts_of(Period(datetime(2026, 1, 30, 12, tzinfo=UTC), datetime(2026, 4, 3, 6, tzinfo=UTC)))
    assert parts.months == (Days(date(2026, 2, 1), date(2026, 4, 1)),)
    assert parts.days == (
        Days(date(2026, 1, 31), date(2026, 2, 1)),
        Days(date(2026, 4, 1), date(2026, 4, 3)),
    )
    assert parts.rest == (
        Period(datetime(2026, 1, 30, 12, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)),
        Period(datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 4, 3, 6, tzinfo=UTC)),
    )


MOMENTS = st.integers(0, 150 * 24).map(
    lambda hours: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=hours)
)
ENDS = (
    st.none()
    | MOMENTS
    | st.sampled_from(
        [
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, tzinfo=UTC),
            datetime(9998, 12, 20, tzinfo=UTC),
        ]
    )
)


@given(ENDS, ENDS, MOMENTS)
def test_every_moment_of_a_time_is_in_one_part_of_it(
    begin: datetime | None, end: datetime | None, moment: datetime
):
    def is_in(one: Period | Days, at: datetime | date) -> bool:
        return (one.begin is None or one.begin <= at) and (one.end is None or at < one.end)

    if begin and end and end < begin:
        begin, end = end, begin
    parts = parts_of(Period(begin, end))
    day, month = moment.date(), moment.date().replace(day=1)
    found = [is_in(one, month) for one in parts.months]
    found += [is_in(one, day) for one in parts.days] + [is_in(one, moment) for one in parts.rest]
    assert sum(found) == is_in(Period(begin, end), moment)
