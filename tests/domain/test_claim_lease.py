"""When a claim that was left alone is offered back, and when it is opened again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.claim_lease import TIME_TO_ANSWER, ClaimStep, claim_step

NOON = datetime(2025, 3, 30, 12, tzinfo=UTC)
LEASE = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("touched", "offered", "expected"),
    [
        (timedelta(0), None, ClaimStep.NOTHING),
        (LEASE - SECOND, None, ClaimStep.NOTHING),
        (LEASE, None, ClaimStep.OFFER_BACK),
        (LEASE * 9, None, ClaimStep.OFFER_BACK),
        (LEASE, timedelta(0), ClaimStep.NOTHING),
        (LEASE, TIME_TO_ANSWER - SECOND, ClaimStep.NOTHING),
        (LEASE, TIME_TO_ANSWER, ClaimStep.REOPEN),
        (SECOND, TIME_TO_ANSWER, ClaimStep.TAKE_OFFER_BACK),
        (timedelta(minutes=2), timedelta(minutes=3), ClaimStep.TAKE_OFFER_BACK),
    ],
)
def test_first_they_are_asked_then_it_is_opened_again(
    touched: timedelta, offered: timedelta | None, expected: ClaimStep
):
    offered_at = None if offered is None else NOON - offered
    assert claim_step(NOON - touched, offered_at, NOON, lease=LEASE) is expected


@given(st.integers(0, 10_000), st.none() | st.integers(0, 10_000))
def test_who_may_not_have_it_any_more_is_not_asked(touched: int, offered: int | None):
    offered_at = None if offered is None else NOON - offered * SECOND
    step = claim_step(NOON - touched * SECOND, offered_at, NOON, lease=LEASE, claimer_may_keep_it=False)
    assert step is ClaimStep.REOPEN


@given(st.integers(-3600, 7200), st.none() | st.integers(-3600, 7200))
def test_nobody_loses_a_case_that_they_were_not_asked_about_in_time(touched: int, offered: int | None):
    offered_at = None if offered is None else NOON - offered * SECOND
    step = claim_step(NOON - touched * SECOND, offered_at, NOON, lease=LEASE)
    if step is ClaimStep.REOPEN:
        assert offered_at is not None
        assert NOON - offered_at >= TIME_TO_ANSWER
        assert touched * SECOND >= NOON - offered_at
