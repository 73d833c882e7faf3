"""The migrations, on a real PostgreSQL: up, down to nothing, and up again."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, inspect, text
from sqlmodel import Session, SQLModel

from tests.services.test_answer_changes import Walker
from tests.services.test_jumps import fuse_tree, house_tree
from tests.support.people import add_team, publish_tree
from tests.support.postgres import Cluster
from troubleshoot_app.core.db import sqlalchemy_url
from troubleshoot_app.notifications.tallying import tally_sessions
from troubleshoot_app.server.database import migrate
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.services.integrity import list_faults


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
        connection.execute(text("INSERT INTO account VALUES (gen_random_uuid(), now(), 'Acme', 0)"))
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


def test_accounts_in_which_an_answer_was_kept_across_trees_are_tallied_again(alembic: Config, engine: Engine):
    command.upgrade(alembic, "head")
    with Session(engine) as db:
        _walk_across(db, "acme", and_change=True)
        _walk_across(db, "other", and_change=False)
        db.commit()
    command.downgrade(alembic, "0016")
    with Session(engine) as db:
        assert tally_sessions(db) == 2
        db.commit()
    command.upgrade(alembic, "head")
    with Session(engine) as db:
        assert _tallied(db) == [("Acme", False, False), ("Other", True, True)]
        assert tally_sessions(db) == 1
        assert _tallied(db) == [("Acme", True, True), ("Other", True, True)]
        assert list_faults(db) == []


def test_links_that_were_mailed_before_go_on_working_and_mails_that_were_lost_are_sent(
    alembic: Config, engine: Engine
):
    command.upgrade(alembic, "0020")
    with engine.begin() as connection:
        connection.execute(
            text(
                "WITH acme AS (INSERT INTO account VALUES (gen_random_uuid(), now(), 'Acme', 0) RETURNING id)"
                " INSERT INTO app_user (id, created_at, account_id, email, name, password_hash, role, is_active)"
                " SELECT gen_random_uuid(), now(), id, 'Erin@acme.test', 'Erin', '', 'admin', true FROM acme"
            )
        )
        for email, mailed, error in (("sent", "now()", ""), ("failed", "NULL", "550"), ("lost", "NULL", "")):
            connection.execute(
                text(
                    "INSERT INTO invitation (id, created_at, account_id, email, role, invited_by_id, token_hash,"
                    f" expires_at, mailed_at, mail_error) SELECT gen_random_uuid(), now(), account_id, :email, 'viewer',"
                    f" id, :email, now() + interval '1 day', {mailed}, :error FROM app_user"
                ),
                {"email": email, "error": error},
            )
        for token, minutes, used in (("good", 20, "NULL"), ("old", -1, "NULL"), ("used", 20, "now()")):
            connection.execute(
                text(
                    "INSERT INTO password_reset (id, created_at, account_id, user_id, token_hash, expires_at, used_at)"
                    f" SELECT gen_random_uuid(), now(), account_id, id, '{token}', now() + interval '{minutes} minutes',"
                    f" {used} FROM app_user"
                )
            )
    command.upgrade(alembic, "0021")
    kept = "SELECT address, token_hash, status, sent_at IS NOT NULL FROM password_reset"
    with engine.connect() as connection:
        mails = connection.execute(
            text("SELECT email, status, attempts, next_attempt_at IS NOT NULL FROM invitation ORDER BY email")
        ).all()
        resets = connection.execute(text(kept)).all()
    assert mails == [("failed", "failed", 1, False), ("lost", "pending", 0, True), ("sent", "sent", 1, False)]
    assert resets == [("Erin@acme.test", "good", "sent", True)]
    with engine.begin() as connection:  # what came later, and is for nobody, has no place in the older schema
        connection.execute(
            text(
                "INSERT INTO password_reset (id, created_at, address, token_hash, expires_at, status, attempts, error)"
                " VALUES (gen_random_uuid(), now(), 'nobody@acme.test', 'x', now(), 'skipped', 0, '')"
            )
        )
    command.downgrade(alembic, "0020")
    with engine.connect() as connection:
        back = connection.execute(
            text(
                "SELECT app_user.email, token_hash FROM password_reset JOIN app_user ON app_user.id = user_id"
                " AND app_user.account_id = password_reset.account_id"
            )
        ).all()
        errors = connection.execute(text("SELECT email, mail_error FROM invitation ORDER BY email")).all()
    assert back == [("Erin@acme.test", "good")]
    assert errors == [("failed", "550"), ("lost", ""), ("sent", "")]


def _walk_across(db: Session, name: str, *, and_change: bool) -> None:
    """Go to another tree and come home; then, perhaps, change what was answered first."""
    team = add_team(db, name)
    publish_tree(db, team.admin, fuse_tree(), "Fuse box")
    walk = Walker(db, team.viewer, publish_tree(db, team.admin, house_tree("fuse-box"), "Dark house"))
    for option_id in ("no", "again", "check", "yes", "yes"):
        walk.answer(option_id)
    if and_change:
        walk.change(1, "no", note="Very dark.")
    walk("complete_session", outcome="resolved")


def _tallied(db: Session) -> list[tuple[str, bool, bool]]:
    """Return of each account whether its session counts as tallied, and whether there are any tallies."""
    there = "EXISTS (SELECT FROM tally WHERE tally.account_id = account.id)"
    rows = db.execute(
        text(
            f"SELECT name, tallied, {there} FROM session JOIN account ON account.id = account_id ORDER BY name"
        )
    )
    return [tuple(row) for row in rows]


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
