"""The worker: in every process, it hears announcements, keeps screens up to date and works off the queues."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime, timedelta
from functools import partial

import psycopg2
import psycopg2.extensions
from sqlalchemy.exc import SQLAlchemyError

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import libpq_url, require_database_url, transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.core.log import about
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.notifications import (
    case_mails,
    invitation_mails,
    mail_queue,
    presence,
    reset_mails,
    webhook_queue,
)
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.notifications.announcements import CHANNEL, Announcement, HandoffEvent
from troubleshoot_app.notifications.claims import tend_claims
from troubleshoot_app.notifications.leases import LEASE_LOCK_CLASS
from troubleshoot_app.notifications.mail import MailSender
from troubleshoot_app.notifications.mailing import (
    deliver_invitation,
    deliver_mail,
    deliver_news,
    deliver_reset,
)
from troubleshoot_app.notifications.outgoing import Outgoing, first_of, log_trouble
from troubleshoot_app.notifications.pusher import Pusher
from troubleshoot_app.notifications.rounds import tell_again
from troubleshoot_app.notifications.screens import Screens
from troubleshoot_app.notifications.silence import lift_silence
from troubleshoot_app.notifications.tallying import tally_sessions

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
SCREENS_FIRST_SECONDS = 0.2
REMIND_SECONDS = 2.0
TALLY_SECONDS = 60.0
TIDY_SECONDS = 3600.0
RECONNECT_SECONDS = 1.0
DRAIN_SECONDS = 10.0
OWNER_BITS = 31
PRESENCE_PAUSE_SECONDS = 0.05
CONNECT_SECONDS = 10
KEEPALIVE_IDLE_SECONDS = 2
KEEPALIVE_COUNT = 2
UNNOTICED = timedelta(seconds=10)


class Worker:
    """Tells people about handoffs, as one of however many processes there are."""

    def __init__(self, sockets: presence.Sockets, pusher: Pusher, sender: MailSender) -> None:
        self._sockets = sockets
        self._screens = Screens(sockets, pusher)
        self._queues = (
            Outgoing("mail of delivery", Pool.MAIL, mail_queue.lease_due, partial(deliver_mail, sender)),
            Outgoing("webhook delivery", Pool.WEBHOOK, webhook_queue.lease_due, webhook_queue.deliver),
            Outgoing("mail of case", Pool.CASE_MAIL, case_mails.lease_due, partial(deliver_news, sender)),
            Outgoing(
                "mail of invitation",
                Pool.INVITATION_MAIL,
                invitation_mails.lease_due,
                partial(deliver_invitation, sender),
            ),
            Outgoing(
                "mail of password reset",
                Pool.RESET_MAIL,
                reset_mails.lease_due,
                partial(deliver_reset, sender),
            ),
        )
        self._owner = 0
        self._deaf_since: datetime | None = None
        self._presence_changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for as long as the context is open; at its end let what is under way finish, ten seconds at most."""
        self._sockets.begin(self._presence_changed.set)
        duties: list[Callable[[], Awaitable[None]]] = [
            self._hear, self._mirror_presence, self._sweep_screens, self._remind, self._tally,
            self._tidy,
        ]  # fmt: skip
        duties += [partial(queue.work_off, lambda: self._owner, SWEEP_SECONDS) for queue in self._queues]
        hearing, *loops = [asyncio.create_task(self._forever(duty)) for duty in duties]
        try:
            yield
        finally:
            await _end(loops)
            await asyncio.gather(*(queue.drained(DRAIN_SECONDS) for queue in self._queues))
            # Only now: as soon as the lock on this connection is gone, others take over what is under way.
            await _end([hearing, *self._tasks])
            await self._forget_presence()

    async def _forever(self, duty: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await duty()
            except Exception as error:  # noqa: BLE001  the outermost edge: a duty that ends would silence everybody
                log_trouble(logger, error, "a duty of the worker")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        """Hold the connection whose advisory lock proves that this process lives, and hear announcements on it."""
        owner = secrets.randbits(OWNER_BITS)
        listening = await in_thread(Pool.DATABASE, _listen, owner)
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        descriptor = listening.fileno()  # a lost connection cannot say it any more
        loop.add_reader(descriptor, heard.set)
        try:
            self._owner = owner
            self._wake()
            self._start(partial(self._screens.catch_up, self._deaf_since))
            while True:
                await heard.wait()
                heard.clear()
                listening.poll()
                is_news = False
                while listening.notifies:
                    announcement = Announcement.from_payload(listening.notifies.pop(0).payload)
                    # Each mail that has left is announced, too: a hundred of them are no reason to look a hundred times.
                    is_news |= announcement.event is not HandoffEvent.TOLD
                    with about(handoff_id=announcement.handoff_id, account_id=announcement.account_id):
                        self._start(partial(self._screens.show, announcement))
                if is_news:
                    loop.call_later(SCREENS_FIRST_SECONDS, self._wake)
        finally:
            self._owner = 0
            self._deaf_since = now() - UNNOTICED
            loop.remove_reader(descriptor)
            listening.close()

    async def _mirror_presence(self) -> None:
        mirrored: set[presence.ConnectedSocket] = set()
        while True:
            self._presence_changed.clear()
            sockets = set(self._sockets.all())
            if sockets or mirrored:
                instance_id = self._sockets.instance_id
                await in_thread(
                    Pool.DATABASE, transact, presence.mirror_sockets, instance_id, sockets, mirrored
                )
                mirrored = sockets
            await first_of(self._presence_changed, presence.BEAT.total_seconds())
            await asyncio.sleep(PRESENCE_PAUSE_SECONDS)

    async def _sweep_screens(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self._screens.sweep()

    async def _remind(self) -> None:
        while True:
            await asyncio.sleep(REMIND_SECONDS)
            await in_thread(Pool.DATABASE, transact, tell_again)
            await in_thread(Pool.DATABASE, transact, tend_claims)
            await in_thread(Pool.DATABASE, transact, lift_silence)

    async def _tally(self) -> None:
        while True:
            while await in_thread(Pool.DATABASE, transact, tally_sessions):
                pass
            await asyncio.sleep(TALLY_SECONDS)

    async def _tidy(self) -> None:
        while True:
            await in_thread(Pool.DATABASE, transact, webhook_queue.forget_old)
            await in_thread(Pool.DATABASE, transact, reset_mails.forget_old)
            while await in_thread(Pool.DATABASE, transact, close_abandoned):
                pass
            await asyncio.sleep(TIDY_SECONDS)

    def _wake(self) -> None:
        for queue in self._queues:
            queue.wake()

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  the outermost edge of a task
            log_trouble(logger, error, "telling the screens")

    async def _forget_presence(self) -> None:
        try:
            await in_thread(Pool.DATABASE, transact, presence.forget_instance, self._sockets.instance_id)
        except (
            NoDatabase,
            SQLAlchemyError,
        ) as error:  # its rows stop counting by themselves after a few seconds
            log_trouble(logger, error, "forgetting who was connected")


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _listen(owner: int) -> psycopg2.extensions.connection:
    """Return a connection that hears announcements and holds the lock of ``owner``.

    When the other side has vanished without a word, both notice within seconds.
    """
    listening = psycopg2.connect(
        libpq_url(require_database_url()),
        application_name="troubleshoot worker",
        connect_timeout=CONNECT_SECONDS,
        keepalives_idle=KEEPALIVE_IDLE_SECONDS,
        keepalives_interval=1,
        keepalives_count=KEEPALIVE_COUNT,
        options=f"-c tcp_keepalives_idle={KEEPALIVE_IDLE_SECONDS} -c tcp_keepalives_interval=1"
        f" -c tcp_keepalives_count={KEEPALIVE_COUNT}",
    )
    listening.autocommit = True
    with listening.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", (LEASE_LOCK_CLASS, owner))
        cursor.execute(f"LISTEN {CHANNEL}")
    return listening
