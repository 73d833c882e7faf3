"""Files as answers: given out to be kept, never to be run or shown as a page of ours."""

import re
from urllib.parse import quote

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_NOT_IN_FALLBACK = re.compile(r'[^\x20-\x7e]|["\\%]')


def attachment_headers(name: str) -> dict[str, str]:
    """Return the headers of a file called ``name``: a plain form for old programs, and the name itself (RFC 6266)."""
    fallback = _NOT_IN_FALLBACK.sub("_", name)
    disposition = f'attachment; filename="{fallback}"'
    if fallback != name:
        disposition += f"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
    return SAFE_HEADERS | {"Content-Disposition": disposition}
