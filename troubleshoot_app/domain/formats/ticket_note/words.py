"""Words for a note: text from people made clean, sizes, times and lengths of time as a person says them."""

import re
from datetime import UTC, datetime, timedelta

_UNSEEN = dict.fromkeys(
    [
        *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"),
        *range(0x202A, 0x202F),  # these two ranges turn the direction of all that follows
        *range(0x2066, 0x206A),
        0xFEFF,
        0xFFFE,
        0xFFFF,
    ]
)
_MARKUP = (
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\]\((\S+?)\)"), r"\1 (\2)"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*_])"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"(?m)^#{1,6} +"), ""),
)
_UNITS = ("bytes", "KB", "MB", "GB")
KILO = 1024


def clean(text: str) -> str:
    """Return text without what cannot be seen or written: lines end in ``\\n``, at most one in a row is empty."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").expandtabs(4)
    lines = "\n".join(line.translate(_UNSEEN).rstrip() for line in whole.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n ")


def one_line(text: str) -> str:
    """Return text as one clean line."""
    return " ".join(clean(text).split())


def without_markup(text: str) -> str:
    """Return the Markdown of an author as plain text, clean; what is no common markup stays as it is."""
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    return clean(text)


def moment(at: datetime) -> str:
    """Return a date and time, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def length(time: timedelta) -> str:
    """Return a length of time in its two largest units, down to minutes."""
    minutes = int(time / timedelta(minutes=1))
    if minutes < 1:
        return "less than 1 min"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def size(count: int) -> str:
    """Return a size in bytes as a person says it."""
    amount = float(count)
    for unit in _UNITS:
        if amount < KILO or unit == _UNITS[-1]:
            break
        amount /= KILO
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def count(number: int, thing: str) -> str:
    """Return ``1 step``, ``2 steps``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
