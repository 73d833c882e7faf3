"""What the worker needs of whoever owns the open tabs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from troubleshoot_app.notifications.inboxes import AccountInboxes


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for one person about a case of theirs. Two notices with the same id are one."""

    id: str
    user_id: UUID
    text: str
    href: str


class Pusher(Protocol):
    """Changes what is on the screens connected to this process."""

    async def push_inboxes(self, inboxes: AccountInboxes) -> set[UUID]:
        """Show each connected senior of the account their inbox; return who has it on screen now."""
        ...

    async def tell(self, notice: Notice) -> None:
        """Show a notice on every tab that its person has open here."""
        ...

    async def show_progress(self, user_ids: Collection[UUID]) -> None:
        """Let the open tabs of these people know that escalations that they watch have come to somebody, or did not."""
        ...
