"""Files that are no trees, by what they begin with: each is called by its name, with what to do instead."""

_DRAW = "Draw the tree in draw.io, or write it as a list or a table, and import that."
_PASTE = "Copy the list in it and paste it as text."
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", f"This is a picture (PNG). {_DRAW}"),
    (b"\xff\xd8\xff", f"This is a picture (JPEG). {_DRAW}"),
    (b"GIF8", f"This is a picture (GIF). {_DRAW}"),
    (b"BM", f"This is a picture (BMP). {_DRAW}"),
    (b"RIFF", f"This is a picture or a sound. {_DRAW}"),
    (b"\xd0\xcf\x11\xe0", f"This is an old Word, Excel or Visio file. {_PASTE} Or save a table as CSV."),
    (b"\x1f\x8b", "This is a packed file (gzip). Unpack it, and import what is in it."),
)
_PACKED: tuple[tuple[bytes, str], ...] = (
    (b"word/", f"This is a Word file. {_PASTE}"),
    (b"opendocument.text", f"This is a text of LibreOffice. {_PASTE}"),
    (b"xl/", "This is an Excel file. Save it as CSV (UTF-8), and import that."),
    (b"opendocument.spreadsheet", "This is a table of LibreOffice. Save it as CSV, and import that."),
    (b"visio/", "This is a Visio file. Open it in draw.io, save it there, and import that."),
    (b"ppt/", f"This is a PowerPoint file. {_PASTE}"),
)
_ZIP = "This is a packed file (ZIP). Unpack it, and import what is in it, one by one."
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"%pdf-", f"This is a PDF. {_PASTE}"),
    (b"{\\rtf", f"This is a text with layout (RTF). {_PASTE}"),
    (b"<!doctype html", f"This is a web page (HTML). {_PASTE}"),
    (b"<html", f"This is a web page (HTML). {_PASTE}"),
)


def other_file(data: bytes) -> str | None:
    """Return what a file is that holds no tree, and what to do about it; None when it may hold one."""
    if data.startswith(b"PK\x03\x04"):
        return next((words for name, words in _PACKED if name in data), _ZIP)
    begin = data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, words in _TEXTS:
        if begin.startswith(beginning):
            return words
    for beginning, words in _BEGINNINGS:
        if data.startswith(beginning) and not _is_text(data):
            return words
    return None


def is_windows_text(data: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 are text as Windows keeps it, rather than damaged UTF-8 or no text."""
    return _is_text(data) and data.decode("utf-8", "ignore").isascii()


def _is_text(data: bytes) -> bool:
    return not any(byte in data for byte in _NEVER_IN_TEXT)


_NEVER_IN_TEXT = [bytes([byte]) for byte in (*range(9), *range(14, 27), 0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D)]
