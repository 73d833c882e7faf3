"""The search over trees: by the beginnings of words, in what trees say of themselves and in their nodes, typos forgiven.

The words of a tree are taken up when it is made or published, and for what else changes with the next search. A word
that no tree has is taken for the ones that it may be a mistyped form of.
"""

from sqlalchemy import ARRAY, ColumnElement, String, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.formats.words import plain
from troubleshoot_app.domain.search import FUZZY_FROM, distance, is_near, matches, runs, snippet, words_of
from troubleshoot_app.domain.search_vector import text_of_node
from troubleshoot_app.domain.tree import Node, Tree
from troubleshoot_app.domain.tree_status import TreeFilter
from troubleshoot_app.models import TreeText, TreeVersion, TreeWord
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.schemas.trees import TextRun, TreeHit, TreeHits
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import text_of, word_of
from troubleshoot_app.services.tree_index import catch_up
from troubleshoot_app.services.tree_rows import (
    BY_TITLE,
    TREE,
    Narrowing,
    narrowed,
    shown_trees,
    texts_of,
    tree_summary,
)

QUERY_LENGTH = 200
WORDS_ASKED = 10
FOUND_LIMIT = 50
RANKED_LIMIT = 150
CANDIDATES = 100
CORRECTIONS = 4
LEAST_SIMILARITY = "0.1"
LAST_CHARACTER = "\U0010ffff"

_text = TreeText.__table__
_word = TreeWord.__table__
_version = TreeVersion.__table__

Beginnings = list[tuple[str, ...]]


def search_trees(
    db: Session,
    actor: Actor,
    *,
    q: object,
    category: object = "",
    tag: object = "",
    state: object = "",
    limit: int = FOUND_LIMIT,
) -> TreeHits:
    """Return the trees that the actor may see in which every word of ``q`` begins some word, best first; if there are
    none, those in which some of them do.

    Raises:
        Invalid: ``q`` or a filter is too long, or there is no such state.
    """
    require(actor, Permission.TREE_READ)
    asked = list(dict.fromkeys(words_of(text_of(q, "q", QUERY_LENGTH))))[:WORDS_ASKED]
    among = _narrowing(category, tag, state)
    catch_up(db, actor)
    expanded = _beginnings(db, actor, asked)
    wanted = [some for some in expanded if some]
    if not wanted:
        return TreeHits(items=[])
    rows = _best(db, actor, wanted, " & ", among, limit) if all(expanded) else []
    rows = rows or _best(db, actor, wanted, " | ", among, limit)
    return TreeHits(items=_hits(db, rows, wanted))


def browse_trees(
    db: Session,
    actor: Actor,
    *,
    q: object = "",
    category: object = "",
    tag: object = "",
    state: object = "",
    limit: int = FOUND_LIMIT,
) -> TreeHits:
    """Return the trees that the actor looks for: those that ``search_trees`` finds, or without words all, by title.

    Raises:
        Invalid: ``q`` or a filter is too long, or there is no such state.
    """
    require(actor, Permission.TREE_READ)
    if text_of(q, "q", QUERY_LENGTH):
        return search_trees(db, actor, q=q, category=category, tag=tag, state=state, limit=limit)
    among = _narrowing(category, tag, state)
    if among.state is TreeFilter.FAULTY:
        catch_up(db, actor)
    rows = db.execute(narrowed(shown_trees(), actor, among).order_by(*BY_TITLE).limit(limit))
    return TreeHits(items=[_hit(row, None, [], 0.0) for row in rows])


def _narrowing(category: object, tag: object, state: object) -> Narrowing:
    return Narrowing(
        category=text_of(category, "category", QUERY_LENGTH),
        tag=text_of(tag, "tag", QUERY_LENGTH),
        state=word_of(TreeFilter, state, "state") if state else None,
    )


def _beginnings(db: Session, actor: Actor, words: list[str]) -> Beginnings:
    """Return for each word what it may begin with: itself, or what it may be a typo of; nothing if there is none."""
    sure = {word for word in words if len(word) < FUZZY_FROM or word.isdigit()}
    sure |= _known(db, actor, [word for word in words if word not in sure])
    return [(word,) if word in sure else _near(db, actor, word) for word in words]


def _known(db: Session, actor: Actor, words: list[str]) -> set[str]:
    """Return those of the words that some word begins with: among those that are kept for typos."""
    asked = func.unnest(cast(literal(words, ARRAY(String)), ARRAY(String))).column_valued("asked")
    begun = (
        select(_word.c.word)
        .where(
            _word.c.account_id == actor.account_id,
            _word.c.word >= asked,
            _word.c.word < asked + LAST_CHARACTER,
        )
        .exists()
    )
    return set(db.execute(select(asked).where(begun)).scalars()) if words else set()


