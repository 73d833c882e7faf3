"""The tokens of a Mermaid flowchart: ids, shapes, arrows, strings. Which of them may come next is for the parser to say."""

import re

from troubleshoot_app.domain.formats.mermaid_tokens import ArrowToken, Line, NotMermaid, ShapeToken, Words
from troubleshoot_app.domain.formats.report import Place
from troubleshoot_app.domain.formats.source import Source

ENCLOSED_LIMIT = 4_000
"""Characters that front matter, a directive or ``@{...}`` may have."""

_BLANKS = re.compile(r"[ \t\f\v\u00a0]*")
_SPACE = re.compile(r"\s*")
_ID = re.compile(
    r"""(?: [^\s\[\](){}<>|;"~^@=&:,-] | -(?![->.]) | (?<=[^\s&])& | =(?!=) | :(?!::) | ,(?=\S) )+""",
    re.VERBOSE,
)
_FULL_ARROW = re.compile(
    r"""(?P<tail>[xo<]?)
        (?: (?P<solid>--+)(?P<solid_head>[-xo>]) | (?P<thick>==+)(?P<thick_head>[=xo>])
          | (?P<dotted>-?\.+-)(?P<dotted_head>[xo>]?)
          | (?P<short>->) )
      | (?P<hidden>~~~+)""",
    re.VERBOSE,
)
_ARROW_START = re.compile(r"(?P<tail>[xo<]?)(?P<line>--|==|-\.)")
_ARROW_ENDS = {
    "--": re.compile(r"--+(?P<head>[-xo>])"),
    "==": re.compile(r"==+(?P<head>[=xo>])"),
    "-.": re.compile(r"-?\.+-(?P<head>[xo>]?)"),
}
_LINES: dict[str, Line] = {"--": "solid", "==": "thick", "-.": "dotted"}
_NEXT_LINE_ARROW = re.compile(r"\s*(?=<?(?:--|==|-\.)|~~~)(?!---[ \t]*\n)")

# Longest first; one that does not close falls back to a shorter one, as in A[/var/log].
_SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("(((", (")))",)),
    ("((", ("))",)),
    ("([", ("])",)),
    ("(-", ("-)",)),
    ("(", (")",)),
    ("[[", ("]]",)),
    ("[(", (")]",)),
    ("[/", ("/]", "\\]")),
    ("[\\", ("/]", "\\]")),
    ("[|", ("]",)),
    ("[", ("]",)),
    ("{{", ("}}",)),
    ("{", ("}",)),
    (">", ("]",)),
)
_PLAIN_TEXT = re.compile(r'[^\[\](){}|"]*')
_BRACKET = re.compile(r'[\[\](){}]|"[^"\n]*"')


