"""Finding trees: narrowed by what they are, marked where the words stand, and quick in a large library."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from tests.bench.library import Library, add_library
from tests.support.people import Team, add_draft, add_team, ask, publish_tree
from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.domain.tree import Node, NodeKind, Tree
from troubleshoot_app.schemas.trees import TreeHit
from troubleshoot_app.services import tree_files, tree_search

TREES = 800


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


@pytest.fixture
def find(db: Session, team: Team) -> Callable[..., list[TreeHit]]:
    """``find(q="printer", state="draft")`` returns the hits of an engineer, or of ``who``."""

    def find(who: str = "engineer", **wanted: Any) -> list[TreeHit]:
        return ask(db, getattr(team, who), tree_search.browse_trees, **wanted).items

    return find


def titles(hits: list[TreeHit]) -> list[str]:
    return [hit.tree.title for hit in hits]


def test_trees_are_narrowed_by_category_tag_and_state(db: Session, team: Team, find: Callable[..., Any]):
    add_draft(db, team.engineer, title="Good draft")
    broken = Tree("a", {"a": Node("a", NodeKind.QUESTION, "Internet?")})
    add_draft(db, team.engineer, broken, title="Broken draft")
    gone = publish_tree(db, team.admin, title="Old internet")
    ask(db, team.admin, tree_files.archive_tree, tree_id=str(gone))

    assert titles(find()) == ["Broken draft", "Good draft", "No internet"]
    assert titles(find(state="published")) == titles(find("viewer")) == ["No internet"]
    assert titles(find(state="draft")) == ["Broken draft", "Good draft"]
    assert (
        titles(find(state="faulty")) == titles(find(q="draft internet", state="faulty")) == ["Broken draft"]
    )
    assert titles(find(state="archived")) == titles(find(q="internet", state="archived")) == ["Old internet"]
    for state in ("draft", "faulty", "archived"):
        assert find("viewer", state=state) == find("viewer", q="internet", state=state) == []
    assert len(find(category="Network", tag="wan")) == len(find(q="first", tag="wan")) == 3
    assert find(category="Printing") == find(tag="x") == find(q="internet", category="Printing") == []
    with pytest.raises(Invalid):
        find(state="elsewhere")


def test_a_draft_that_was_mended_is_no_longer_faulty(db: Session, team: Team, find: Callable[..., Any]):
    broken = Tree("a", {"a": Node("a", NodeKind.QUESTION, "Internet?")})
    tree_id = str(add_draft(db, team.engineer, broken, title="Draft"))
    assert titles(find(state="faulty")) == ["Draft"]
    mended = {"title": "Draft", "start": "a", "nodes": {"a": {"kind": "resolution", "text": "It works."}}}
    ask(db, team.engineer, tree_files.replace_draft, tree_id=tree_id, document=mended, revision=1)
    assert find(state="faulty") == []


def test_the_words_are_marked_in_their_sentence(find: Callable[..., list[TreeHit]]):
    (hit,) = find(q="gren LED")
    assert (hit.node_id, hit.snippet) == ("wan", "Is the WAN LED green?")
    assert [(run.text, run.marked) for run in hit.runs] == [
        ("Is the WAN ", False), ("LED", True), (" ", False), ("green", True), ("?", False),
    ]  # fmt: skip
    (hit,) = find(q="again green")
    assert (
        hit.snippet
        == "".join(run.text for run in hit.runs)
        == "Is the WAN LED green? · Yes · No · Look again"
    )


@pytest.fixture
def library(db: Session, team: Team) -> Library:
    return add_library(db, team, TREES)


@pytest.fixture
def plans(db: Session) -> Iterator[list[str]]:
    """How PostgreSQL runs each statement of the search from now on."""
    found: list[str] = []
    connection = db.connection()

    @event.listens_for(connection, "before_cursor_execute")
    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "tree_text" in statement or "tree_word" in statement:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            found.append("\n".join(row[0] for row in cursor.fetchall()))

    yield found
    event.remove(connection, "before_cursor_execute", explain)


def test_a_large_library_is_searched_by_its_indexes(
    library: Library, plans: list[str], find: Callable[..., list[TreeHit]]
):
    frequency = {word: place for place, word in enumerate(library.words)}
    rare = max(" ".join(library.titles).lower().split(), key=frequency.__getitem__)
    mistyped = f"{rare[1]}{rare[0]}{rare[2:]}"
    assert find(q=rare)
    assert find(q=f"check {rare}")
    find(q=mistyped)
    together = "\n".join(plans)
    for index in ("ix_tree_text_words", "ix_tree_text_about", "ix_tree_word_trigrams", "pk_tree_word"):
        assert index in together
    for table in ("tree_text", "tree_word"):
        assert f"Seq Scan on {table}" not in together
