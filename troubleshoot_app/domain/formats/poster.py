"""The chart of a tree as PDF, to pin on a wall: one page, as large as the chart."""

import re
import subprocess
from datetime import datetime

from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.formats.svg import write_svg
from troubleshoot_app.domain.formats.ticket_note.pdf import set_in_type
from troubleshoot_app.domain.formats.tree_shape import TreeFile

POINTS_A_PIXEL = 0.75
LONGEST_PAGE = 14_000  # PDF readers end at 14,400 points

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
_FONTS = "Helvetica,Arial"


class TooLargeForPdf(DomainError):
    """A chart of so many nodes that setting it takes too long."""


def write_poster(file: TreeFile, at: datetime) -> bytes:
    """Return the chart as PDF, dated ``at``. It takes a while: call this when no transaction is open.

    Raises:
        TooLargeForPdf: it is not done within a minute.
        TooBusy: too many wait for a PDF already.
    """
    svg = write_svg(file)
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("The chart does not say how large it is.")
    width, height = (float(length) for length in size.groups())
    scale = min(POINTS_A_PIXEL, LONGEST_PAGE / max(width, height))
    given = {
        "svg": svg.replace(_FONTS, f"'Noto Sans',{_FONTS}", 1),
        "title": file.title,
        "width": str(width * scale),
        "height": str(height * scale),
    }
    try:
        return set_in_type("poster.typ", given, at)
    except subprocess.TimeoutExpired:
        raise TooLargeForPdf("This chart is too large for a PDF. Export it as SVG instead.") from None
