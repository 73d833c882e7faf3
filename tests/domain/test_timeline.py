"""Where a session stood at a moment, when answers were undone, and how long they took."""

from datetime import UTC, datetime, timedelta

import pytest

from troubleshoot_app.domain.timeline import GoingBack, goings_back, length_in_words, step_times, stop_at

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def at(*minutes: float) -> list[datetime]:
    return [START + timedelta(minutes=one) for one in minutes]


def test_what_happens_between_two_answers_happens_at_the_later_one():
    answered = at(1, 2, 5)
    stood = {minute: stop_at(answered, *at(minute)) for minute in (0, 1, 1.5, 4, 5, 9)}
    assert stood == {0: 1, 1: 2, 1.5: 2, 4: 3, 5: 4, 9: 4}
    assert stop_at([], START) == 1


def test_a_clock_that_was_set_back_moves_nothing():
    assert stop_at(at(1, 10, 3, 11), *at(10.5)) == 4
    assert step_times(START, at(1, 10, 3, 11), [None] * 4) == [timedelta(minutes=one) for one in (1, 9, 0, 8)]


def test_an_answer_that_was_kept_took_as_long_as_when_it_was_given():
    times = step_times(START, at(1, 3, 9, 3, 15), [None, None, None, 2, None])
    assert times == [timedelta(minutes=one) for one in (1, 2, 6, 2, 6)]


def test_each_going_back_is_told_once_from_where_to_where():
    first, then = at(3, 6)
    assert goings_back([None, then, first, None, then]) == [GoingBack(first, 3, 1), GoingBack(then, 2, 2)]
    assert goings_back([None, None]) == []


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=35.9), "35 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(seconds=125), "2 min 5 s"),
        (timedelta(hours=2, seconds=5), "2 h"),
        (timedelta(hours=2, minutes=5, seconds=5), "2 h 5 min"),
        (timedelta(days=3, hours=2), "3 d 2 h"),
        (timedelta(days=400), "400 d"),
    ],
)
def test_a_length_of_time_in_words(time: timedelta, words: str):
    assert length_in_words(time) == words
