"""Readings: a number that is measured at a node, what is expected of it, and the answer that it chooses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

NUMBER_LIMIT = 10.0**12
DECIMALS_LIMIT = 6
UNIT_LIMIT = 20

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,13}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
_WORDS = {
    ">": "above", "above": "above", "more than": "above", "over": "above",
    ">=": "at_least", "≥": "at_least", "at least": "at_least", "from": "at_least",
    "<": "below", "below": "below", "less than": "below", "under": "below",
    "<=": "at_most", "≤": "at_most", "at most": "at_most", "to": "at_most", "up to": "at_most",
}  # fmt: skip
_SIGNED = r"([+-]?[0-9]+(?:[.,][0-9]+)?)"
_BOUND = re.compile(
    rf"\s*({'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})\s*{_SIGNED}(?:\s*,\s|\s*;|\s+and\b|)"
)
_FROM_TO = re.compile(rf"{_SIGNED}\s*(?:to|–|\.\.+)\s*{_SIGNED}")
_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


@dataclass(frozen=True, slots=True)
class Reading:
    """What is measured: its unit, the range that is expected, both ends included, and to how many decimals."""

    unit: str = ""
    min: float | None = None
    max: float | None = None
    decimals: int | None = None

    def is_expected(self, number: float) -> bool:
        """Whether a number lies in the expected range."""
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)

    @property
    def expected(self) -> str:
        """The expected range in words, such as "11.5 to 12.6 V"; empty when nothing is expected."""
        if self.min is not None and self.max is not None:
            return with_unit(f"{number_text(self.min)} to {number_text(self.max)}", self.unit)
        if self.min is not None:
            return f"at least {with_unit(number_text(self.min), self.unit)}"
        if self.max is not None:
            return f"at most {with_unit(number_text(self.max), self.unit)}"
        return ""

    def rounded(self, number: Decimal) -> Decimal:
        """Return a number to as many decimals as are measured."""
        if self.decimals is None:
            return number
        return number.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)


BOUNDS = ("above", "at_least", "below", "at_most")
_SIGNS = {"above": ">", "at_least": "≥", "below": "<", "at_most": "≤"}


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that choose an answer; of two lower or two upper bounds both count."""

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None

    def __contains__(self, number: float) -> bool:
        """Tell whether a number chooses the answer."""
        return (
            (self.above is None or number > self.above)
            and (self.at_least is None or number >= self.at_least)
            and (self.below is None or number < self.below)
            and (self.at_most is None or number <= self.at_most)
        )

    def __str__(self) -> str:
        """Return the range as signs, such as "≥ 11.5 < 12.6"."""
        return " ".join(f"{_SIGNS[name]} {number_text(bound)}" for name, bound in self.bounds().items())

    def bounds(self) -> Mapping[str, float]:
        """Return the bounds that there are, by name."""
        named = {name: getattr(self, name) for name in BOUNDS}
        return {name: bound for name, bound in named.items() if bound is not None}


@dataclass(frozen=True, slots=True)
class _Span:
    """The numbers from ``low`` to ``high``, each end in it or not; on the grid of the decimals both always are."""

    low: Decimal
    low_in: bool
    high: Decimal
    high_in: bool

    @property
    def is_empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))


INFINITY = Decimal("Infinity")


def can_be_met(wanted: Range, decimals: int | None) -> bool:
    """Tell whether there is a number, to so many decimals, that is in a range."""
    return not _span(wanted, decimals).is_empty


def overlapping(ranges: Sequence[Range], decimals: int | None) -> tuple[int, int] | None:
    """Return the places of two ranges that have a number in common; None when there are none."""
    spans = _in_order(ranges, decimals)
    for (first, one), (second, other) in pairwise(spans):
        if other.low < one.high or (other.low == one.high and other.low_in and one.high_in):
            return min(first, second), max(first, second)
    return None


def gap(ranges: Sequence[Range], decimals: int | None) -> str:
    """Return, in words, numbers between two ranges that neither has; empty when there are none."""
    spans = [span for _, span in _in_order(ranges, decimals)]
    step = Decimal(0) if decimals is None else Decimal(1).scaleb(-decimals)
    reach, reach_in = (spans[0].high, spans[0].high_in) if spans else (INFINITY, False)
    for span in spans[1:]:
        if span.low > reach + step:
            return f"between {_plain(reach)} and {_plain(span.low)}"
        if decimals is None and span.low == reach and not (reach_in or span.low_in):
            return f"exactly {_plain(reach)}"
        reach, reach_in = max((reach, reach_in), (span.high, span.high_in))
    return ""


def covers(ranges: Sequence[Range], reading: Reading) -> bool:
    """Tell whether the ends of the expected range choose some answer."""
    ends = [end for end in (reading.min, reading.max) if end is not None]
    return all(any(end in one for one in ranges) for end in ends)


