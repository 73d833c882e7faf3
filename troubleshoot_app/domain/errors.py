"""What the rules refuse: one exception a kind, each with a sentence that says to a person what to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHOWN = 80
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database and no encoding takes: NUL, and halves of symbols."""


class DomainError(ValueError):
    """A rule says no; ``str()`` of it is a sentence for a person."""


class InvalidChoice(DomainError):
    """What was chosen is not among what can be chosen here; ``field`` names where it was chosen, if that is known."""

    def __init__(self, sentence: str, field: str = "") -> None:
        """Make the error of one choice."""
        self.field = field
        super().__init__(sentence)


class NotAllowedNow(DomainError):
    """The thing is not in a state in which this can be done."""


class NotForYou(NotAllowedNow):
    """This can be done now, but by somebody else."""


class TooBusy(DomainError):
    """This could be done, but too much of its kind is under way."""


class Severity(StrEnum):
    """Errors stop publishing; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a tree; ``node_id`` is None when it is about the whole tree."""

    severity: Severity
    node_id: str | None
    code: str
    message: str


class InvalidTree(DomainError):
    """A tree that cannot be kept or published as it is; ``problems`` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Make the error of one or more problems."""
        self.problems = tuple(problems)
        super().__init__(_sentence([problem.message for problem in self.problems]))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a file that cannot be read as a tree.

    ``location`` is the path of keys and indexes to it; ``line`` and ``column`` count from 1, None where not known.
    """

    location: tuple[str | int, ...]
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Return the message with the best that is known of the place."""
        if self.line is not None:
            return f"Line {self.line}, column {self.column}: {self.message}"
        if self.location:
            return f"{' → '.join(str(key) for key in self.location)}: {self.message}"
        return self.message


class UnreadableTree(DomainError):
    """A file that is no tree; ``faults`` lists what was found, in the order of the file."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Make the error of one or more faults."""
        self.faults = tuple(faults)
        super().__init__(_sentence([str(fault) for fault in self.faults]))


def fit(words: str) -> str:
    """Return words of an author short enough for a message, and fit for any encoding."""
    short = words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", short)


def quoted(words: str) -> str:
    """Return words of an author for use in a sentence."""
    return f'"{fit(words)}"'


def _sentence(messages: Sequence[str]) -> str:
    more = len(messages) - 1
    return messages[0] if not more else f"{messages[0]} (And {more:,} more.)"
