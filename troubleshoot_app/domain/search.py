"""Finding words: what counts as one, which of them are near to a mistyped one, and the piece of text to show."""

import re
import unicodedata
from collections.abc import Collection, Iterator

WORD_LENGTH = 50
SNIPPET_LENGTH = 160
FUZZY_FROM = 3
TWO_TYPOS_FROM = 7

_WORD = re.compile(r"\w+")


def words_of(text: str) -> Iterator[str]:
    """Return the words of a text in order: in small letters, without accents, cut where they are endless."""
    for match in _WORD.finditer(plain(text)):
        yield match.group()[:WORD_LENGTH]


def plain(text: str) -> str:
    """Return a text as it is compared: "Störung" and "STORUNG" are the same."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", "".join(one for one in split if not unicodedata.combining(one)))


def is_near(word: str, other: str) -> bool:
    """Tell whether one word is the other with a typo: a letter wrong, missing, too many, or two changed places."""
    if len(word) < FUZZY_FROM:
        return False
    return distance(word, other) <= (2 if len(word) >= TWO_TYPOS_FROM else 1)


def distance(word: str, other: str) -> int:
    """Return how many typos (Damerau-Levenshtein, adjacent letters) lead from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, there in enumerate(other, 1):
            same = letter == there
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (not same))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == there:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def matches(text: str, beginnings: Collection[tuple[str, ...]]) -> int:
    """Return for how many of the ``beginnings`` the text has a word that begins with one of them."""
    there = set(words_of(text))
    return sum(any(word.startswith(some) for word in there) for some in beginnings)


def snippet(text: str, beginnings: Collection[tuple[str, ...]]) -> str:
    """Return a piece of the text on one line, whole words, with the first one that begins as wanted well inside."""
    line = " ".join(text.split())
    if len(line) <= SNIPPET_LENGTH:
        return line
    wanted = tuple(beginning for some in beginnings for beginning in some)
    found = next((m.start() for m in _WORD.finditer(line) if plain(m.group()).startswith(wanted)), 0)
    start = _beginning(line, found)
    end = start + SNIPPET_LENGTH
    if end < len(line) and (space := line.rfind(" ", found, end)) > 0:
        end = space
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")


def runs(text: str, beginnings: Collection[tuple[str, ...]]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is a word that begins as wanted."""
    wanted = tuple(beginning for some in beginnings for beginning in some)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in _WORD.finditer(text):
        if wanted and plain(match.group()).startswith(wanted):
            pieces += [(text[at : match.start()], False), (match.group(), True)]
            at = match.end()
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]


def _beginning(line: str, found: int) -> int:
    """Return where a piece with the word at ``found`` starts: with its sentence, or a few words before it."""
    near = max(0, found - SNIPPET_LENGTH // 2)
    sentence = max(line.rfind(end, near, found) for end in (". ", "? ", "! "))
    if sentence >= 0:
        return sentence + 2
    if near == 0:
        return 0
    start = min(found - SNIPPET_LENGTH // 3, len(line) - SNIPPET_LENGTH)
    space = line.find(" ", start - 1, found)
    return space + 1 if space >= 0 else start