def parse_number(typed: str, unit: str = "") -> Decimal | None:
    """Return the number that somebody typed, with a comma or a point, with or without the unit; None when it is none."""
    text = " ".join(typed.translate(_MINUS).split())
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: len(text) - len(unit)]
    text = text.replace(" ", "").replace(",", ".")
    if _NUMBER.fullmatch(text) is None:
        return None
    number = Decimal(text)
    return number if abs(number) <= NUMBER_LIMIT else None


def parse_range(typed: str) -> Range | None:
    """Return the range that somebody typed, in signs or in words (``>= 11.5 < 12.6``, ``at least 11.5``, ``11.5 to
    12.6``, ends included); None when it is none, or names an end twice."""
    text = " ".join(typed.translate(_MINUS).casefold().split())
    if both := _FROM_TO.fullmatch(text):
        return Range(at_least=_float(both[1]), at_most=_float(both[2]))
    found: dict[str, float] = {}
    end = 0
    for match in _BOUND.finditer(text):
        name = _WORDS[match[1]]
        if match.start() != end or name in found:
            return None
        found[name] = _float(match[2])
        end = match.end()
    fits = found and end == len(text) and all(abs(bound) <= NUMBER_LIMIT for bound in found.values())
    return Range(**found) if fits else None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def number_text(number: float) -> str:
    """Return a number as a person writes it: 12, not 12.0, and 0, not -0."""
    return _plain(Decimal(repr(number or 0.0)))


def decimal_text(number: Decimal) -> str:
    """Return a number as it was measured, with its decimals."""
    return f"{number:f}"


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit."""
    return f"{number} {unit}" if unit else number


def file_number(number: float) -> float | int:
    """Return a number as a file has it: a whole one without decimals."""
    return int(number) if number.is_integer() else number


def reading_to_document(reading: Reading) -> dict[str, Any]:
    """Return a reading in the words of the tree file."""
    document: dict[str, Any] = {"unit": reading.unit}
    for name, bound in (("min", reading.min), ("max", reading.max)):
        if bound is not None:
            document[name] = file_number(bound)
    if reading.decimals is not None:
        document["decimals"] = reading.decimals
    return document


def range_to_document(wanted: Range) -> dict[str, Any]:
    """Return a range in the words of the tree file."""
    return {name: file_number(bound) for name, bound in wanted.bounds().items()}


def reading_from_document(kept: Mapping[str, Any]) -> Reading:
    """Return the reading that ``reading_to_document`` made a document of."""
    decimals = kept.get("decimals")
    return Reading(kept["unit"], _number(kept.get("min")), _number(kept.get("max")), decimals)


def range_from_document(kept: Mapping[str, Any]) -> Range:
    """Return the range that ``range_to_document`` made a document of."""
    return Range(**{name: _number(kept.get(name)) for name in BOUNDS})


def _number(kept: float | None) -> float | None:
    return None if kept is None else float(kept)


def _in_order(ranges: Sequence[Range], decimals: int | None) -> list[tuple[int, _Span]]:
    spans = [(place, _span(one, decimals)) for place, one in enumerate(ranges)]
    return sorted(
        ((place, span) for place, span in spans if not span.is_empty),
        key=lambda pair: (pair[1].low, not pair[1].low_in, pair[1].high),
    )


def _span(wanted: Range, decimals: int | None) -> _Span:
    lows = [(_decimal(wanted.at_least), True), (_decimal(wanted.above), False)]
    highs = [(_decimal(wanted.at_most), True), (_decimal(wanted.below), False)]
    low, low_in = max(((end, inside) for end, inside in lows if end is not None),
                      key=lambda pair: (pair[0], not pair[1]), default=(-INFINITY, False))  # fmt: skip
    high, high_in = min(((end, inside) for end, inside in highs if end is not None),
                        key=lambda pair: (pair[0], pair[1]), default=(INFINITY, False))  # fmt: skip
    if decimals is None:
        return _Span(low, low_in, high, high_in)
    step = Decimal(1).scaleb(-decimals)
    return _Span(_on_grid(low, low_in, step, up=True), True, _on_grid(high, high_in, step, up=False), True)


def _on_grid(end: Decimal, inside: bool, step: Decimal, *, up: bool) -> Decimal:
    """Return the first number of the grid that is within an end."""
    if end.is_infinite():
        return end
    place = (end / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step
    if place == end and not inside:
        place += step if up else -step
    return place


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(repr(number))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_same_number(reading: Reading, typed: str | None, kept: str | None) -> bool:
    """Tell whether what somebody typed is the number that was kept."""
    number = parse_number(typed or "", reading.unit)
    return number is not None and kept is not None and reading.rounded(number) == parse_number(kept)
