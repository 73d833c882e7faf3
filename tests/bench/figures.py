"""What a measurement says: a figure, its goal, and how far apart the rounds were."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PERCENT = 100
OTHERS = "other programs used, %"
NOISY_PERCENT = 10


@dataclass(frozen=True)
class Goal:
    """A limit that a figure should reach: at least, or at most, so much."""

    limit: float
    at_least: bool = False

    def is_reached_by(self, value: float) -> bool:
        """Tell whether ``value`` is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One result. ``low`` and ``high`` are those of the rounds; ``details`` is what it was made from, with units."""

    name: str
    what: str
    against: str
    unit: str
    value: float
    low: float
    high: float
    goal: Goal
    details: dict[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.is_reached_by(self.value)

    @property
    def noisy(self) -> bool:
        """Whether other programs used so much of the machine meanwhile that the figure says little."""
        return self.details.get(OTHERS, 0) > NOISY_PERCENT

    def as_json(self) -> dict[str, Any]:
        """Return the figure for a program to read."""
        return {**asdict(self), "reached": self.reached, "noisy": self.noisy}

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "NOT REACHED"
        return "\n".join(
            [
                f"{self.name}: {_short(self.value)} {self.unit}  (goal {self.goal} {self.unit}: {verdict};"
                f" rounds from {_short(self.low)} to {_short(self.high)})",
                f"    measured  {self.what}",
                f"    against   {self.against}",
                *(f"    {name:<34}{_short(value)}" for name, value in self.details.items()),
                *(["    Other programs were busy: measure again on a quiet machine."] if self.noisy else []),
            ]
        )


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the least and the greatest of ``values``."""
    return statistics.median(values), min(values), max(values)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that ``percent`` per cent of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * percent // PERCENT) - 1)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= PERCENT else f"{value:.3g}"
