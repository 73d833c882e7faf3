"""Invitations and password resets are the queues of their mails.

Revision ID: 0021
Revises: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | Sequence[str] | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATUSES = ("pending", "sent", "seen", "failed", "skipped")


def upgrade() -> None:
    op.alter_column("invitation", "mailed_at", new_column_name="sent_at")
    op.alter_column("invitation", "mail_error", new_column_name="error")
    _add_queue("invitation")
    # A mail that was neither sent nor given up was lost with its process: it is sent now, if it still can be.
    op.execute(
        "UPDATE invitation SET attempts = 1, status = CASE WHEN sent_at IS NULL THEN 'failed' ELSE 'sent' END"
        " WHERE sent_at IS NOT NULL OR error <> ''"
    )
    op.execute("UPDATE invitation SET next_attempt_at = now() WHERE status = 'pending'")

    # What is used up or too old is of no use to anybody; the others may be in somebody's mailbox.
    op.execute("DELETE FROM password_reset WHERE used_at IS NOT NULL OR expires_at <= now()")
    op.add_column("password_reset", sa.Column("address", sa.String(length=254), nullable=True))
    op.execute(
        "UPDATE password_reset SET address = app_user.email FROM app_user WHERE app_user.id = password_reset.user_id"
    )
    op.alter_column("password_reset", "address", nullable=False)
    op.drop_column("password_reset", "user_id")
    op.drop_column("password_reset", "account_id")
    op.create_index("ix_password_reset_address", "password_reset", [sa.literal_column("lower(address)")])
    op.add_column("password_reset", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "password_reset", sa.Column("error", sa.String(length=500), nullable=False, server_default="")
    )
    op.alter_column("password_reset", "error", server_default=None)
    _add_queue("password_reset")
    op.execute("UPDATE password_reset SET status = 'sent', attempts = 1, sent_at = created_at")


def downgrade() -> None:
    for column in ("user_id", "account_id"):
        op.add_column("password_reset", sa.Column(column, sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE password_reset SET user_id = app_user.id, account_id = app_user.account_id FROM app_user"
        " WHERE lower(app_user.email) = lower(password_reset.address) AND app_user.deleted_at IS NULL"
    )
    op.execute("DELETE FROM password_reset WHERE user_id IS NULL")
    for column, table in (("user_id", "app_user"), ("account_id", "account")):
        op.alter_column("password_reset", column, nullable=False)
        op.create_foreign_key(
            f"fk_password_reset_{column}_{table}", "password_reset", table, [column], ["id"]
        )
    op.create_index("ix_password_reset_user_id", "password_reset", ["user_id"])
    _drop_queue("password_reset")
    for column in ("sent_at", "error", "address"):
        op.drop_column("password_reset", column)

    _drop_queue("invitation")
    op.alter_column("invitation", "error", new_column_name="mail_error")
    op.alter_column("invitation", "sent_at", new_column_name="mailed_at")


def _add_queue(table: str) -> None:
    """Add what a queue has beside ``sent_at`` and ``error``."""
    words = sa.Enum(*STATUSES, name="delivery_status", native_enum=False, create_constraint=False, length=20)
    op.add_column(table, sa.Column("status", words, nullable=False, server_default="pending"))
    op.alter_column(table, "status", server_default=None)
    listed = ", ".join(f"'{status}'" for status in STATUSES)
    op.create_check_constraint("delivery_status", table, f"status IN ({listed})")
    op.add_column(table, sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column(table, "attempts", server_default=None)
    op.add_column(table, sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(table, sa.Column("lease_owner", sa.Integer(), nullable=True))
    op.create_index(
        f"ix_{table}_due", table, ["next_attempt_at"], postgresql_where=sa.text("status = 'pending'")
    )


def _drop_queue(table: str) -> None:
    for column in ("status", "attempts", "next_attempt_at", "lease_owner"):
        op.drop_column(table, column)
