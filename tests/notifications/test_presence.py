"""The mirror of open sockets: it follows what changes, and finds back after the database lost it."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_team
from troubleshoot_app.core.clock import now
from troubleshoot_app.models import Presence
from troubleshoot_app.notifications.presence import (
    FORGOTTEN_AFTER,
    ConnectedSocket,
    connected_users,
    mirror_sockets,
)


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def socket_of(person: Person, name: str = "") -> ConnectedSocket:
    name = name or f"socket of {person.name}"
    return ConnectedSocket(name, name, person.actor.account_id, person.id, person.actor.sign_in_id)


def rows(db: Session) -> set[tuple[str, str]]:
    return {(row.socket_id, str(row.user_id)) for row in db.scalars(select(Presence))}


def as_rows(*sockets: ConnectedSocket) -> set[tuple[str, str]]:
    return {(socket.socket_id, str(socket.user_id)) for socket in sockets}


def test_it_follows_who_comes_goes_and_takes_over_a_tab(db: Session, team: Team):
    instance = uuid4()
    first, second = socket_of(team.engineer), socket_of(team.owner)
    mirror_sockets(db, instance, {first, second}, set())
    assert rows(db) == as_rows(first, second)
    taken_over, third = socket_of(team.admin, first.socket_id), socket_of(team.engineer2)
    mirror_sockets(db, instance, {taken_over, third}, {first, second})
    assert rows(db) == as_rows(taken_over, third)
    people = [person.id for person in (team.engineer, team.engineer2, team.admin, team.owner)]
    assert connected_users(db, people) == {team.admin.id, team.engineer2.id}
    mirror_sockets(db, instance, set(), {taken_over, third})
    assert rows(db) == set()


def test_each_beat_keeps_all_alive(db: Session, team: Team):
    instance, sockets = uuid4(), {socket_of(team.engineer), socket_of(team.owner)}
    mirror_sockets(db, instance, sockets, set())
    long_ago = now() - FORGOTTEN_AFTER
    db.execute(update(Presence).values(seen_at=long_ago))
    mirror_sockets(db, instance, sockets, sockets)
    assert connected_users(db, [team.engineer.id, team.owner.id]) == {team.engineer.id, team.owner.id}


def test_what_the_database_lost_is_written_down_again(db: Session, team: Team):
    instance, sockets = uuid4(), {socket_of(team.engineer), socket_of(team.owner)}
    mirror_sockets(db, instance, sockets, set())
    db.execute(delete(Presence).where(col(Presence.user_id) == team.owner.id))
    mirror_sockets(db, instance, sockets, sockets)
    assert rows(db) == as_rows(*sockets)


def test_other_processes_are_left_alone_until_they_are_long_gone(db: Session, team: Team):
    other, mine = socket_of(team.engineer, "other"), socket_of(team.owner, "mine")
    mirror_sockets(db, uuid4(), {other}, set())
    instance = uuid4()
    mirror_sockets(db, instance, {mine}, set())
    assert rows(db) == as_rows(other, mine)
    db.execute(update(Presence).values(seen_at=now() - 2 * FORGOTTEN_AFTER))
    mirror_sockets(db, instance, {mine}, {mine})
    assert rows(db) == as_rows(mine)
