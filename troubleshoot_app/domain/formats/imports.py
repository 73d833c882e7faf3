"""Brings trees in from the files that people have: one draft for each chart in them, and a report."""

import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Literal, TypeAlias, get_args

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.bpmn import read_bpmn
from troubleshoot_app.domain.formats.chart import Chart
from troubleshoot_app.domain.formats.chart_to_tree import tree_of_chart
from troubleshoot_app.domain.formats.csv_table import looks_like_table, read_csv
from troubleshoot_app.domain.formats.drawio import read_drawio
from troubleshoot_app.domain.formats.imported import Imported, ImportedTree
from troubleshoot_app.domain.formats.markdown_page import (
    has_mermaid,
    looks_like_page,
    read_fences,
    read_markdown,
)
from troubleshoot_app.domain.formats.markdown_sections import has_sections, read_sections
from troubleshoot_app.domain.formats.mermaid_header import begins_flowchart, other_diagram
from troubleshoot_app.domain.formats.mermaid_parser import read_mermaid
from troubleshoot_app.domain.formats.other_files import is_windows_text, other_file
from troubleshoot_app.domain.formats.report import NOWHERE, Code, Place, Report, ReportLine
from troubleshoot_app.domain.formats.source import Source
from troubleshoot_app.domain.formats.tree_document import read_tree_document
from troubleshoot_app.domain.tree import FILE_LIMIT

__all__ = ["IMPORT_FORMATS", "Imported", "ImportedTree", "ReportLine", "import_trees"]

Format: TypeAlias = Literal["json", "yaml", "mermaid", "csv", "markdown", "drawio", "bpmn"]
IMPORT_FORMATS: tuple[Format, ...] = get_args(Format)

_NAMES: dict[Format, str] = {
    "json": "a tree file in JSON", "yaml": "a tree file in YAML", "mermaid": "Mermaid", "csv": "a table (CSV)",
    "markdown": "Markdown", "drawio": "draw.io", "bpmn": "BPMN",
}  # fmt: skip
_EXTENSIONS: dict[str, Format] = {
    "json": "json", "yaml": "yaml", "yml": "yaml", "mmd": "mermaid", "mermaid": "mermaid", "csv": "csv", "tsv": "csv",
    "md": "markdown", "markdown": "markdown", "drawio": "drawio", "dio": "drawio", "bpmn": "bpmn", "bpmn2": "bpmn",
}  # fmt: skip
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
_JSON = re.compile(r'\s*(?:\[|\{\s*["}])')
_YAML = re.compile(r"^(?:format|title|nodes|start)[ \t]*:", re.MULTILINE)


def import_trees(data: bytes, format: str | None, file_name: str = "") -> Imported:
    """Return a draft for each chart in a file, and what was guessed, left out or looks wrong in it.

    ``format`` is one of ``IMPORT_FORMATS``; None: guessed from the content, with the name of the file as a hint.

    Raises:
        UnreadableTree: there is nothing in it that could become a tree, or it is too large; with line and column.
    """
    if len(data) > FILE_LIMIT:
        raise _refused(f"The file has {len(data):,} bytes; at most {FILE_LIMIT:,} are read. Split it.")
    if not data.strip(b"\xef\xbb\xbf \t\r\n\f\v"):
        raise _refused("The file is empty.")
    if (other := other_file(data)) is not None:
        raise _refused(other)
    report = Report()
    text = ""
    given = _known(format)
    known = given or _xml_format(data)
    if known not in {"drawio", "bpmn"}:
        text = _decoded(data, report, guess=given in {None, "csv"})
        known = given or _guessed(text, file_name)
    if given is None:
        report.info(Code.FORMAT_GUESSED, NOWHERE, f"The file was read as {_NAMES[known]}.")
    if known in {"json", "yaml"}:
        return _imported([read_tree_document(Source(text), "json" if known == "json" else "yaml")], report)
    charts = _CHARTS[known](data, text, report)
    return _imported(_trees(charts, _title(file_name), report), report)


def _known(format: str | None) -> Format | None:
    if format is None:
        return None
    for known in IMPORT_FORMATS:
        if known == format:
            return known
    raise _refused(f"There is no import of {quoted(format)}. There is {', '.join(IMPORT_FORMATS)}.")


def _imported(trees: list[ImportedTree], report: Report) -> Imported:
    return Imported(tuple(trees), report.lines())


