"""Posting to a webhook: to the very address that was looked at, once, without following anything, and not for long.

By the standard library: a client of its own would connect to whatever a second look-up says.
"""

import contextlib
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from io import BufferedReader
from ipaddress import ip_address
from typing import Any

from troubleshoot_app.core.deadlines import Deadline, TimedReader
from troubleshoot_app.domain.errors import UNSTORABLE
from troubleshoot_app.domain.webhooks import PORTS, Target, may_reach
from troubleshoot_app.models.webhooks import SNIPPET_LENGTH

WHOLE_SECONDS = 10.0  # no longer than a process that stops waits for what is under way


class PostRefused(Exception):
    """It must not be sent there."""


class PostDeferred(Exception):
    """It did not work this time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said: the status, and how its text begins."""

    status: int
    snippet: str


def post(
    target: Target,
    body: bytes,
    headers: dict[str, str],
    *,
    allow_private: bool,
) -> Answer:
    """Post ``body`` once and return the answer, whatever its status.

    Raises:
        PostRefused: the host has an address that nothing may be sent to.
        PostDeferred: no answer came.
    """
    deadline = Deadline(WHOLE_SECONDS, WHOLE_SECONDS)
    try:
        plain = _connected(target, deadline, allow_private=allow_private)
        with _secured(plain, target, deadline) as channel:
            connection = HTTPConnection(target.host, target.port)
            connection.default_port = PORTS[target.scheme]
            connection.sock = _TimedSocket(channel, deadline)
            connection.request("POST", target.path, body, headers | {"Connection": "close"})
            return _answer(connection.getresponse())
    except TimeoutError:
        raise PostDeferred(f"{target.host} did not answer in time.") from None
    except ssl.SSLCertVerificationError as error:
        raise PostDeferred(
            f"The certificate of {target.host} is not good: {error.verify_message}."
        ) from error
    except OSError as error:
        raise PostDeferred(
            f"{target.host} cannot be reached: {error.strerror or 'the connection broke'}."
        ) from error
    except HTTPException as error:
        raise PostDeferred(f"{target.host} did not answer in HTTP.") from error


def _connected(target: Target, deadline: Deadline, *, allow_private: bool) -> socket.socket:
    """Return a connection to one of the addresses of the host, all of which must be good."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise PostDeferred(f"There is no address for the name {target.host}.") from error
    for *_, place in found:
        if not may_reach(ip_address(place[0]), allow_private=allow_private):
            raise PostRefused(f"Nothing is sent to {target.host}: {place[0]} is no public address.")
    trouble = OSError()
    for family, kind, protocol, _, place in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.next_wait())
            connection.connect(place)
        except OSError as error:
            connection.close()
            trouble = error
        else:
            return connection
    raise trouble


def _secured(plain: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
    if not target.is_secure:
        return plain
    try:
        plain.settimeout(deadline.next_wait())
        return _tls_context().wrap_socket(plain, server_hostname=target.host)
    except OSError:
        plain.close()
        raise


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


class _TimedSocket:
    """What ``http.client`` needs of a socket, kept to a deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, content: bytes) -> None:
        self._connection.settimeout(self._deadline.next_wait())
        self._connection.sendall(content)

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(TimedReader(self._connection, self._deadline))

    def close(self) -> None:
        """Leave it to whoever opened it: it is still read from."""


def _answer(response: HTTPResponse) -> Answer:
    start: Any = b""
    with contextlib.suppress(
        OSError, HTTPException
    ):  # the status is known; the rest is for whoever reads the log
        start = response.read1(SNIPPET_LENGTH)
    text = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", start.decode("utf-8", "replace"))
    return Answer(response.status, text.strip())
