"""Senders against real servers: what is taken, what is refused for good, and what is to be tried again."""

import os
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.notifications.conftest import HOST, Conversation, PlayedServer, escalation
from tests.support.smtp import MailServer
from troubleshoot_app.core.settings import Settings
from troubleshoot_app.notifications.mail import (
    MailDeferred,
    MailRefused,
    MailSender,
    OutboxSender,
    SmtpSender,
    sender_from,
)
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.notifications.smtp_connection import SmtpServer

DANA = "dana@example.org"
QUICK = 0.4
Play = Callable[[Callable[[Conversation], None]], PlayedServer]


def message(address: str = DANA, **fields: object) -> EmailMessage:
    return escalation_message(escalation(recipient_address=address, **fields))


def sender_to(port: int, *, time_out: float = 5, whole: float = 10) -> SmtpSender:
    return SmtpSender(SmtpServer(HOST, port), time_out=time_out, whole=whole)


def test_a_mail_arrives_once_with_both_parts(smtp: MailServer) -> None:
    sender_from(Settings(smtp_url=smtp.url)).send(message(recipient_name="Łukasz Ødegård 🛠️"))
    (mail,) = smtp.mails
    assert (mail.sender, mail.recipients) == ("troubleshoot@example.org", [DANA])
    assert mail.message["To"].addresses[0].display_name == "Łukasz Ødegård 🛠️"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert mail.message["Message-ID"] == message()["Message-ID"]


def test_a_reason_that_names_a_file_attaches_nothing(smtp: MailServer) -> None:
    sender_to(smtp.port).send(message(reason=__file__, recipient_name=__file__, question=__file__))
    received = smtp.mails[0].message
    assert not list(received.iter_attachments())
    assert "test_a_reason_that_names_a_file" not in received.as_string()


@pytest.mark.parametrize("code", [550, 553, 501])
def test_a_recipient_may_be_refused_for_good(smtp: MailServer, code: int) -> None:
    smtp.answer_recipient(DANA, f"{code} mailbox unknown")
    with pytest.raises(MailRefused) as refusal:
        sender_to(smtp.port).send(message())
    assert refusal.value.code == code
    assert str(refusal.value) == f"The mail server refused the address: {code} mailbox unknown"
    assert smtp.attempts == [DANA]


@pytest.mark.parametrize("code", [421, 450, 451, 452, 530])
def test_a_recipient_may_be_put_off(smtp: MailServer, code: int) -> None:
    smtp.answer_recipient(DANA, f"{code} not now")
    with pytest.raises(MailDeferred, match=f"did not take the address this time: {code} not now"):
        sender_to(smtp.port).send(message())
    assert smtp.attempts == [DANA]


def test_the_text_may_be_refused_or_put_off(smtp: MailServer) -> None:
    smtp.answer_text("554 looks like spam")
    with pytest.raises(MailRefused, match="refused the mail: 554 looks like spam") as refusal:
        sender_to(smtp.port).send(message())
    assert refusal.value.code == 554
    smtp.answer_text("451 busy")
    with pytest.raises(MailDeferred, match="451 busy"):
        sender_to(smtp.port).send(message())
    assert smtp.mails == []


