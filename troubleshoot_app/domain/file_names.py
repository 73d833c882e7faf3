"""Names of files, safe to keep and to give out: no path, nothing that cannot be seen, nothing a system keeps for itself."""

import re
from pathlib import PurePath

NAME_LENGTH = 200
SUFFIX_LENGTH = 20

_NOT_IN_NAMES = re.compile(
    '[\x00-\x1f\x7f-\x9f<>:"|?*\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]'
)
_KEPT_BY_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def clean_file_name(name: str, otherwise: str) -> str:
    """Return ``name`` as it can be used on any system, at most 200 characters long; ``otherwise`` if nothing is left.

    Of a path the last part counts; the ending stays when a name is too long.
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = " ".join(_NOT_IN_NAMES.sub(" ", last).split()).strip(". ")
    if not seen:
        return otherwise
    if _KEPT_BY_WINDOWS.fullmatch(seen):
        seen = f"_{seen}"
    if len(seen) > NAME_LENGTH:
        suffix = PurePath(seen).suffix
        suffix = suffix if len(suffix) <= SUFFIX_LENGTH else ""
        seen = seen[: NAME_LENGTH - len(suffix)].rstrip(". ") + suffix
    return seen
