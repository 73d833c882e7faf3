"""Scenarios stop a draft that breaks them; real sessions tell what a draft would change for them."""

import time
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from tests.support.people import Team, add_team, ask, publish_tree
from troubleshoot_app.core.errors import Conflict, Invalid, NotFound
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.handoff import Intent, Outcome
from troubleshoot_app.domain.replay import Fate
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import Step, TroubleshootingSession
from troubleshoot_app.schemas.charts import ChartView
from troubleshoot_app.services import (
    charts,
    handoffs,
    replays,
    scenarios,
    sessions,
    tree_editing,
    tree_files,
    tree_search,
    tree_versions,
    trees,
)
from troubleshoot_app.services.paging import PageRequest

LIT = [{"node": "power", "option": "yes"}, {"node": "wan", "option": "yes"}]
FIXED = {"name": "Lit and green", "answers": LIT, "end": {"node": "fixed"}}


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def change(db: Session, team: Team, gesture: Any) -> tree_editing.Draft:
    edited: tree_editing.Edited = ask(
        db, team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=gesture
    )
    return edited.draft


def without_yes(tree: Tree) -> Tree:
    return editing.remove_option(tree, "wan", "yes")


def walk(db: Session, team: Team, *options: str, tree_id: UUID | None = None, **about: Any) -> str:
    session = ask(db, team.viewer, sessions.start_session, tree_id=tree_id or team.tree_id, **about)
    for option in options:
        if option == "back":
            ask(db, team.viewer, sessions.step_back, session_id=session.id)
        else:
            ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id=option)
    return str(session.id)


def complete(db: Session, team: Team, *options: str, **about: Any) -> str:
    session_id = walk(db, team, *options, **about)
    ask(db, team.viewer, sessions.complete_session, session_id=session_id, outcome=Outcome.RESOLVED)
    return session_id


def test_a_broken_scenario_is_named_and_stops_publishing_until_it_is_mended(db: Session, team: Team):
    made = ask(db, team.engineer, scenarios.add_scenario, tree_id=team.tree_id, **FIXED)
    assert made.is_good
    assert [(one.asked, one.label) for one in made.answers] == [
        ("Is the power LED lit?", "Yes"),
        ("Is the WAN LED green?", "Yes"),
    ]
    draft = change(db, team, lambda tree: editing.add_option(without_yes(tree), "wan", "It is", "fixed"))
    (broken,) = [problem for problem in draft.problems if problem.code == "scenario_broken"]
    assert broken.node_id == "wan"
    assert (
        'The scenario "Lit and green" is broken. At "Is the WAN LED green?" there is no answer "Yes" any more.'
        in broken.message
    )
    with pytest.raises(Invalid, match="Lit and green"):
        ask(db, team.engineer, tree_editing.publish_draft, tree_id=team.tree_id)
    with pytest.raises(Invalid) as refused:
        ask(db, team.engineer, tree_files.publish_tree, tree_id=str(team.tree_id), revision=draft.revision)
    assert {"loc": ["nodes", "wan"], "msg": broken.message} in refused.value.errors
    assert "scenario_broken" in {problem["code"] for problem in refused.value.extra["problems"]}
    shown = ask(db, team.engineer, trees.draft_problems, tree_id=team.tree_id)
    assert broken.message in {problem.message for problem in shown}
    ask(db, team.engineer, tree_versions.restore_version, tree_id=team.tree_id, version=1)
    (kept,) = ask(db, team.engineer, scenarios.find_scenarios, tree_id=team.tree_id, page=PageRequest()).items
    assert kept.is_good
    assert ask(db, team.engineer, tree_editing.publish_draft, tree_id=team.tree_id).version == 2


def test_a_tree_with_a_broken_scenario_is_found_among_the_faulty_ones(db: Session, team: Team):
    def faulty() -> list[str]:
        hits = ask(db, team.engineer, tree_search.browse_trees, q="", state="faulty")
        return [hit.tree.title for hit in hits.items]

    assert faulty() == []
    wrong = FIXED | {"end": {"node": "stuck"}}
    made = ask(db, team.engineer, scenarios.add_scenario, tree_id=team.tree_id, **wrong)
    assert faulty() == ["No internet"]
    ask(db, team.engineer, scenarios.delete_scenario, tree_id=team.tree_id, scenario_id=made.id)
    assert faulty() == []


