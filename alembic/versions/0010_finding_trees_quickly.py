"""what trees say of themselves, apart, for the search; mistyped words by trigrams; drafts that have errors

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tree_text", sa.Column("about", postgresql.TSVECTOR(), nullable=True))
    op.execute("UPDATE tree_text SET about = ts_filter(words, '{a,b}')")
    op.alter_column("tree_text", "about", nullable=False)
    op.create_index("ix_tree_text_about", "tree_text", ["about"], unique=False, postgresql_using="gin")
    op.execute('ALTER TABLE tree_word ALTER COLUMN word TYPE VARCHAR(50) COLLATE "C"')
    op.create_index(
        "ix_tree_word_trigrams",
        "tree_word",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.add_column("tree", sa.Column("draft_errors", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("tree", "draft_errors", server_default=None)
    op.execute("UPDATE tree SET indexed_revision = 0 WHERE status = 'draft'")


def downgrade() -> None:
    op.drop_column("tree", "draft_errors")
    op.drop_index("ix_tree_word_trigrams", table_name="tree_word")
    op.execute('ALTER TABLE tree_word ALTER COLUMN word TYPE VARCHAR(50) COLLATE "default"')
    op.drop_index("ix_tree_text_about", table_name="tree_text")
    op.drop_column("tree_text", "about")
