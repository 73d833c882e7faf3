"""search, what a published tree says of itself, indexes for lists

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from troubleshoot_app.server.errors import StartError

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _add_extension("pg_trgm")
    _add_version_details()
    op.add_column("tree", sa.Column("indexed_revision", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("tree", "indexed_revision", server_default=None)
    op.create_index(
        "ix_tree_not_indexed",
        "tree",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("indexed_revision <> revision"),
    )
    op.create_table(
        "tree_text",
        sa.Column("tree_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tree_text_account_id_account")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_tree_text_tree_id_tree")),
        sa.PrimaryKeyConstraint("tree_id", name=op.f("pk_tree_text")),
    )
    op.create_index(op.f("ix_tree_text_account_id"), "tree_text", ["account_id"], unique=False)
    op.create_index("ix_tree_text_words", "tree_text", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "tree_word",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tree_word_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "word", name=op.f("pk_tree_word")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_index("ix_session_account_id_id", "session", ["account_id", "id"], unique=False)
    op.create_index("ix_handoff_account_id_id", "handoff", ["account_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_handoff_account_id_id", table_name="handoff")
    op.drop_index("ix_session_account_id_id", table_name="session")
    op.drop_index("ix_idempotency_key_created_at", table_name="idempotency_key")
    op.drop_table("tree_word")
    op.drop_table("tree_text")
    op.drop_index("ix_tree_not_indexed", table_name="tree")
    op.drop_column("tree", "indexed_revision")
    for name in ("node_count", "tags", "category", "description"):
        op.drop_column("tree_version", name)
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")


def _add_version_details() -> None:
    op.add_column("tree_version", sa.Column("description", sa.String(length=2000), nullable=True))
    op.add_column("tree_version", sa.Column("category", sa.String(length=100), nullable=True))
    op.add_column("tree_version", sa.Column("tags", sa.ARRAY(sa.String(length=50)), nullable=True))
    op.add_column("tree_version", sa.Column("node_count", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE tree_version SET description = tree.description, category = tree.category, tags = tree.tags,"
        " node_count = (SELECT count(*) FROM jsonb_object_keys(tree_version.document -> 'nodes'))"
        " FROM tree WHERE tree.id = tree_version.tree_id"
    )
    for name in ("description", "category", "tags", "node_count"):
        op.alter_column("tree_version", name, nullable=False)


def _add_extension(name: str) -> None:
    """Create the extension that finds mistyped words; on a server of others that may need their help."""
    try:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except DBAPIError as error:
        raise StartError(
            f"The database lacks the extension {name}, and it could not be created: "
            f"{' '.join(str(error.orig).split())}. Ask its administrator to run CREATE EXTENSION {name} in it."
        ) from error
