"""A note as plain text: at most 78 columns, made to be pasted anywhere.

What people wrote over several lines stands behind a bar, so that it is never taken for a part of the note; and no line
begins with what a spreadsheet takes for a formula.
"""

import unicodedata
from collections.abc import Iterator

from troubleshoot_app.domain.formats.ticket_note.outline import Block, Entry, Outline, Prose

WIDTH = 78
BAR = "| "
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ADDRESSES = ("http://", "https://")


def as_text(outline: Outline) -> str:
    """Return the note as text whose lines have at most 78 columns, web addresses longer than that excepted."""
    column = max(len(name) for name, _ in (*outline.facts, ("Link", ""))) + 2
    blocks = [
        hung("", outline.title),
        "\n".join(
            hung(f"{name}:".ljust(column), value) for name, value in (*outline.facts, ("Link", outline.link))
        ),
    ]
    for section in outline.sections:
        body = "\n".join(_block(block) for block in section.blocks)
        blocks.append(f"{hung('', section.title.upper())}\n{body}")
    return "\n\n".join(blocks) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Entry):
        return _entry(block)
    if isinstance(block, Prose):
        return _prose(block, "")
    return "\n".join([hung("* ", block.line), *(_prose(prose, "  ") for prose in block.prose)])


def _entry(entry: Entry) -> str:
    first, *more = entry.question.split("\n")
    undone = "[undone] " if entry.undone else ""
    margin = " " * 5
    lines = [hung(f"{entry.number:>3}. ", undone + first), *(_barred(line, margin) for line in more)]
    lines.append(hung(f"{margin}→ ", entry.answer))
    if entry.note:
        lines.append(_prose(Prose(entry.note), margin))
    lines.append(hung(f"{margin}(", f"{entry.about})"))
    return "\n".join(lines)


def _prose(prose: Prose, margin: str) -> str:
    lines = [f"{margin}{prose.label}:"] if prose.label else []
    return "\n".join([*lines, *(_barred(line, margin) for line in prose.text.split("\n"))])


def _barred(line: str, margin: str) -> str:
    return "\n".join((margin + BAR + part).rstrip() for part in _wrapped(line, WIDTH - len(margin + BAR)))


def hung(first: str, text: str) -> str:
    """Return one line of text behind ``first``, wrapped; further lines stand below the beginning of the text."""
    margin = " " * len(first)
    lines = []
    for number, part in enumerate(_wrapped(text, WIDTH - len(first) - len(BAR))):
        before = margin if number else first
        guard = BAR if not before.strip() and part.lstrip().startswith(FORMULA) else ""
        lines.append((before + guard + part).rstrip())
    return "\n".join(lines)


def columns(text: str) -> int:
    """Return how many columns ``text`` takes in a fixed-width font; what has no width of its own counts as one."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Give ``text`` in parts of at most ``width`` columns, broken between words where that is possible."""
    indent = text[: len(text) - len(text.lstrip(" "))][: width // 2]
    line, used, begun = indent, len(indent), False
    for word in _unbroken(text.split(), width):
        for part in _pieces(word, width):
            taken = columns(part)
            if used + begun + taken > width:
                if begun:
                    yield line
                line, used, begun = "", 0, False
            line += f" {part}" if begun else part
            used += taken + begun
            begun = True
    yield line


def _unbroken(words: list[str], width: int) -> Iterator[str]:
    """Give words, one that looks like the beginning of a formula together with the one before it, if they fit: so
    ``12 to -11.5 V`` is not broken before its minus, where a bar would have to stand."""
    held = ""
    for word in words:
        if held and word.startswith(FORMULA) and columns(f"{held} {word}") <= width:
            held += f" {word}"
            continue
        if held:
            yield held
        held = word
    if held:
        yield held


def _pieces(word: str, width: int) -> Iterator[str]:
    """Give a word that fits as it is, a longer one in pieces; a web address stays whole, so that it can be followed."""
    if columns(word) <= width or word.startswith(_ADDRESSES):
        yield word
        return
    piece, used = "", 0
    for character in word:
        taken = columns(character)
        if used + taken > width:
            yield piece
            piece, used = "", 0
        piece += character
        used += taken
    yield piece
