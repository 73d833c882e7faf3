"""A library of ten thousand trees, no two alike, written straight into the tables."""

import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from tests.support.people import Team
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.search_vector import vectors_of
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree, tree_to_document

EVERYWHERE = "check"
NODES = 8
VOCABULARY = 12_000
CATEGORIES = 40
TAGS = 300
SEED = 20_260_101

_ONSETS = (
    "b",
    "br",
    "c",
    "cl",
    "d",
    "f",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ea", "ou")
_ENDS = ("", "l", "n", "r", "s", "t", "nd", "rm", "ck")
_COLUMNS = {
    "tree": "id created_at account_id slug title description category tags status draft node_count revision"
    " indexed_revision draft_errors version updated_at updated_by_id",
    "tree_version": "id created_at account_id tree_id number title description category tags node_count document note"
    " published_by_id",
    "tree_text": "tree_id account_id about words",
    "tree_word": "account_id word",
}


@dataclass(frozen=True)
class Library:
    """The words that are in the trees: the most frequent first, and the titles."""

    words: list[str]
    titles: list[str]


def add_library(db: Session, team: Team, trees: int) -> Library:
    """Add published trees to the account of a team, as if they had been there for long."""
    chance = random.Random(SEED)
    words = _vocabulary(chance)
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    known: set[str] = set()
    titles = []
    for number in range(trees):
        title = " ".join(_some(chance, words, 4)).capitalize()
        titles.append(title)
        known |= _add_tree(rows, team, chance, words, number, title)
    known -= set(db.execute(text("SELECT word FROM tree_word")).scalars())
    rows["tree_word"] = [(team.account_id, word) for word in sorted(known)]
    cursor = db.connection().connection.cursor()
    for table, columns in _COLUMNS.items():
        names = ", ".join(columns.split())
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO("".join(_lines(rows[table]))))
    # What a database does by itself when it is idle.
    for index in ("ix_tree_text_about", "ix_tree_text_words", "ix_tree_word_trigrams"):
        db.execute(text(f"SELECT gin_clean_pending_list('{index}')"))
    db.execute(text("ANALYZE"))
    return Library(words, titles)


def _add_tree(
    rows: dict[str, list[tuple[Any, ...]]],
    team: Team,
    chance: random.Random,
    words: list[str],
    number: int,
    title: str,
) -> set[str]:
    tree = _tree(chance, words)
    tree_id, at, person = new_id(), datetime.now(UTC), team.admin.id
    description = " ".join(_some(chance, words, 12)) + "."
    category = f"{words[chance.randrange(CATEGORIES) * 7 + 50]}"
    tags = sorted({words[chance.randrange(TAGS) * 5 + 60] for _ in range(3)})
    document = json.dumps(tree_to_document(tree))
    listed = "{" + ",".join(tags) + "}"
    about = (title, description, category, listed)
    counts = (
        NODES,
        1,
        1,
        0,
        1,
    )  # nodes, revision, the one taken up for the search, errors of the draft, version
    rows["tree"].append(
        (tree_id, at, team.account_id, f"bench-{number}", *about, "published", document, *counts, at, person)
    )
    rows["tree_version"].append(
        (new_id(), at, team.account_id, tree_id, 1, *about, NODES, document, "", person)
    )
    vectors = vectors_of(title=title, description=description, category=category, tags=tags, tree=tree)
    rows["tree_text"].append((tree_id, team.account_id, str(vectors.about), str(vectors.words)))
    return set(vectors.words.vocabulary())


def _tree(chance: random.Random, words: list[str]) -> Tree:
    nodes = []
    for place in range(NODES):
        ways = [to for to in (2 * place + 1, 2 * place + 2) if to < NODES]
        options = tuple(Option(f"o{to}", words[chance.randrange(400)], f"n{to}") for to in ways)
        kind = NodeKind.QUESTION if options else NodeKind.RESOLUTION
        sentence = f"{EVERYWHERE.capitalize()} {' '.join(_some(chance, words, 14))}?"
        nodes.append(Node(f"n{place}", kind, sentence, "", options))
    return Tree("n0", {node.id: node for node in nodes})


def _vocabulary(chance: random.Random) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = chance.choice((1, 2, 2, 3))
        parts = (
            chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_ENDS) for _ in range(syllables)
        )
        words["".join(parts)] = None
    return list(words)


def _some(chance: random.Random, words: list[str], count: int) -> Iterator[str]:
    """Return words as texts have them: a few of them often, most of them rarely."""
    return (words[int(chance.paretovariate(0.35)) % len(words)] for _ in range(count))


def _lines(rows: list[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join(_field(value) for value in row) + "\n"


def _field(value: Any) -> str:
    if isinstance(value, UUID | datetime | int):
        return str(value)
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
