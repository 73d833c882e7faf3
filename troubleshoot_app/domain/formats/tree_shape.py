"""The form of a tree file: which keys it has, what stands behind them, how long that may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from troubleshoot_app.domain.errors import UNSTORABLE, Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.structure import Location, Null, Structure
from troubleshoot_app.domain.readings import (
    BOUNDS,
    DECIMALS_LIMIT,
    NUMBER_LIMIT,
    UNIT_LIMIT,
    Range,
    Reading,
)
from troubleshoot_app.domain.tree import ID_LIMIT, NODE_LIMIT, OPTION_LIMIT, Node, NodeKind, Option, Tree
from troubleshoot_app.domain.tree_rules import form_problems

Part = TypeVar("Part")

FORMAT = "troubleshoot-tree/1"
TITLE_LIMIT = 200
DESCRIPTION_LIMIT = 2_000
CATEGORY_LIMIT = 100
TAG_LIMIT = 50
TAGS_LIMIT = 50

FILE_KEYS = ("format", "title", "description", "category", "tags", "slug", "start", "nodes")
NODE_KEYS = ("kind", "text", "help", "options", "reading", "acknowledge")
READING_KEYS = ("unit", "min", "max", "decimals")
OPTION_KEYS = ("id", "label", "to", "tree", "return", "when")

_KINDS = {kind.value: kind for kind in NodeKind}
# What is plain in YAML is read as text.
_FLAGS: dict[bool | str, bool] = {True: True, False: False, "true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """A tree with what is said about it."""

    title: str
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    slug: str | None = None
    tree: Tree


def shape(structure: Structure) -> TreeFile:
    """Return the tree file that a structure is; ``UnreadableTree`` with all that is wrong with it, by line."""
    return _Reader(structure).read()


def read_reading(value: object) -> Reading:
    """Return the reading that a file says; ``UnreadableTree`` when it is none."""
    return _read_alone(value, "reading", lambda reader, fields: reader.reading(fields, ()))


def read_range(value: object) -> Range:
    """Return the range of numbers that a file says; ``UnreadableTree`` when it is none."""
    return _read_alone(value, "when", lambda reader, fields: reader.range(fields, ()))


def _read_alone(value: object, key: str, read: Callable[["_Reader", dict[str, object]], Part | None]) -> Part:
    structure = Structure(value)
    part = read(_Reader(structure), {key: value})
    if part is None or structure.faults:
        structure.refuse()
    return part


class _Reader:
    """Turns a structure into a tree file, and collects everything that is wrong with its form on the way."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._fault = structure.fault

    def read(self) -> TreeFile:
        fields = self._structure.value
        if isinstance(fields, Null):
            raise UnreadableTree([Fault((), "The file is empty.")])
        if not isinstance(fields, dict):
            raise UnreadableTree([Fault((), "A tree file starts with keys such as title, start and nodes.")])
        self._check_format(fields)
        self._check_keys(fields, (), FILE_KEYS)
        file = TreeFile(
            title=self._line(fields, "title", TITLE_LIMIT),
            description=self._text(fields, (), "description", "").strip(),
            category=self._line(fields, "category", CATEGORY_LIMIT, needed=False),
            tags=self._tags(fields),
            slug=self._line(fields, "slug", TITLE_LIMIT, needed=False) or None,
            tree=Tree(self._text(fields, (), "start", ""), self._nodes(fields)),
        )
        if len(file.description) > DESCRIPTION_LIMIT:
            self._fault(("description",), _too_long(file.description, DESCRIPTION_LIMIT))
        if not self._structure.faults:
            for problem in form_problems(file.tree):
                where: Location = ("nodes",) if problem.node_id is None else ("nodes", problem.node_id)
                self._fault(where, problem.message)
        if self._structure.faults:
            self._structure.refuse()
        return file

    def _check_format(self, fields: Mapping[str, object]) -> None:
        version = fields.get("format")
        if _is_nothing(version) or version == FORMAT:
            return
        message = f"This program reads the format {FORMAT}, not {quoted(str(version))}."
        raise UnreadableTree(
            [Fault(("format",), message, *self._structure.spots.get(("format",), (None, None)))]
        )

    def _check_keys(self, fields: Mapping[str, object], where: Location, known: tuple[str, ...]) -> None:
        for key in fields:
            if key not in known:
                self._fault(
                    (*where, key), f"The key {quoted(key)} is not known here. Known are {', '.join(known)}."
                )

    def _nodes(self, fields: Mapping[str, object]) -> dict[str, Node]:
        kept = fields.get("nodes")
        if "nodes" not in fields:
            self._fault((), "The key nodes is missing.")
            return {}
        if _is_nothing(kept):
            return {}
        if not isinstance(kept, dict):
            self._fault(
                ("nodes",), "Nodes are written as keys: each node's id, and below it kind, text and options."
            )
            return {}
        if len(kept) > NODE_LIMIT:
            self._fault(
                ("nodes",), f"A tree has at most {NODE_LIMIT:,} nodes; this one has {len(kept):,}. Split it."
            )
            return {}
        return {node_id: self._node(node_id, node) for node_id, node in kept.items()}

    def _node(self, node_id: str, fields: object) -> Node:
        where = ("nodes", node_id)
        if not isinstance(fields, dict):
            self._fault(where, f"The node {quoted(node_id)} needs the keys kind and text.")
            return Node(node_id, NodeKind.QUESTION, "")
        self._check_keys(fields, where, NODE_KEYS)
        return Node(
            node_id,
            self._kind(fields, where),
            self._text(fields, where, "text"),
            self._text(fields, where, "help", ""),
            self._options(fields, where),
            self.reading(fields, where),
            self._flag(fields, where, "acknowledge"),
        )

    def _kind(self, fields: Mapping[str, object], where: Location) -> NodeKind:
        if "kind" not in fields:
            self._fault(where, f"The key kind is missing. It is one of: {', '.join(NodeKind)}.")
            return NodeKind.QUESTION
        kind = fields["kind"]
        known = _KINDS.get(kind) if isinstance(kind, str) else None
        if known is None:
            self._fault(
                (*where, "kind"),
                f"{quoted(str(kind))} is no kind of node. Use one of: {', '.join(NodeKind)}.",
            )
        return known or NodeKind.QUESTION

    def _options(self, fields: Mapping[str, object], where: Location) -> tuple[Option, ...]:
        kept = fields.get("options")
        here = (*where, "options")
        if _is_nothing(kept):
            return ()
        if not isinstance(kept, list):
            self._fault(here, "Options are written as a list; each has an id, a label and a to.")
            return ()
        if len(kept) > OPTION_LIMIT:
            self._fault(
                here,
                f"A node has at most {OPTION_LIMIT} options; this one has {len(kept):,}. Ask in two steps.",
            )
            return ()
        return tuple([self._option(option, (*here, index)) for index, option in enumerate(kept)])

    def _option(self, fields: object, where: Location) -> Option:
        if not isinstance(fields, dict):
            self._fault(where, "An option needs the keys id, label and to.")
            return Option("", "", "")
        self._check_keys(fields, where, OPTION_KEYS)
        return Option(
            self._text(fields, where, "id"),
            self._text(fields, where, "label"),
            self._text(fields, where, "to", ""),
            self._line(fields, "tree", ID_LIMIT, where=where, needed=False),
            self._flag(fields, where, "return"),
            self.range(fields, where),
        )

    def reading(self, fields: Mapping[str, object], where: Location) -> Reading | None:
        """Return the reading of a node, if it has one."""
        kept, here = fields.get("reading"), (*where, "reading")
        if _is_nothing(kept):
            return None
        if not isinstance(kept, dict):
            self._fault(here, "A reading has the keys unit, min, max and decimals: {unit: V, min: 11.5}.")
            return None
        self._check_keys(kept, here, READING_KEYS)
        decimals = self._number(kept, here, "decimals")
        if decimals is not None and not (decimals.is_integer() and 0 <= decimals <= DECIMALS_LIMIT):
            self._fault((*here, "decimals"), f"The decimals are a whole number from 0 to {DECIMALS_LIMIT}.")
            decimals = None
        return Reading(
            self._line(kept, "unit", UNIT_LIMIT, where=here, needed=False),
            self._number(kept, here, "min"),
            self._number(kept, here, "max"),
            None if decimals is None else int(decimals),
        )

    def range(self, fields: Mapping[str, object], where: Location) -> Range | None:
        """Return the numbers that choose an option, if any do."""
        kept, here = fields.get("when"), (*where, "when")
        if _is_nothing(kept):
            return None
        if not isinstance(kept, dict) or all(_is_nothing(bound) for bound in kept.values()):
            self._fault(here, f"A range has some of the keys {', '.join(BOUNDS)}: {{at_least: 11.5}}.")
            return None
        self._check_keys(kept, here, BOUNDS)
        return Range(**{name: self._number(kept, here, name) for name in BOUNDS})

    def _number(self, fields: Mapping[str, object], where: Location, key: str) -> float | None:
        value = fields.get(key)
        if _is_nothing(value):
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                value = None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= NUMBER_LIMIT:
            self._fault((*where, key), f"{_named(key)} must be a number, such as 11.5.")
            return None
        return float(value)

    def _flag(self, fields: Mapping[str, object], where: Location, key: str) -> bool:
        value = fields.get(key)
        known = _FLAGS.get(value) if isinstance(value, bool | str) else None
        if known is None and not _is_nothing(value):
            self._fault((*where, key), f"{_named(key)} must be true or false.")
        return known or False

    def _tags(self, fields: Mapping[str, object]) -> tuple[str, ...]:
        kept = fields.get("tags")
        if _is_nothing(kept):
            return ()
        if not isinstance(kept, list) or len(kept) > TAGS_LIMIT:
            self._fault(
                ("tags",), f"Tags are written as a list of at most {TAGS_LIMIT} words: [router, wan]."
            )
            return ()
        words = dict(enumerate(kept))
        tags = [self._line(words, index, TAG_LIMIT, where=("tags",)) for index in words]
        return tuple(dict.fromkeys(tags))

    def _line(
        self,
        fields: Mapping[Any, object],
        key: str | int,
        limit: int,
        *,
        where: Location = (),
        needed: bool = True,
    ) -> str:
        """Return text of one line, without blanks around it."""
        line = " ".join(self._text(fields, where, key, None if needed else "").split())
        if len(line) > limit:
            self._fault((*where, key), _too_long(line, limit))
        if needed and not line and isinstance(fields.get(key), str):
            self._fault((*where, key), f"{_named(key)} is empty. Write something.")
        return line

    def _text(
        self, fields: Mapping[Any, object], where: Location, key: str | int, default: str | None = None
    ) -> str:
        """Return the text of a key; ``default`` stands for one that is not there, without it the key is needed."""
        value = fields.get(key)
        if default is not None and _is_nothing(value):
            return default
        if isinstance(value, str):
            if UNSTORABLE.search(value):
                self._fault(
                    (*where, key), f"{_named(key)} has a character that is no text: NUL or half a symbol."
                )
            return str(value)
        if key not in fields:
            self._fault(where, f"The key {key} is missing.")
        else:
            self._fault(
                (*where, key), f"{_named(key)} must be text" + (", in quotes." if _is_plain(value) else ".")
            )
        return ""


def _is_nothing(value: object) -> bool:
    return value is None or isinstance(value, Null)


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _named(key: str | int) -> str:
    return f"The {key}" if isinstance(key, str) else "A tag"


def _too_long(text: str, limit: int) -> str:
    return f"This has {len(text):,} characters; at most {limit:,} are kept. Shorten it."
