"""Sending mail: one recipient, one attempt, and an outcome that says whether to try again.

yagmail connects, secures and signs in. Its own ``send`` is left alone: it takes texts for file names, sends up to three
copies when a connection drops, and then returns False.
"""

import base64
import contextlib
import os
import re
import smtplib
import ssl
import tempfile
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.deadlines import Deadline
from troubleshoot_app.core.settings import Settings
from troubleshoot_app.notifications.mail_headers import clip, is_mail_address, mailbox_from, one_line
from troubleshoot_app.notifications.smtp_connection import Client, SmtpServer

OUTBOX = "outbox"
TIME_OUT_SECONDS = 10.0
WHOLE_SECONDS = 30.0
ERROR_LENGTH = 300
PERMANENT = range(500, 600)
ABOUT_US = frozenset({530, 534, 535, 538})  # sign-in or encryption is wanted: not about this mail
ANY_SCRIPT = ("SMTPUTF8", "BODY=8BITMIME")
NO_NAME = "[127.0.0.1]"


class MailRefused(Exception):
    """This mail will never be taken. ``code`` is what the server answered; None when no server was asked."""

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(clip(one_line(text), ERROR_LENGTH))
        self.code = code


class MailDeferred(Exception):
    """It did not work this time; the server may even have taken the mail. Try again later."""

    def __init__(self, text: str) -> None:
        super().__init__(clip(one_line(text), ERROR_LENGTH))


class MailSender(Protocol):
    """Takes a finished message to its one recipient, or says why not."""

    def send(self, message: EmailMessage) -> None:
        """Return when the mail was taken; raise ``MailRefused`` or ``MailDeferred``, each a sentence for a person."""


def sender_from(settings: Settings) -> MailSender:
    """Return the sender that the settings ask for; ValueError, naming the setting, when they cannot be used."""
    try:
        domain = mailbox_from(settings.mail_from).domain
    except ValueError:
        raise ValueError(
            "MAIL_FROM must be one mail address in ASCII, such as troubleshoot@example.org, or a name and one, such as "
            "Help <help@example.org>."
        ) from None
    if not settings.smtp_url:
        return OutboxSender(settings.var_dir / OUTBOX)
    return SmtpSender(SmtpServer.from_url(settings.smtp_url), our_name=domain if "." in domain else NO_NAME)


class SmtpSender:
    """Hands mails to a real server, each over a connection of its own; may be used by many threads at once."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        our_name: str = NO_NAME,
        time_out: float = TIME_OUT_SECONDS,
        whole: float = WHOLE_SECONDS,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """``time_out`` bounds the wait for each answer and ``whole`` the conversation, in seconds."""
        self._server = server
        self._our_name = our_name
        self._time_out = time_out
        self._whole = whole
        self._tls_context = tls_context or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over once. A connection that drops after the text was sent counts as deferred."""
        sender, recipient = _envelope(message)
        text = (
            message.as_bytes()
        )  # smtplib's own writing puts a ">" before each line that begins with "From "
        client = self._client()
        try:
            self._connect(client)
            if not recipient.isascii() and not client.smtp.has_extn("smtputf8"):
                raise MailRefused(
                    None, f"The mail server takes ASCII addresses only, and {recipient} is none."
                )
            try:
                client.smtp.sendmail(sender, [recipient], text, () if recipient.isascii() else ANY_SCRIPT)
            except OSError as error:
                raise self._outcome(error, recipient) from error
            _say_goodbye(client)
        finally:
            client.is_closed = True  # or yagmail quits once more when it is collected
            if client.smtp is not None:
                client.smtp.close()

    def _client(self) -> Client:
        server = self._server
        return Client(
            {server.user: server.user},
            server.password,
            server.host,
            server.port,
            smtp_ssl=server.tls,
            smtp_starttls={"context": self._tls_context} if server.starttls else False,
            smtp_skip_login=not server.user,
            soft_email_validation=False,
            local_hostname=self._our_name,
            timeout=self._time_out,
            deadline=Deadline(self._time_out, self._whole),
            **({"context": self._tls_context} if server.tls else {}),
        )

    def _connect(self, client: Client) -> None:
        try:
            client.login()
            client.smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            raise MailDeferred(f"The mail server does not let us sign in: {self._reply(error)}") from error
        except smtplib.SMTPResponseException as error:
            raise MailDeferred(f"The mail server takes no mail now: {self._reply(error)}") from error
        except OSError as error:
            raise self._trouble(error) from error

    def _outcome(self, error: OSError, recipient: str) -> MailRefused | MailDeferred:
        """Return what to raise for what went wrong after the server let us in."""
        match error:
            case smtplib.SMTPRecipientsRefused():
                code, reply = error.recipients[recipient]
                error = smtplib.SMTPResponseException(code, reply)
                what = "the address"
            case smtplib.SMTPSenderRefused():
                what = "the sender"
            case smtplib.SMTPDataError():
                what = "the mail"
            case smtplib.SMTPResponseException():
                return MailDeferred(f"The mail server takes no mail now: {self._reply(error)}")
            case _:
                return self._trouble(error)
        code = error.smtp_code
        if code in PERMANENT and code not in ABOUT_US:
            return MailRefused(code, f"The mail server refused {what}: {self._reply(error)}")
        return MailDeferred(f"The mail server did not take {what} this time: {self._reply(error)}")

    def _trouble(self, error: OSError) -> MailDeferred:
        at = f"{self._server.host}:{self._server.port}"
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return MailDeferred(f"The mail server at {at} did not answer in time.")
        if isinstance(error, smtplib.SMTPServerDisconnected):
            return MailDeferred(f"The mail server at {at} closed the connection before it took the mail.")
        return MailDeferred(
            f"The mail server at {at} cannot be used: {self._without_secrets(error.strerror or str(error))}"
        )

    def _reply(self, error: smtplib.SMTPResponseException) -> str:
        reply = error.smtp_error
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
        return f"{error.smtp_code} {self._without_secrets(text)}"

    def _without_secrets(self, text: str) -> str:
        user, password = self._server.user, self._server.password
        if not password:
            return text
        for secret in (f"\0{user}\0{password}", password):
            text = text.replace(base64.b64encode(secret.encode()).decode(), "***").replace(secret, "***")
        return text


class OutboxSender:
    """Writes each mail to a file of its own, for an installation without a mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail, readable by the owner alone; the file appears when it is complete."""
        _, recipient = _envelope(message)
        name = f"{now():%Y%m%dT%H%M%S.%fZ}-{clip(re.sub(r'[^A-Za-z0-9@._-]', '_', recipient), 80)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix=f".{name}-", suffix=".tmp", dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes())
                unique = Path(path).name.removeprefix(".").removesuffix(".tmp")
                Path(path).rename(self._folder / f"{unique}.eml")
            except OSError:
                Path(path).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise MailDeferred(
                f"The mail could not be written to {self._folder}: {error.strerror}"
            ) from error


def _envelope(message: EmailMessage) -> tuple[str, str]:
    """Return the addresses of sender and recipient; ``MailRefused`` when the recipient's is none."""
    (sender,), (recipient,) = message["From"].addresses, message["To"].addresses
    if not is_mail_address(recipient.addr_spec):
        raise MailRefused(None, f"“{recipient.display_name}” is not a mail address.")
    return sender.addr_spec, recipient.addr_spec


def _say_goodbye(client: Client) -> None:
    with contextlib.suppress(OSError):  # the mail was taken; how the connection ends changes nothing
        client.smtp.quit()
