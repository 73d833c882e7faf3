"""The real worker in a thread beside the test, or as a process: ``python -m tests.notifications.workers``."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from tests.support.people import Person, deliveries_of
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import Delivery, Presence, User
from troubleshoot_app.notifications import invitation_mails, reset_mails
from troubleshoot_app.notifications.inboxes import AccountInboxes
from troubleshoot_app.notifications.mail import MailSender, SmtpSender, sender_from
from troubleshoot_app.notifications.mailing import deliver_invitation, deliver_reset
from troubleshoot_app.notifications.presence import ConnectedSocket, Sockets
from troubleshoot_app.notifications.pusher import Notice
from troubleshoot_app.notifications.smtp_connection import SmtpServer
from troubleshoot_app.notifications.worker import Worker
from troubleshoot_app.schemas.handoffs import Inbox

POLL_SECONDS = 0.02
STOP_SECONDS = 20
READY = "ready"
NO_WORKER = 1


class Screen:
    """A pusher that keeps what it was given, as tabs would show it."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self.inboxes: dict[UUID, Inbox] = {}
        self.notices: list[Notice] = []
        self.progress: list[set[UUID]] = []
        self.pushes = 0
        self.broken = False

    async def push_inboxes(self, inboxes: AccountInboxes) -> set[UUID]:
        """Note what each connected senior would see."""
        self.pushes += 1
        if self.broken:
            raise RuntimeError("no tab can be reached")
        connected = self._sockets.of_account(inboxes.account_id)
        shown = {tab.user_id for tab in connected if tab.sign_in_id in inboxes.seniors}
        self.inboxes |= {user_id: inboxes.inbox_of(user_id) for user_id in shown}
        return shown

    async def tell(self, notice: Notice) -> None:
        """Note the notice."""
        self.notices.append(notice)

    async def show_progress(self, user_ids: Collection[UUID]) -> None:
        """Note who was let know."""
        self.progress.append(set(user_ids))

    def alerts(self, person: Person) -> list[str]:
        """Return the ids of the escalations that the person has on screen."""
        shown = self.inboxes.get(person.id, Inbox())
        return [alert.id for alert in shown.alerts]


class RunningWorker:
    """A worker at work, and the tabs that are connected to it."""

    def __init__(self, sender: MailSender) -> None:
        self.sockets = Sockets()
        self.screen = Screen(self.sockets)
        self._sender = sender
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Return when it listens."""
        self._thread.start()
        assert self._started.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Return when it has ended in good order."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)
        assert not self._thread.is_alive()

    def connect(self, *people: Person) -> None:
        """Open a tab of each of these people, and wait until everybody knows."""
        for person in people:
            actor = person.actor
            socket = ConnectedSocket(
                f"s-{person.id}", "token", actor.account_id, actor.user_id, actor.sign_in_id
            )
            self._loop.call_soon_threadsafe(self.sockets.add, socket)
        eventually(lambda: {person.id for person in people} <= transact(present))

    def disconnect(self, *people: Person) -> None:
        """Close the tabs of these people, and wait until everybody knows."""
        for person in people:
            self._loop.call_soon_threadsafe(self.sockets.remove, f"s-{person.id}")
        eventually(lambda: not {person.id for person in people} & transact(present))

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        worker = Worker(self.sockets, self.screen, self._sender)
        async with worker.running():
            while not (worker._owner or self._stop.is_set()):
                await asyncio.sleep(POLL_SECONDS)
            self._started.set()
            await self._stop.wait()


@contextlib.contextmanager
def working(sender: MailSender | MailServer) -> Iterator[RunningWorker]:
    """Run a worker that sends by ``sender``; a mail server stands for the real sender to it."""
    worker = RunningWorker(sender_to(sender) if isinstance(sender, MailServer) else sender)
    try:
        worker.start()
        yield worker
    finally:
        worker.stop()


def sender_to(server: MailServer, time_out: float = 5) -> SmtpSender:
    """Return the real sender, handing its mails to ``server``."""
    return SmtpSender(SmtpServer.from_url(server.url), time_out=time_out, whole=time_out)


def post(server: MailServer) -> MailServer:
    """Send the invitations and password resets that are due, as a worker does, and return the server that they came to."""
    sender = sender_to(server)
    for queue, deliver in ((invitation_mails, deliver_invitation), (reset_mails, deliver_reset)):
        for row_id in transact(queue.lease_due, NO_WORKER, busy=(), limit=100):
            deliver(sender, row_id, NO_WORKER)
    return server


@contextlib.contextmanager
def working_process(server: MailServer, database_url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker as a process of its own, and return when it listens."""
    environment = os.environ | {"DATABASE_URL": database_url, "SMTP_URL": server.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.notifications.workers"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == READY
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def eventually(true: Callable[[], bool], seconds: float = 10) -> float:
    """Return after how many seconds it became true; AssertionError when it does not in time."""
    begin = time.monotonic()
    while not true():
        assert time.monotonic() < begin + seconds, "it did not become true in time"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - begin


def told(escalator: Person, handoff_id: str, channel: str = "email") -> dict[str, str]:
    """Return how far telling has come by a channel: the first part of each address, and a status."""
    views = transact(deliveries_of, escalator, handoff_id)
    addresses = transact(lambda db: dict(db.execute(select(col(User.id), col(User.email))).all()))
    return {
        addresses[UUID(view.recipient.id)].partition("@")[0]: view.status.value
        for view in views
        if view.channel == channel
    }


def delivery_of(handoff_id: str, person: Person, channel: str = "email") -> Delivery:
    """Return the row of one person and channel as it is now."""

    def read(db: Session) -> Delivery:
        return db.scalars(
            select(Delivery).where(
                col(Delivery.handoff_id) == UUID(handoff_id),
                col(Delivery.recipient_id) == person.id,
                col(Delivery.channel) == channel,
            )
        ).one()

    return transact(read)


def present(db: Session) -> set[UUID]:
    """Return who is connected, as all processes know it."""
    return set(db.scalars(select(col(Presence.user_id))))


async def _main() -> None:
    sockets = Sockets()
    worker = Worker(sockets, Screen(sockets), sender_from(get_settings()))
    async with worker.running():
        while not worker._owner:
            await asyncio.sleep(POLL_SECONDS)
        print(READY, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
