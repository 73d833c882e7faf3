"""The tokens of a Mermaid flowchart."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from troubleshoot_app.domain.formats.report import Place

Line: TypeAlias = Literal["solid", "thick", "dotted", "hidden"]


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they are written; ``style`` tells how."""

    raw: str
    style: Literal["plain", "quoted", "markdown"]
    place: Place
    odd: bool = False
    """Whether Mermaid itself would want them in quotes."""


@dataclass(frozen=True, slots=True)
class ArrowToken:
    """An arrow or a line; ``tail`` and ``head`` are what its ends look like, such as ``>``, ``x`` or nothing."""

    line: Line
    tail: str
    head: str
    label: Words | None
    place: Place


@dataclass(frozen=True, slots=True)
class ShapeToken:
    """What stands around the words of a node, and the words."""

    opener: str
    words: Words


class NotMermaid(ValueError):
    """Something is written that Mermaid does not have, at ``position``."""

    def __init__(self, message: str, position: int) -> None:
        """Say what is wrong and where."""
        super().__init__(message)
        self.position = position
