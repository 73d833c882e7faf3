"""The words of a tree as PostgreSQL keeps them for its full text search: with their places and weights."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain, islice

from troubleshoot_app.domain.search import FUZZY_FROM, words_of
from troubleshoot_app.domain.tree import Node, Tree

VECTOR_BYTES = 900_000  # PostgreSQL takes 1 MB
POSITIONS = 12
VOCABULARY = 10_000


class SearchVector:
    """Words with their places and weights, as a vector for PostgreSQL."""

    def __init__(self) -> None:
        """Begin without words."""
        self._places: dict[str, list[str]] = {}
        self._at = 0
        self._bytes = 0

    def add(self, text: str, weight: str) -> None:
        """Add the words of a text with a weight, from A to D."""
        self.add_all((text,), weight)

    def add_all(self, texts: Iterable[str], weight: str) -> None:
        """Add the words of texts, one after the other, until the vector is full."""
        for word in chain.from_iterable(map(words_of, texts)):
            self._at = min(self._at + 1, 16_000)
            places = self._places.get(word)
            size = len(word.encode()) + 8 if places is None else 2
            if self._bytes + size > VECTOR_BYTES:
                return
            if places is None:
                places = self._places[word] = []
            if len(places) < POSITIONS:
                self._bytes += size
                places.append(f"{self._at}{weight}")

    def __str__(self) -> str:
        """Return the vector as PostgreSQL reads it."""
        return " ".join(f"'{word}':{','.join(places)}" for word, places in self._places.items())

    def vocabulary(self) -> list[str]:
        """Return the words that can be mistyped, of very many the first ones.

        They are in order, so that nobody waits for each other in a circle.
        """
        words = (word for word in self._places if len(word) >= FUZZY_FROM and not word.isdigit())
        return sorted(islice(words, VOCABULARY))


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a tree is found by: ``about`` holds its title, category and tags, ``words`` these and all its texts."""

    about: SearchVector
    words: SearchVector


def vectors_of(*, title: str, description: str, category: str, tags: Collection[str], tree: Tree) -> Vectors:
    """Return the words of a tree; those of the title weigh most, those of its nodes least."""
    about, words = SearchVector(), SearchVector()
    for vector in (about, words):
        vector.add(title, "A")
        vector.add(" ".join((*tags, category)), "B")
    words.add(description, "C")
    words.add_all((text_of_node(node) for node in tree.nodes.values()), "D")
    return Vectors(about, words)


def text_of_node(node: Node) -> str:
    """Return all that a node says: its text, its help, its answers."""
    return " ".join((node.text, node.help, *(option.label for option in node.options)))
