"""A session that is written straight from its rows is, to the byte, the one that its view would be written as."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.services.test_answer_changes import Walker, pump_tree
from tests.services.test_jumps import fuse_tree, house_tree
from tests.support.people import Team, add_team, ask, publish_tree
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models.paths import _DIFFERS
from troubleshoot_app.services import handoffs, sessions

HOSTILE = (
    'He said "no" \\ and left\n\t\r\b\f\x01\x1f\x7f',
    '"steps":[]',
    _DIFFERS,
    "{0} %s {seq}",
    "Grüße, здравствуйте, 你好, مرحبا, 🔌, \u2028\u2029</script>",
    "x" * 10_000,
)


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def walker(db: Session, team: Team, tree: Tree) -> Walker:
    return Walker(db, team.viewer, publish_tree(db, team.admin, tree, "Tree"))


def assert_same(walk: Walker) -> None:
    view = ask(walk.db, walk.person, sessions.get_session, session_id=walk.id)
    written = ask(walk.db, walk.person, sessions.write_session, session_id=walk.id)
    assert written == view.model_dump_json(by_alias=True)


def test_readings_check_offs_and_what_was_undone_or_changed(db: Session, team: Team):
    walk = walker(db, team, pump_tree)
    assert_same(walk)
    for option_id, value in (("no", None), ("done", None), ("", "9.5"), ("done", None), ("look", None)):
        walk.answer(option_id, value)
        assert_same(walk)
    walk.answer("yes")
    walk.answer("cannot")
    walk("step_back", to_seq=6)
    assert_same(walk)
    walk.change(1, "yes", note="It is lit after all.")
    assert any(step.kept_as for step in walk.read().steps)
    assert_same(walk)


def test_other_trees_and_the_way_home(db: Session, team: Team):
    publish_tree(db, team.admin, fuse_tree(), "Fuse box")
    walk = walker(db, team, house_tree("fuse-box"))
    for option_id in ("no", "again", "check", "yes", "again", "leave"):
        walk.answer(option_id)
        assert_same(walk)
    assert [step.is_first_in_tree for step in walk.read().steps] == [False, False, False, True, True, False]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_words_are_used(words: str, db: Session, team: Team):
    nodes = (
        Node("one", NodeKind.QUESTION, words, options=(Option("yes", words[:80], "one"), Option("no", "No", "end"))),
        Node("end", NodeKind.RESOLUTION, words),
    )  # fmt: skip
    walk = walker(db, team, Tree("one", {node.id: node for node in nodes}))
    ask(db, walk.person, sessions.update_session, session_id=walk.id, title=words[:200], notes=words)
    walk.answer("yes", note=words)
    walk.answer("no", note=words)
    assert words.strip() in walk.read().steps[0].note
    assert_same(walk)


def test_each_time_is_the_same(db: Session, team: Team):
    walk = walker(db, team, pump_tree)
    for option_id in ("no", "done", "cannot"):
        walk.answer(option_id)
    for seq, fraction in ((1, ".000000"), (2, ".120000"), (3, ".000001")):
        db.execute(
            text(
                "UPDATE step SET created_at = date_trunc('second', created_at) + CAST(:more AS interval) "
                "WHERE session_id = :id AND seq = :seq"
            ),
            {"more": f"0{fraction} s", "id": UUID(walk.id), "seq": seq},
        )
    assert_same(walk)


def test_two_people_and_what_one_has_undone_of_the_other(db: Session, team: Team):
    walk = walker(db, team, pump_tree)
    walk.answer("no", note="Mine.")
    walk.answer("done")
    handoff = ask(db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE)
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    walk.person = team.engineer
    walk("step_back", to_seq=2)
    walk.answer("done", note="Done again.")
    undone = next(step for step in walk.read().steps if step.undone)
    assert undone.undone_by is not None
    assert undone.by.id != undone.undone_by.id
    assert_same(walk)
