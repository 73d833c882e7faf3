"""The embedded PostgreSQL starts wherever its folder lies."""

from pathlib import Path

import psycopg2
import pytest

from tests.support.postgres import Cluster
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.postgres import EmbeddedPostgres


def ask(server: EmbeddedPostgres, question: str) -> object:
    connection = psycopg2.connect(server.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["plain", "with space", "one, two", "größe", "long" * 40])
def test_it_starts_in_a_folder_of_any_name(cluster: Cluster, name: str) -> None:
    folder = cluster.new_folder("anywhere") / name
    server = EmbeddedPostgres(folder / "postgres")

    server.start()
    try:
        assert ask(server, "SELECT lower('GRÖSSE')") == "grösse"
        assert ask(server, "SHOW listen_addresses") == ""
    finally:
        server.stop()

    assert not server.is_ready()


def test_nobody_but_its_owner_may_open_its_folder(cluster: Cluster) -> None:
    folder = cluster.new_folder("closed") / "postgres"
    server = EmbeddedPostgres(folder)

    server.start()
    server.stop()

    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_another_version_is_told_with_the_reason(cluster: Cluster) -> None:
    folder = cluster.new_folder("old") / "postgres"
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    (folder / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(StartError, match=r"did not start.*version 9\.6"):
        server.start()


def test_what_an_interrupted_start_left_is_made_anew(cluster: Cluster) -> None:
    folder = cluster.new_folder("half") / "postgres"
    half: Path = folder.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder)

    server.start()
    server.stop()

    assert not half.exists()
