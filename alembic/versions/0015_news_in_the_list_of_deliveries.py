"""The news of cases are listed with the deliveries of an account.

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_case_mail_account_id_id", "case_mail", ["account_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_case_mail_account_id_id", table_name="case_mail")
