"""Slugs: the short name of a tree in addresses, such as ``no-internet`` in ``/t/no-internet``."""

import re
from collections.abc import Collection

from troubleshoot_app.domain.search import plain

SLUG_LENGTH = 60
NAMELESS = "tree"

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
_SLUG = re.compile(r"[a-z0-9-]{1,80}")


def slug_of(words: str) -> str:
    """Return words as a slug: small Latin letters, digits and single hyphens; ``tree`` if none of them are there."""
    joined = _NOT_IN_SLUGS.sub("-", plain(words)).strip("-")
    return joined[:SLUG_LENGTH].rstrip("-") or NAMELESS


def is_slug(words: object) -> bool:
    """Tell whether something could be the slug of a tree."""
    return isinstance(words, str) and _SLUG.fullmatch(words) is not None


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return ``wanted``, or with the first number behind it that makes it one that is not ``taken``."""
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
