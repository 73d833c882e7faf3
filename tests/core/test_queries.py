"""Queries that are compiled once: what goes in and comes out, and what becomes of errors."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import psycopg2.errors
import pytest
from sqlalchemy import Integer, bindparam, cast, func, literal_column, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tests.support.people import add_team
from troubleshoot_app.core.db import RETRIES, engine, transact
from troubleshoot_app.core.queries import HotQuery
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import User

_user = User.__table__
PEOPLE = HotQuery(
    select(_user.c.id, _user.c.role, _user.c.name.label("called"), func.length(_user.c.name))
    .where(_user.c.account_id == bindparam("of_account"), _user.c.role == bindparam("with_role"))
    .where(_user.c.name != "nobody")
)
QUOTIENT = HotQuery(select(literal_column("10") / cast(bindparam("by"), Integer)))
BACKEND = HotQuery(select(func.pg_backend_pid().label("pid")))

TIMEOUT_SECONDS = 10


def test_rows_are_as_the_columns_say(db: Session):
    team = add_team(db, "team")
    db.flush()
    people = PEOPLE.all(db, of_account=team.account_id, with_role=Role.VIEWER)
    expected = db.execute(
        select(_user.c.id, _user.c.role, _user.c.name, func.length(_user.c.name)).where(
            _user.c.account_id == team.account_id, _user.c.role == Role.VIEWER
        )
    ).all()
    assert [tuple(row) for row in people] == [tuple(row) for row in expected] != []
    assert (type(people[0].id), type(people[0].role)) == (UUID, Role)
    assert people[0].called == expected[0].name
    one = PEOPLE.one_or_none(db, of_account=team.account_id, with_role=Role.OWNER)
    assert one is not None
    assert one.role is Role.OWNER
    assert PEOPLE.one_or_none(db, of_account=one.id, with_role=Role.OWNER) is None


def test_more_rows_than_there_may_be_are_no_answer(db: Session):
    query = HotQuery(select(_user.c.id).where(_user.c.account_id == bindparam("of_account")))
    with pytest.raises(ValueError, match="one at most"):
        query.one_or_none(db, of_account=add_team(db, "team").account_id)


def test_what_the_database_refuses_is_told_as_by_any_other_query(clean_database: str):
    with pytest.raises(DBAPIError, match="division by zero") as caught:
        transact(lambda db: QUOTIENT.all(db, by=0))
    assert isinstance(caught.value.orig, psycopg2.errors.DivisionByZero)


def test_after_a_restart_no_connection_from_before_is_used(clean_database: str):
    together = Barrier(RETRIES + 2)

    def backend(db: Session) -> int:
        pid: int = BACKEND.all(db)[0].pid
        together.wait(TIMEOUT_SECONDS)
        return pid

    with ThreadPoolExecutor(together.parties) as threads:
        before = set(threads.map(lambda _: transact(backend), range(together.parties)))
    assert len(before) == together.parties
    with engine().connect() as another:
        others = "SELECT pg_terminate_backend(pid) FROM unnest(:before) AS pid WHERE pid <> pg_backend_pid()"
        another.execute(text(others), {"before": list(before)})
    assert transact(lambda db: BACKEND.all(db)[0].pid) not in before
