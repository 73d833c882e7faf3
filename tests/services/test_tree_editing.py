"""Writing trees: each gesture is kept at once, two authors merge, errors stop publishing, old versions come back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from tests.support.people import Person, Team, add_team, ask
from troubleshoot_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.tree import Node, NodeKind, Tree, tree_from_document, tree_to_document
from troubleshoot_app.models import TroubleshootingTree
from troubleshoot_app.services import sessions, tree_editing, tree_versions, trees
from troubleshoot_app.services.access import get_row
from troubleshoot_app.services.tree_editing import Details


@pytest.fixture
def team(db: Session) -> Team:
    """An account with a published tree."""
    return add_team(db)


def test_a_gesture_is_kept_and_can_be_undone(db: Session, team: Team):
    before = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id)
    grown = ask(
        db,
        team.engineer,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.add_child(tree, tree.start)[0],
    )
    assert grown.draft.revision == before.revision + 1
    assert ask(db, team.admin, tree_editing.get_draft, tree_id=team.tree_id).tree == grown.draft.tree
    back = ask(
        db,
        team.engineer,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.apply(tree, grown.undo),
    )
    assert back.draft.tree == before.tree


GESTURES: dict[str, Callable[[Tree], Tree]] = {
    "a text": lambda tree: editing.rewrite(
        tree, "power", editing.Words.TEXT, "Is the power LED lit?", "It's \\ ?"
    ),
    "a node more": lambda tree: editing.add_child(tree, "wan")[0],
    "a node less": lambda tree: editing.remove_node(tree, "plug"),
    "another start": lambda tree: editing.choose_start(tree, "wan"),
    "no start": lambda tree: editing.remove_node(tree, "power"),
    "much at once": lambda tree: Tree(
        "x0", {f"x{i}": Node(f"x{i}", NodeKind.QUESTION, "") for i in range(30)}
    ),
}


@pytest.mark.parametrize("gesture", GESTURES.values(), ids=GESTURES)
def test_what_is_written_of_an_edit_makes_the_whole_draft(
    db: Session, team: Team, gesture: Callable[[Tree], Tree]
):
    edited = ask(db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=gesture)
    db.expire_all()
    row = get_row(db, team.engineer.actor, TroubleshootingTree, team.tree_id)
    kept = tree_from_document(row.draft)
    assert kept == edited.draft.tree
    assert list(kept.nodes) == list(edited.draft.tree.nodes)
    assert row.draft == tree_to_document(kept)


def test_a_gesture_that_changes_nothing_makes_no_revision(db: Session, team: Team):
    before = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id)
    same = ask(db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=lambda tree: tree)
    assert same.draft.revision == before.revision


def test_two_authors_on_different_nodes_lose_nothing(db: Session, team: Team):
    start = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).tree.start
    made = []

    def grow(tree: Tree) -> Tree:
        grown, node_id = editing.add_child(tree, start)
        made.append(node_id)
        return grown

    ask(db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=grow)
    seen = ask(db, team.admin, tree_editing.get_draft, tree_id=team.tree_id).tree.nodes[start].text
    ask(
        db,
        team.engineer,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.rewrite(tree, made[0], editing.Words.TEXT, "", "mine"),
    )
    both = ask(
        db,
        team.admin,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.rewrite(tree, start, editing.Words.TEXT, seen, "theirs"),
    )
    assert (both.draft.tree.nodes[made[0]].text, both.draft.tree.nodes[start].text) == ("mine", "theirs")


def test_two_authors_on_the_same_words_are_told(db: Session, team: Team):
    draft = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id)
    start, seen = draft.tree.start, draft.tree.nodes[draft.tree.start].text

    def write(words: str):
        return lambda tree: editing.rewrite(tree, start, editing.Words.TEXT, seen, words)

    ask(db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=write("one"))
    with pytest.raises(Conflict, match="Somebody else changed the same"):
        ask(db, team.admin, tree_editing.change_draft, tree_id=team.tree_id, gesture=write("two"))
    now = ask(db, team.admin, tree_editing.get_draft, tree_id=team.tree_id)
    assert now.tree.nodes[start].text == "one"
    assert now.changed_by == team.engineer.name


def test_details_clash_only_where_both_changed_the_same(db: Session, team: Team):
    seen = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).details

    def change(person: Person, **typed: Any) -> Details:
        wanted = replace(seen, **typed)
        draft = ask(db, person, tree_editing.change_details, tree_id=team.tree_id, seen=seen, wanted=wanted)
        return draft.details

    change(team.engineer, category="Lan", tags=("wan", "dsl"))
    merged = replace(seen, title="Better", category="Lan", tags=("wan", "dsl"))
    assert change(team.admin, title="Better") == merged
    with pytest.raises(Conflict, match=f"{team.admin.name} has changed the title meanwhile"):
        change(team.engineer, title="Other")
    assert change(team.engineer, title="Better") == merged, "both typed the same"


def test_viewers_write_nothing_and_other_accounts_see_nothing(db: Session, team: Team):
    other = add_team(db, "other")
    with pytest.raises(Forbidden):
        ask(db, team.viewer, tree_editing.get_draft, tree_id=team.tree_id)
    calls: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
        (tree_editing.get_draft, {}),
        (tree_editing.change_draft, {"gesture": lambda tree: tree}),
        (tree_editing.publish_draft, {}),
        (tree_versions.list_versions, {}),
        (tree_versions.compare_versions, {"older": 1, "newer": 0}),
        (tree_versions.restore_version, {"version": 1}),
    )
    for service, arguments in calls:
        with pytest.raises(NotFound):
            ask(db, other.owner, service, tree_id=team.tree_id, **arguments)


def test_errors_stop_publishing_and_are_all_named(db: Session, team: Team):
    tree_id = ask(db, team.engineer, tree_editing.new_draft, title="Half a tree")
    with pytest.raises(Invalid) as refused:
        ask(db, team.engineer, tree_editing.publish_draft, tree_id=tree_id)
    assert [error["loc"] for error in refused.value.errors] == [["n1"]]


def test_sessions_keep_their_version_and_an_old_one_comes_back(db: Session, team: Team):
    walked = ask(db, team.viewer, sessions.start_session, tree_id=team.tree_id)
    original = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).tree
    lone = Tree("only", {"only": Node("only", NodeKind.RESOLUTION, "Buy a new one.")})
    ask(db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=lambda tree: lone)
    published = ask(db, team.engineer, tree_editing.publish_draft, tree_id=team.tree_id, note="Shorter")
    assert published.version == 2
    assert ask(db, team.viewer, sessions.get_session, session_id=walked.id).tree.version == 1
    assert ask(db, team.viewer, sessions.start_session, tree_id=team.tree_id).current.text == "Buy a new one."
    listed = ask(db, team.engineer, tree_versions.list_versions, tree_id=team.tree_id)
    assert next((one.version, one.note) for one in listed) == (2, "Shorter")
    told = ask(db, team.engineer, tree_versions.compare_versions, tree_id=team.tree_id, older=1, newer=2)
    assert {change.what for change in told.changes} == {"added", "removed"}
    ask(db, team.engineer, tree_versions.restore_version, tree_id=team.tree_id, version=1)
    assert ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).tree == original
    assert ask(db, team.viewer, trees.get_tree, tree_id=team.tree_id).version == 2


def test_what_a_version_says_of_itself_is_compared_and_comes_back_with_it(db: Session, team: Team):
    there = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).details
    other = Details("Another title", "Other words.", there.category, ("new", "tags"))
    ask(db, team.engineer, tree_editing.change_details, tree_id=team.tree_id, seen=there, wanted=other)
    told = ask(db, team.engineer, tree_versions.compare_versions, tree_id=team.tree_id, older=1, newer=0)
    assert told.changes == []
    assert told.lines == [
        f"Title was: {there.title}",
        f"Description was: {there.description or '(empty)'}",
        f"Tags were: {', '.join(there.tags) or '(empty)'}",
    ]
    ask(db, team.engineer, tree_versions.restore_version, tree_id=team.tree_id, version=1)
    assert ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).details == there
    told = ask(db, team.engineer, tree_versions.compare_versions, tree_id=team.tree_id, older=1, newer=0)
    assert told.lines == []


def test_a_rolled_back_edit_leaves_nothing_in_memory(db: Session, team: Team):
    before = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id)
    savepoint = db.begin_nested()
    ask(
        db,
        team.engineer,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.add_first(tree)[0],
    )
    savepoint.rollback()
    assert ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).tree == before.tree


def test_details_are_cleaned_and_limited(db: Session, team: Team):
    seen = ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).details
    typed = Details("  Tidy\x00 ", "", "", ("a", "a", "", "b"))
    kept = ask(db, team.engineer, tree_editing.change_details, tree_id=team.tree_id, seen=seen, wanted=typed)
    assert kept.details == Details("Tidy", "", "", ("a", "b"))
    for before, after, title in (("  Tidy\x00 ", "", "Tidy"), ("", "Tidy up", "Tidy up")):
        kept = ask(
            db,
            team.engineer,
            tree_editing.change_details,
            tree_id=team.tree_id,
            seen=replace(typed, title=before),
            wanted=replace(typed, title=after),
        )
        assert kept.details.title == title, "who types on after a pause is nobody else"
    with pytest.raises(Invalid):
        ask(
            db,
            team.engineer,
            tree_editing.change_details,
            tree_id=team.tree_id,
            seen=kept.details,
            wanted=replace(kept.details, title="x" * 201),
        )
