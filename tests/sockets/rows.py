"""What is in the database of one account, to tell whether anything of it was changed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, SQLModel

from troubleshoot_app.core.db import transact

# Who is connected is not of the record.
APART = {"presence"}
UUID_LENGTH = 36


@dataclass(frozen=True)
class Rows:
    """The rows of an account: a digest of each, by table and key."""

    digests: dict[tuple[str, str], str]

    @property
    def ids(self) -> set[str]:
        """Return the ids of all rows that have one."""
        return {key for _, key in self.digests if len(key) == UUID_LENGTH}

    def are_kept_in(self, later: "Rows") -> bool:
        """Tell whether all these rows are there later, unchanged, among whatever came new."""
        return self.digests.items() <= later.digests.items()


def rows_of_account(account_id: UUID) -> Rows:
    """Return all rows of an account."""
    tables = [t for t in SQLModel.metadata.sorted_tables if "account_id" in t.c and t.name not in APART]
    query = " UNION ALL ".join(
        f"SELECT '{table.name}', concat_ws(' ', {', '.join(table.primary_key.columns.keys())}), md5(row::text)"
        f' FROM "{table.name}" AS row WHERE account_id = :account_id'
        for table in tables
    )

    def read(db: Session) -> Rows:
        rows = db.execute(text(query), {"account_id": account_id})
        return Rows({(table, row_id): digest for table, row_id, digest in rows})

    return transact(read)
