"""XML as elements with their places. Document types, and with them entities of any kind, are refused unread."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from troubleshoot_app.domain.errors import Fault, UnreadableTree
from troubleshoot_app.domain.formats.report import NOWHERE, Place

ELEMENT_LIMIT = 100_000
DEPTH_LIMIT = 100


@dataclass(slots=True)
class Element:
    """An element; ``name`` is without its namespace, ``text`` what stands directly in it."""

    name: str
    attributes: dict[str, str]
    place: Place
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def get(self, attribute: str) -> str:
        """Return an attribute, empty when there is none."""
        return self.attributes.get(attribute, "")

    def all(self, name: str) -> Iterator["Element"]:
        """Return the elements of a name that stand directly in this one."""
        return (child for child in self.children if child.name == name)


def read_xml(content: bytes, place: Place = NOWHERE) -> Element:
    """Return the outermost element; ``place`` is where the content stands, when it is packed into a file.

    Raises:
        UnreadableTree: it is no XML, has a document type, or is too large or too deep.
    """
    reader = _Reader(place)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        message = (
            f"This is not XML: {expat.ErrorString(error.code)}. "
            "The file is not whole; save it again in the program that it comes from."
        )
        here = place if place.line else Place(error.lineno, error.offset + 1)
        raise UnreadableTree([Fault((), message, *here)]) from None
    except UnreadableTree:
        raise
    except (LookupError, ValueError) as error:
        raise UnreadableTree(
            [Fault((), f"This XML has an encoding that cannot be read: {error}.", 1, 1)]
        ) from None
    return reader.root.children[0]


class _Reader:
    """Builds elements from what the parser finds; all limits are kept while reading."""

    def __init__(self, place: Place) -> None:
        self.root = Element("", {}, place)
        self._open = [self.root]
        self._words: list[list[str]] = [[]]
        self._count = 0
        self._given = place
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take_text

    def _place(self) -> Place:
        if self._given.line is not None:
            return self._given
        return Place(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENT_LIMIT:
            raise self._refusal(f"A file has at most {ELEMENT_LIMIT:,} elements; here is one more. Split it.")
        if len(self._open) > DEPTH_LIMIT:
            raise self._refusal("This is nested too deeply to be a chart.")
        element = Element(
            _local(name), {_local(key): value for key, value in attributes.items()}, self._place()
        )
        self._open[-1].children.append(element)
        self._open.append(element)
        self._words.append([])

    def _end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._words.pop())

    def _take_text(self, text: str) -> None:
        self._words[-1].append(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise self._refusal("This file has a document type (<!DOCTYPE), which charts do not need. Remove it.")

    def _refusal(self, message: str) -> UnreadableTree:
        return UnreadableTree([Fault((), message, *self._place())])


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
