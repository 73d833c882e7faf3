"""``transact``: all or nothing, again when another transaction was preferred, and never on a parent's connection."""

import asyncio
import os
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col

from troubleshoot_app.core.db import RETRIES, engine, forget_engine, libpq_url, sqlalchemy_url, transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.models import Account

TIMEOUT_SECONDS = 10


def add_account(db: Session, name: str = "Acme") -> Account:
    account = Account(name=name)
    db.add(account)
    db.flush()
    return account


def names(db: Session) -> list[str]:
    return list(db.scalars(select(col(Account.name)).order_by(col(Account.name))))


def backend(db: Session) -> int:
    return int(db.scalars(text("SELECT pg_backend_pid()")).one())


def living_backends(db: Session) -> set[int]:
    return set(db.scalars(text("SELECT pid FROM pg_stat_activity")))


def test_what_was_done_is_committed_and_can_be_read_after_it(clean_database: str):
    account = transact(add_account)
    assert account.name == "Acme"
    assert transact(names) == ["Acme"]


def test_an_error_takes_everything_back(clean_database: str):
    def half_of_it(db: Session) -> None:
        add_account(db)
        raise LookupError("the other half")

    with pytest.raises(LookupError):
        transact(half_of_it)
    assert transact(names) == []


def test_two_that_lock_each_other_out_both_get_through(clean_database: str):
    first, second = transact(add_account, "first").id, transact(add_account, "second").id
    both_hold_one = threading.Barrier(2)
    calls: list[str] = []

    def rename(db: Session, name: str, order: tuple[object, object]) -> None:
        calls.append(name)
        for account_id in order:
            db.execute(update(Account).where(col(Account.id) == account_id).values(name=name))
            if len(calls) <= 2 and account_id == order[0]:
                both_hold_one.wait(TIMEOUT_SECONDS)

    with ThreadPoolExecutor(2) as threads:
        jobs = [
            threads.submit(transact, rename, "one", (first, second)),
            threads.submit(transact, rename, "two", (second, first)),
        ]
        for job in jobs:
            job.result(TIMEOUT_SECONDS)
    # More than once when who has lost is back before who has won took what it waited for.
    assert len(calls) > 2
    assert transact(names) == [calls[-1]] * 2


def test_who_loses_every_time_is_told_in_the_end(clean_database: str):
    calls: list[int] = []

    def lose(db: Session) -> None:
        calls.append(1)
        db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DBAPIError, match="could not serialize"):
        transact(lose)
    assert len(calls) == 1 + RETRIES


def test_a_connection_that_died_in_the_pool_or_before_the_commit_is_replaced(clean_database: str):
    killed = transact(backend)
    with engine().connect() as another:
        another.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": killed})
    assert transact(backend) != killed
    calls: list[int] = []

    def be_cut_off_once(db: Session) -> int:
        calls.append(1)
        add_account(db, f"call {len(calls)}")
        if len(calls) == 1:
            with engine().connect() as another:
                another.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend(db)})
        return backend(db)

    transact(be_cut_off_once)
    assert transact(names) == ["call 2"]


def test_what_was_lost_while_committing_is_not_done_again(clean_database: str):
    calls: list[int] = []

    def be_cut_off(db: Session) -> None:
        calls.append(1)
        add_account(db)
        with engine().connect() as another:
            another.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend(db)})

    with pytest.raises(NoDatabase, match="Look whether it was") as caught:
        transact(be_cut_off)
    assert caught.value.may_be_kept
    assert calls == [1]
    assert transact(names) == []


def test_what_would_fail_again_is_not_tried_again(clean_database: str):
    calls: list[int] = []

    def twice_the_same(db: Session) -> None:
        calls.append(1)
        account = add_account(db)
        db.execute(text("INSERT INTO account SELECT * FROM account WHERE id = :id"), {"id": account.id})

    with pytest.raises(IntegrityError):
        transact(twice_the_same)
    assert len(calls) == 1


def test_a_forked_child_has_connections_and_threads_of_its_own(clean_database: str):
    forget_engine()  # of several connections, any one would be taken
    before = transact(backend)
    asyncio.run(in_thread(Pool.DATABASE, transact, backend))
    assert forked(lambda: asyncio.run(in_thread(Pool.DATABASE, transact, backend))) != before
    assert before in transact(living_backends), "the child has closed its parent's connection"


def test_a_child_forked_while_the_engine_was_being_made_makes_its_own(clean_database: str):
    from troubleshoot_app.core import db as module

    with module._lock:
        assert forked(lambda: transact(backend)) > 0


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg2://"])
def test_every_spelling_of_an_address_means_psycopg2(scheme: str):
    assert sqlalchemy_url(f"{scheme}u:p@host/db") == "postgresql+psycopg2://u:p@host/db"
    assert libpq_url(sqlalchemy_url(f"{scheme}u:p@host/db")) == "postgresql://u:p@host/db"


def test_times_come_back_in_utc(database_url: str):
    with engine().connect() as connection:
        assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"


def forked(work: Callable[[], int]) -> int:
    """Return what ``work`` says in a forked child; it is given ten seconds."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # newer Pythons warn of threads; they are the point here
        child = os.fork()
    if child == 0:
        threading.Timer(TIMEOUT_SECONDS, os._exit, [3]).start()
        try:
            os.write(writing, str(work()).encode())
            os._exit(0)
        finally:
            os._exit(4)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return int(said)
