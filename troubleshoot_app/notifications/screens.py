"""On-screen deliveries: what is on the open tabs follows the open escalations."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery
from troubleshoot_app.notifications.announcements import Announcement
from troubleshoot_app.notifications.deliveries import mark_shown, skip_unreachable
from troubleshoot_app.notifications.inboxes import account_inboxes
from troubleshoot_app.notifications.notices import notices_for
from troubleshoot_app.notifications.presence import Sockets, connected_users
from troubleshoot_app.notifications.pusher import Pusher

GRACE = timedelta(seconds=1)
SWEEP_LIMIT = 500


class Screens:
    """Keeps the tabs that are connected to this process up to date."""

    def __init__(self, sockets: Sockets, pusher: Pusher) -> None:
        self._sockets = sockets
        self._pusher = pusher
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._stale: set[UUID] = set()

    async def show(self, announcement: Announcement) -> None:
        """Bring the account's inboxes up to date and tell the people of the case."""
        await self.refresh(announcement.account_id)
        for notice in await in_thread(Pool.DATABASE, transact, notices_for, announcement):
            await self._pusher.tell(notice)

    async def refresh(self, account_id: UUID) -> None:
        """Show the open escalations of an account as they are now. Calls that come while one runs share the next."""
        self._stale.add(account_id)
        async with self._turns.setdefault(account_id, asyncio.Lock()):
            if account_id not in self._stale:
                return
            self._stale.discard(account_id)
            sign_ins = {socket.sign_in_id for socket in self._sockets.of_account(account_id)}
            if not sign_ins:
                return
            inboxes = await in_thread(Pool.DATABASE, transact, account_inboxes, account_id, sign_ins)
            shown = await self._pusher.push_inboxes(inboxes)
            ids = [escalation.handoff_id for escalation in inboxes.escalations]
            if shown and ids:
                await in_thread(Pool.DATABASE, transact, mark_shown, ids, shown)

    async def refresh_all(self) -> None:
        """Bring every connected account up to date, such as after a time without hearing announcements."""
        for account_id in {socket.account_id for socket in self._sockets.all()}:
            await self.refresh(account_id)

    async def sweep(self) -> None:
        """Catch what no announcement led to: show it to who is here, end it for who is nowhere."""
        here = {socket.user_id for socket in self._sockets.all()}
        accounts = await in_thread(Pool.DATABASE, transact, overdue_accounts, here)
        for account_id in accounts:
            await self.refresh(account_id)


def overdue_accounts(db: Session, here: Iterable[UUID]) -> set[UUID]:
    """Return the accounts of people in ``here`` who still wait for a push; end the waiting of who is not connected."""
    waiting = db.execute(
        select(Delivery.id, Delivery.recipient_id, Delivery.account_id)
        .where(
            Delivery.channel == Channel.IN_APP,
            Delivery.status == DeliveryStatus.PENDING,
            Delivery.next_attempt_at < now() - GRACE,
        )
        .limit(SWEEP_LIMIT)
    ).all()
    if not waiting:
        return set()
    connected = connected_users(db, {row.recipient_id for row in waiting}) | set(here)
    skip_unreachable(db, [row.id for row in waiting if row.recipient_id not in connected])
    local = set(here)
    return {row.account_id for row in waiting if row.recipient_id in local}
