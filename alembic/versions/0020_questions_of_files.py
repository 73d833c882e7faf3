"""files name the question that they were added at

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | Sequence[str] | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("version_id", sa.Uuid(), nullable=True))
    op.add_column("attachment", sa.Column("node_id", sa.String(length=200), nullable=True))
    op.create_foreign_key(
        op.f("fk_attachment_version_id_tree_version"), "attachment", "tree_version", ["version_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("attachment", "node_id")
    op.drop_column("attachment", "version_id")
