"""The page of all deliveries, for admins."""

from troubleshoot_app.core.errors import Conflict, Forbidden
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.schemas.handoffs import AccountDelivery
from troubleshoot_app.schemas.lists import LIMIT, LIMIT_MOST
from troubleshoot_app.services import deliveries
from troubleshoot_app.services.inputs import word_of
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler


class DeliveriesState(SignedInState):
    """What became of each delivery of the account."""

    items: list[AccountDelivery] = []
    status: str = ""
    shown: int = LIMIT
    has_more: bool = False
    refused: str = ""
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the latest deliveries, as many as were shown before."""
        await self._load()

    @handler(Policy.SIGNED_IN)
    async def choose_status(self, status: str):
        """Show those of one status, or all of them when it is empty."""
        self.status = word_of(DeliveryStatus, status, "status").value if status else ""
        self.shown = LIMIT
        await self._load()

    @handler(Policy.SIGNED_IN)
    async def show_more(self):
        """Show older ones, too."""
        self.shown = min(self.shown + LIMIT, LIMIT_MOST)
        await self._load()

    @handler(Policy.SENIOR)
    async def resend(self, delivery_id: str):
        """Send a failed mail again."""
        try:
            await self._run(deliveries.resend, delivery_id=delivery_id)
        except Conflict:
            await self._load()
            raise
        await self._load()

    async def _load(self) -> None:
        status = DeliveryStatus(self.status) if self.status else None
        try:
            page = await self._run(
                deliveries.list_deliveries, page=PageRequest(limit=self.shown), status=status
            )
        except Forbidden as error:
            self.reset()
            self.refused, self.loaded = error.detail, True
            return
        self.items, self.refused, self.loaded = page.items, "", True
        self.has_more = page.next_cursor is not None and self.shown < LIMIT_MOST
