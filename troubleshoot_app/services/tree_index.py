"""The words of trees, taken up for the search, and what keeps a draft from being published."""

from uuid import UUID

from sqlalchemy import cast, literal, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR, insert
from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.errors import Severity
from troubleshoot_app.domain.search_vector import vectors_of
from troubleshoot_app.models import TreeText, TreeWord
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.scenario_rows import problems_of_draft
from troubleshoot_app.services.tree_rows import TREE, draft_of, shown_tree

INDEXED_AT_ONCE = 200

_text = TreeText.__table__
_word = TreeWord.__table__


def index_tree(db: Session, tree_id: UUID) -> None:
    """Take up the words of a tree as its readers have it, as published or of its draft; and the errors of the draft."""
    row = shown_tree(db, tree_id)
    draft = draft_of(db, tree_id)
    vectors = vectors_of(
        title=row.title,
        description=row.description,
        category=row.category,
        tags=row.tags,
        tree=draft if row.version_id is None else tree_of_version(db, row.version_id),
    )
    values = {
        "account_id": row.account_id,
        "about": cast(literal(str(vectors.about)), TSVECTOR),
        "words": cast(literal(str(vectors.words)), TSVECTOR),
    }
    fresh = insert(_text).values(values | {"tree_id": tree_id})
    db.execute(fresh.on_conflict_do_update(index_elements=["tree_id"], set_=values))
    known = [{"account_id": row.account_id, "word": word} for word in vectors.words.vocabulary()]
    if known:
        db.execute(insert(_word).on_conflict_do_nothing(), known)
    found = problems_of_draft(db, tree_id, draft, neighbourhood(db, row.account_id, draft, tree_id))
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    db.execute(
        update(TREE).where(TREE.c.id == tree_id).values(indexed_revision=row.revision, draft_errors=errors)
    )


def catch_up(db: Session, actor: Actor) -> None:
    """Take up what changed since it was last taken up; what somebody else is at is left to them."""
    stale = db.execute(
        select(TREE.c.id)
        .where(TREE.c.account_id == actor.account_id, TREE.c.indexed_revision != TREE.c.revision)
        .limit(INDEXED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).scalars()
    for tree_id in list(stale):
        index_tree(db, tree_id)
