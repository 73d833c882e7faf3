"""How a session went in time: where people stood when something happened, and how long each answer took."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

SECONDS_A_MINUTE = 60


class HappeningKind(StrEnum):
    """What happens in a session beside the answers."""

    STARTED = "started"
    WENT_BACK = "went_back"
    CHANGED = "changed"
    PARKED = "parked"
    RESUMED = "resumed"
    ESCALATED = "escalated"
    PICKED_UP = "picked_up"
    RELEASED = "released"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    RESOLVED = "resolved"
    COMPLETED = "completed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class GoingBack:
    """One time that answers were undone: from step ``to_seq`` on, so many."""

    at: datetime
    to_seq: int
    count: int


def stop_at(answered_at: Sequence[datetime], at: datetime) -> int:
    """Return at which step a session stood at a moment, counted from 1; ``answered_at`` are the times of its answers.

    After the last answer that is one more than there are. A clock that was set back counts as having stood still.
    """
    return bisect_right(list(accumulate(answered_at, max)), at) + 1


def goings_back(undone_at: Iterable[datetime | None]) -> list[GoingBack]:
    """Return each time that answers were undone, in order; ``undone_at`` says of each answer when it was, if ever."""
    undone: dict[datetime, list[int]] = defaultdict(list)
    for seq, at in enumerate(undone_at, start=1):
        if at is not None:
            undone[at].append(seq)
    return [GoingBack(at, seqs[0], len(seqs)) for at, seqs in sorted(undone.items())]


def step_times(
    started_at: datetime, answered_at: Sequence[datetime], repeats: Sequence[int | None]
) -> list[timedelta]:
    """Return how long each answer took: from the one before it, or from the start. An answer that was kept ``repeats`` the
    step in which it was given, and took as long as it did then."""
    times: list[timedelta] = []
    before = started_at
    for at, first in zip(answered_at, repeats, strict=True):
        if first is None:
            times.append(max(at - before, timedelta(0)))
            before = at
        else:
            times.append(times[first - 1])
    return times


def length_in_words(time: timedelta) -> str:
    """Return a length of time in its two largest units, down to seconds: ``35 s``, ``2 min 5 s``, ``3 d 2 h``."""
    minutes, seconds = divmod(int(time.total_seconds()), SECONDS_A_MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    (first, unit), *rest = parts[:2]
    return f"{first} {unit}" + "".join(f" {count} {smaller}" for count, smaller in rest if count)
