"""A session gone through again: each stop, what happened there, and who may see it."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session

from tests.support.material import supply_tree
from tests.support.people import Person, Team, add_team, ask, leave_alone, publish_again, publish_tree, start
from troubleshoot_app.core.errors import Forbidden, NotFound
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import Step
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.schemas.timelines import Stop, Timeline
from troubleshoot_app.services import charts, handoffs, session_changes, sessions, timelines


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def answer(db: Session, person: Person, session_id: str, *options: str, **words: Any) -> None:
    for option in options:
        ask(db, person, sessions.choose_option, session_id=session_id, option_id=option, **words)


def timeline(db: Session, person: Person, session_id: str) -> Timeline:
    return ask(db, person, timelines.get_timeline, session_id=session_id)


def happened(stop: Stop) -> list[str]:
    return [one.kind.value for one in stop.happenings]


def test_a_case_with_all_that_may_happen_to_it(db: Session, team: Team):
    vera, erin = team.viewer, team.engineer
    one = start(db, team).id
    answer(db, vera, one, "no", note="Dark.")
    answer(db, vera, one, "done", "yes")
    ask(db, vera, sessions.step_back, session_id=one, to_seq=2)
    parked = ask(db, vera, handoffs.open_handoff, session_id=one, intent=Intent.PARK, reason="No plug.")
    ask(db, vera, handoffs.resume, handoff_id=parked.id)
    answer(db, vera, one, "done", "yes")
    raised = ask(
        db,
        vera,
        handoffs.open_handoff,
        session_id=one,
        intent=Intent.ESCALATE,
        reason="It beeps.",
        priority="high",
    )
    ask(db, team.admin, handoffs.claim, handoff_id=raised.id)
    ask(db, team.admin, handoffs.release, handoff_id=raised.id)
    ask(db, erin, handoffs.claim, handoff_id=raised.id)
    answer(db, erin, one, "yes")
    ask(db, erin, sessions.complete_session, session_id=one, outcome="resolved", summary="It was the plug.")

    told = timeline(db, vera, one)
    assert told.status == "completed"
    asked = [told.places[stop.place].node.id for stop in told.stops]
    assert asked == ["power", "plug", "power", "plug", "power", "wan", "fixed"]
    assert [place.node.id for place in told.places] == ["power", "plug", "wan", "fixed"]
    assert [stop.undone for stop in told.stops] == [False, True, True, False, False, False, False]
    assert [happened(stop) for stop in told.stops] == [
        ["started"],
        [],
        [],
        ["went_back", "parked", "resumed"],
        [],
        ["escalated", "picked_up", "released", "picked_up"],
        ["resolved", "completed"],
    ]
    first, *_, last = told.stops
    assert (first.answer, first.note, first.by and first.by.name) == ("No", "Dark.", vera.name)
    assert (last.option_id, last.at, last.took) == (None, None, "")
    back, park, _ = told.stops[3].happenings
    assert (back.to_seq, back.count, back.by and back.by.name) == (2, 2, vera.name)
    assert park.words == "No plug."
    escalated, _, released, picked_up = told.stops[5].happenings
    assert (escalated.words, escalated.priority) == ("It beeps.", "high")
    assert [one.by and one.by.name for one in (released, picked_up)] == [team.admin.name, erin.name]
    resolved, completed = last.happenings
    assert (resolved.words, completed.words, completed.outcome) == ("It was the plug.", "", "resolved")


def test_a_changed_answer_is_told_where_it_was_given_and_what_was_kept_as_kept(db: Session, team: Team):
    one = start(db, team).id
    answer(db, team.viewer, one, "no", "done", "yes", "yes")
    before = timeline(db, team.viewer, one)
    ask(db, team.viewer, session_changes.change_step, session_id=one, seq=1, option_id="yes")
    told = timeline(db, team.viewer, one)
    assert [happened(stop) for stop in told.stops] == [["started"], [], [], [], ["changed"], [], []]
    change = told.stops[4].happenings[0]
    assert (change.to_seq, change.summary) == (1, "1 later answer stays, 2 are dropped")
    assert change.by == told.stops[4].by
    assert [(stop.seq, stop.undone, stop.kept_as, stop.repeats) for stop in told.stops[3:]] == [
        (4, True, 6, None), (5, False, None, None), (6, False, None, 4), (7, False, None, None),
    ]  # fmt: skip
    kept = told.stops[5]
    assert (kept.at, kept.took, kept.place) == (
        before.stops[3].at,
        before.stops[3].took,
        before.stops[3].place,
    )


def test_who_went_back_is_told_and_of_older_sessions_that_it_is_not_known(db: Session, team: Team):
    one = start(db, team).id
    answer(db, team.viewer, one, "no")
    raised = ask(db, team.viewer, handoffs.open_handoff, session_id=one, intent=Intent.ESCALATE)
    ask(db, team.engineer, handoffs.claim, handoff_id=raised.id)
    ask(db, team.engineer, sessions.step_back, session_id=one)
    back = timeline(db, team.viewer, one).stops[-1].happenings[-1]
    assert (back.kind, back.by and back.by.name) == ("went_back", team.engineer.name)
    (step,) = ask(db, team.viewer, sessions.get_session, session_id=one).steps
    assert (step.by.name, step.undone_by) == (team.viewer.name, back.by)
    db.execute(update(Step).values(undone_by_id=None))
    back = timeline(db, team.viewer, one).stops[-1].happenings[-1]
    assert (back.kind, back.by) == ("went_back", None)


def test_it_is_the_version_that_was_walked(db: Session, team: Team):
    one = start(db, team).id
    answer(db, team.viewer, one, "yes")
    before = timeline(db, team.viewer, one)
    tree = Tree("power", {"power": Node("power", NodeKind.RESOLUTION, "All new.")})
    team_tree = publish_tree(db, team.admin, tree)
    publish_again(db, team.admin, team_tree)
    publish_again(db, team.admin, team.tree_id)
    assert timeline(db, team.viewer, one) == before
    power = before.places[0].node
    assert (power.text, power.help) == ("Is the power LED lit?", "It is on the **front**.")
    assert [option.label for option in power.options] == ["Yes", "No"]


def test_readings_and_check_offs_are_there(db: Session, team: Team):
    tree_id = publish_tree(db, team.admin, supply_tree(), "Power supply")
    one = ask(db, team.viewer, sessions.start_session, tree_id=tree_id).id
    answer(db, team.viewer, one, "old")
    answer(db, team.viewer, one, "done", acknowledged=True)
    ask(db, team.viewer, sessions.choose_option, session_id=one, option_id="", value="9.5")
    _, safe, volts, last = timeline(db, team.viewer, one).stops
    assert safe.checked_off
    assert volts.reading is not None
    assert (volts.reading.shown, volts.reading.expected, volts.reading.out_of_range) == (
        "9.5 V",
        "11.5 to 12.6 V",
        True,
    )
    assert volts.option_id == "low"
    assert last.seq == 4


def test_each_tree_that_a_walk_crosses_has_its_own_chart(db: Session, team: Team):
    publish_tree(db, team.admin, title="Power supply")
    nodes = (
        Node("which", NodeKind.QUESTION, "Which one?", options=(
            Option("supply", "The supply", "good", tree="power-supply", returns=True), Option("b", "B", "good"))),
        Node("good", NodeKind.RESOLUTION, "Good."),
    )  # fmt: skip
    tree_id = publish_tree(db, team.admin, Tree("which", {node.id: node for node in nodes}), "Which")
    one = ask(db, team.viewer, sessions.start_session, tree_id=tree_id).id
    answer(db, team.viewer, one, "supply", "yes")
    told = timeline(db, team.viewer, one)
    where = [told.places[stop.place] for stop in told.stops]
    assert [(place.node.id, place.tree, place.chart) for place in where] == [
        ("which", "", 1),
        ("power", "Power supply", 2),
        ("wan", "Power supply", 2),
    ]
    started = [ask(db, team.viewer, charts.session_chart, session_id=one, seq=seq).start for seq in (1, 2, 3)]
    assert started == ["which", "power", "power"]
    with pytest.raises(NotFound):
        ask(db, team.viewer, charts.session_chart, session_id=one, seq=4)


def test_one_that_was_left_alone_says_so(db: Session, team: Team):
    one, parked = start(db, team).id, start(db, team).id
    ask(db, team.viewer, handoffs.open_handoff, session_id=parked, intent=Intent.PARK)
    leave_alone(db)
    assert close_abandoned(db) == 2
    for session_id in (one, parked):
        (stop,) = timeline(db, team.viewer, session_id).stops
        assert happened(stop)[-1] == "closed"
        assert happened(stop).count("closed") == 1


def test_who_may_see_the_session_may_see_it_and_nobody_else(db: Session, team: Team):
    one = start(db, team, team.engineer).id
    assert timeline(db, team.owner, one).stops
    with pytest.raises(Forbidden):
        timeline(db, team.viewer, one)
    with pytest.raises(NotFound):
        timeline(db, add_team(db, "other").owner, one)


def test_two_hundred_steps_repeat_no_node(db: Session, team: Team):
    one = start(db, team).id
    for _ in range(100):
        answer(db, team.viewer, one, "no", "done")
    told = timeline(db, team.viewer, one)
    assert (len(told.stops), len(told.places)) == (201, 2)
    assert len(told.model_dump_json()) < 100_000
