"""When a session is closed because nobody went on with it."""

from datetime import UTC, datetime, timedelta

import pytest

from troubleshoot_app.domain.abandonment import closing_note, is_abandoned, resuming_note, with_line
from troubleshoot_app.domain.handoff import SessionStatus

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
AFTER = timedelta(days=14)


@pytest.mark.parametrize("status", SessionStatus)
@pytest.mark.parametrize(("age", "old_enough"), [(AFTER, True), (AFTER - timedelta(seconds=1), False)])
def test_only_what_is_walked_or_parked_and_was_left_alone_long_enough(
    status: SessionStatus, age: timedelta, old_enough: bool
):
    may_be = status in (SessionStatus.ACTIVE, SessionStatus.PARKED)
    assert is_abandoned(status, NOW - age, NOW, after=AFTER) is (may_be and old_enough)


def test_the_notes_say_when_and_by_whom():
    assert closing_note(NOW, after=AFTER) == "Closed on 2026-05-20: nobody went on with it for 14 days."
    assert closing_note(NOW, after=timedelta(days=1)).endswith("for a day.")
    assert resuming_note(NOW, "Vera") == "Taken up again by Vera on 2026-05-20."


def test_what_a_person_wrote_is_never_cut():
    assert with_line("", "line", 10) == "line"
    assert with_line("note", "line", 9) == "note\nline"
    assert with_line("a note", "line", 9) == "a note"
