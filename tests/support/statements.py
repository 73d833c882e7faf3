"""What is sent to the database, noted at the driver: every statement passes there, whoever made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2.extensions
from sqlalchemy import Connection

Statement = tuple[str, dict[str, Any]]


@contextmanager
def noted(connection: Connection) -> Iterator[list[Statement]]:
    """Yield what the connection is sent inside, as text and parameters, growing as it goes."""
    with noted_by_driver(connection.connection.driver_connection) as sent:
        yield sent


@contextmanager
def noted_by_driver(connection: Any) -> Iterator[list[Statement]]:
    """Do the same for a connection of the driver."""
    sent: list[Statement] = []

    class Noting(psycopg2.extensions.cursor):
        def execute(self, query: Any, vars: Any = None) -> None:
            sent.append((query, dict(vars or {})))
            super().execute(query, vars)

    usual, connection.cursor_factory = connection.cursor_factory, Noting
    try:
        yield sent
    finally:
        connection.cursor_factory = usual
