"""On-screen deliveries: what is on the open tabs follows the open escalations."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery, User
from troubleshoot_app.notifications.announcements import Announcement, HandoffEvent
from troubleshoot_app.notifications.deliveries import is_active_senior, mark_shown, skip
from troubleshoot_app.notifications.figures import count_push
from troubleshoot_app.notifications.inboxes import account_inboxes
from troubleshoot_app.notifications.notices import announced_since, notices_for, watchers_of
from troubleshoot_app.notifications.presence import Sockets, connected_users
from troubleshoot_app.notifications.pusher import Pusher
from troubleshoot_app.notifications.silence import end_quiet

GRACE = timedelta(seconds=1)
SWEEP_LIMIT = 500
PROGRESS_PAUSE_SECONDS = 0.25
PAINT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Shown:
    """Who has which escalations on a tab now."""

    handoff_ids: Collection[UUID]
    people: Collection[UUID]


class Screens:
    """Keeps the tabs that are connected to this process up to date."""

    def __init__(self, sockets: Sockets, pusher: Pusher) -> None:
        self._sockets = sockets
        self._pusher = pusher
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._stale: set[UUID] = set()
        self._progressed: set[Announcement] = set()
        self._following = asyncio.Lock()

    async def show(self, announcement: Announcement) -> None:
        """Bring the account's inboxes up to date and tell the people of the case."""
        if announcement.event is HandoffEvent.TOLD:
            await self._follow(announcement)
            return
        shown = await self._refresh(announcement.account_id)
        if announcement.at is not None and self._sockets.of_account(announcement.account_id):
            count_push(announcement.at)
        for notice in await in_thread(Pool.DATABASE, transact, notices_for, announcement):
            await self._pusher.tell(notice)
        await self._write_down(shown)

    async def _refresh(self, account_id: UUID) -> Shown | None:
        """Show the open escalations of an account as they are now. Calls that come while one runs share the next."""
        self._stale.add(account_id)
        async with self._turns.setdefault(account_id, asyncio.Lock()):
            if account_id not in self._stale:
                return None
            self._stale.discard(account_id)
            try:
                return await self._show_inboxes(account_id)
            except BaseException:
                self._stale.add(account_id)  # the next sweep tries again
                raise

    async def catch_up(self, since: datetime | None) -> None:
        """Bring every connected account up to date after nothing was heard ``since`` then; None at the start."""
        accounts = {socket.account_id for socket in self._sockets.all()}
        self._stale |= accounts
        if since is not None and accounts:
            for announcement in await in_thread(Pool.DATABASE, transact, announced_since, accounts, since):
                await self.show(announcement)
        await self._refresh_each(accounts & self._stale)

    async def sweep(self) -> None:
        """Catch what no announcement led to: show it to who is here, end it for who is nowhere."""
        here = {socket.user_id for socket in self._sockets.all()}
        overdue = await in_thread(Pool.DATABASE, transact, overdue_accounts, here)
        await self._refresh_each(overdue | self._stale)

    async def _follow(self, announcement: Announcement) -> None:
        """Let who watches know that somebody was told; many at once are one."""
        if not self._sockets.of_account(announcement.account_id):
            return
        self._progressed.add(announcement)
        async with self._following:
            if announcement not in self._progressed:
                return
            await asyncio.sleep(PROGRESS_PAUSE_SECONDS)
            progressed, self._progressed = self._progressed, set()
            watchers = await in_thread(Pool.DATABASE, transact, watchers_of, progressed)
            await self._pusher.show_progress(watchers)

    async def _refresh_each(self, account_ids: set[UUID]) -> None:
        """Refresh all of them, then raise the first error: one account's trouble is not that of the others."""
        results = await asyncio.gather(*map(self._refresh_one, account_ids), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _refresh_one(self, account_id: UUID) -> None:
        await self._write_down(await self._refresh(account_id))

    async def _show_inboxes(self, account_id: UUID) -> Shown | None:
        sign_ins = {socket.sign_in_id for socket in self._sockets.of_account(account_id)}
        if not sign_ins:
            return None
        inboxes = await in_thread(Pool.DATABASE, transact, account_inboxes, account_id, sign_ins)
        people = await self._pusher.push_inboxes(inboxes)
        ids = [escalation.handoff_id for escalation in inboxes.escalations]
        return Shown(ids, people) if ids and people else None

    async def _write_down(self, shown: Shown | None) -> None:
        """Note who was shown what, once the tabs have it; what is never written down the sweep finds."""
        if shown is not None:
            await asyncio.sleep(PAINT_SECONDS)
            await in_thread(Pool.DATABASE, transact, mark_shown, shown.handoff_ids, shown.people)


def overdue_accounts(db: Session, here: Iterable[UUID]) -> set[UUID]:
    """Return the accounts of people in ``here`` who still wait for a push; end the waiting of who is not connected."""
    still_senior = and_(*is_active_senior()).label("still_senior")
    waiting = db.execute(
        select(
            col(Delivery.id),
            col(Delivery.recipient_id),
            col(Delivery.account_id),
            col(Delivery.silenced),
            still_senior,
        )
        .join(User, col(User.id) == col(Delivery.recipient_id))
        .where(
            col(Delivery.channel) == Channel.IN_APP,
            col(Delivery.status) == DeliveryStatus.PENDING,
            col(Delivery.next_attempt_at) < now() - GRACE,
        )
        .limit(SWEEP_LIMIT)
    ).all()
    if not waiting:
        return set()
    end_quiet(db, [row.id for row in waiting if row.silenced])
    seniors = [row for row in waiting if row.still_senior]
    connected = connected_users(db, {row.recipient_id for row in seniors}) | set(here)
    skip(db, [row.id for row in waiting if not row.still_senior], "No longer a senior.")
    skip(db, [row.id for row in seniors if row.recipient_id not in connected], "Not connected.")
    local = set(here)
    return {row.account_id for row in seniors if row.recipient_id in local}
