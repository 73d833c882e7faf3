"""The one build works from any address, talks to nobody else, and lets no other site in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.pages import Pages
from tests.support.postgres import Cluster
from tests.support.reflex_socket import ReflexSocket, Refused
from tests.support.server import Server

Run = Callable[[Any], None]


@pytest.mark.browser
def test_a_page_talks_to_the_address_it_came_from_and_to_no_other(server: Server, page_as: Pages) -> None:
    page = page_as(None, "/login")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))

    with page.expect_websocket() as socket:
        page.reload()

    assert socket.value.url.startswith(server.url.replace("http://", "ws://") + "/_event/")
    own = (server.url, server.url.replace("http://", "ws://"), "data:", "blob:")
    assert [address for address in addresses if not address.startswith(own)] == []


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "http://localhost"]
)
def test_a_foreign_origin_gets_no_socket(server: Server, aio: Run, origin: str) -> None:
    async def knock() -> None:
        with pytest.raises(Refused, match="403"):
            async with ReflexSocket(server.url, origin=origin):
                pass

    aio(knock())


def test_an_https_origin_is_another_one(server: Server, aio: Run) -> None:
    async def knock() -> None:
        with pytest.raises(Refused, match="403"):
            async with ReflexSocket(server.url, origin=server.url.replace("http:", "https:")):
                pass

    aio(knock())


def test_without_public_url_both_names_of_this_machine_are_let_in(
    frontend: None, cluster: Cluster, worker_name: str, tmp_path: Path, aio: Run
) -> None:
    url = cluster.database(f"names_{worker_name}")
    server = Server(tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 40, DEMO_DATA="false", PUBLIC_URL="")
    server.start()

    async def knock() -> None:
        for name in ("localhost", "127.0.0.1"):
            async with ReflexSocket(server.url, origin=f"http://{name}:{server.port}"):
                pass
        with pytest.raises(Refused, match="403"):
            async with ReflexSocket(server.url, origin=f"http://example.org:{server.port}"):
                pass

    aio(knock())
    assert server.stop() == 0


@pytest.mark.parametrize("path", ["/_upload", "/_upload/", "/_upload/x.txt"])
def test_what_the_framework_would_take_from_anybody_is_not_taken(server: Server, path: str) -> None:
    """Its own address for files asks neither who sends nor from where; files of ours go through the API."""
    answers = [
        httpx.post(f"{server.url}{path}", files={"files": ("x.txt", b"x")}, trust_env=False),
        httpx.put(f"{server.url}{path}", content=b"x", trust_env=False),
    ]
    assert {answer.status_code for answer in answers} <= {404, 405}
