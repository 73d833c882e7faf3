"""Trees: one draft that changes, and numbered versions that never do."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, Column, Index, String, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models.base import AccountRow, Json, Timestamp, words


class TroubleshootingTree(AccountRow, table=True):
    """A tree as its authors see it: the draft, and which version people walk.

    ``slug`` is its name in addresses. ``indexed_revision`` is the revision at which its words were last taken up for
    the search, ``draft_errors`` how many errors its draft had then.
    """

    __tablename__ = "tree"
    __table_args__ = (
        UniqueConstraint("account_id", "slug"),
        Index("ix_tree_account_id", "account_id"),
        Index("ix_tree_not_indexed", "account_id", postgresql_where=text("indexed_revision <> revision")),
    )

    slug: str = Field(max_length=80)
    title: str = Field(max_length=200)
    description: str = Field(default="", max_length=2000)
    category: str = Field(default="", max_length=100)
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String(50)), nullable=False))
    status: TreeStatus = Field(default=TreeStatus.DRAFT, sa_type=words(TreeStatus, "tree_status"))
    draft: dict[str, Any] = Field(sa_type=Json, sa_column_kwargs={"nullable": False})
    node_count: int = 0
    revision: int = 1
    indexed_revision: int = 0
    draft_errors: int = 0
    version: int | None = None
    updated_at: datetime = Field(default_factory=now, sa_type=Timestamp)
    updated_by_id: UUID = Field(foreign_key="app_user.id")


class TreeVersion(AccountRow, table=True):
    """A published version: frozen, with what the tree said of itself then."""

    __tablename__ = "tree_version"
    __table_args__ = (UniqueConstraint("tree_id", "number"),)

    tree_id: UUID = Field(foreign_key="tree.id")
    number: int
    title: str = Field(max_length=200)
    description: str = Field(default="", max_length=2000)
    category: str = Field(default="", max_length=100)
    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String(50)), nullable=False))
    node_count: int = 0
    document: dict[str, Any] = Field(sa_type=Json, sa_column_kwargs={"nullable": False})
    note: str = Field(default="", max_length=2000)
    published_by_id: UUID = Field(foreign_key="app_user.id")


class TreeText(SQLModel, table=True):
    """The words of a tree as its readers have it, for the search; ``about`` has those of title, category and tags only."""

    __table__: ClassVar[Table]

    __tablename__ = "tree_text"
    __table_args__ = (
        Index("ix_tree_text_about", "about", postgresql_using="gin"),
        Index("ix_tree_text_words", "words", postgresql_using="gin"),
    )

    tree_id: UUID = Field(foreign_key="tree.id", primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    about: str = Field(sa_type=TSVECTOR, sa_column_kwargs={"nullable": False})
    words: str = Field(sa_type=TSVECTOR, sa_column_kwargs={"nullable": False})


class TreeWord(SQLModel, table=True):
    """A word that some tree of the account has, or had: what a mistyped one is compared with."""

    __table__: ClassVar[Table]

    __tablename__ = "tree_word"
    __table_args__ = (
        Index(
            "ix_tree_word_trigrams", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}
        ),
    )

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    word: str = Field(primary_key=True, sa_type=String(50, collation="C"))
