"""A program that is told by webhooks: a real HTTP server on loopback that does what the test wants."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
WAIT_SECONDS = 10
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Received:
    """One request: its path, its headers by their names in lower case, and its body as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers 204 unless ``answer`` says otherwise: it is given the handler of the request and does all the talking."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """Listen on a free port, over TLS when there is a context."""
        self.received: list[Received] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = status(204)
        self.ended = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, self.rfile.read(length)))
                receiver.answer(self)

            do_GET = do_POST  # noqa: N815  what a redirect would be followed with

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = _Server((HOST, 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.port: int = self._server.server_address[1]
        self.url = f"{scheme}://{HOST}:{self.port}/in?from=troubleshoot"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self._thread.start()

    def wait_for(self, count: int, seconds: float = WAIT_SECONDS) -> list[Received]:
        """Return what came, as soon as so many requests did."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} requests came"
            time.sleep(POLL_SECONDS)
        return self.received

    def close(self) -> None:
        """Listen no longer."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def hang(self, _handler: BaseHTTPRequestHandler) -> None:
        """Answer nothing until the test is over: ``receiver.answer = receiver.hang``."""
        self.ended.wait(WAIT_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the other side has hung up, which is what some of these tests are for."""


def status(
    code: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return an answer with that status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer
