"""Mail servers that do what no decent one does, and mails to send them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from troubleshoot_app.notifications.messages import EscalationMail, MailStep

HOST = "127.0.0.1"
GIVE_UP_SECONDS = 5
CERTIFICATE = Path(__file__).with_name("localhost.pem")  # good for nothing but these tests
OPENED = datetime(2025, 11, 23, 8, 43, tzinfo=UTC)
DELIVERY = UUID("0192f0c1-7a70-7d4c-9c4e-1f2b3c4d5e6f")
HANDOFF = UUID("0192f0c1-7a70-7d4c-9c4e-000000000001")


class MakeMail(Protocol):
    """Return a mail with everything in it, but for the fields that are given."""

    def __call__(self, **fields: Any) -> EscalationMail: ...


def escalation(**fields: Any) -> EscalationMail:
    """Return a mail with everything in it, but for the fields that are given."""
    complete: dict[str, Any] = {
        "delivery_id": DELIVERY,
        "handoff_id": HANDOFF,
        "mail_from": "Troubleshoot <troubleshoot@example.org>",
        "public_url": "https://troubleshoot.internal.network.example.org",
        "recipient_name": "Dana Senior",
        "recipient_address": "dana@example.org",
        "from_name": "Vera Viewer",
        "tree_title": "Turret Troubleshooting",
        "session_title": "Hall 3 does not home",
        "asset": "TRT-0007",
        "ticket_ref": "INC-48213",
        "priority": "urgent",
        "reason": "Router LED is off\nand the line starts again at noon.",
        "question": "Do the limit switches click?",
        "steps": (MailStep("Is the LED lit?", "No", "not even at night"), MailStep("Is there mains?", "Yes")),
        "opened_at": OPENED,
        "sent_at": OPENED + timedelta(seconds=3),
    }
    return EscalationMail(**(complete | fields))


class Conversation:
    """One connection to a server that is played by a test, line by line."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines = connection.makefile("rb")
        self.heard: list[bytes] = []

    def say(self, reply: str) -> None:
        self.connection.sendall(reply.encode() + b"\r\n")

    def hear(self) -> bytes:
        line = self.lines.readline()
        self.heard.append(line)
        return line

    def up_to_text(self) -> None:
        """Answer as any server does, up to the moment when the text of the mail may come."""
        self.say("220 ready")
        for reply in ("250 hello", "250 sender", "250 recipient", "354 go on"):
            self.hear()
            self.say(reply)

    def hear_text(self) -> None:
        while self.hear() not in (b".\r\n", b""):
            pass


class PlayedServer:
    """Listens on ``port``; each connection is answered by what the test gave, and then closed."""

    def __init__(self, play: Callable[[Conversation], None]) -> None:
        self._play = play
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self.conversations: list[Conversation] = []
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.settimeout(GIVE_UP_SECONDS)
            conversation = Conversation(connection)
            self.conversations.append(conversation)
            with connection, conversation.lines:
                try:
                    self._play(conversation)
                except OSError:
                    continue  # the other side has hung up, which is what most of these plays are for

    def close(self) -> None:
        self.ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(GIVE_UP_SECONDS)


@pytest.fixture
def played() -> Iterator[Callable[[Callable[[Conversation], None]], PlayedServer]]:
    """``played(play)`` is a server on loopback that answers each connection with ``play(conversation)``."""
    servers: list[PlayedServer] = []

    def start(play: Callable[[Conversation], None]) -> PlayedServer:
        servers.append(PlayedServer(play))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class _Handler:
    """Keeps the texts of mails that came from somebody signed in."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert session.authenticated
        self.texts.append(envelope.original_content or b"")
        return "250 OK"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login, given.password) == (b"sender", b"p@ss/word: %")
    return AuthResult(success=right, handled=False)


class _StartTls(Controller):
    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            tls_context=server_context(),
            require_starttls=True,
            authenticator=_authenticate,
            enable_SMTPUTF8=False,
        )


class _FromTheFirstByte(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, auth_require_tls=False, authenticator=_authenticate)


def server_context() -> ssl.SSLContext:
    """Return how the servers of these tests show who they are."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """A client's context that trusts the servers of these tests."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@pytest.fixture
def starttls_server() -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that wants STARTTLS and a sign-in, and the texts that it was sent."""
    yield from _running(_StartTls, None)


@pytest.fixture
def tls_server() -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that speaks TLS from the first byte and wants a sign-in, and the texts that it was sent."""
    yield from _running(_FromTheFirstByte, server_context())


def _running(kind: type[Controller], context: ssl.SSLContext | None) -> Iterator[tuple[int, list[bytes]]]:
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    handler = _Handler()
    controller = kind(handler, hostname=HOST, port=port, ssl_context=context)
    controller.start()
    yield port, handler.texts
    controller.stop()
