"""QR codes, as the path of an SVG."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import segno

QUIET_ZONE = 4  # modules, as ISO/IEC 18004 wants them


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code in a square of ``size`` by ``size`` modules, its quiet zone included; ``path`` draws the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the code of a text, with enough to spare that a scratch does not matter."""
    code = segno.make_qr(text, error="m")
    path = "".join(
        f"M{start + QUIET_ZONE} {line + QUIET_ZONE}h{length}v1h-{length}z"
        for line, row in enumerate(code.matrix)
        for start, length in _dark(bytes(row))
    )
    return QrCode(len(code.matrix) + 2 * QUIET_ZONE, path)


def _dark(row: bytes) -> Iterator[tuple[int, int]]:
    """Return where the dark stretches of a row start, and how long they are."""
    for stretch in re.finditer(b"\x01+", row):
        yield stretch.start(), len(stretch.group())
