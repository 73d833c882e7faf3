"""accounts count the bytes of their files

Revision ID: 0019
Revises: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "account", sa.Column("attachment_bytes", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.alter_column("account", "attachment_bytes", server_default=None)
    op.execute(
        "UPDATE account SET attachment_bytes = files.size"
        " FROM (SELECT account_id, sum(size) AS size FROM attachment GROUP BY account_id) AS files"
        " WHERE files.account_id = account.id"
    )


def downgrade() -> None:
    op.drop_column("account", "attachment_bytes")
