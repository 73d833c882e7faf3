"""YAML and JSON text as plain values: mappings, lists, text. In YAML whatever is not quoted is text, too."""

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import yaml

from troubleshoot_app.domain.errors import Fault, UnreadableTree, fit, quoted

Location: TypeAlias = tuple[str | int, ...]

DEPTH_LIMIT = 10
FAULTS_LIMIT = 100

_YAML_READER: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_TAGS = {
    yaml.ScalarEvent: "tag:yaml.org,2002:str",
    yaml.SequenceStartEvent: "tag:yaml.org,2002:seq",
    yaml.MappingStartEvent: "tag:yaml.org,2002:map",
}


class Null(str):
    """Text that YAML takes for "nothing": still the text where text is needed, and nothing where there need be none."""

    __slots__ = ()


@dataclass(slots=True)
class Structure:
    """What stands in a file, with the line and column of each part where known, and the keys that are there twice."""

    value: object
    spots: dict[Location, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, location: Location, message: str) -> None:
        """Note what is wrong at a location; ``UnreadableTree`` at the hundredth fault, past which nobody reads on."""
        shown = tuple(key if isinstance(key, int) else fit(key) for key in location)
        self.faults.append(Fault(shown, message, *self.spots.get(location, (None, None))))
        if len(self.faults) == FAULTS_LIMIT:
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raise ``UnreadableTree`` with the faults noted, by line."""
        raise UnreadableTree(sorted(self.faults, key=lambda fault: fault.line or 0))


def read_json(text: str) -> Structure:
    """Return what stands in JSON text; ``UnreadableTree`` when it is none."""
    structure = Structure(None)

    def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            seen = set[str]()
            for key, _ in pairs:
                if key in seen:
                    structure.fault((key,), _TWICE.format(quoted(key)))
                seen.add(key)
        return fields

    try:
        structure.value = json.loads(text, object_pairs_hook=mapping, parse_int=float)
    except json.JSONDecodeError as error:
        hint = _CURLY if text[error.pos : error.pos + 1] in _CURLY_QUOTES else _hint(error.msg, _JSON_HINTS)
        message = f"This is not JSON: {error.msg}. {hint}"
        raise UnreadableTree([Fault((), message, error.lineno, error.colno)]) from None
    except RecursionError:
        raise UnreadableTree([Fault((), _TOO_DEEP)]) from None
    return structure


def read_yaml(text: str) -> Structure:
    """Return what stands in YAML text; ``UnreadableTree`` when it is none, or uses more of YAML than a tree needs."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_YAML_READER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        problem = str(error.problem or error.context)
        message = f"This is not YAML: {problem}. {_hint(problem, _YAML_HINTS)}"
        raise UnreadableTree([Fault((), message, *place)]) from None
    except yaml.reader.ReaderError as error:
        raise UnreadableTree(
            [Fault((), f"This is not YAML: {error.reason}.", *_place(text, error.position))]
        ) from None
    return builder.structure


_CURLY, _CURLY_QUOTES = 'Write straight quotes ("), not curly ones.', frozenset("“”„‘’‚«»")
_JSON_HINTS = (
    ("property name", 'Here a key in quotes (") should stand; there may be a comma too many before it.'),
    ("trailing comma", "Remove the comma."),
    ("Expecting ','", "Put a comma before this, or close what is open above it."),
    ("Expecting ':'", "Put a colon between the key and what it says."),
    ("Expecting value", "Something is missing here, or there is a comma too many before it."),
    ("Unterminated", 'Close the quotes (").'),
    ("control character", "A text stays on one line; write \\n where a new line begins."),
    ("escape", "Write two backslashes for one."),
    ("Extra data", "The tree ends before this; remove what follows, or a bracket too many."),
)
_INDENT = "Look at how far the line is indented: what belongs together begins in the same column."
_QUOTE = "If it is a text, put it in quotes."
_YAML_HINTS = (
    ("mapping values", f'A text with ": " in it needs quotes. Else: {_INDENT}'),
    ("cannot start any token", f"Indent with blanks, not with tabs. {_QUOTE}"),
    ("tab", "Indent with blanks, not with tabs."),
    ("',' or", "Close the bracket, or put a comma before this."),
    ("end of stream", "Close the quotes or the bracket that is open above."),
    ("expected ':'", f"Behind a key there is a colon. {_QUOTE}"),
    ("could not find", f"Behind a key there is a colon. {_QUOTE}"),
    ("expected", _INDENT),
    ("escape", "In double quotes, write two backslashes for one."),
)
_TWICE = "The key {} is there twice. Keep one of them."
_TOO_DEEP = "This is nested too deeply to be a tree file."


def _hint(problem: str, hints: tuple[tuple[str, str], ...]) -> str:
    """Return what to do about what a reader says in its own words."""
    return next((hint for part, hint in hints if part in problem), _QUOTE)


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


@dataclass(slots=True)
class _Frame:
    """A list or a mapping that is being read; in a mapping, ``key`` is the one whose value comes next."""

    value: list[object] | dict[str, object]
    location: Location
    key: str | None = None


class _Builder:
    """Puts the parts of a YAML file together, one by one, so that no file can make it go round or down for long."""

    def __init__(self) -> None:
        self.structure = Structure(Null(""))
        self._frames: list[_Frame] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next part; ``UnreadableTree`` when it is something that a tree file does not have."""
        match event:
            case yaml.ScalarEvent():
                self._refuse_extras(event)
                plain = not event.style
                self._put(Null(event.value) if plain and event.value in _NULLS else event.value, event)
            case yaml.MappingStartEvent():
                self._open({}, event)
            case yaml.SequenceStartEvent():
                self._open([], event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._frames.pop()
            case yaml.AliasEvent():
                raise _refused("Aliases (*name) are not used in tree files. Write the part out.", event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _refused(
                        "There is a second document (---) in the file. Put each tree in its own.", event
                    )

    def _open(self, value: list[object] | dict[str, object], event: Any) -> None:
        self._refuse_extras(event)
        if len(self._frames) == DEPTH_LIMIT:
            raise _refused(_TOO_DEEP, event)
        self._frames.append(_Frame(value, self._put(value, event)))

    def _put(self, value: object, event: Any) -> Location:
        """Put a value where it belongs and return its location."""
        if not self._frames:
            self.structure.value = value
            return ()
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            location = (*frame.location, len(frame.value))
            frame.value.append(value)
            self._note(location, event)
            return location
        if frame.key is not None:
            location = (*frame.location, frame.key)
            frame.value[frame.key] = value
            frame.key = None
            return location
        if not isinstance(value, str):
            raise _refused("A key must be text.", event)
        frame.key = str(value)
        location = (*frame.location, frame.key)
        self._note(location, event)
        if frame.key in frame.value:
            self.structure.fault(location, _TWICE.format(quoted(frame.key)))
        return location

    def _note(self, location: Location, event: Any) -> None:
        self.structure.spots[location] = _place_of(event)

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            raise _refused("Anchors (&name) are not used in tree files. Remove them.", event)
        if event.tag not in (None, "!", _TAGS[type(event)]):
            raise _refused("Tags (!name) are not used in tree files. Remove them.", event)


def _place_of(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refused(message: str, event: Any) -> UnreadableTree:
    return UnreadableTree([Fault((), message, *_place_of(event))])
