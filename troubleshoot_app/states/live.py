"""Live screens: which tabs are connected to this process, and changing what they show through Reflex's state sync."""

import asyncio
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any
from uuid import UUID

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import BaseState

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.notifications.inboxes import AccountInboxes
from troubleshoot_app.notifications.presence import ConnectedSocket
from troubleshoot_app.notifications.pusher import Notice
from troubleshoot_app.notifications.worker import Worker
from troubleshoot_app.schemas.handoffs import Inbox
from troubleshoot_app.services.access import Credential, load_actor
from troubleshoot_app.states.guard import connection_of
from troubleshoot_app.states.inbox import SOCKETS, InboxState
from troubleshoot_app.states.lines import Alike

logger = logging.getLogger(__name__)

LEFT_SECONDS = 300
STRANGER_SECONDS = 5
LEFT_MOST = 1000


class TabPusher:
    """The pusher of this process: each tab's state is changed under its lock, and what changed is sent to it."""

    def __init__(self, app: rx.App) -> None:
        self._app = app

    async def push_inboxes(self, inboxes: AccountInboxes) -> set[UUID]:
        """Show each connected senior of the account their inbox; return who has it on screen now."""
        with self._app.set_contexts():
            shown = await self._show(inboxes, time.time_ns() // 1_000_000)
        still_open = {tab.socket_id for tab in SOCKETS.of_account(inboxes.account_id)}
        return {tab.user_id for tab in shown if tab.socket_id in still_open}

    async def _show(self, inboxes: AccountInboxes, moment: int) -> list[ConnectedSocket]:
        """Change the tabs and send them what has changed, one by one: the first has it before the last is looked at."""
        shown: list[ConnectedSocket] = []
        busy: list[ConnectedSocket] = []
        alike: dict[int, tuple[Inbox, Alike]] = {}
        for tab in SOCKETS.of_account(inboxes.account_id):
            if tab.sign_in_id not in inboxes.seniors:
                continue
            if (at_rest := self._at_rest(tab)) is None:
                busy.append(tab)
                continue
            inbox = inboxes.inbox_of(tab.user_id)
            if at_rest._get_state_from_cache(InboxState)._take(inbox, moment):
                if id(inbox) not in alike:
                    alike[id(inbox)] = inbox, Alike(self._app, InboxState._delta_of(inbox, moment))
                alike[id(inbox)][1].send(tab.socket_id)
            shown.append(tab)
        for _, words in alike.values():
            await words.follow()
        later = [self._show_later(tab, inboxes.inbox_of(tab.user_id), moment) for tab in busy]
        return shown + await self._gather(later)

    async def _show_later(self, tab: ConnectedSocket, inbox: Inbox, moment: int) -> ConnectedSocket:
        """Show an inbox as soon as the event is over that works on the tab."""
        async with self._app.state_manager.modify_state_with_links(_token(tab)) as root:
            state = await root.get_state(InboxState)
            state._show(inbox, moment)
            if delta := await root._get_resolved_delta():
                root._clean()
                words = Alike(self._app, delta)
                words.send(tab.socket_id)
                await words.follow()
        return tab

    async def tell(self, notice: Notice) -> None:
        """Show a notice on every tab that its person has open here and is still signed in on."""

        async def push(tab: ConnectedSocket) -> None:
            if not await _is_signed_in(tab):
                return
            async with self._app.modify_state(_token(tab)) as root:
                state = await root.get_state(InboxState)
                state._tell(notice.id, notice.text, notice.href)

        await self._gather(push(tab) for tab in SOCKETS.of_user(notice.user_id))

    async def show_progress(self, user_ids: Collection[UUID]) -> None:
        """Let the pages that these people have open here follow how others are told."""

        async def push(tab: ConnectedSocket) -> None:
            async with self._app.modify_state(_token(tab)) as root:
                state = await root.get_state(InboxState)
                state._show_progress()

        await self._gather(push(tab) for user_id in user_ids for tab in SOCKETS.of_user(user_id))

    def _at_rest(self, tab: ConnectedSocket) -> BaseState | None:
        """Return the state of a tab that is in this process and that no event is working on, or None.

        It can be changed without waiting for its lock, which costs more than the change, as long as nothing is awaited
        that lets others run.
        """
        manager = self._app.state_manager
        if not isinstance(manager, StateManagerMemory):
            return None
        lock = manager._states_locks.get(tab.token)  # the keys of a tab's lock and state are its token
        return None if lock is None or lock.locked() else manager.states.get(tab.token)

    async def _gather(self, pushes: Any) -> list[Any]:
        results = await asyncio.gather(*pushes, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                logger.error("a tab could not be updated", exc_info=result)
        return [result for result in results if not isinstance(result, BaseException)]


class LeftTabs:
    """The tabs that left. Their states are kept for a moment, should they come back, and not as long as those of open
    tabs; of very many the latest."""

    def __init__(self, app: rx.App) -> None:
        self._app = app
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def keep(self, client_token: str, seconds: float) -> None:
        """Keep the state of a tab that has just left for so long."""
        self._forget_in(client_token, seconds)
        if len(self._timers) > LEFT_MOST:
            self._forget(next(iter(self._timers)))

    def _forget_in(self, client_token: str, seconds: float) -> None:
        if timer := self._timers.pop(client_token, None):
            timer.cancel()
        later = asyncio.get_running_loop().call_later
        self._timers[client_token] = later(seconds, self._forget, client_token)

    def _forget(self, client_token: str) -> None:
        """Forget a tab, unless it is back; one that an event still works on, later."""
        self._timers.pop(client_token).cancel()
        if client_token in self._app.event_namespace.token_to_sid:
            return
        manager = self._app.state_manager
        token = rx.BaseStateToken(ident=client_token, cls=InboxState)
        if isinstance(manager, StateManagerRedis):
            forgetting = asyncio.create_task(self._forget_in_redis(manager, token))
            self._under_way.add(forgetting)
            forgetting.add_done_callback(self._under_way.discard)
        elif (lock := manager._states_locks.get(token.lock_key)) is not None and lock.locked():
            self._forget_in(client_token, STRANGER_SECONDS)
        else:
            manager._purge_token(token)

    async def _forget_in_redis(self, manager: StateManagerRedis, token: rx.BaseStateToken) -> None:
        """Forget a tab that is connected nowhere. If that fails, Redis forgets it by itself in a day."""
        states = manager._get_required_state_classes(InboxState.get_root_state(), subclasses=True)
        with suppress(RedisError):
            async with manager._lock(token):  # who comes back now waits, and finds an empty state
                if not await self._app.event_namespace._token_manager.is_token_connected(token.ident):
                    await manager.redis.delete(*map(token._state_key, states))


def _token(tab: ConnectedSocket) -> rx.BaseStateToken:
    return rx.BaseStateToken(ident=tab.token, cls=InboxState)


async def _is_signed_in(tab: ConnectedSocket) -> bool:
    try:
        await in_thread(Pool.DATABASE, transact, load_actor, Credential(sign_in_id=tab.sign_in_id))
    except Unauthenticated:
        return False
    return True


def install(app: rx.App, worker: Worker) -> None:
    """Notice who leaves, and keep the worker running for as long as the server does."""
    namespace = app.event_namespace
    disconnect = namespace.on_disconnect
    left = LeftTabs(app)

    def disconnected(socket_id: str, *reason: Any) -> Any:
        SOCKETS.remove(socket_id)
        if token := namespace.sid_to_token.get(socket_id):
            if connection_of(socket_id).actor is None:
                left.keep(token, STRANGER_SECONDS)
            elif isinstance(app.state_manager, StateManagerMemory):
                left.keep(token, LEFT_SECONDS)
        return disconnect(socket_id)

    namespace.on_disconnect = disconnected
    app.register_lifespan_task(worker.running)
