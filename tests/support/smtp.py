"""A real mail server on loopback that keeps what it is sent and can be told to misbehave."""

import asyncio
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port

HOST = "127.0.0.1"
NEVER = 3600
HANG_SECONDS = 60
ACCEPTED = "250 OK"
POLL_SECONDS = 0.02
READY_SECONDS = 30
# Turns of the event loop from a connection that was accepted to one that is closed.
TURNS_TO_CONNECT = 5

Mode = Literal["accept", "hang", "drop"]
# What befalls a recipient's mails, one each: the connection hangs when the recipient is named, is cut in the middle of
# the text, is lost after a mail was taken, or the text gets a reply such as "554 Spam".
Turn = str


@dataclass(frozen=True)
class ReceivedMail:
    """One mail that was accepted, with the addresses of its envelope."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class _Conversation(SMTP):
    """One connection; says nothing at all while the server hangs."""

    async def _handle_client(self) -> None:
        try:
            if self.event_handler.mode == "hang":
                await asyncio.sleep(NEVER)
            await super()._handle_client()
        finally:
            if self.transport is not None:
                self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Cut the connection in the middle of the text where that is wanted."""
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and self.event_handler.takes_turn(recipients[0], "cut"):
            await self.push("354 Go on")
            await self._reader.readline()
            assert isinstance(self.transport, asyncio.WriteTransport)
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def __init__(self, handler: "MailServer") -> None:
        super().__init__(handler, hostname=HOST, port=handler.port, ready_timeout=READY_SECONDS)
        self._conversations: weakref.WeakSet[SMTP] = weakref.WeakSet()

    def factory(self) -> SMTP:
        conversation = _Conversation(self.handler, enable_SMTPUTF8=True)
        self._conversations.add(conversation)
        return conversation

    def stop(self, no_assert: bool = False) -> None:
        """Stop listening, and leave no connection open, not even one that is just being made."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        assert self.server is not None
        self.server.close()
        for _ in range(TURNS_TO_CONNECT):
            await asyncio.sleep(0)
            for conversation in self._conversations:
                if conversation.transport is not None:
                    conversation.transport.close()


class MailServer:
    """Accepts mail at ``url`` and keeps it in ``mails``; the methods make it do otherwise until ``reset``."""

    def __init__(self) -> None:
        """Choose a port; nothing listens before ``start``."""
        self.port = free_port()
        self.url = f"smtp://{HOST}:{self.port}"
        self._controller: Controller | None = None
        self.mails: list[ReceivedMail] = []
        self.attempts: list[str] = []
        self.mode: Mode = "accept"
        self.recipient_replies: dict[str, str] = {}
        self.turns: dict[str, list[Turn]] = {}
        self.text_reply = ACCEPTED

    def start(self) -> None:
        """Listen, again after ``refuse``."""
        if self._controller is None:
            self._controller = _Controller(self)
            self._controller.start()

    def refuse(self) -> None:
        """Stop listening: connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def hang(self) -> None:
        """Accept connections and never say a word."""
        self.mode = "hang"

    def drop(self) -> None:
        """Cut the connection when the text of a mail is about to come."""
        self.mode = "drop"

    def answer_recipient(self, address: str, reply: str) -> None:
        """Answer ``reply``, such as ``550 No such user``, to every mail for ``address``."""
        self.recipient_replies[address.lower()] = reply

    def answer_text(self, reply: str) -> None:
        """Answer ``reply``, such as ``554 Looks like spam``, to the text of every mail."""
        self.text_reply = reply

    def trouble(self, address: str, *turns: Turn) -> None:
        """Let these befall the next mails to ``address``, in this order; each is "hang", "cut", "taken", or a reply."""
        self.turns[address.lower()] = list(turns)

    def takes_turn(self, address: str, turn: Turn) -> bool:
        """Whether it is now the turn of this trouble; it happens once."""
        turns = self.turns.get(address.lower(), [])
        if turns[:1] == [turn]:
            turns.pop(0)
            return True
        return False

    def reset(self) -> None:
        """Forget all mails and accept everything again."""
        self.turns = {}
        self.mode, self.text_reply = "accept", ACCEPTED
        self.mails, self.attempts, self.recipient_replies = [], [], {}
        self.start()

    def stop(self) -> None:
        """Stop for good."""
        self.refuse()

    def to(self, address: str) -> list[ReceivedMail]:
        """Return the mails that came for ``address``."""
        return [mail for mail in self.mails if address.lower() in map(str.lower, mail.recipients)]

    def wait_for(
        self, enough: Callable[[list[ReceivedMail]], bool], seconds: float = 40
    ) -> list[ReceivedMail]:
        """Return the mails as soon as ``enough`` says so; AssertionError when it does not in time."""
        deadline = time.monotonic() + seconds
        while not enough(self.mails):
            recipients = [mail.recipients for mail in self.mails]
            assert time.monotonic() < deadline, f"after {seconds} s there are only mails to {recipients}"
            time.sleep(POLL_SECONDS)
        return list(self.mails)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd for each recipient of a mail."""
        self.attempts.append(address)
        if self.takes_turn(address, "hang"):
            await asyncio.sleep(HANG_SECONDS)
        reply = self.recipient_replies.get(address.lower(), ACCEPTED)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd with the text of a mail."""
        recipient = envelope.rcpt_tos[0] if envelope.rcpt_tos else ""
        turns = self.turns.get(recipient.lower(), [])
        if turns and turns[0][:3].isdigit():
            return turns.pop(0)
        if self.mode == "drop":
            server.transport.abort()
        elif self.text_reply.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(ReceivedMail(envelope.mail_from or "", list(envelope.rcpt_tos), message))
            if self.takes_turn(recipient, "taken"):
                server.transport.abort()
        return self.text_reply
