"""The worker: in every process, it hears announcements, keeps screens up to date and works off the mails."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine
from typing import Any
from uuid import UUID

import psycopg2
import psycopg2.extensions

from troubleshoot_app.core.db import libpq_url, require_database_url, transact
from troubleshoot_app.core.log import log_bug
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.notifications import mail_queue, presence
from troubleshoot_app.notifications.announcements import CHANNEL, Announcement
from troubleshoot_app.notifications.mail import MailDeferred, MailRefused, MailSender
from troubleshoot_app.notifications.pusher import Pusher
from troubleshoot_app.notifications.screens import Screens

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
DRAIN_SECONDS = 10.0
MAILS_AT_ONCE = Pool.MAIL.value
OWNER_BITS = 31


class Worker:
    """Tells people about handoffs, as one of however many processes there are."""

    def __init__(self, sockets: presence.Sockets, pusher: Pusher, sender: MailSender) -> None:
        self._sockets = sockets
        self._screens = Screens(sockets, pusher)
        self._sender = sender
        self._owner = 0
        self._wake = asyncio.Event()
        self._presence_changed = asyncio.Event()
        self._sending: dict[UUID, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for as long as the context is open; at its end let the mails under way finish, ten seconds at most."""
        self._sockets.on_change = self._presence_changed.set
        loops = [
            asyncio.create_task(self._forever(loop), name=loop.__name__)
            for loop in (self._hear, self._mirror_presence, self._work_off, self._sweep_screens)
        ]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            if self._sending:
                await asyncio.wait(self._sending.values(), timeout=DRAIN_SECONDS)
            with contextlib.suppress(Exception):
                await in_thread(Pool.DATABASE, transact, presence.forget_instance, self._sockets.instance_id)

    async def _forever(self, loop: Any) -> None:
        while True:
            try:
                await loop()
            except (psycopg2.OperationalError, psycopg2.InterfaceError, OSError) as error:
                logger.warning("%s: no database (%s); trying again", loop.__name__, str(error).strip())
            except Exception as error:  # noqa: BLE001  the outermost edge: a loop that ends would silence everybody
                if not _is_lost_connection(error):
                    log_bug(logger, error, loop.__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        """Hold the connection whose advisory lock proves that this process lives, and hear announcements on it."""
        owner = secrets.randbits(OWNER_BITS)
        listening = await in_thread(Pool.DATABASE, _listen, owner)
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(listening.fileno(), heard.set)
        try:
            self._owner = owner
            self._wake.set()
            self._start(self._screens.refresh_all())
            while True:
                await heard.wait()
                heard.clear()
                listening.poll()
                while listening.notifies:
                    announcement = Announcement.from_payload(listening.notifies.pop(0).payload)
                    self._start(self._screens.show(announcement))
                self._wake.set()
        finally:
            self._owner = 0
            loop.remove_reader(listening.fileno())
            listening.close()

    async def _mirror_presence(self) -> None:
        while True:
            self._presence_changed.clear()
            sockets = self._sockets.all()
            await in_thread(
                Pool.DATABASE, transact, presence.mirror_sockets, self._sockets.instance_id, sockets
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._presence_changed.wait(), presence.BEAT.total_seconds())
            await asyncio.sleep(0.05)

    async def _sweep_screens(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self._screens.sweep()

    async def _work_off(self) -> None:
        while True:
            free = MAILS_AT_ONCE - len(self._sending)
            if self._owner and free > 0:
                leased = await in_thread(
                    Pool.DATABASE,
                    transact,
                    mail_queue.lease_due,
                    self._owner,
                    busy=list(self._sending),
                    limit=free,
                )
                for delivery_id in leased:
                    task = asyncio.create_task(self._deliver(delivery_id))
                    self._sending[delivery_id] = task
                    task.add_done_callback(lambda _, done=delivery_id: self._sent(done))
                if len(leased) == free:
                    continue
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SWEEP_SECONDS)

    def _sent(self, delivery_id: UUID) -> None:
        self._sending.pop(delivery_id, None)
        self._wake.set()

    async def _deliver(self, delivery_id: UUID) -> None:
        try:
            await in_thread(Pool.MAIL, deliver_mail, self._sender, delivery_id)
        except Exception as error:  # noqa: BLE001  the outermost edge of a task
            log_bug(logger, error, f"mail of delivery {delivery_id}")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  the outermost edge of a task
            log_bug(logger, error, "telling the screens")


def deliver_mail(sender: MailSender, delivery_id: UUID) -> None:
    """Send one leased mail, if it is still to be sent, and record what became of it. No transaction is open meanwhile."""
    message = transact(mail_queue.prepare, delivery_id)
    if message is None:
        return
    try:
        sender.send(message)
    except MailRefused as refusal:
        logger.warning("mail of delivery %s refused: %s", delivery_id, refusal)
        transact(mail_queue.record_refused, delivery_id, str(refusal))
    except MailDeferred as trouble:
        logger.warning("mail of delivery %s deferred: %s", delivery_id, trouble)
        transact(mail_queue.record_deferred, delivery_id, str(trouble))
    except Exception as error:  # noqa: BLE001  one mail that cannot be made must not stop the others
        error_id = log_bug(logger, error, f"mail of delivery {delivery_id}")
        transact(mail_queue.record_deferred, delivery_id, f"Something went wrong ({error_id}).")
    else:
        transact(mail_queue.record_sent, delivery_id)


def _listen(owner: int) -> psycopg2.extensions.connection:
    listening = psycopg2.connect(libpq_url(require_database_url()), application_name="troubleshoot worker")
    listening.autocommit = True
    with listening.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", (mail_queue.LEASE_LOCK_CLASS, owner))
        cursor.execute(f"LISTEN {CHANNEL}")
    return listening


def _is_lost_connection(error: Exception) -> bool:
    if getattr(error, "connection_invalidated", False) or isinstance(
        getattr(error, "orig", None), psycopg2.OperationalError | psycopg2.InterfaceError
    ):
        logger.warning("no database (%s); trying again", str(error).splitlines()[0])
        return True
    return False
