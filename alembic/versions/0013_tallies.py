"""tallies of sessions that are over

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "started", "completed", "resolved", "unaided", "escalated", "abandoned", "begun_at", "ended_at", "escalated_at",
    "arrived_at", "answered", "undone", "took",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("span", _word("tally_span", "day", "month"), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("kind", _word("tally_kind", *KINDS), nullable=False),
        sa.Column("node_id", sa.String(length=200), nullable=False),
        sa.Column("option_id", sa.String(length=200), nullable=False),
        sa.Column("to_version", sa.String(length=36), nullable=False),
        sa.Column("to_node_id", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tally_account_id_account")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["tree_version.id"], name=op.f("fk_tally_version_id_tree_version")
        ),
        sa.PrimaryKeyConstraint(
            "version_id", "span", "begins", "kind", "node_id", "option_id", "to_version", "to_node_id", "seconds",
            name=op.f("pk_tally"),
        ),
    )  # fmt: skip
    op.add_column("session", sa.Column("tallied", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("session", "tallied", server_default=None)
    op.create_index(
        "ix_session_untallied", "session", ["account_id"], postgresql_where=sa.text("NOT tallied")
    )
    op.create_index(
        "ix_handoff_escalated",
        "handoff",
        ["account_id", "created_at"],
        postgresql_where=sa.text("intent = 'escalate'"),
    )


def downgrade() -> None:
    op.drop_index("ix_handoff_escalated", table_name="handoff")
    op.drop_index("ix_session_untallied", table_name="session")
    op.drop_column("session", "tallied")
    op.drop_table("tally")


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)
