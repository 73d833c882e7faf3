"""Who may be told now: choices and quiet hours keep people back, but never all of them."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.handoff import Channel
from troubleshoot_app.domain.quiet_hours import QuietHours
from troubleshoot_app.domain.reach import (
    Choices,
    ReachCount,
    Senior,
    Telling,
    count_reach,
    reach_in_words,
    telling,
    tellings,
    usual_wait,
    wait_in_words,
    why_unreachable,
    why_unreachable_now,
)

NIGHT = datetime(2025, 11, 18, 23, 30, tzinfo=UTC)
MORNING = datetime(2025, 11, 19, 6, 0, tzinfo=UTC)
DAY = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)
QUIET = QuietHours(time(22), time(7), "Europe/Berlin")
SCREEN_ONLY = frozenset({Channel.IN_APP})
MAIL_ONLY = frozenset({Channel.EMAIL})

awake = Senior()
asleep = Senior(Choices(quiet=QUIET))
unwilling = Senior(Choices(frozenset()))


def due(seniors: dict[str, Senior], now: datetime = NIGHT) -> set[tuple[str, str]]:
    """Return who is told at once by which channel."""
    return {
        (name, channel.value)
        for name, by_channel in tellings(seniors, now).items()
        for channel, verdict in by_channel.items()
        if verdict.is_due
    }


def test_who_made_no_choice_is_told_by_every_channel():
    assert due({"Ann": awake}) == {("Ann", "in_app"), ("Ann", "email")}


def test_quiet_hours_put_it_off_and_say_until_when():
    assert due({"Ann": awake, "Lee": asleep}) == {("Ann", "in_app"), ("Ann", "email")}
    for channel in Channel:
        verdict = telling(asleep.choices, channel, NIGHT)
        assert verdict == Telling("Quiet hours until 07:00 (Europe/Berlin).", MORNING)
        assert telling(asleep.choices, channel, MORNING).is_due


def test_a_channel_that_was_not_chosen_is_not_used_at_any_time():
    only_screen = Choices(SCREEN_ONLY, QUIET)
    for now in (NIGHT, DAY):
        assert telling(only_screen, Channel.EMAIL, now) == Telling("Chose not to be mailed.")
    assert telling(only_screen, Channel.IN_APP, DAY).is_due


@pytest.mark.parametrize(
    "last",
    [
        {"Lee": asleep},
        {"Lee": asleep, "Kim": unwilling},
        {"Kim": unwilling},
        {"Lee": asleep, "Sam": Senior(Choices(SCREEN_ONLY))},
        {"Lee": asleep, "Ben": Senior(mail_fails=True)},
        {"Lee": asleep, "Ben": Senior(Choices(MAIL_ONLY), is_connected=True, mail_fails=True)},
    ],
    ids=["all quiet", "quiet or unwilling", "unwilling", "no page open", "mails refused", "refused, not on screen"],
)  # fmt: skip
def test_the_last_who_could_be_reached_is_never_silenced(last: dict[str, Senior]):
    assert due(last) == {(name, channel.value) for name in last for channel in Channel}


@pytest.mark.parametrize(
    "reached",
    [awake, Senior(Choices(SCREEN_ONLY), is_connected=True), Senior(Choices(MAIL_ONLY)),
     Senior(is_connected=True, mail_fails=True)],
    ids=["anybody", "on screen", "by mail", "on screen, mails refused"],
)  # fmt: skip
def test_as_long_as_somebody_is_reached_the_others_sleep(reached: Senior):
    assert {name for name, _ in due({"Lee": asleep, "Kim": unwilling, "Ann": reached})} == {"Ann"}


def test_nobody_to_tell_is_no_error():
    assert tellings({}, NIGHT) == {}
    assert count_reach({}, NIGHT) == ReachCount(0, 0, 0)


people = st.builds(
    Senior,
    st.builds(Choices, st.frozensets(st.sampled_from(Channel)), st.sampled_from([None, QUIET])),
    st.booleans(),
    st.booleans(),
)


@given(
    st.dictionaries(st.integers(0, 5), people, min_size=1),
    st.integers(946_684_800, 2_114_380_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_somebody_is_always_told_and_everybody_is_counted_once(seniors: dict[int, Senior], now: datetime):
    decided = tellings(seniors, now)
    assert decided.keys() == seniors.keys()
    assert any(verdict.is_due for by_channel in decided.values() for verdict in by_channel.values())
    count = count_reach(seniors, now)
    assert count.online + count.by_mail + count.silenced == len(seniors)


def test_somebody_on_a_screen_counts_there():
    seniors = {
        "Ann": Senior(is_connected=True),
        "Ben": awake,
        "Cy": Senior(Choices(MAIL_ONLY), True),
        "Lee": asleep,
    }
    assert count_reach(seniors, NIGHT) == ReachCount(online=1, by_mail=2, silenced=1)
    assert count_reach(seniors, DAY) == ReachCount(online=1, by_mail=3, silenced=0)


@pytest.mark.parametrize(
    ("seconds", "usual"), [([], None), ([1, 2, 3, 4], None), ([5, 1, 4, 2, 3], 3), ([60.4] * 6, 60)]
)
def test_what_is_usual_is_said_of_enough_cases_only(seconds: list[float], usual: int | None):
    assert usual_wait(seconds) == usual


@pytest.mark.parametrize(
    ("count", "wait", "words"),
    [
        (ReachCount(2, 3, 0), 250, "Told at once: 2 online, 3 by mail; usually picked up in 4 min."),
        (ReachCount(0, 1, 0), None, "Told at once: 1 by mail."),
        (ReachCount(1, 0, 1), None, "Told at once: 1 online. 1 more wants quiet now and is told if nobody picks it up."),
        (ReachCount(1, 0, 2), 20, "Told at once: 1 online; usually picked up in 1 min. 2 more want quiet now and are told"
                                  " if nobody picks it up."),
        (ReachCount(0, 0, 0), 300, "There is no other senior in your account, so nobody can be told. Ask an admin to invite"
                                   " one; the escalation will wait in the queue."),
    ],
)  # fmt: skip
def test_reach_in_words(count: ReachCount, wait: int | None, words: str):
    assert reach_in_words(count, wait) == words


def test_spans_of_time_as_people_say_them():
    assert [wait_in_words(seconds) for seconds in (0, 29, 90, 3600, 7200)] == [
        "1 min", "1 min", "2 min", "60 min", "2 h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("channels", "refusal", "why"),
    [
        (frozenset(Channel), None, ""),
        (frozenset(), None, "has chosen no channel"),
        (frozenset(), "550 No such user", "has chosen no channel"),
        (MAIL_ONLY, "550 No such user", "mails fail: mailbox unknown"),
        (frozenset(Channel), "550 No such user", "mails fail: mailbox unknown; told only while a page is open"),
        (SCREEN_ONLY, "550 No such user", ""),
    ],
)  # fmt: skip
def test_whom_escalations_may_not_reach(channels: frozenset[Channel], refusal: str | None, why: str):
    assert why_unreachable(Choices(channels), refusal) == why


@pytest.mark.parametrize(
    ("choices", "refusal", "now", "why"),
    [
        (Choices(), None, NIGHT, ""),
        (Choices(quiet=QUIET), None, DAY, ""),
        (Choices(quiet=QUIET), None, NIGHT, "quiet hours until 07:00 (Europe/Berlin)"),
        (Choices(frozenset(), QUIET), None, NIGHT, "has chosen no channel"),
    ],
)
def test_why_somebody_is_not_reached_at_this_moment(
    choices: Choices, refusal: str | None, now: datetime, why: str
):
    assert why_unreachable_now(choices, refusal, now) == why