def test_a_refusal_stands_when_the_server_says_nothing_more(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.say("220 ready")
        for reply in ("250 hello", "250 sender", "550 nobody here"):
            conversation.hear()
            conversation.say(reply)
        while conversation.hear():
            pass

    with pytest.raises(MailRefused, match="550 nobody here"):
        sender_to(played(play).port, time_out=QUICK, whole=QUICK).send(message())


def test_the_sender_may_be_refused(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.say("220 ready")
        conversation.hear()
        conversation.say("250 hello")
        conversation.hear()
        conversation.say("550-Not from\r\n550 there.")
        conversation.hear()
        conversation.say("250 reset")

    with pytest.raises(MailRefused, match=r"^The mail server refused the sender: 550 Not from there\.$"):
        sender_to(played(play).port).send(message())


@pytest.mark.parametrize("greeting", ["554 go away", "421 too busy", "hello there", "\x00" * 9000])
def test_a_server_that_does_not_let_us_in_is_tried_again(played: Play, greeting: str) -> None:
    with pytest.raises(MailDeferred) as deferral:
        sender_to(played(lambda conversation: conversation.say(greeting)).port).send(message())
    assert str(deferral.value).isprintable()


def test_a_refused_connection_is_tried_again(smtp: MailServer) -> None:
    smtp.refuse()
    with pytest.raises(MailDeferred, match=f"at 127.0.0.1:{smtp.port} cannot be used: Connection refused"):
        sender_to(smtp.port).send(message())


def test_a_host_that_does_not_exist_is_tried_again() -> None:
    with pytest.raises(MailDeferred, match="cannot be used"):
        SmtpSender(SmtpServer("mail.invalid", 25)).send(message())


def test_a_server_that_says_nothing_costs_one_time_out(smtp: MailServer) -> None:
    smtp.hang()
    begin = time.monotonic()
    with pytest.raises(MailDeferred, match="did not answer in time"):
        sender_to(smtp.port, time_out=QUICK).send(message())
    assert time.monotonic() - begin < 5 * QUICK


@pytest.mark.parametrize("line_end", [b"", b"\r\n"])
def test_a_server_that_drips_wins_no_time(played: Play, line_end: bytes) -> None:
    def play(conversation: Conversation) -> None:
        while True:
            conversation.connection.sendall(b"220-" + line_end)
            time.sleep(QUICK / 4)

    begin = time.monotonic()
    with pytest.raises(MailDeferred, match="did not answer in time"):
        sender_to(played(play).port, time_out=QUICK, whole=2 * QUICK).send(message())
    assert QUICK < time.monotonic() - begin < 6 * QUICK


def test_a_connection_that_drops_in_the_text_is_tried_again_later_and_not_now(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.up_to_text()
        conversation.hear()

    server = played(play)
    with pytest.raises(MailDeferred, match="closed the connection"):
        sender_to(server.port).send(message())
    assert len(server.conversations) == 1


def test_a_connection_that_drops_after_the_text_is_tried_again_later(smtp: MailServer) -> None:
    smtp.drop()
    with pytest.raises(MailDeferred, match="closed the connection"):
        sender_to(smtp.port).send(message())
    assert smtp.attempts == [DANA]


def test_a_server_that_is_silent_after_the_text_is_tried_again(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.up_to_text()
        conversation.hear_text()
        conversation.hear()

    with pytest.raises(MailDeferred, match="did not answer in time"):
        sender_to(played(play).port, time_out=QUICK).send(message())


@pytest.mark.parametrize("goodbye", ["", "500 what?", "silence"])
def test_once_the_mail_is_taken_a_bad_goodbye_changes_nothing(played: Play, goodbye: str) -> None:
    def play(conversation: Conversation) -> None:
        conversation.up_to_text()
        conversation.hear_text()
        conversation.say("250 taken")
        if goodbye:
            conversation.hear()
        if goodbye == "silence":
            conversation.hear()
        elif goodbye:
            conversation.say(goodbye)

    server = played(play)
    sender_to(server.port, time_out=QUICK).send(message())
    assert len(server.conversations) == 1


@pytest.mark.parametrize(
    "address",
    [
        "", "dana", "@example.org", "dana@", "da na@example.org", "a@b@c.org", "dana@example..org", "dana..s@example.org",
        "dana@exa mple.org", "<dana@example.org>", "dana@example.org, eve@example.org", "dana@example.org\r\nRCPT TO:<eve>",
        "Eve <eve@example.org>", "dana\x00@example.org", "dana@" + "x" * 64 + ".org", "d" * 65 + "@example.org",
        "\u202edana@example.org", "dana\ud800@example.org", "dana@example.org>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_a_server_is_asked(smtp: MailServer, address: str) -> None:
    for sender in (sender_to(smtp.port), OutboxSender(Path("/nonexistent"))):
        with pytest.raises(MailRefused, match="is not a mail address") as refusal:
            sender.send(message(address))
        assert refusal.value.code is None
        assert str(refusal.value).isprintable()
    assert smtp.attempts == []


def test_a_domain_in_any_script_is_written_in_ascii(smtp: MailServer) -> None:
    sender_to(smtp.port).send(message("dana@bücher.example"))
    assert smtp.mails[0].recipients == ["dana@xn--bcher-kva.example"]


def test_a_name_in_any_script_needs_a_server_that_can(
    smtp: MailServer, starttls_server: tuple[int, list[bytes]], trusting: ssl.SSLContext
) -> None:
    sender_to(smtp.port).send(message("žofie@example.org"))
    assert smtp.mails[0].recipients == ["žofie@example.org"]
    (to,) = smtp.mails[0].message["To"].addresses
    assert to.addr_spec.encode(errors="surrogateescape").decode() == "žofie@example.org"
    port, texts = starttls_server
    server = SmtpServer("localhost", port, starttls=True, user="sender", password="p@ss/word: %")
    with pytest.raises(MailRefused, match=r"takes ASCII addresses only, and žofie@example\.org is none"):
        SmtpSender(server, tls_context=trusting).send(message("žofie@example.org"))
    assert texts == []


def test_a_name_in_any_script_is_not_sent_to_an_ancient_server(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.say("220 ready")
        for reply in ("502 EHLO?", "250 hello", "221 bye"):
            conversation.hear()
            conversation.say(reply)

    server = played(play)
    with pytest.raises(MailRefused, match="takes ASCII addresses only"):
        sender_to(server.port).send(message("žofie@example.org"))
    assert not [line for line in server.conversations[0].heard if line.startswith(b"MAIL")]


def test_starttls_and_sign_in(starttls_server: tuple[int, list[bytes]], trusting: ssl.SSLContext) -> None:
    port, texts = starttls_server
    url = f"smtp://sender:p%40ss%2Fword%3A%20%25@localhost:{port}/?starttls=true"
    SmtpSender(SmtpServer.from_url(url), tls_context=trusting).send(message())
    assert len(texts) == 1


def test_tls_from_the_first_byte_and_sign_in(
    tls_server: tuple[int, list[bytes]], trusting: ssl.SSLContext
) -> None:
    port, texts = tls_server
    url = f"smtps://sender:p%40ss%2Fword%3A%20%25@localhost:{port}"
    SmtpSender(SmtpServer.from_url(url), tls_context=trusting).send(message())
    assert len(texts) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    scheme: str, starttls_server: tuple[int, list[bytes]], tls_server: tuple[int, list[bytes]]
) -> None:
    port, texts = starttls_server if scheme == "smtp" else tls_server
    tail = "?starttls=true" if scheme == "smtp" else ""
    sender = sender_from(Settings(smtp_url=f"{scheme}://sender:secret@localhost:{port}/{tail}"))
    with pytest.raises(MailDeferred, match="certificate"):
        sender.send(message())
    assert texts == []


def test_a_wrong_password_is_tried_again_and_not_told(
    tls_server: tuple[int, list[bytes]], trusting: ssl.SSLContext
) -> None:
    server = SmtpServer("localhost", tls_server[0], tls=True, user="sender", password="hunter2")
    with pytest.raises(MailDeferred, match="does not let us sign in: 535") as deferral:
        SmtpSender(server, tls_context=trusting).send(message())
    assert "hunter2" not in str(deferral.value)


def test_a_server_that_repeats_the_password_is_not_quoted(played: Play) -> None:
    def play(conversation: Conversation) -> None:
        conversation.say("220 ready")
        conversation.hear()
        conversation.say("250-hello\r\n250 AUTH PLAIN")
        said = conversation.hear().decode().strip()
        conversation.say(f"535 wrong: {said} (hunter2)")

    server = SmtpServer(HOST, played(play).port, user="sender", password="hunter2")
    with pytest.raises(MailDeferred) as deferral:
        SmtpSender(server).send(message())
    assert str(deferral.value).endswith("535 wrong: AUTH PLAIN *** (***)")
    assert "hunter2" not in repr(server)


def test_a_server_without_sign_in_or_encryption_is_tried_again(smtp: MailServer) -> None:
    for server in (
        SmtpServer(HOST, smtp.port, user="sender", password="hunter2"),
        SmtpServer(HOST, smtp.port, starttls=True),
    ):
        with pytest.raises(MailDeferred, match="cannot be used"):
            SmtpSender(server).send(message())
    assert smtp.mails == []


def test_an_error_is_one_short_clean_line(smtp: MailServer) -> None:
    smtp.answer_recipient(DANA, "550 \x1b[31m\u202e" + "no " * 100)
    with pytest.raises(MailRefused) as refusal:
        sender_to(smtp.port).send(message())
    assert len(str(refusal.value)) <= 300
    assert str(refusal.value).isprintable()


def test_a_send_leaves_nothing_open(smtp: MailServer, played: Play) -> None:
    before = len(os.listdir("/proc/self/fd"))
    senders: list[MailSender] = [sender_to(smtp.port), sender_to(played(lambda _: None).port)]
    smtp.answer_recipient("nobody@example.org", "550 no")
    for _ in range(5):
        senders[0].send(message())
        with pytest.raises(MailRefused):
            senders[0].send(message("nobody@example.org"))
        with pytest.raises(MailDeferred):
            senders[1].send(message())
    deadline = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > before + 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (
        len(os.listdir("/proc/self/fd")) <= before + 1
    )  # the one is the listening socket of the second server
