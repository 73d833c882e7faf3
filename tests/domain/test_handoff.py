"""Who may do what to a handoff when, and when mails are due and tried again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.actor import Actor, Role
from troubleshoot_app.domain.errors import NotAllowedNow, NotForYou
from troubleshoot_app.domain.handoff import (
    GIVE_UP_AFTER,
    TRANSITIONS,
    HandoffAction,
    HandoffState,
    HandoffStatus,
    Intent,
    MailDecision,
    Priority,
    check_cancel,
    check_claim,
    check_release,
    check_resolve,
    check_resume,
    is_overdue,
    mail_due,
    next_attempt,
)

NOON = datetime(2025, 3, 30, 12, tzinfo=UTC)
ESCALATOR, CLAIMER, HOLDER, OTHER = (UUID(int=number) for number in range(1, 5))

CHECKS: dict[HandoffAction, Callable[[HandoffState, Actor], None]] = {
    HandoffAction.CLAIM: check_claim,
    HandoffAction.RELEASE: check_release,
    HandoffAction.RESOLVE: check_resolve,
    HandoffAction.CANCEL: check_cancel,
    HandoffAction.RESUME: check_resume,
}
WHO_MAY = {
    HandoffAction.CLAIM: {CLAIMER, HOLDER, OTHER},
    HandoffAction.RELEASE: {CLAIMER},
    HandoffAction.RESOLVE: {CLAIMER},
    HandoffAction.CANCEL: {ESCALATOR},
    HandoffAction.RESUME: {HOLDER},
}


def actor(user_id: UUID, role: Role = Role.ENGINEER) -> Actor:
    return Actor(user_id, UUID(int=9), "Sam", role, UUID(int=10))


def handoff(intent: Intent, status: HandoffStatus) -> HandoffState:
    claimed_by = CLAIMER if status is HandoffStatus.CLAIMED else None
    return HandoffState(intent, status, ESCALATOR, HOLDER, claimed_by)


@pytest.mark.parametrize("action", HandoffAction)
@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize("status", HandoffStatus)
def test_each_action_is_for_some_people_at_one_moment(
    action: HandoffAction, intent: Intent, status: HandoffStatus
):
    needed = TRANSITIONS[action]
    at_the_moment = needed.intent is intent and needed.before is status
    for user_id in (ESCALATOR, CLAIMER, HOLDER, OTHER):
        if at_the_moment and user_id in WHO_MAY[action]:
            CHECKS[action](handoff(intent, status), actor(user_id))
            continue
        with pytest.raises(NotAllowedNow) as refused:
            CHECKS[action](handoff(intent, status), actor(user_id))
        assert isinstance(refused.value, NotForYou) is at_the_moment
        assert str(refused.value).endswith(".")


@pytest.mark.parametrize("role", Role)
def test_only_seniors_claim(role: Role):
    state = handoff(Intent.ESCALATE, HandoffStatus.OPEN)
    if role is Role.VIEWER:
        with pytest.raises(NotForYou, match="seniors"):
            check_claim(state, actor(OTHER, role))
    else:
        check_claim(state, actor(OTHER, role))


def test_a_viewer_may_cancel_what_they_escalated_and_resume_what_they_parked():
    check_cancel(handoff(Intent.ESCALATE, HandoffStatus.OPEN), actor(ESCALATOR, Role.VIEWER))
    check_resume(handoff(Intent.PARK, HandoffStatus.OPEN), actor(HOLDER, Role.VIEWER))


def test_only_open_and_claimed_handoffs_are_live_and_every_action_starts_from_one():
    assert [status for status in HandoffStatus if status.is_live] == [
        HandoffStatus.OPEN,
        HandoffStatus.CLAIMED,
    ]
    assert all(transition.before.is_live for transition in TRANSITIONS.values())
    assert set(TRANSITIONS) == set(HandoffAction)


def test_priorities_sort_by_weight():
    assert sorted(Priority, key=lambda priority: priority.weight) == ["low", "normal", "high", "urgent"]


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 10), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 3600), (7, 3600), (20, 3600)],
)
@pytest.mark.parametrize("jitter", [-1, -0.5, 0, 1])
def test_the_longer_it_fails_the_longer_it_waits(attempts: int, seconds: int, jitter: float):
    expected = NOON + timedelta(seconds=seconds * (1 + 0.2 * jitter))
    assert next_attempt(attempts, NOON, jitter, NOON - timedelta(hours=2)) == expected


def test_it_gives_up_when_a_day_would_be_over():
    created = NOON - timedelta(hours=23)
    assert next_attempt(9, NOON, 0, created) == NOON + timedelta(hours=1)
    assert next_attempt(9, NOON, 0.001, created) is None
    assert next_attempt(1, created + GIVE_UP_AFTER - timedelta(seconds=9), 0, created) is None


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0), (-1, 0), (1, 1.01), (1, -2), (1, float("nan"))])
def test_what_makes_no_sense_is_refused(attempts: int, jitter: float):
    with pytest.raises(ValueError, match="failed attempts"):
        next_attempt(attempts, NOON, jitter, NOON)


@given(st.lists(st.floats(-1, 1), min_size=60, max_size=60))
def test_a_day_of_failures(jitters: list[float]):
    tried = [NOON]
    for attempts, jitter in enumerate(jitters, start=1):
        again = next_attempt(attempts, tried[-1], jitter, NOON)
        if again is None:
            break
        tried.append(again)
    assert all(earlier < later for earlier, later in pairwise(tried))
    assert NOON + timedelta(hours=22) < tried[-1] <= NOON + timedelta(hours=24)
    assert 20 < len(tried) < 40


SEEN_TIMEOUT = timedelta(seconds=60)


@pytest.mark.parametrize(
    ("seconds", "connected", "seen", "expected"),
    [
        (0, False, False, MailDecision()),
        (90, False, False, MailDecision()),
        (0, True, False, MailDecision(wait_until=NOON + SEEN_TIMEOUT)),
        (59, True, False, MailDecision(wait_until=NOON + SEEN_TIMEOUT)),
        (60, True, False, MailDecision()),
        (90, True, False, MailDecision()),
        (0, True, True, MailDecision(not_needed=True)),
        (0, False, True, MailDecision(not_needed=True)),
        (90, True, True, MailDecision(not_needed=True)),
    ],
)
def test_who_is_mailed_when(seconds: int, connected: bool, seen: bool, expected: MailDecision):
    now = NOON + timedelta(seconds=seconds)
    assert mail_due(NOON, now, connected=connected, seen=seen, seen_timeout=SEEN_TIMEOUT) == expected


@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize("seen", [True, False])
def test_a_reminder_is_mailed_at_once_to_all(connected: bool, seen: bool):
    decision = mail_due(
        NOON, NOON, connected=connected, seen=seen, seen_timeout=SEEN_TIMEOUT, is_reminder=True
    )
    assert decision.send_now


@pytest.mark.parametrize("status", HandoffStatus)
@pytest.mark.parametrize("reminders", [0, 3, 4, 5])
def test_what_everybody_was_told_of_as_often_as_they_are_is_overdue(status: HandoffStatus, reminders: int):
    assert is_overdue(status, reminders) is (status is HandoffStatus.OPEN and reminders >= 4)


@given(st.integers(-10, 1000), st.booleans(), st.booleans(), st.integers(0, 600))
def test_being_connected_never_swallows_an_alert(seconds: int, connected: bool, seen: bool, timeout: int):
    now = NOON + timedelta(seconds=seconds)
    decision = mail_due(NOON, now, connected=connected, seen=seen, seen_timeout=timedelta(seconds=timeout))
    assert [decision.send_now, decision.wait_until is not None, decision.not_needed].count(True) == 1
    assert decision.not_needed is seen
    if decision.wait_until is not None:
        later = mail_due(
            NOON, decision.wait_until, connected=connected, seen=seen, seen_timeout=timedelta(seconds=timeout)
        )
        assert later.send_now