class Scanner:
    """Reads tokens from one place on; what is not there is None and leaves the place as it was."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        """Read what stands between two positions."""
        self._source = source
        self._text = source.text
        self.position = start
        self.end = end
        self._closers: dict[str, int] = {}

    @property
    def place(self) -> Place:
        """Where the next token stands."""
        return self._source.place(self.position)

    def place_of(self, position: int) -> Place:
        """Return the line and column of a position."""
        return self._source.place(position)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what stands here, when it is that."""
        match = pattern.match(self._text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        return match

    def sees(self, words: str) -> bool:
        """Tell whether these characters stand here."""
        return self._text.startswith(words, self.position, self.end)

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.position >= self.end

    def skip_blanks(self) -> None:
        """Go on to the next character of this line."""
        self.take(_BLANKS)

    def skip_space(self) -> None:
        """Go on to the next character, on whatever line it is."""
        self.take(_SPACE)

    def rest_of_line(self) -> str:
        """Return what is left of this line, and go to its end."""
        begin = self.position
        self.position = self._source.line_end(begin, self.end)
        return self._text[begin : self.position]

    def enclosed(self, opener: str, closer: str) -> str | None:
        """Return what stands here between two marks, when they are not too far apart."""
        if not self.sees(opener):
            return None
        begin = self.position + len(opener)
        found = self._closers.get(closer, 0)
        if 0 <= found < begin:
            found = self._closers[closer] = self._text.find(closer, begin, self.end)
        if not begin <= found <= begin + ENCLOSED_LIMIT:
            return None
        self.position = found + len(closer)
        return self._text[begin:found]

    def id(self) -> str | None:
        """Return the id that stands here."""
        match = self.take(_ID)
        return match[0] if match else None

    def shape(self) -> ShapeToken | None:
        """Return the shape that stands here with its words; ``NotMermaid`` when it is not closed."""
        begin = self.position
        fits = False
        for opener, closers in _SHAPES:
            if self._text.startswith(opener, begin, self.end):
                fits = True
                self.position = begin + len(opener)
                words = self._words_up_to(closers)
                if words is not None:
                    return ShapeToken(opener, words)
        self.position = begin
        if fits:
            raise NotMermaid(f"What begins with {self._text[begin]} here is not closed.", begin)
        return None

    def braces(self) -> str | None:
        """Return what stands between ``@{`` and ``}`` here; ``NotMermaid`` when that is not closed."""
        if not self.sees("@{"):
            return None
        begin = self.position + 2
        limit = min(self.end, begin + ENCLOSED_LIMIT)
        position = begin
        while position < limit:
            close, quote = self._text.find("}", position, limit), self._text.find('"', position, limit)
            if close < 0:
                break
            if quote < 0 or close < quote:
                self.position = close + 1
                return self._text[begin:close]
            position = self._text.find('"', quote + 1, limit) + 1 or limit
        raise NotMermaid("What begins with @{ here is not closed.", self.position)

    def arrow(self) -> ArrowToken | None:
        """Return the arrow that stands here, also at the beginning of the next line; ``NotMermaid`` when it has no end."""
        self.skip_blanks()
        self.take(_NEXT_LINE_ARROW)
        begin = self.position
        match = self.take(_FULL_ARROW)
        if match is not None:
            return self._full_arrow(match, self.place_of(begin))
        start = self.take(_ARROW_START)
        if start is None:
            return None
        self.skip_blanks()
        end = _ARROW_ENDS[start["line"]]
        label, head = self._label_up_to(end, begin)
        return ArrowToken(_LINES[start["line"]], start["tail"], _head(head), label, self.place_of(begin))

    def words_in_quotes(self) -> Words | None:
        """Return the string that stands here; ``NotMermaid`` when it is not closed."""
        if not self.sees('"'):
            return None
        begin = self.position
        is_markdown = self.sees('"`')
        closer, skipped = ('`"', 2) if is_markdown else ('"', 1)
        found = self._text.find(closer, begin + skipped, self.end)
        if found < 0:
            raise NotMermaid("This text in quotes is not closed.", begin)
        self.position = found + len(closer)
        raw = self._text[begin + skipped : found]
        return Words(raw, "markdown" if is_markdown else "quoted", self.place_of(begin))

    def _full_arrow(self, match: re.Match[str], place: Place) -> ArrowToken:
        if match["hidden"]:
            return ArrowToken("hidden", "", "", None, place)
        line: Line = "thick" if match["thick"] else "dotted" if match["dotted"] else "solid"
        head = match["solid_head"] or match["thick_head"] or match["dotted_head"] or ""
        if match["short"]:
            head = ">"
        self.skip_blanks()
        return ArrowToken(line, match["tail"], _head(head), self._label_in_bars(), place)

    def _label_in_bars(self) -> Words | None:
        if not self.sees("|"):
            return None
        begin = self.position
        self.position += 1
        self.skip_blanks()
        words = self.words_in_quotes()
        self.skip_blanks()
        if words is not None and self.sees("|"):
            self.position += 1
            return words
        close = self._text.find("|", begin + 1, self._source.line_end(begin, self.end))
        if close < 0:
            raise NotMermaid("The label of this arrow is not closed by a |.", begin)
        self.position = close + 1
        return Words(self._text[begin + 1 : close], "plain", self.place_of(begin + 1))

    def _label_up_to(self, end: re.Pattern[str], begin: int) -> tuple[Words, str]:
        here = self.position
        words = self.words_in_quotes()
        if words is not None:
            self.skip_blanks()
            if (match := self.take(end)) is not None:
                return words, match["head"]
        match = end.search(self._text, here, self._source.line_end(here, self.end))
        if match is None:
            raise NotMermaid("This arrow has no end; write --> or, with a label, -- label -->.", begin)
        self.position = match.end()
        return Words(self._text[here : match.start()], "plain", self.place_of(here)), match["head"]

    def _words_up_to(self, closers: tuple[str, ...]) -> Words | None:
        begin = self.position
        self.skip_space()
        words = self.words_in_quotes()
        if words is not None:
            self.skip_space()
            if self._take_one_of(closers):
                return words
        close = self._plain_end(begin, closers)
        odd = close is None
        if close is None:
            close = self._balanced_end(begin, closers)
        if close is None:
            return None
        self.position = close
        self._take_one_of(closers)
        return Words(self._text[begin:close], "plain", self.place_of(begin), odd)

    def _take_one_of(self, closers: tuple[str, ...]) -> bool:
        for closer in closers:
            if self.sees(closer):
                self.position += len(closer)
                return True
        return False

    def _plain_end(self, begin: int, closers: tuple[str, ...]) -> int | None:
        """Return where words without brackets end, on whatever line, when they are closed there."""
        match = _PLAIN_TEXT.match(self._text, begin, self.end)
        stop = match.end() if match else begin
        for closer in closers:
            at = stop - closer.index(closer.lstrip("/\\-"))
            if at >= begin and self._text.startswith(closer, at, self.end):
                return at
        return None

    def _balanced_end(self, begin: int, closers: tuple[str, ...]) -> int | None:
        """Return where words with brackets in them end, on this line."""
        depth = 0
        for match in _BRACKET.finditer(self._text, begin, self._source.line_end(begin, self.end)):
            bracket = match[0]
            if bracket in "([{":
                depth += 1
            elif bracket in ")]}":
                if depth == 0:
                    for closer in closers:
                        at = match.start() - closer.index(closer.lstrip("/\\-"))
                        if at >= begin and self._text.startswith(closer, at, self.end):
                            return at
                    return None
                depth -= 1
        return None


def _head(written: str) -> str:
    return "" if written in "-=" else written