def _near(db: Session, actor: Actor, word: str) -> tuple[str, ...]:
    """Return the words that a word may be a typo of, or the word itself where it is one of the many of a huge tree."""
    there = select(_text.c.tree_id).where(
        _text.c.account_id == actor.account_id, _text.c.words.bool_op("@@")(_query([(word,)], ""))
    )
    if db.execute(there.limit(1)).one_or_none() is not None:
        return (word,)
    db.execute(select(func.set_config("pg_trgm.similarity_threshold", LEAST_SIMILARITY, True)))
    near = db.execute(
        select(_word.c.word)
        .where(
            _word.c.account_id == actor.account_id,
            _word.c.word.bool_op("%")(word),
            func.length(_word.c.word).between(len(word) - 2, len(word) + 2),
        )
        .order_by(func.similarity(_word.c.word, word).desc())
        .limit(CANDIDATES)
    ).scalars()
    typos = sorted((distance(word, other), other) for other in near if is_near(word, other))
    return tuple(other for _, other in typos[:CORRECTIONS])


def _best(
    db: Session, actor: Actor, wanted: Beginnings, joined_by: str, among: Narrowing, limit: int
) -> list[AnyRow]:
    """Return the best rows. Of words that are everywhere not all finds are ranked, but first those in titles and tags."""
    query = _query(wanted, joined_by)
    found = _text.join(TREE, TREE.c.id == _text.c.tree_id)
    if among.category or among.tag:
        found = found.outerjoin(
            _version, (_version.c.tree_id == TREE.c.id) & (_version.c.number == TREE.c.version)
        )
    everywhere = narrowed(
        select(_text.c.tree_id, _text.c.words)
        .select_from(found)
        .where(_text.c.account_id == actor.account_id, _text.c.words.bool_op("@@")(query)),
        actor,
        among,
    )
    in_title = everywhere.where(_text.c.about.bool_op("@@")(_query(wanted, " | ")))
    either = union_all(in_title.limit(RANKED_LIMIT), everywhere.limit(RANKED_LIMIT)).subquery()
    score = func.max(func.ts_rank(either.c.words, query)).label("score")
    best = (
        select(either.c.tree_id, score)
        .group_by(either.c.tree_id)
        .order_by(score.desc(), either.c.tree_id.desc())
        .limit(limit)
        .subquery()
    )
    rows = shown_trees().add_columns(best.c.score).join(best, best.c.tree_id == TREE.c.id)
    return list(db.execute(rows.order_by(best.c.score.desc(), TREE.c.id.desc())))


def _query(wanted: Beginnings, joined_by: str) -> ColumnElement[object]:
    words = joined_by.join("(" + " | ".join(f"'{one}':*" for one in some) + ")" for some in wanted)
    return cast(literal(words), TSQUERY)


def _hits(db: Session, rows: list[AnyRow], wanted: Beginnings) -> list[TreeHit]:
    """Say where in the trees the words stand: at the node that has most of them, unless the tree says them of itself."""
    in_nodes = [row for row in rows if matches(_about(row), wanted) < len(wanted)]
    trees = texts_of(db, in_nodes) if in_nodes else {}
    return [_hit(row, trees.get(row.id), wanted, row.score) for row in rows]


def _hit(row: AnyRow, tree: Tree | None, wanted: Beginnings, score: float) -> TreeHit:
    most, node_id, text = matches(_about(row), wanted), None, row.description or row.title
    for node in tree.nodes.values() if tree else ():
        there = matches(text_of_node(node), wanted)
        if there > most:
            is_asked = matches(node.text, wanted) == there
            most, node_id, text = there, node.id, node.text if is_asked else _all_of(node)
    piece = snippet(plain(text), wanted)
    return TreeHit(
        tree=tree_summary(row),
        node_id=node_id,
        snippet=piece,
        runs=[TextRun(text=words, marked=marked) for words, marked in runs(piece, wanted)],
        score=round(min(1.0, float(score)), 4),
    )


def _all_of(node: Node) -> str:
    return " · ".join(filter(None, (node.text, node.help, *(option.label for option in node.options))))


def _about(row: AnyRow) -> str:
    return f"{row.title} {row.description} {row.category} {' '.join(row.tags)}"
