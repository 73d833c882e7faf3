"""The tree file, as JSON or YAML: what people and other programs write trees in."""

import json
import re
from typing import Any, Literal, TypeAlias

import yaml

from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.structure import Structure, read_json, read_yaml
from troubleshoot_app.domain.formats.tree_shape import FORMAT, TreeFile, shape
from troubleshoot_app.domain.tree import FILE_LIMIT, node_to_document

__all__ = ["FORMAT", "Media", "TreeFile", "read_tree_file", "tree_file_from", "write_tree_file"]

Media: TypeAlias = Literal["json", "yaml"]

_LOOKS_LIKE_JSON = re.compile(r'\s*(\[|\{\s*["}])')


def read_tree_file(content: bytes, media: Media | None = None) -> TreeFile:
    """Return the tree in a file, whatever faults its paths have; ``media`` is guessed when not given.

    Raises:
        UnreadableTree: the file is too large, no text, no JSON or YAML, or has not the form of a tree file.
    """
    text = _decoded(content)
    if media is None:
        media = "json" if _LOOKS_LIKE_JSON.match(text) else "yaml"
    return shape(read_json(text) if media == "json" else read_yaml(text))


def tree_file_from(value: object) -> TreeFile:
    """Return the tree file in JSON that is parsed already; ``UnreadableTree`` when it has not that form."""
    return shape(Structure(value))


def write_tree_file(file: TreeFile, media: Media) -> str:
    """Return the text of a file that ``read_tree_file`` reads as an equal ``TreeFile``.

    JSON is indented unless that alone makes it longer than what ``read_tree_file`` takes.
    """
    fields = _fields(file)
    if media == "json":
        text = json.dumps(fields, ensure_ascii=False, indent=2) + "\n"
        fits = len(text.encode()) <= FILE_LIMIT
        return text if fits else json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return as_yaml(fields)


def as_yaml(fields: dict[str, Any]) -> str:
    """Return plain values as YAML that ``read_yaml`` reads as they are."""
    written: str = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return written


def _decoded(content: bytes) -> str:
    if len(content) > FILE_LIMIT:
        size = f"{len(content):,} bytes; a tree file has at most {FILE_LIMIT:,}"
        raise UnreadableTree([Fault((), f"The file has {size}. Split the tree.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise UnreadableTree([Fault((), "The file is not UTF-8 text. Save it as UTF-8.", *place)]) from None
    if "\0" in text:
        raise UnreadableTree([Fault((), "The file has NUL characters in it, so it is not a text file.")])
    return text


def _fields(file: TreeFile) -> dict[str, Any]:
    about = {
        "description": file.description,
        "category": file.category,
        "tags": list(file.tags),
        "slug": file.slug,
    }
    return {
        "format": FORMAT,
        "title": file.title,
        **{key: value for key, value in about.items() if value},
        "start": file.tree.start,
        "nodes": {node.id: node_to_document(node) for node in file.tree.nodes.values()},
    }


# PyYAML without libyaml loses these outside of double quotes.
_RARE_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_WRITER: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_WRITER):  # type: ignore[misc]
    """Writes text of more than one line as a block, where YAML can."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


def _represent_text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    if _RARE_LINE_ENDS.search(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
