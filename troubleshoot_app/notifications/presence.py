"""Presence: who is connected right now. Each process knows its own sockets; the table mirrors them for the others."""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, delete, select, text, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.models import Presence
from troubleshoot_app.models.base import array_of, is_among

BEAT = timedelta(seconds=2)
LIFETIME = timedelta(seconds=8)
FORGOTTEN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ConnectedSocket:
    """An open socket of a signed-in person; ``token`` names the state of its tab."""

    socket_id: str
    token: str
    account_id: UUID
    user_id: UUID
    sign_in_id: UUID


class Sockets:
    """The open sockets of signed-in people in this process."""

    def __init__(self) -> None:
        self.instance_id = uuid4()
        self._lock = threading.Lock()
        self._by_id: dict[str, ConnectedSocket] = {}
        self._by_account: dict[UUID, dict[str, ConnectedSocket]] = {}
        self.on_change: Callable[[], None] = lambda: None

    def begin(self, on_change: Callable[[], None]) -> None:
        """Take a name of its own: this process may be a fork of one that had one. Call ``on_change`` from now on."""
        self.instance_id = uuid4()
        self.on_change = on_change

    def add(self, socket: ConnectedSocket) -> None:
        """Note a socket that opened."""
        with self._lock:
            self._forget(socket.socket_id)
            self._by_id[socket.socket_id] = socket
            self._by_account.setdefault(socket.account_id, {})[socket.socket_id] = socket
        self.on_change()

    def remove(self, socket_id: str) -> None:
        """Forget a socket that closed; an unknown one is no error."""
        with self._lock:
            is_known = self._forget(socket_id)
        if is_known:
            self.on_change()

    def all(self) -> list[ConnectedSocket]:
        """Return every open socket."""
        with self._lock:
            return list(self._by_id.values())

    def of_account(self, account_id: UUID) -> list[ConnectedSocket]:
        """Return the open sockets of an account's people."""
        with self._lock:
            return list(self._by_account.get(account_id, {}).values())

    def of_user(self, user_id: UUID) -> list[ConnectedSocket]:
        """Return the tabs that one person has open here."""
        return [socket for socket in self.all() if socket.user_id == user_id]

    def _forget(self, socket_id: str) -> bool:
        known = self._by_id.pop(socket_id, None)
        if known is None:
            return False
        of_account = self._by_account[known.account_id]
        del of_account[socket_id]
        if not of_account:
            del self._by_account[known.account_id]
        return True


def mirror_sockets(
    db: Session,
    instance_id: UUID,
    sockets: Collection[ConnectedSocket],
    mirrored: Collection[ConnectedSocket],
) -> None:
    """Write down which sockets this process owns, as of now, and forget those of processes long gone.

    ``mirrored`` are those that were written down last: of most of them only the time is new.
    """
    at = now()
    mine = col(Presence.instance_id) == instance_id
    beaten = db.execute(update(Presence).where(mine).values(seen_at=at).returning(col(Presence.socket_id)))
    if set(beaten.scalars()) != {
        socket.socket_id for socket in mirrored
    }:  # such as after a crash of the database
        db.execute(delete(Presence).where(mine))
        mirrored = ()
    current, known = set(sockets), set(mirrored)
    ids = {socket.socket_id for socket in current}
    gone = [socket.socket_id for socket in known if socket.socket_id not in ids]
    if gone:
        db.execute(delete(Presence).where(mine, col(Presence.socket_id).in_(gone)))
    if new := current - known:
        db.execute(
            _ADD,
            {
                "instance_id": instance_id,
                "at": at,
                "socket_ids": [socket.socket_id for socket in new],
                "account_ids": array_of(socket.account_id for socket in new),
                "user_ids": array_of(socket.user_id for socket in new),
            },
        )
    db.execute(delete(Presence).where(col(Presence.seen_at) < at - FORGOTTEN_AFTER))


_ADD = text(
    """
    INSERT INTO presence (instance_id, socket_id, account_id, user_id, seen_at)
    SELECT :instance_id, socket.*, :at
    FROM unnest(CAST(:socket_ids AS text[]), CAST(:account_ids AS uuid[]), CAST(:user_ids AS uuid[])) AS socket
    ON CONFLICT (instance_id, socket_id) DO UPDATE
    SET account_id = excluded.account_id, user_id = excluded.user_id, seen_at = excluded.seen_at
    """
).bindparams(bindparam("instance_id", type_=Uuid))


def forget_instance(db: Session, instance_id: UUID) -> None:
    """Forget the sockets of a process that stops."""
    db.execute(delete(Presence).where(col(Presence.instance_id) == instance_id))


def connected_users(db: Session, user_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people have a socket open somewhere."""
    query = select(col(Presence.user_id)).where(
        is_among(col(Presence.user_id), user_ids), col(Presence.seen_at) > now() - LIFETIME
    )
    return set(db.execute(query.distinct()).scalars())
