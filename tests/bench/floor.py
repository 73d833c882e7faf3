"""The bare server: websockets, threads and psycopg2, and nothing else. It is told what to run and what to answer.

Run as a process of its own: ``python -m tests.bench.floor PORT``, with ``DATABASE_URL``; it ends when its input does.

- ``/steps``: the first message holds the SQL of a step and the answer to it; each further one runs that and commits.
- ``/feed``: whatever was escalated is sent to all of these.
- ``/escalate``: each message is stored, committed, announced by NOTIFY, heard, and its text sent to the feed.
- ``/``: a page with a question and a button, whose answer comes by ``/steps``.
"""

import asyncio
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from aiohttp import web

from troubleshoot_app.core.threads import Pool

CHANNEL = "bench_floor"
TABLE = "CREATE TABLE IF NOT EXISTS bench_escalation (id uuid PRIMARY KEY, reason text NOT NULL)"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title>
<h1>Question 0</h1><button>Yes</button>
<script>
const socket = new WebSocket(`ws://${location.host}/steps`);
const heading = document.querySelector("h1");
let answered = 0;
socket.onmessage = () => { heading.textContent = `Question ${++answered}`; };
const opened = new Promise(resolve => { socket.onopen = resolve; });
window.begin = script => opened.then(() => socket.send(script));
document.querySelector("button").addEventListener("click", () => socket.send("step"));
</script></html>"""

_local = threading.local()


def connection() -> psycopg2.extensions.connection:
    """Return this thread's connection to the database."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["DATABASE_URL"], options="-c timezone=UTC")
    kept: psycopg2.extensions.connection = _local.connection
    return kept


class Script:
    """The statements of one step with their parameters, of which some move on with every step."""

    def __init__(self, text: str) -> None:
        """Read what ``recording`` wrote."""
        written = json.loads(text)
        self.answer: str = written["answer"]
        self._statements: list[tuple[str, dict[str, dict[str, Any]]]] = written["statements"]
        self._taken = 0

    def run(self) -> None:
        """Take one step in one transaction."""
        self._taken += 1
        with connection() as transaction, transaction.cursor() as cursor:
            for statement, parameters in self._statements:
                cursor.execute(statement, {name: self._value(p) for name, p in parameters.items()})
                if cursor.description:
                    cursor.fetchall()

    def _value(self, parameter: dict[str, Any]) -> Any:
        (kind, written), *_ = parameter.items()
        match kind:
            case "uuid":
                return UUID(written)
            case "new id":
                return uuid4()
            case "time":
                return datetime.now(UTC)
            case "count":
                return written + self._taken
            case _:
                return written


class Floor:
    """The bare server's sockets and threads."""

    def __init__(self) -> None:
        """As many threads as the application has for its database."""
        self._threads = ThreadPoolExecutor(Pool.DATABASE.value)
        self._feed: set[web.WebSocketResponse] = set()

    async def steps(self, request: web.Request) -> web.WebSocketResponse:
        """Take a step for every message, and answer it."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        script: Script | None = None
        loop = asyncio.get_running_loop()
        async for message in socket:
            if script is None:
                script = Script(message.data)
            else:
                await loop.run_in_executor(self._threads, script.run)
                await socket.send_str(script.answer)
        return socket

    async def feed(self, request: web.Request) -> web.WebSocketResponse:
        """Keep a socket that hears of every escalation."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._feed.add(socket)
        async for _message in socket:
            pass
        self._feed.discard(socket)
        return socket

    async def escalate(self, request: web.Request) -> web.WebSocketResponse:
        """Store and announce every message."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        loop = asyncio.get_running_loop()
        async for message in socket:
            await loop.run_in_executor(self._threads, _store, message.data)
        return socket

    async def listening(self, _application: web.Application) -> Any:
        """Hear announcements and send them on, for as long as the server runs."""
        heard = psycopg2.connect(os.environ["DATABASE_URL"])
        heard.autocommit = True
        with heard.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute(f"LISTEN {CHANNEL}")
        loop = asyncio.get_running_loop()
        sending: set[asyncio.Task[None]] = set()

        def hear() -> None:
            heard.poll()
            while heard.notifies:
                task = loop.create_task(self._broadcast(UUID(heard.notifies.pop(0).payload)))
                sending.add(task)
                task.add_done_callback(sending.discard)

        loop.add_reader(heard.fileno(), hear)
        yield
        loop.remove_reader(heard.fileno())
        heard.close()

    async def _broadcast(self, escalation_id: UUID) -> None:
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(self._threads, _stored, escalation_id)
        await asyncio.gather(*(socket.send_str(text) for socket in self._feed))


def _store(text: str) -> None:
    escalation_id = uuid4()
    with connection() as transaction, transaction.cursor() as cursor:
        cursor.execute("INSERT INTO bench_escalation VALUES (%s, %s)", (escalation_id, text))
        cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(escalation_id)))


def _stored(escalation_id: UUID) -> str:
    with connection() as transaction, transaction.cursor() as cursor:
        cursor.execute("SELECT reason FROM bench_escalation WHERE id = %s", (escalation_id,))
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


async def page(_request: web.Request) -> web.Response:
    """Return the page with the button."""
    return web.Response(text=PAGE, content_type="text/html")


async def serve(port: int) -> None:
    """Serve on loopback until the input ends."""
    psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]
    floor = Floor()
    application = web.Application()
    application.add_routes(
        [
            web.get("/", page),
            web.get("/steps", floor.steps),
            web.get("/feed", floor.feed),
            web.get("/escalate", floor.escalate),
        ]
    )
    application.cleanup_ctx.append(floor.listening)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
