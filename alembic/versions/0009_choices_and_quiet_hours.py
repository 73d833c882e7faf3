"""notification choices, quiet hours, when a sign-in was last seen

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "notification_choices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Boolean(), nullable=False),
        sa.Column("quiet_start", sa.Time(), nullable=False),
        sa.Column("quiet_end", sa.Time(), nullable=False),
        sa.Column("quiet_zone", sa.String(length=64), nullable=False),
        sa.Column("quiet_days", sa.ARRAY(sa.String(length=3)), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_notification_choices_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_notification_choices_user_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_choices")),
        sa.UniqueConstraint("user_id", name=op.f("uq_notification_choices_user_id")),
    )
    op.add_column("sign_in", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sign_in SET seen_at = created_at")
    op.alter_column("sign_in", "seen_at", nullable=False)
    for table, column in (("delivery", "silenced"), ("handoff", "silence_lifted")):
        op.add_column(table, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column(table, column, server_default=None)
    op.drop_index("ix_delivery_recipient_id", table_name="delivery")
    op.create_index("ix_delivery_recipient_id_id", "delivery", ["recipient_id", "id"], unique=False)
    op.create_index("ix_delivery_account_id_id", "delivery", ["account_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_delivery_account_id_id", table_name="delivery")
    op.drop_index("ix_delivery_recipient_id_id", table_name="delivery")
    op.create_index("ix_delivery_recipient_id", "delivery", ["recipient_id"], unique=False)
    op.drop_column("handoff", "silence_lifted")
    op.drop_column("delivery", "silenced")
    op.drop_column("sign_in", "seen_at")
    op.drop_table("notification_choices")