def _trees(charts: list[Chart], title: str, report: Report) -> list[ImportedTree]:
    """Return the trees of charts; a chart that cannot become one is reported, unless there is no other."""
    trees: list[ImportedTree] = []
    faults: list[Fault] = []
    for chart in charts:
        try:
            trees.append(tree_of_chart(chart, title if len(charts) == 1 else ""))
        except UnreadableTree as error:
            faults += error.faults
    if not trees:
        errors = [
            Fault((), line.message, line.line, line.column)
            for line in report.lines()
            if line.severity == "error"
        ]
        raise UnreadableTree(faults + errors or [Fault((), "There is no chart in this file.", 1, 1)])
    report.faults(faults)
    return trees


def _from_csv(data: bytes, text: str, report: Report) -> list[Chart]:
    return read_csv(text, report)


def _from_mermaid(data: bytes, text: str, report: Report) -> list[Chart]:
    source = Source(_unix(text))
    if not begins_flowchart(source.text) and has_mermaid(source):
        return read_fences(source, report)
    return read_mermaid(source)


def _from_markdown(data: bytes, text: str, report: Report) -> list[Chart]:
    source = Source(_unix(text))
    return [read_sections(source)] if has_sections(source) else read_markdown(source, report)


def _from_drawio(data: bytes, text: str, report: Report) -> list[Chart]:
    return read_drawio(data, report)


def _from_bpmn(data: bytes, text: str, report: Report) -> list[Chart]:
    return read_bpmn(data, report)


_CHARTS: dict[Format, Callable[[bytes, str, Report], list[Chart]]] = {
    "csv": _from_csv,
    "mermaid": _from_mermaid,
    "markdown": _from_markdown,
    "drawio": _from_drawio,
    "bpmn": _from_bpmn,
}


def _guessed(text: str, file_name: str) -> Format:
    """Return the format that a text is in: what only one format has counts more than the name of the file."""
    unix = _unix(text)
    source = Source(unix)
    by_name = _EXTENSIONS.get(PurePath(file_name).suffix.lower().lstrip("."))
    if _JSON.match(text):
        return "json"
    if has_sections(source):
        return "markdown"
    if begins_flowchart(unix):
        return "mermaid"
    if by_name is not None and by_name not in {"drawio", "bpmn", "json"}:
        return by_name
    guesses: list[tuple[Format, Callable[[], object]]] = [
        ("csv", lambda: looks_like_table(text)),
        ("markdown", lambda: has_mermaid(source)),
        ("yaml", lambda: _YAML.search(unix)),
        ("markdown", lambda: looks_like_page(source)),
        ("mermaid", lambda: other_diagram(unix.lstrip())),
    ]
    for guess, fits in guesses:
        if fits():
            return guess
    if by_name == "json":
        return by_name
    message = f"This is none of the formats that can be read: {', '.join(_NAMES.values())}."
    raise _refused(message, Place(1, 1))


def _xml_format(data: bytes) -> Format | None:
    """Return the format of a file in XML; None when it is none that is known, such as a page that begins with HTML."""
    if not _XML.match(data):
        return None
    head = data[:20_000].replace(b"\0", b"")
    if b"<mxfile" in head or b"<mxGraphModel" in head:
        return "drawio"
    return "bpmn" if b"definitions" in head and b"BPMN" in head.upper() else None


def _decoded(data: bytes, report: Report, *, guess: bool) -> str:
    """Return bytes as text; ``guess``: also in the encodings that spreadsheets write."""
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        is_table = b"\0" not in data and looks_like_table(data.decode("cp1252", "replace"))
        if not guess or encoding != "utf-8-sig" or not (is_table or is_windows_text(data)):
            name = "UTF-8" if encoding == "utf-8-sig" else "UTF-16"
            message = (
                f"The file is not {name} text. Save it as UTF-8: that is the encoding, where a file is saved."
            )
            raise _refused(message, place) from None
        text = data.decode("cp1252", "replace")
        message = "The file is not UTF-8; it was read as Windows-1252. Look at its accents and umlauts."
        report.warning(Code.ENCODING_GUESSED, place, message)
    position = text.find("\0")
    if position >= 0:
        message = "Here is a NUL character, so this is not a text file."
        raise _refused(message, Source(text).place(position))
    return text


def _refused(message: str, place: Place = NOWHERE) -> UnreadableTree:
    return UnreadableTree([Fault((), message, *place)])


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _title(file_name: str) -> str:
    """Return a title from the name of a file: ``no-internet.mmd`` is about "No internet"."""
    words = re.sub(r"[\s_-]+", " ", PurePath(file_name.replace("\\", "/")).stem).strip()
    return words[:1].upper() + words[1:]
