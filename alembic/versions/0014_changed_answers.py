"""changed answers: which step an answer was given in first, and which one it took the place of

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("step", sa.Column("repeats_seq", sa.Integer(), nullable=True))
    op.add_column("step", sa.Column("replaces_seq", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("step", "replaces_seq")
    op.drop_column("step", "repeats_seq")
