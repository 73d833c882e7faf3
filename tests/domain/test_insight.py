"""Bars over days, shares, and the flow diagram."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.flow import BOX, LAYER, WIDTH, diagram
from troubleshoot_app.domain.insight import MOST_BARS, Span, share, spans

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