def test_the_chart_of_a_draft_marks_what_a_scenario_finds_though_the_draft_is_the_same(
    db: Session, team: Team
):
    def chart(since: int | None = None) -> ChartView:
        return ask(db, team.engineer, charts.draft_chart, tree_id=team.tree_id, since=since)

    before = chart()
    assert chart().number == before.number > 0
    wrong = FIXED | {"end": {"node": "stuck"}}
    made = ask(db, team.engineer, scenarios.add_scenario, tree_id=team.tree_id, **wrong)
    marked = chart(since=before.number)
    assert (marked.base, [(node.id, node.errors) for node in marked.nodes]) == (before.number, [("fixed", 1)])
    ask(db, team.engineer, scenarios.delete_scenario, tree_id=team.tree_id, scenario_id=made.id)
    assert [(node.id, node.errors) for node in chart(since=marked.number).nodes] == [("fixed", 0)]


def test_a_scenario_is_changed_by_one_at_a_time_and_belongs_to_its_tree(db: Session, team: Team):
    made = ask(db, team.engineer, scenarios.add_scenario, tree_id=team.tree_id, **FIXED)
    one = {"tree_id": team.tree_id, "scenario_id": made.id}
    other = FIXED | {"name": "Stuck", "end": {"kind": "escalation"}, "revision": 1}
    changed = ask(db, team.admin, scenarios.change_scenario, **one, **other)
    assert (changed.name, changed.is_good, changed.revision) == ("Stuck", False, 2)
    assert changed.fault == 'It ends at "It works", a resolution, instead of at an escalation.'
    with pytest.raises(Conflict) as stale:
        ask(db, team.engineer, scenarios.change_scenario, **one, **other)
    assert stale.value.extra == {"revision": 2}
    elsewhere = publish_tree(db, team.admin, title="Another")
    with pytest.raises(NotFound):
        ask(db, team.engineer, scenarios.get_scenario, tree_id=elsewhere, scenario_id=made.id)
    gone = [{"node": "power", "option": "yes", "label": "Aye"}, {"node": "off", "option": "x", "label": "X"}]
    kept = ask(
        db, team.engineer, scenarios.change_scenario, **one, **(other | {"answers": gone, "revision": 2})
    )
    assert [answer.label for answer in kept.answers] == ["Yes", "X"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"answers": "yes"}, {"answers": [{"node": "power"}]}, {"answers": [3]}, {"end": {}},
        {"end": {"kind": "question"}}, {"end": "fixed"}, {"answers": LIT * 251},
    ],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(db: Session, team: Team, wrong: dict[str, Any]):
    with pytest.raises(Invalid) as refused:
        ask(db, team.engineer, scenarios.add_scenario, tree_id=team.tree_id, **(FIXED | wrong))
    assert [error["loc"] for error in refused.value.errors] == [list(wrong)]


def test_a_real_session_becomes_a_scenario_without_what_was_undone(db: Session, team: Team):
    session_id = walk(db, team, "no", "back", "yes", "yes")
    made = ask(db, team.engineer, replays.keep_session, session_id=session_id, name="As Vera did")
    assert [(one.node, one.option) for one in made.answers] == [("power", "yes"), ("wan", "yes")]
    assert (made.end.node, made.end.words, made.is_good) == ("fixed", "It works.", True)
    with pytest.raises(Conflict, match="not at an end"):
        ask(db, team.engineer, replays.keep_session, session_id=walk(db, team, "yes"), name="Half")


