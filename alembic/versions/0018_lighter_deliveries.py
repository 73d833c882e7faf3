"""A delivery is of the account of its handoff by one key, and is in fewer indexes when it is made.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_unique_constraint("uq_handoff_account_id_id", "handoff", ["account_id", "id"])
    op.drop_index("ix_handoff_account_id_id", table_name="handoff")
    op.create_foreign_key(
        "fk_delivery_account_id_handoff_id_handoff",
        "delivery",
        "handoff",
        ["account_id", "handoff_id"],
        ["account_id", "id"],
    )
    op.drop_constraint("fk_delivery_handoff_id_handoff", "delivery", type_="foreignkey")
    op.drop_constraint("fk_delivery_account_id_account", "delivery", type_="foreignkey")
    op.create_index(
        "ix_delivery_ended_mail",
        "delivery",
        ["recipient_id", "id"],
        postgresql_where=sa.text("channel = 'email' AND status IN ('sent', 'failed')"),
    )
    op.create_index(
        "ix_delivery_silenced", "delivery", ["recipient_id"], postgresql_where=sa.text("silenced")
    )
    op.drop_index("ix_delivery_recipient_id_id", table_name="delivery")


def downgrade() -> None:
    op.create_index("ix_delivery_recipient_id_id", "delivery", ["recipient_id", "id"])
    op.drop_index("ix_delivery_silenced", table_name="delivery")
    op.drop_index("ix_delivery_ended_mail", table_name="delivery")
    op.create_foreign_key("fk_delivery_account_id_account", "delivery", "account", ["account_id"], ["id"])
    op.create_foreign_key("fk_delivery_handoff_id_handoff", "delivery", "handoff", ["handoff_id"], ["id"])
    op.drop_constraint("fk_delivery_account_id_handoff_id_handoff", "delivery", type_="foreignkey")
    op.create_index("ix_handoff_account_id_id", "handoff", ["account_id", "id"])
    op.drop_constraint("uq_handoff_account_id_id", "handoff", type_="unique")
