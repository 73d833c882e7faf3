"""claims that end, reminders

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoff", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("handoff", sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("handoff", "reminders", server_default=None)
    op.execute("UPDATE handoff SET reminders = least(round - 1, 4) WHERE status = 'open'")
    op.create_index("ix_handoff_waiting", "handoff", ["told_at"], postgresql_where=sa.text("status = 'open'"))
    op.create_index(
        "ix_handoff_claimed", "handoff", ["claimed_by_id"], postgresql_where=sa.text("status = 'claimed'")
    )


def downgrade() -> None:
    op.drop_index("ix_handoff_claimed", table_name="handoff")
    op.drop_index("ix_handoff_waiting", table_name="handoff")
    for name in ("reminders", "offered_at", "kept_at"):
        op.drop_column("handoff", name)
