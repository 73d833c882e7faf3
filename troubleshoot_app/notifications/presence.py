"""Presence: who is connected right now. Each process knows its own sockets; the table mirrors them for the others."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.models import Presence

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
        self.on_change: Callable[[], None] = lambda: None

    def begin(self, on_change: Callable[[], None]) -> None:
        """Take a name of its own: this process may be a fork of one that had one. Call ``on_change`` from now on."""
        self.instance_id = uuid4()
        self.on_change = on_change

    def add(self, socket: ConnectedSocket) -> None:
        """Note a socket that opened."""
        with self._lock:
            self._by_id[socket.socket_id] = socket
        self.on_change()

    def remove(self, socket_id: str) -> None:
        """Forget a socket that closed; an unknown one is no error."""
        with self._lock:
            known = self._by_id.pop(socket_id, None)
        if known is not None:
            self.on_change()

    def all(self) -> list[ConnectedSocket]:
        """Return every open socket."""
        with self._lock:
            return list(self._by_id.values())

    def of_account(self, account_id: UUID) -> list[ConnectedSocket]:
        """Return the open sockets of an account's people."""
        return [socket for socket in self.all() if socket.account_id == account_id]

    def of_user(self, user_id: UUID) -> list[ConnectedSocket]:
        """Return the tabs that one person has open here."""
        return [socket for socket in self.all() if socket.user_id == user_id]


def mirror_sockets(db: Session, instance_id: UUID, sockets: Iterable[ConnectedSocket]) -> None:
    """Write down which sockets this process owns, as of now, and forget those of processes long gone."""
    at = now()
    rows = [
        {
            "instance_id": instance_id,
            "socket_id": socket.socket_id,
            "account_id": socket.account_id,
            "user_id": socket.user_id,
            "seen_at": at,
        }
        for socket in sockets
    ]
    if rows:
        upsert = insert(Presence).values(rows)
        db.execute(
            upsert.on_conflict_do_update(
                index_elements=["instance_id", "socket_id"],
                set_={name: upsert.excluded[name] for name in ("seen_at", "account_id", "user_id")},
            )
        )
    db.execute(delete(Presence).where(col(Presence.instance_id) == instance_id, col(Presence.seen_at) < at))
    db.execute(delete(Presence).where(col(Presence.seen_at) < at - FORGOTTEN_AFTER))


def forget_instance(db: Session, instance_id: UUID) -> None:
    """Forget the sockets of a process that stops."""
    db.execute(delete(Presence).where(col(Presence.instance_id) == instance_id))


def connected_users(db: Session, user_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people have a socket open somewhere."""
    query = select(col(Presence.user_id)).where(
        col(Presence.user_id).in_(list(user_ids)), col(Presence.seen_at) > now() - LIFETIME
    )
    return set(db.execute(query.distinct()).scalars())
