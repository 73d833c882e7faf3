"""jumps between trees: where a session is, where it comes home to, where a step crossed over

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _add_version("session", "current_version_id")
    op.execute("UPDATE session SET current_version_id = version_id")
    op.alter_column("session", "current_version_id", nullable=False)
    op.add_column("session", sa.Column("homes", postgresql.JSONB(), nullable=True))
    op.add_column("step", sa.Column("homes", postgresql.JSONB(), nullable=True))
    _add_version("step", "to_version_id")
    op.add_column("step", sa.Column("to_node_id", sa.String(length=200), nullable=True))
    op.create_index(
        "ix_step_to_version_id",
        "step",
        ["to_version_id"],
        unique=False,
        postgresql_where=sa.text("to_version_id IS NOT NULL"),
    )
    _add_version("handoff", "version_id")
    op.execute(
        "UPDATE handoff SET version_id = session.version_id FROM session WHERE session.id = handoff.session_id"
    )
    op.alter_column("handoff", "version_id", nullable=False)


def downgrade() -> None:
    op.drop_column("handoff", "version_id")
    op.drop_index("ix_step_to_version_id", table_name="step")
    for column in ("to_node_id", "to_version_id", "homes"):
        op.drop_column("step", column)
    op.drop_column("session", "homes")
    op.drop_column("session", "current_version_id")


def _add_version(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{column}_tree_version"), table, "tree_version", [column], ["id"])
