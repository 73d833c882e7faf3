"""What is in the database of one account, to tell whether anything of it was changed."""

import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, SQLModel, col

from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.models import Delivery

# Who is connected is not of the record.
APART = {"presence"}
UUID_LENGTH = 36
TELL_SECONDS = 10
POLL_SECONDS = 0.05


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


def wait_until_told(account_id: UUID) -> None:
    """Wait until nobody of the account is still to be told of anything."""

    def pending(db: Session) -> list[tuple[str, str, str]]:
        query = select(col(Delivery.channel), col(Delivery.status), col(Delivery.error)).where(
            col(Delivery.account_id) == account_id, col(Delivery.status) == DeliveryStatus.PENDING
        )
        return [tuple(row) for row in db.execute(query)]

    deadline = time.monotonic() + TELL_SECONDS
    while waiting := transact(pending):
        assert time.monotonic() < deadline, f"not told yet: {waiting}"
        time.sleep(POLL_SECONDS)
