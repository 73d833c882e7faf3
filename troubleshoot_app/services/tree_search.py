"""The search over trees: by the beginnings of words, in what trees say of themselves and in their nodes, typos forgiven.

The words of a tree are taken up when it is made or published, and for what else changes with the next search. A word
that no tree has is taken for the ones that it may be a mistyped form of.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from uuid import UUID

from sqlalchemy import ColumnElement, cast, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, insert
from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.search import FUZZY_FROM, distance, is_near, matches, snippet, words_of
from troubleshoot_app.domain.tree import Node, Tree
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TreeText, TreeWord
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.trees import TreeHit, TreeHits
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import text_of
from troubleshoot_app.services.tree_rows import (
    SHOWN_TITLE,
    TREE,
    draft_of,
    shown_tree,
    tree_summary,
    visible_trees,
)

QUERY_LENGTH = 200
WORDS_ASKED = 10
FOUND_LIMIT = 50
RANKED_LIMIT = 500
INDEXED_AT_ONCE = 200
CANDIDATES = 100
CORRECTIONS = 4
LEAST_SIMILARITY = 0.1

VECTOR_BYTES = 900_000  # PostgreSQL takes 1 MB
POSITIONS = 12

_text = TreeText.__table__
_word = TreeWord.__table__


def search_trees(db: Session, actor: Actor, *, q: str, limit: int = FOUND_LIMIT) -> TreeHits:
    """Return the trees that the actor may see in which every word of ``q`` begins some word, best first; if there are
    none, those in which some of them do.

    Raises:
        Invalid: ``q`` is too long.
    """
    require(actor, Permission.TREE_READ)
    asked = list(dict.fromkeys(words_of(text_of(q, "q", QUERY_LENGTH))))[:WORDS_ASKED]
    if not asked:
        return TreeHits(items=[])
    _catch_up(db, actor)
    expanded = [_beginnings(db, actor, word) for word in asked]
    wanted = [some for some in expanded if some]
    rows = _best(db, actor, wanted, " & ", limit) if all(expanded) else []
    if not rows and wanted:
        rows = _best(db, actor, wanted, " | ", limit)
    return TreeHits(items=[_hit(db, row, wanted) for row in rows])


def index_tree(db: Session, tree_id: UUID) -> None:
    """Take up the words of a tree as its readers have it: as published, or of its draft."""
    row = shown_tree(db, tree_id)
    tree = _tree_of(db, row)
    words = _Words()
    words.add(row.title, "A")
    words.add(" ".join((*row.tags, row.category)), "B")
    words.add(row.description, "C")
    words.add_all(_texts(tree), "D")
    values = {"account_id": row.account_id, "words": cast(literal(words.vector()), TSVECTOR)}
    fresh = insert(_text).values(values | {"tree_id": tree_id})
    db.execute(fresh.on_conflict_do_update(index_elements=["tree_id"], set_=values))
    known = [{"account_id": row.account_id, "word": word} for word in words.vocabulary()]
    if known:
        db.execute(insert(_word).on_conflict_do_nothing(), known)
    db.execute(update(TREE).where(TREE.c.id == tree_id).values(indexed_revision=row.revision))


def _catch_up(db: Session, actor: Actor) -> None:
    """Take up what changed since it was last taken up; what somebody else is at is left to them."""
    stale = db.execute(
        select(TREE.c.id)
        .where(
            TREE.c.account_id == actor.account_id,
            TREE.c.indexed_revision != TREE.c.revision,
            TREE.c.status != TreeStatus.ARCHIVED,
        )
        .limit(INDEXED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).scalars()
    for tree_id in list(stale):
        index_tree(db, tree_id)


def _beginnings(db: Session, actor: Actor, word: str) -> tuple[str, ...]:
    """Return what a word may begin with: the word itself, or those that it may be a typo of; nothing if there are none."""
    mine = _word.c.account_id == actor.account_id
    known = select(_word.c.word).where(mine, _word.c.word.startswith(word, autoescape=True)).limit(1)
    if db.execute(known).scalar_one_or_none() is not None or word.isdigit():
        return (word,)
    likeness = func.similarity(_word.c.word, word)
    near = db.execute(
        select(_word.c.word)
        .where(
            mine, likeness > LEAST_SIMILARITY, func.length(_word.c.word).between(len(word) - 2, len(word) + 2)
        )
        .order_by(likeness.desc())
        .limit(CANDIDATES)
    ).scalars()
    typos = sorted((distance(word, other), other) for other in near if is_near(word, other))
    return tuple(other for _, other in typos[:CORRECTIONS])


def _best(
    db: Session, actor: Actor, wanted: list[tuple[str, ...]], joined_by: str, limit: int
) -> list[AnyRow]:
    """Return the best rows; when the words are everywhere, those with all of them in the title come first."""
    words = joined_by.join("(" + " | ".join(f"'{one}':*" for one in some) + ")" for some in wanted)
    query = cast(literal(words), TSQUERY)
    visible = visible_trees(actor).join(_text, _text.c.tree_id == TREE.c.id)
    found = (
        visible.add_columns(func.ts_rank(_text.c.words, query).label("score"))
        .where(_text.c.account_id == actor.account_id, _text.c.words.bool_op("@@")(query))
        .order_by(_in_title(wanted).desc())
        .limit(RANKED_LIMIT)
        .subquery()
    )
    best = select(found).order_by(found.c.score.desc(), found.c.id.desc()).limit(limit)
    return list(db.execute(best))


def _in_title(wanted: list[tuple[str, ...]]) -> ColumnElement[bool]:
    return or_(*(SHOWN_TITLE.icontains(one, autoescape=True) for some in wanted for one in some))


def _hit(db: Session, row: AnyRow, wanted: list[tuple[str, ...]]) -> TreeHit:
    """Say where in a tree the words stand: at the node that has most of them, unless the title or description has."""
    about = f"{row.title} {row.description} {row.category} {' '.join(row.tags)}"
    most, node_id, text = matches(about, wanted), None, row.description or row.title
    if most < len(wanted):
        for node in _tree_of(db, row).nodes.values():
            there = matches(_text_of(node), wanted)
            if there > most:
                most, node_id, text = there, node.id, _text_of(node)
    return TreeHit(
        tree=tree_summary(row),
        node_id=node_id,
        snippet=snippet(text, wanted),
        score=round(min(1.0, float(row.score)), 4),
    )


def _tree_of(db: Session, row: AnyRow) -> Tree:
    return draft_of(db, row.id) if row.version_id is None else tree_of_version(db, row.version_id)


def _texts(tree: Tree) -> Iterator[str]:
    return (_text_of(node) for node in tree.nodes.values())


def _text_of(node: Node) -> str:
    return " ".join((node.text, node.help, *(option.label for option in node.options)))


class _Words:
    """Words with their places and weights, as a vector for PostgreSQL."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self._at = 0
        self._bytes = 0

    def add(self, text: str, weight: str) -> None:
        self.add_all((text,), weight)

    def add_all(self, texts: Iterable[str], weight: str) -> None:
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

    def vector(self) -> str:
        return " ".join(f"'{word}':{','.join(places)}" for word, places in self._places.items())

    def vocabulary(self) -> list[str]:
        """Return the words that can be mistyped, in order, so that nobody waits for each other in a circle."""
        return sorted(word for word in self._places if len(word) >= FUZZY_FROM and not word.isdigit())
