"""Webhooks: what other programs may be told of, how what they get is signed, and where nothing is ever sent."""

import base64
import binascii
import contextlib
import hashlib
import hmac
import re
import socket
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from troubleshoot_app.domain.errors import DomainError

URL_LENGTH = 2_000
SECRET_LENGTH = range(16, 257)
KEY_BYTES = range(18, 129)
SECRET_PREFIX = "whsec_"  # noqa: S105  what secrets of this form begin with
SIGNATURE_VERSION = "v1"
PORTS = {"http": 80, "https": 443}

Address = IPv4Address | IPv6Address


class WebhookEvent(StrEnum):
    """What other programs may be told of."""

    HANDOFF_OPENED = "handoff.opened"
    HANDOFF_CLAIMED = "handoff.claimed"
    HANDOFF_REOPENED = "handoff.reopened"
    HANDOFF_RESOLVED = "handoff.resolved"
    SESSION_COMPLETED = "session.completed"


PING: Final = "webhook.ping"


class UnusableTarget(DomainError):
    """Nothing can, or may, be sent to this address."""


class UnusableSecret(DomainError):
    """Nothing can be signed with this."""


class Verdict(Enum):
    """What an answer of a receiver means."""

    TAKEN = auto()
    GONE = auto()
    TRY_AGAIN = auto()


def verdict_on(status: int) -> Verdict:
    """Return what a status means: 2xx is taken, 410 ends the webhook, anything else (redirects, too) is tried again."""
    if 200 <= status < 300:
        return Verdict.TAKEN
    return Verdict.GONE if status == 410 else Verdict.TRY_AGAIN


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post to: ``host`` is an address or a name in ASCII, ``path`` goes with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_secure(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.scheme == "https"


def target_of(url: str, *, allow_private: bool) -> Target:
    """Return what a URL points to, as far as that can be told without asking for the address of its host.

    Raises:
        UnusableTarget: it is no plain URL of a web server, or of one that nothing may be sent to.
    """
    if len(url) > URL_LENGTH:
        raise UnusableTarget(f"The URL is too long: at most {URL_LENGTH:,} characters.")
    if not url.isascii() or not url.isprintable() or re.search(r'[\s\\"<>^`{|}]', url):
        url = _with_ascii_host(url)
    parts, port = _split(url)
    if parts.scheme not in PORTS:
        raise UnusableTarget("The URL must begin with https://.")
    if parts.scheme == "http" and not allow_private:
        raise UnusableTarget("The URL must begin with https://: what is sent is nobody else's business.")
    if parts.username is not None or parts.password is not None:
        raise UnusableTarget("The URL must not hold a user or a password; what is sent is signed instead.")
    if parts.fragment or url.endswith("#"):
        raise UnusableTarget("The URL must not have a fragment (what follows a #).")
    if not _SENT.fullmatch(parts.path + parts.query):
        raise UnusableTarget(_ENCODE)
    host = (parts.hostname or "").removesuffix(".")
    _check_host(host, allow_private=allow_private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or PORTS[parts.scheme], path)


def may_reach(address: Address, *, allow_private: bool) -> bool:
    """Tell whether anything may be sent to an address: public ones, and private and loopback ones if those are allowed."""
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    if plain in _METADATA:
        return False
    if any(plain in network for network in _PRIVATE):
        return allow_private
    if isinstance(plain, IPv6Address) and (plain not in _UNICAST or plain in _SIX_TO_FOUR):
        return False
    return plain.is_global and not plain.is_multicast


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, as the Standard Webhooks specification has it.

    It is the HMAC-SHA256 of ``id.timestamp.body``, in Base64 after ``v1,``; ``timestamp`` counts seconds since 1970.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(signing_key(secret), signed, hashlib.sha256)
    return f"{SIGNATURE_VERSION},{base64.b64encode(digest).decode('ascii')}"


def signing_key(secret: str) -> bytes:
    """Return the key that a secret stands for: the bytes in Base64 after ``whsec_``, or else the text itself.

    Raises:
        UnusableSecret: it is too short, too long, not ASCII, or not Base64 after ``whsec_``.
    """
    if not secret.startswith(SECRET_PREFIX):
        if len(secret) not in SECRET_LENGTH or not (secret.isascii() and secret.isprintable()):
            raise UnusableSecret(
                f"The secret must have {SECRET_LENGTH.start} to {SECRET_LENGTH.stop - 1} characters of ASCII on one line."
            )
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in KEY_BYTES:
        raise UnusableSecret(
            f"After {SECRET_PREFIX} there must be {KEY_BYTES.start} to {KEY_BYTES.stop - 1} bytes in Base64."
        )
    return key


def _with_ascii_host(url: str) -> str:
    """Return a URL whose host is in another script with that host in ASCII; ``UnusableTarget`` when that is not all."""
    found = re.fullmatch(r"(https?://)([^/?#@:\\\s]+)((?::\d+)?(?:[/?][!-~]*)?)", url, re.IGNORECASE)
    try:
        host = found[2].encode("idna").decode("ascii") if found else ""
    except UnicodeError:
        host = ""
    if not found or not host or re.search(r'[\\"<>^`{|}]', found[3]):
        raise UnusableTarget(_ENCODE)
    return found[1] + host + found[3]


def _split(url: str) -> tuple[SplitResult, int | None]:
    no_url = UnusableTarget("This is no URL. It looks like https://example.org/hooks/troubleshoot.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise no_url from None
    if port == 0:
        raise no_url
    return parts, port


def _check_host(host: str, *, allow_private: bool) -> None:
    address = _literal(host)
    if address is not None:
        if not may_reach(address, allow_private=allow_private):
            raise UnusableTarget(f"Nothing is sent to {address}: {_WHY_NOT}")
        return
    try:
        good = bool(_HOST.fullmatch(host)) and bool(host.encode("idna"))
    except UnicodeError:
        good = False
    if not good:
        raise UnusableTarget("The URL needs the name of a host: https://example.org/hooks/troubleshoot.")
    if (host == "localhost" or host.endswith(".localhost")) and not allow_private:
        raise UnusableTarget(f"Nothing is sent to {host}: {_WHY_NOT}")


def _literal(host: str) -> Address | None:
    """Return the address that a host is, in whatever way it is written; None for a name."""
    with contextlib.suppress(ValueError):
        return None if "%" in host else ip_address(host)
    if not re.fullmatch(r"[0-9a-fx.]+", host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))  # as the system reads 127.1, 0x7f000001 and 2130706433
    except OSError:
        return None


_WHY_NOT = "it is no public address. The operator of this installation can allow private ones."
_ENCODE = "The URL has characters that a URL cannot have; percent-encode them."
# What RFC 3986 lets stand in a path and a query.
_SENT = re.compile(r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_PRIVATE = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10", "::1", "fc00::/7"),
    )
)
_UNICAST = ip_network("2000::/3")
_SIX_TO_FOUR = ip_network("2002::/16")  # leads to the IPv4 address that is in it
_METADATA = frozenset(map(ip_address, ("169.254.169.254", "100.100.100.200", "fd00:ec2::254")))
