"""Where a tree is in its life."""

from enum import StrEnum


class TreeStatus(StrEnum):
    """A draft is seen by seniors only; a published tree has a version to walk; an archived one is gone from lists."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class TreeFilter(StrEnum):
    """What a list of trees can be narrowed to: a status, or ``faulty``: drafts that cannot be published as they are."""

    PUBLISHED = "published"
    DRAFT = "draft"
    FAULTY = "faulty"
    ARCHIVED = "archived"
