"""What comes from outside, made safe to keep: the socket and the API may send anything for any argument."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from troubleshoot_app.core.errors import Invalid, NotFound
from troubleshoot_app.core.ids import parse_id

Word = TypeVar("Word", bound=StrEnum)

_UNSTORABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def text_of(value: object, field: str, limit: int) -> str:
    """Return ``value`` as text that the database takes; ``None`` counts as empty.

    Raises:
        Invalid: it is no text, or longer than ``limit`` characters.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(field, f"{field.capitalize().replace('_', ' ')} must be text.")
    if len(value) > limit:
        raise invalid(
            field,
            f"{field.capitalize().replace('_', ' ')} is too long: {len(value):,} of at most {limit:,} characters.",
        )
    return value.translate(_UNSTORABLE).strip()


def word_of(kind: type[Word], value: object, field: str) -> Word:
    """Return ``value`` as a member of ``kind``; ``Invalid`` names the words that are taken."""
    for word in kind:
        if word == value:
            return word
    raise invalid(field, f"{field.capitalize()} must be one of: {', '.join(kind)}.")


def number_of(value: object, field: str) -> int | None:
    """Return ``value``, or None when there is none; ``Invalid`` when it is no whole number."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise invalid(field, f"{field.capitalize().replace('_', ' ')} must be a whole number.")


def known_id(value: object) -> UUID:
    """Return ``value`` as an id to filter by; what is no id is one that nothing has."""
    try:
        return parse_id(value)
    except NotFound:
        return UUID(int=0)


def invalid(field: str, sentence: str) -> Invalid:
    """Return the error for one field."""
    return Invalid(sentence, errors=[{"loc": [field], "msg": sentence}])
