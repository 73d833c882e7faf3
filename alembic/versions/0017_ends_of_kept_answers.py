"""answers that were kept and lead elsewhere by now are counted otherwise: accounts that have any are tallied again

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _tally_again()


def downgrade() -> None:
    _tally_again()


def _tally_again() -> None:
    """Forget the tallies of accounts in which an answer that crossed into another tree, or home, was kept."""
    op.execute(
        "CREATE TEMPORARY TABLE tallied_again ON COMMIT DROP AS SELECT DISTINCT step.account_id FROM step"
        " JOIN step AS first ON first.session_id = step.session_id AND first.seq = step.repeats_seq"
        " WHERE step.to_version_id IS NOT NULL OR first.to_version_id IS NOT NULL"
    )
    op.execute(
        "UPDATE session SET tallied = false WHERE tallied AND account_id IN (SELECT account_id FROM tallied_again)"
    )
    op.execute("DELETE FROM tally WHERE account_id IN (SELECT account_id FROM tallied_again)")
    op.execute("DROP TABLE tallied_again")
