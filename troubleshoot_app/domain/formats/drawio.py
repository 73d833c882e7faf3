"""Reads the flow charts of draw.io (diagrams.net): each page is a chart, packed or plain."""

import base64
import binascii
import re
import zlib
from urllib.parse import unquote_to_bytes

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import CHART_LIMIT, Chart, too_large
from troubleshoot_app.domain.formats.drawio_page import chart_of_page
from troubleshoot_app.domain.formats.report import Code, Place, Report
from troubleshoot_app.domain.formats.xml_reader import Element, read_xml
from troubleshoot_app.domain.tree import FILE_LIMIT

_UNNAMED = re.compile(r"(?:Page|Seite|Página|Pagina|Strona|Страница)-\d+")
"""What draw.io itself calls pages."""

UNPACKED_LIMIT = 2 * FILE_LIMIT
"""Bytes that all pages of a file may have together once they are unpacked."""


def read_drawio(content: bytes, report: Report) -> list[Chart]:
    """Return a chart for each page; pages without boxes are told in ``report``.

    Raises:
        UnreadableTree: it is no draw.io file, or too large once unpacked.
    """
    root = read_xml(content)
    if root.name == "mxGraphModel":
        return [chart_of_page(root, "")]
    pages = list(root.all("diagram"))
    if root.name != "mxfile" or not pages:
        message = f"A draw.io file has pages in an mxfile; this one begins with <{root.name}>."
        raise UnreadableTree([Fault((), message, *root.place)])
    if len(pages) > CHART_LIMIT:
        raise too_large(
            f"A file has at most {CHART_LIMIT} pages; here is one more.", pages[CHART_LIMIT].place
        )
    charts = []
    left = UNPACKED_LIMIT
    for page in pages:
        model = next(page.all("mxGraphModel"), None)
        if model is None:
            unpacked = _unpacked(page.text, page.place, left)
            left -= len(unpacked)
            model = read_xml(unpacked, page.place) if unpacked else Element("mxGraphModel", {}, page.place)
        name = page.get("name")
        chart = chart_of_page(model, "" if _UNNAMED.fullmatch(name) else name)
        chart.place = page.place
        if chart.boxes:
            charts.append(chart)
        else:
            message = f"The page {quoted(page.get('name'))} has no boxes; it was left out."
            report.info(Code.CHART_LEFT_OUT, page.place, message)
    if not charts:
        raise UnreadableTree([Fault((), "No page of this file has a box.", *pages[0].place)])
    return charts


def _unpacked(packed: str, place: Place, limit: int) -> bytes:
    """Return the XML of a page: URL-encoded, deflated, then in Base64. It is never unpacked further than ``limit``."""
    try:
        deflated = base64.b64decode("".join(packed.split()), validate=True)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        unpacked = inflater.decompress(deflated, limit + 1)
    except (binascii.Error, zlib.error, ValueError):
        message = "This page cannot be unpacked. Save the file again, without compression."
        raise UnreadableTree([Fault((), message, *place)]) from None
    if len(unpacked) > limit:
        raise too_large(
            f"Unpacked, the pages have more than {UNPACKED_LIMIT:,} bytes. Split the file.", place
        )
    return unquote_to_bytes(unpacked)
