"""steps that were undone say by whom

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("step", sa.Column("undone_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_step_undone_by_id_app_user"), "step", "app_user", ["undone_by_id"], ["id"])


def downgrade() -> None:
    op.drop_column("step", "undone_by_id")
