"""slugs of trees; the node that a session started at, where that is not the start of its tree

Revision ID: 0004
Revises: 0003
"""

import re
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tree", sa.Column("slug", sa.String(length=80), nullable=True))
    _give_slugs()
    op.alter_column("tree", "slug", nullable=False)
    op.create_unique_constraint("uq_tree_account_id_slug", "tree", ["account_id", "slug"])
    op.add_column("session", sa.Column("start_node_id", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("session", "start_node_id")
    op.drop_constraint("uq_tree_account_id_slug", "tree", type_="unique")
    op.drop_column("tree", "slug")


def _give_slugs() -> None:
    """Give each tree the slug of its title; of several with the same one, the oldest has it without a number."""
    connection = op.get_bind()
    taken: set[tuple[object, str]] = set()
    given = []
    for tree_id, account_id, title in connection.execute(
        sa.text("SELECT id, account_id, title FROM tree ORDER BY id")
    ):
        wanted = slug = _slug_of(title)
        number = 1
        while (account_id, slug) in taken:
            number += 1
            slug = f"{wanted}-{number}"
        taken.add((account_id, slug))
        given.append({"tree_id": tree_id, "slug": slug})
    if given:
        connection.execute(sa.text("UPDATE tree SET slug = :slug WHERE id = :tree_id"), given)


def _slug_of(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "tree"
