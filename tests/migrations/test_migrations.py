"""The migrations, on a real PostgreSQL: up, down to nothing, and up again."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, text
from sqlmodel import SQLModel

from tests.support.postgres import Cluster
from troubleshoot_app.core.db import sqlalchemy_url
from troubleshoot_app.server.database import migrate
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT


@pytest.fixture
def url(cluster: Cluster, worker_name: str) -> str:
    return cluster.empty_database(f"migrations_{worker_name}")


@pytest.fixture
def alembic(url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["database_url"] = url
    return config


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(sqlalchemy_url(url))
    yield engine
    engine.dispose()


def test_up_down_to_nothing_and_up_again(alembic: Config, engine: Engine):
    tables = set(SQLModel.metadata.tables)
    command.upgrade(alembic, "head")
    assert set(inspect(engine).get_table_names()) == tables | {"alembic_version"}
    command.downgrade(alembic, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert _leftovers(engine) == []
    command.upgrade(alembic, "head")
    assert set(inspect(engine).get_table_names()) == tables | {"alembic_version"}
    command.check(alembic)


def test_only_presence_is_lost_in_a_crash(alembic: Config, engine: Engine):
    command.upgrade(alembic, "head")
    with engine.connect() as connection:
        unlogged = connection.execute(
            text("SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'")
        )
        assert list(unlogged.scalars()) == ["presence"]


def test_a_second_start_finds_nothing_to_do(alembic: Config, engine: Engine):
    command.upgrade(alembic, "head")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO account VALUES (gen_random_uuid(), now(), 'Acme')"))
    command.upgrade(alembic, "head")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM account")).scalar_one() == "Acme"


def test_trees_that_were_there_before_get_slugs_of_their_titles(alembic: Config, engine: Engine):
    command.upgrade(alembic, "0003")
    titles = ("No internet", "No internet!", "Störung 2", "Störung", "网络")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO account VALUES (gen_random_uuid(), now(), 'Acme'), (gen_random_uuid(), now(), 'Other')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO app_user (id, created_at, account_id, email, name, password_hash, role, is_active)"
                " SELECT gen_random_uuid(), now(), id, name || '@acme.test', 'Erin', '', 'engineer', true FROM account"
            )
        )
        for title in titles:
            connection.execute(
                text(
                    "INSERT INTO tree (id, created_at, account_id, title, description, category, tags, status, draft,"
                    " node_count, revision, indexed_revision, updated_at, updated_by_id) SELECT uuidv7(), now(),"
                    " account_id, :title, '', '', '{}', 'draft', '{}', 0, 1, 0, now(), id FROM app_user"
                ),
                {"title": title},
            )
    command.upgrade(alembic, "head")
    with engine.connect() as connection:
        given = list(connection.execute(text("SELECT slug FROM tree ORDER BY account_id, id")).scalars())
    assert given == ["no-internet", "no-internet-2", "storung-2", "storung", "tree"] * 2


def test_an_older_program_leaves_a_newer_database_alone_and_says_so(url: str, engine: Engine):
    assert migrate(url) == migrate(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match=r"A newer Troubleshoot .*9999.* restore the backup"):
        migrate(url)


def _leftovers(engine: Engine) -> list[str]:
    """Return types, sequences and functions that the migrations left behind."""
    with engine.connect() as connection:
        return list(
            connection.execute(
                text(
                    "SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace"
                    " WHERE nspname = 'public' AND typname NOT LIKE '%alembic_version'"
                    " UNION ALL SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                    " WHERE nspname = 'public' AND relname NOT LIKE 'alembic_version%'"
                    " UNION ALL SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
                    " WHERE nspname = 'public'"
                )
            ).scalars()
        )
