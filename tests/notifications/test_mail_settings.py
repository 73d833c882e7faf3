"""What the settings say about mail, and the outbox of an installation without a mail server."""

import re
import stat
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.notifications.conftest import escalation
from troubleshoot_app.core.settings import Settings
from troubleshoot_app.notifications.mail import MailDeferred, OutboxSender, sender_from
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.notifications.smtp_connection import SmtpServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", SmtpServer("mail", 25)),
        ("smtp://mail:2525/", SmtpServer("mail", 2525)),
        ("smtp://mail/?starttls=true", SmtpServer("mail", 587, starttls=True)),
        ("smtp://mail/?starttls=False", SmtpServer("mail", 25)),
        ("smtps://mail", SmtpServer("mail", 465, tls=True)),
        ("smtp://[::1]:25", SmtpServer("::1", 25)),
        ("smtp://me%40here.org:a%3Ab@mail", SmtpServer("mail", 25, user="me@here.org", password="a:b")),
        ("smtp://apikey:abc@mail", SmtpServer("mail", 25, user="apikey", password="abc")),
    ],
)
def test_what_an_smtp_url_means(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org", "http://u:hunter2@mail", "smtp://", "smtp://u:hunter2@", "smtp://u:hunter2@:25",
        "smtp://u:hunter2@mail:port", "smtp://u:hunter2@mail:0", "smtp://u:hunter2@mail:99999", "smtp://u:hun/ter2@mail",
        "smtp://u:hun#ter2@mail", "smtp://u:hun?ter2@mail", "smtp://u:hunter2@[mail", "smtp://u:hunter2@ma il",
        "smtp://u:hunter2@mail/folder", "smtp://u:hunter2@mail/?tls=true", "smtp://u:hunter2@mail/?starttls=maybe",
        "smtps://u:hunter2@mail/?starttls=true", "smtp://u@mail", "smtp://:hunter2@mail", "smtp://u:hunter2%C3%A9@mail",
        "smtp://u:hunter2%0A@mail", "smtp://u:hunter2@ma\u2100il", "smtp://u:hunter2@" + "x" * 64,
    ],
)  # fmt: skip
def test_a_malformed_smtp_url_is_told_at_start_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^SMTP_URL must look like .*\.$") as error:
        sender_from(Settings(smtp_url=url))
    assert not re.search("hunter2|ter2|hun/", str(error.value))


@pytest.mark.parametrize(
    "mail_from",
    [
        "nobody", "a@b.c, d@e.f", "Name <>", "žofie@example.org", "a@b\r\nBcc: c@d", "a@b.c\n", "Two\nlines <a@b.c>",
        "a@b.c,", "N\0 <a@b.c>", "a @b.c", "Name <a@b.c", "Name a@b.c", "Team: a@b.c;", "a@b..c",
    ],
)  # fmt: skip
def test_a_malformed_sender_is_told_at_start(mail_from: str) -> None:
    with pytest.raises(ValueError, match=r"^MAIL_FROM must be one mail address"):
        sender_from(Settings(mail_from=mail_from))


@pytest.mark.parametrize(
    "mail_from", ["a@b", "Help desk <help@example.org>", '"Doe, Žofie" <zofie@[127.0.0.1]>']
)
def test_a_sender_may_have_a_name(mail_from: str) -> None:
    assert sender_from(Settings(mail_from=mail_from))


def test_without_a_server_mails_are_written_to_the_outbox(tmp_path: Path) -> None:
    sender = sender_from(Settings(var_dir=tmp_path / "var"))
    for address in ("dana@example.org", "dana@example.org", "žofie/x@example.org"):
        sender.send(escalation_message(escalation(recipient_address=address, recipient_name="Łukasz")))
    files = sorted((tmp_path / "var" / "outbox").iterdir())
    names = [re.sub("-[^-]*$", "", file.name) for file in files]
    assert [re.sub("^[0-9]{8}T[0-9]{6}[.][0-9]{6}Z-", "", name) for name in names] == [
        "dana@example.org", "dana@example.org", "_ofie_x@example.org",
    ]  # fmt: skip
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.suffix == ".eml" for file in files)
    read = message_from_bytes(files[0].read_bytes(), policy=default)
    assert read["To"].addresses[0].display_name == "Łukasz"
    last = message_from_bytes(files[2].read_bytes(), policy=default)
    assert str(last["To"]).encode(errors="surrogateescape").decode() == "Łukasz <žofie/x@example.org>"


def test_an_outbox_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(MailDeferred, match="could not be written to"):
        OutboxSender(tmp_path / "outbox").send(escalation_message(escalation()))
