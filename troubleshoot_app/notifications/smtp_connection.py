"""The way to a mail server: what ``SMTP_URL`` says, and connections to it that keep to a deadline."""

import smtplib
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yagmail

from troubleshoot_app.core.deadlines import Deadline, TimedReader
from troubleshoot_app.notifications.mail_headers import is_mail_address

PORTS = {("smtp", False): 25, ("smtp", True): 587, ("smtps", False): 465}
SWITCH = {"true": True, "false": False}
URL_FORM = "SMTP_URL must look like smtp[s]://user:password@host:port/?starttls=true"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over; signs in when there is a user."""

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Return the server that ``SMTP_URL`` names; ValueError, without the password in it, when it is malformed."""
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:  # what it says holds parts of the URL
            raise ValueError(
                f"{URL_FORM}, user and password percent-encoded: host or port cannot be read."
            ) from None
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        starttls = SWITCH.get(options.pop("starttls", "false").lower())
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        plain = (user + password).isascii() and (user + password).isprintable()
        bare = parts.path in ("", "/") and not parts.fragment and not options
        allowed = (True, False) if parts.scheme == "smtp" else (False,)
        checks = {
            "it begins with smtp:// or smtps://": parts.scheme in ("smtp", "smtps"),
            "the host is a name or an address": is_mail_address(f"name@{_idna(parts.hostname or '')}"),
            "the port is 1 to 65535": port != 0,
            "only starttls may follow the host": bare,
            "starttls is true or false, and only for smtp://": starttls in allowed,
            "user and password go together": bool(user) == bool(password),
            "user and password are plain ASCII": plain,
        }
        for rule, kept in checks.items():
            if not kept:
                raise ValueError(f"{URL_FORM}, user and password percent-encoded: {rule}.")
        tls, secured_later = parts.scheme == "smtps", starttls is True
        port = port or PORTS[parts.scheme, secured_later]
        return cls(parts.hostname or "", port, tls, secured_later, user, password)


def _idna(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


class _Connection(smtplib.SMTP):
    """An SMTP connection that keeps to a deadline."""

    def __init__(self, host: str, port: str, *, deadline: Deadline, **kwargs: Any) -> None:
        self._deadline = deadline
        super().__init__(host, int(port), **kwargs)

    def send(self, s: Any) -> None:
        if self.sock is not None:
            try:
                self.sock.settimeout(self._deadline.next_wait())
            except TimeoutError as error:
                self.close()
                raise smtplib.SMTPServerDisconnected(str(error)) from error
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = BufferedReader(TimedReader(self.sock, self._deadline))
        return super().getreply()


class _TlsConnection(_Connection, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class Client(yagmail.SMTP):  # type: ignore[misc]  # yagmail has no types
    """yagmail's client over connections that keep to a deadline."""

    @property
    def connection(self) -> type[_Connection]:
        return _TlsConnection if self.ssl else _Connection
