"""Runs migrations on the database of the settings, one process at a time."""

from alembic import context
from sqlalchemy import create_engine, pool, text
from sqlmodel import SQLModel

import troubleshoot_app.models  # noqa: F401  registers the tables
from troubleshoot_app.core.db import require_database_url, sqlalchemy_url

LOCK = 815_001


def run() -> None:
    """Apply what was asked for, under an advisory lock: several processes may start at once."""
    url = context.config.attributes.get("database_url") or require_database_url()
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database only; there is no offline mode.")
run()
