"""Insight: what can be counted of sessions, and how days are put together for a chart."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

MOST_BARS = 62
DAYS_A_WEEK = 7


class Figure(StrEnum):
    """A figure of the pages; the sessions that it counts can be listed.

    The first four count escalations raised in a time; the next ones sessions started in a time, by what became of them;
    the last ones sessions by what happened to them at a node.
    """

    RAISED = "raised"
    CLAIMED = "claimed"
    HELPED = "helped"
    WAITING = "waiting"
    STARTED = "started"
    OVER = "over"
    COMPLETED = "completed"
    RESOLVED = "resolved"
    UNAIDED = "unaided"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"
    VISITS = "visits"
    EXITS = "exits"
    UNDONE = "undone"
    ESCALATIONS = "escalations"

    @property
    def is_of_escalations(self) -> bool:
        """Whether the time is that of the escalation, not that of the start of the session."""
        return self in (Figure.RAISED, Figure.CLAIMED, Figure.HELPED, Figure.WAITING)

    @property
    def is_of_node(self) -> bool:
        """Whether it is counted at a node."""
        return self in (Figure.VISITS, Figure.EXITS, Figure.UNDONE, Figure.ESCALATIONS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where, and by whom, something is counted, as an address says it; nothing said is everywhere and everybody."""

    tree_id: str = ""
    version: int | None = None
    node: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days that share a bar, the last one included."""

    first: date
    last: date
    total: int


def spans(totals: Mapping[date, int], first: date, last: date) -> list[Span]:
    """Return a bar for each day from ``first`` to ``last``, or, when these are too many, for as many weeks or more as make
    at most ``MOST_BARS`` of them."""
    days = (last - first).days + 1
    width = 1 if days <= MOST_BARS else DAYS_A_WEEK * -(-days // (MOST_BARS * DAYS_A_WEEK))
    bars = [0] * -(-days // width)
    for day, total in totals.items():
        if first <= day <= last:
            bars[(day - first).days // width] += total
    return [
        Span(first + timedelta(days=begin), first + timedelta(days=min(begin + width, days) - 1), total)
        for begin, total in zip(range(0, days, width), bars, strict=True)
    ]


def share(part: float, whole: float) -> int:
    """Return how many per cent ``part`` is of ``whole``, from 0 to 100; 0 of nothing."""
    return max(0, min(100, round(100 * part / whole))) if whole > 0 else 0


def median(counts: Mapping[int, int]) -> float | None:
    """Return the middle of numbers that occur so often, halfway between the two in the middle where these differ; None of
    none."""
    numbers = sorted(number for number, count in counts.items() if count > 0)
    if not numbers:
        return None
    upto = list(accumulate(counts[number] for number in numbers))
    below, above = (numbers[bisect_left(upto, place)] for place in ((upto[-1] + 1) // 2, upto[-1] // 2 + 1))
    return (below + above) / 2
