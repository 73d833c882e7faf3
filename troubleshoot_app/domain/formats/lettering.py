"""How wide words are in Helvetica and its like, and where their lines break, without asking for a font."""

import unicodedata
from functools import cache

# Widths of the characters from the space to the tilde, in thousandths of the size of the letters.
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_SPARE = 1.06
"""Other fonts that stand in for Helvetica are a little wider."""


def wrapped(words: str, size: float, width: float, most: int) -> list[str]:
    """Return words in lines of at most ``width``; past ``most`` lines the last one ends in an ellipsis."""
    lines: list[str] = []
    line, used = "", 0.0
    space = _character_width(" ") * size
    for word in _pieces(words, size, width):
        needed = measured(word, size)
        if line and used + space + needed > width:
            lines.append(line)
            if len(lines) == most:
                return [*lines[:-1], _with_ellipsis(lines[-1], size, width)]
            line, used = word, needed
        else:
            used += needed + (space if line else 0)
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines or [""]


def measured(words: str, size: float) -> float:
    """Return the width of words on one line."""
    return sum(map(_character_width, words)) * size


def _pieces(words: str, size: float, width: float) -> list[str]:
    """Return the words; those that are longer than a line in parts."""
    pieces: list[str] = []
    for word in words.split():
        if len(word) * size * 1.2 <= width or measured(word, size) <= width:
            pieces.append(word)
            continue
        begin, used = 0, 0.0
        for position, character in enumerate(word):
            wide = _character_width(character) * size
            if used + wide > width and position > begin:
                pieces.append(word[begin:position])
                begin, used = position, 0.0
            used += wide
        pieces.append(word[begin:])
    return pieces


def _with_ellipsis(line: str, size: float, width: float) -> str:
    while line and measured(line + "…", size) > width:
        line = line[:-1]
    return line.rstrip() + "…"


@cache
def _character_width(character: str) -> float:
    """Return the width of a character, in sizes of the letters."""
    number = ord(character)
    if 32 <= number < 127:
        return _WIDTHS[number - 32] * _SPARE / 1000
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc", "Me"}:
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"} or number >= 0x1F000:
        return 1.35 if number >= 0x1F000 else 1.05
    return 0.75
