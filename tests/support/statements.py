"""What is sent to the database, noted at the driver: every statement passes there, whoever made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2.extensions

Statement = tuple[str, dict[str, Any]]


@contextmanager
def noted(connection: psycopg2.extensions.connection) -> Iterator[list[Statement]]:
    """Yield what the connection is sent inside, as text and parameters, growing as it goes."""
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
