"""What stands in the headers of a mail: text from people made clean, addresses, and how both are written."""

import re
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any
from urllib.parse import urlsplit

NAME_LENGTH = 60
ADDRESS_LENGTH = 254
LOCAL_PART_LENGTH = 64

_LOCAL_PART = re.compile(r"""[^\s\x00-\x20\x7f"(),:;<>@\[\\\].]+(\.[^\s\x00-\x20\x7f"(),:;<>@\[\\\].]+)*""")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[(IPv6:)?[0-9A-Fa-f.:]+\]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNSEEN = dict.fromkeys(
    [
        *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"),
        *range(0x202A, 0x202F),  # these two ranges turn the direction of all that follows
        *range(0x2066, 0x206A),
        0xFEFF,
    ]
)
_IDS = frozenset({"message-id", "in-reply-to", "references"})
_PEOPLE = frozenset({"from", "to"})


def clean(text: str | None) -> str:
    """Return text from a person without what cannot be sent or seen: lines end in ``\\n``, at most one in a row is empty."""
    whole = (text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    lines = "\n".join(line.rstrip() for line in whole.splitlines()).translate(_UNSEEN)
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def one_line(text: str | None) -> str:
    """Return text from a person as one clean line that no mail program takes for an encoded word."""
    return " ".join(clean(text).split()).replace("=?", "= ?")


def clip(text: str, length: int) -> str:
    """Return ``text``, or its beginning and an ellipsis: never more than ``length`` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def mailbox(name: str | None, address: str) -> Address:
    """Return a person's address with the domain in ASCII; if it is none, only a name that says what was given."""
    local_part, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not is_mail_address(f"{local_part}@{domain}"):
        return Address(display_name=clip(one_line(address), NAME_LENGTH))
    return Address(clip(one_line(name), NAME_LENGTH), local_part, domain)


def mailbox_from(value: str) -> Address:
    """Return the one mailbox written as ``name@host`` or ``Name <name@host>`` in one line; ValueError unless it is, in
    ASCII but for the name."""
    found = getaddresses([value])
    name, spec = found[0] if len(found) == 1 else ("", "")
    address = mailbox(name, spec)
    written = value.strip(" ")
    is_as_written = written == spec or written.endswith(f"<{spec}>")
    if not (is_as_written and address.domain and address.username.isascii()) or _CONTROL.search(value):
        raise ValueError("not a mail address")
    return address


def host_of(url: str) -> str:
    """Return the host of a URL as it stands behind the ``@`` of an id; ValueError when it cannot."""
    host = urlsplit(url).hostname or "localhost"
    return f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")


def is_mail_address(address: str) -> bool:
    """Whether a mail server can be asked to take this; the local part may hold letters of any script, but no quotes."""
    local_part, _, domain = address.rpartition("@")
    return (
        len(address) <= ADDRESS_LENGTH
        and len(local_part) <= LOCAL_PART_LENGTH
        and _LOCAL_PART.fullmatch(local_part) is not None
        and _DOMAIN.fullmatch(domain) is not None
        and address == clean(address)
    )


class MailPolicy(EmailPolicy):
    """The standard policy for mails, with a folding of its own for subjects, people and ids.

    The standard library's turns ids that are longer than a line into encoded words, which breaks the thread, and loses
    blanks between encoded words of a subject.
    """

    def fold(self, name: str, value: Any) -> str:
        """Return the header as it is written, with its line end."""
        written = self._written(name.lower(), value)
        return super().fold(name, value) if written is None else f"{name}: {written}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as the bytes that are sent, with its line end."""
        written = self._written(name.lower(), value)
        if written is None:
            return super().fold_binary(name, value)
        return f"{name}: {written}{self.linesep}".encode()

    def _written(self, name: str, value: Any) -> str | None:
        if name in _IDS:
            return str(value)
        if name == "subject":
            return self._words(str(value))
        if name in _PEOPLE and hasattr(value, "addresses"):
            return ", ".join(self._person(address) for address in value.addresses)
        return None

    def _words(self, text: str) -> str:
        return (
            text
            if text.isascii()
            else Header(text, "utf-8", header_name="Subject").encode(linesep=self.linesep)
        )

    def _person(self, address: Address) -> str:
        if not address.display_name or address.display_name.isascii():
            return str(address)
        spec = "" if address.addr_spec == "<>" else address.addr_spec
        return f"{self._words(address.display_name)} <{spec}>"


MAIL_POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")
