"""Where a tree is in its life."""

from enum import StrEnum


class TreeStatus(StrEnum):
    """A draft is seen by seniors only; a published tree has a version to walk; an archived one is gone from lists."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"