def test_a_trial_walks_the_draft_and_the_trees_that_it_jumps_to(db: Session, team: Team):
    publish_tree(
        db, team.admin, Tree("a", {"a": Node("a", NodeKind.QUESTION, "A?", options=(Option("b", "B", "c"),)), "c": Node("c", NodeKind.RESOLUTION, "C.")}), "Other"  # noqa: E501
    )  # fmt: skip
    jumping = Tree("s", {
        "s": Node("s", NodeKind.QUESTION, "Start?", options=(Option("j", "Jump", "e", "other", returns=True),)),
        "e": Node("e", NodeKind.RESOLUTION, "End."),
    })  # fmt: skip
    tree_id = publish_tree(db, team.admin, jumping, "Jumping")
    trial = ask(
        db,
        team.engineer,
        scenarios.try_answers,
        tree_id=tree_id,
        answers=[{"node": "s", "option": "j"}],
    )
    assert (trial.node.text, trial.tree_title, trial.fault) == ("A?", "Other", "")
    home = ask(
        db,
        team.engineer,
        scenarios.try_answers,
        tree_id=tree_id,
        answers=[*trial.answers, {"node": "a", "option": "b", "tree": trial.tree}],
    )
    assert (home.node.text, home.tree_title) == ("End.", "")
    session_id = walk(db, team, "j", "b", tree_id=tree_id)
    assert ask(db, team.engineer, replays.keep_session, session_id=session_id, name="There").is_good


def test_real_sessions_say_what_a_draft_changes_for_them(db: Session, team: Team):
    fixed = complete(db, team, "yes", "yes", title="Fixed")
    complete(db, team, "no", "done", "yes", "no")
    stuck = walk(db, team, "yes")
    ask(db, team.viewer, handoffs.open_handoff, session_id=stuck, intent=Intent.ESCALATE)
    complete(db, team, "yes", node="wan")
    walk(db, team, "yes", "yes")
    same = ask(db, team.engineer, replays.replay_sessions, tree_id=team.tree_id)
    assert (same.total, same.same, same.groups) == (4, 4, [])

    change(db, team, without_yes)
    told = ask(db, team.engineer, replays.replay_sessions, tree_id=team.tree_id)
    assert (told.total, told.same, told.elsewhere, told.nowhere) == (4, 2, 0, 2)
    (group,) = told.groups
    assert (group.fate, group.was) == (Fate.NOWHERE, "It works.")
    assert group.becomes == 'At "Is the WAN LED green?" there is no answer "Yes" any more.'
    assert fixed in {session.id for session in group.sessions}
    change(db, team, lambda tree: editing.point_option(tree, "wan", "no", "fixed"))
    moved = ask(db, team.engineer, replays.replay_sessions, tree_id=team.tree_id)
    assert [(group.fate, group.becomes) for group in moved.groups][-1] == (
        Fate.ELSEWHERE,
        'Ends at "It works".',
    )


def test_a_hundred_sessions_on_a_large_tree_are_told_at_once(db: Session, team: Team):
    nodes = {
        f"n{number}": Node(
            f"n{number}",
            NodeKind.QUESTION,
            f"Is part {number} good?",
            options=(Option("y", "Yes", f"n{number + 1}"), Option("n", "No", "end")),
        )
        for number in range(499)
    }
    nodes |= {end: Node(end, NodeKind.RESOLUTION, end) for end in ("n499", "end")}
    tree_id = publish_tree(db, team.admin, Tree("n0", nodes), "Large")
    one = db.get_one(TroubleshootingSession, UUID(complete(db, team, "n", tree_id=tree_id)))
    for number in range(99):
        copy = TroubleshootingSession(**one.model_dump(exclude={"id"}))
        db.add(copy)
        db.flush()
        about: dict[str, Any] = {
            "account_id": team.account_id,
            "session_id": copy.id,
            "version_id": one.version_id,
        }
        db.add_all(
            Step(
                **about,
                seq=at,
                node_id=f"n{at - 1}",
                option_id="y" if at <= number else "n",
                by_id=team.viewer.id,
            )
            for at in range(1, number + 2)
        )
    db.flush()
    began = time.monotonic()
    told = ask(db, team.engineer, replays.replay_sessions, tree_id=tree_id)
    assert time.monotonic() - began < 3
    assert (told.total, told.same) == (100, 100)
