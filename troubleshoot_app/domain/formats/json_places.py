"""Where the parts of a JSON text stand, which Python's own reader does not tell."""

import json
import re

from troubleshoot_app.domain.formats.structure import DEPTH_LIMIT, Location

_BLANKS = re.compile(r"\s*")
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')


def json_places(text: str, again: dict[str, int]) -> dict[Location, int]:
    """Return the position of each key and each entry of a list in well-formed JSON, down to the depth of a tree file.

    ``again`` gets the position of each key that is where the same key was before.
    """
    found: dict[Location, int] = {}
    location: list[str | int] = []
    closers: list[str] = []
    expects_key = False
    for match in _PART.finditer(text):
        part = match[0]
        if part in "{[":
            closers.append("}" if part == "{" else "]")
            if len(closers) > DEPTH_LIMIT:
                return found
            expects_key = part == "{"
            location.append("" if expects_key else 0)
            if not expects_key:
                found.setdefault(tuple(location), _value_at(text, match.end()))
        elif part in "}]":
            closers.pop()
            location.pop()
            expects_key = False
        elif part == ",":
            expects_key = closers[-1] == "}"
            if not expects_key:
                location[-1] = int(location[-1]) + 1
                found[tuple(location)] = _value_at(text, match.end())
        elif part == ":":
            expects_key = False
        elif expects_key:
            location[-1] = _unquoted(part)
            _note(found, again, tuple(location), match.start())
    return found


def _note(found: dict[Location, int], again: dict[str, int], location: Location, position: int) -> None:
    if location in found:
        again.setdefault(str(location[-1]), position)
    else:
        found[location] = position


def _value_at(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def _unquoted(part: str) -> str:
    words = part[1:-1]
    if "\\" not in words:
        return words
    return str(json.loads(part, strict=False))
