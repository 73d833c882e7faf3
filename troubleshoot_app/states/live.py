"""Live screens: which tabs are connected to this process, and changing what they show through Reflex's state sync."""

import asyncio
import logging
from typing import Any
from uuid import UUID

import reflex as rx

from troubleshoot_app.notifications.inboxes import AccountInboxes
from troubleshoot_app.notifications.presence import ConnectedSocket
from troubleshoot_app.notifications.pusher import Notice
from troubleshoot_app.notifications.worker import Worker
from troubleshoot_app.states.inbox import SOCKETS, InboxState

logger = logging.getLogger(__name__)


class TabPusher:
    """The pusher of this process: each tab's state is changed under its lock, and Reflex sends what changed."""

    def __init__(self, app: rx.App) -> None:
        self._app = app

    async def push_inboxes(self, inboxes: AccountInboxes) -> set[UUID]:
        """Show each connected senior of the account their inbox; return who has it on screen now."""
        tabs = [s for s in SOCKETS.of_account(inboxes.account_id) if s.sign_in_id in inboxes.seniors]

        async def push(tab: ConnectedSocket) -> UUID | None:
            async with self._app.modify_state(rx.BaseStateToken(ident=tab.token, cls=InboxState)) as root:
                state = await root.get_state(InboxState)
                state._show(inboxes.inbox_of(tab.user_id))
            return tab.user_id if tab in SOCKETS.of_account(inboxes.account_id) else None

        return {user for user in await self._gather(push(tab) for tab in tabs) if user is not None}

    async def tell(self, notice: Notice) -> None:
        """Show a notice on every tab that its person has open here."""

        async def push(tab: ConnectedSocket) -> None:
            async with self._app.modify_state(rx.BaseStateToken(ident=tab.token, cls=InboxState)) as root:
                state = await root.get_state(InboxState)
                state._tell(notice.id, notice.text, notice.href)

        await self._gather(push(tab) for tab in SOCKETS.of_user(notice.user_id))

    async def _gather(self, pushes: Any) -> list[Any]:
        results = await asyncio.gather(*pushes, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                logger.error("a tab could not be updated", exc_info=result)
        return [result for result in results if not isinstance(result, BaseException)]


def install(app: rx.App, worker: Worker) -> None:
    """Notice who leaves, and keep the worker running for as long as the server does."""
    namespace = app.event_namespace
    disconnect = namespace.on_disconnect

    def disconnected(socket_id: str, *reason: Any) -> Any:
        SOCKETS.remove(socket_id)
        return disconnect(socket_id)

    namespace.on_disconnect = disconnected
    app.register_lifespan_task(worker.running)
