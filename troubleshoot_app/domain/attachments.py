"""Files that people add to a session: what kinds are taken, told by what is in them, and what they are called."""

import codecs
import re
from pathlib import PurePath
from typing import BinaryIO

from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.file_names import clean_file_name

SIZE_LIMIT = 10 * 1024 * 1024
FILES_A_SESSION = 50
CHUNK = 64 * 1024

TEXT = "text/plain"
PDF = "application/pdf"
UNNAMED = "file"

_HEAD = 1024
_BEGINNINGS = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/heic": re.compile(rb".{4}ftyp(?:heic|heix|heim|heis|mif1|msf1)", re.DOTALL),
    "image/avif": re.compile(rb".{4}ftypavi[fs]", re.DOTALL),
    PDF: re.compile(rb"%PDF-\d"),
}
# The first of each is given to a file whose name ends otherwise. What a system might run or a browser might show as a
# page is not among them.
SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "image/avif": (".avif",),
    PDF: (".pdf",),
    TEXT: (
        ".txt", ".log", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".md", ".out",
        ".err",
    ),
}  # fmt: skip
MEDIA_TYPES = tuple(SUFFIXES)

_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NOT_IN_TEXT = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_BEFORE_A_PAGE = r"(?>\s|<\?.*?\?>|<!--.*?-->|<!doctype(?!\s+html)[^\[>]*(?:\[.*?\]\s*)?>)*+"
_PAGE = re.compile(
    rf"{_BEFORE_A_PAGE}<(?:!doctype\s+html|(?:\w+:)?(?:html|head|body|script|iframe|style|title|svg)\b)",
    re.IGNORECASE | re.DOTALL,
)

_TAKEN = (
    "Attach a photo or picture (JPEG, PNG, GIF, WebP, HEIC or AVIF), a PDF, or text in UTF-8, such as a log."
)


class UnknownKind(DomainError):
    """A file of a kind that is not taken."""


def kind_of(content: BinaryIO) -> str:
    """Return the media type of a file by what is in it, read from its start; its name counts for nothing.

    Raises:
        UnknownKind: it is neither a picture, nor a PDF, nor text; SVG and web pages are none of these.
    """
    content.seek(0)
    head = content.read(_HEAD)
    for media_type, beginning in _BEGINNINGS.items():
        if beginning.match(head):
            return media_type
    content.seek(0)
    _require_text(content, _BYTE_ORDER_MARKS.get(head[:2], "utf-8-sig"))
    return TEXT


def attachment_name(name: str, media_type: str) -> str:
    """Return ``name`` as it is safe to keep and to give out, with an ending that fits what is in the file."""
    clean = clean_file_name(name, UNNAMED)
    suffix = PurePath(clean).suffix.lower()
    fitting = SUFFIXES[media_type]
    if suffix in fitting:
        return clean
    is_of_another_kind = any(suffix in suffixes for suffixes in SUFFIXES.values())
    stem = clean[: -len(suffix)] if is_of_another_kind else clean
    return clean_file_name(f"{stem}{fitting[0]}", UNNAMED)


def _require_text(content: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    is_first = True
    while True:
        chunk = content.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            raise UnknownKind(f"This kind of file is not taken. {_TAKEN}") from None
        if _NOT_IN_TEXT.search(text):
            raise UnknownKind(f"This kind of file is not taken. {_TAKEN}")
        if is_first and _PAGE.match(text[:_HEAD]):
            raise UnknownKind(f"SVG pictures and web pages are not taken. {_TAKEN}")
        if not chunk:
            return
        is_first = False
