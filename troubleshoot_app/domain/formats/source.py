"""Text of a file, with the line and column of each position in it."""

from bisect import bisect_right

from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.report import Place


class Source:
    """Text whose lines end in ``\\n``; positions count from 0, lines and columns from 1."""

    def __init__(self, text: str) -> None:
        """Take the text of a whole file."""
        self.text = text
        self._line_starts: list[int] = []

    @property
    def line_starts(self) -> list[int]:
        """The position at which each line starts."""
        if not self._line_starts:
            starts = [0]
            find = self.text.find
            while (end := find("\n", starts[-1])) >= 0:
                starts.append(end + 1)
            self._line_starts = starts
        return self._line_starts

    def place(self, position: int) -> Place:
        """Return the line and column of a position."""
        line = bisect_right(self.line_starts, position)
        return Place(line, position - self.line_starts[line - 1] + 1)

    def line_end(self, position: int, end: int) -> int:
        """Return where the line at ``position`` ends, at most ``end``."""
        found = self.text.find("\n", position, end)
        return end if found < 0 else found

    def refuse(self, position: int, message: str) -> UnreadableTree:
        """Return the error that says what is wrong at a position."""
        return UnreadableTree([Fault((), message, *self.place(position))])
