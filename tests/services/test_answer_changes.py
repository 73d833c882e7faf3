"""Changing an earlier answer: what is kept and what is not, what the record says of it, and what is counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.services.test_jumps import fuse_tree, house_tree
from tests.support.people import Person, Team, add_team, ask, publish_again, publish_tree
from troubleshoot_app.core.errors import Conflict, Forbidden, Invalid
from troubleshoot_app.core.files import KeptFile
from troubleshoot_app.domain.formats.ticket_note import NoteFormat
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.domain.insight import Figure, Place
from troubleshoot_app.domain.readings import Range, Reading
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree, tree_to_document
from troubleshoot_app.models import TroubleshootingTree
from troubleshoot_app.notifications.tallying import tally_sessions
from troubleshoot_app.schemas.analytics import NodeFigures
from troubleshoot_app.schemas.sessions import ChangePreview, SessionView, StepView
from troubleshoot_app.services import (
    attachments,
    exports,
    handoff_views,
    handoffs,
    insight_sessions,
    replays,
    session_changes,
    sessions,
    tree_analytics,
    tree_files,
)
from troubleshoot_app.services.access import get_row
from troubleshoot_app.services.attachments import ReceivedFile
from troubleshoot_app.services.integrity import list_faults

pump_tree = Tree("led", {node.id: node for node in (
    Node("led", NodeKind.QUESTION, "Is the LED lit?", options=(
        Option("yes", "Yes", "volts"), Option("no", "No", "plug"), Option("dim", "Dim", "valve"))),
    Node("plug", NodeKind.ACTION, "Plug it in.", options=(Option("done", "Done", "volts"),), acknowledge=True),
    Node("volts", NodeKind.QUESTION, "Measure the voltage.", options=(
        Option("low", "Too low", "swap", when=Range(below=11.0)), Option("fine", "Fine", "valve", when=Range(at_least=11.0)),
        Option("cannot", "I cannot measure", "valve")), reading=Reading("V", 11.5, 13.0, 1)),
    Node("swap", NodeKind.ACTION, "Swap the battery.", options=(Option("done", "Done", "valve"),)),
    Node("valve", NodeKind.QUESTION, "Is the valve open?", options=(
        Option("yes", "Yes", "runs"), Option("no", "No", "stuck"), Option("look", "Look again", "led"))),
    Node("runs", NodeKind.RESOLUTION, "It runs."),
    Node("stuck", NodeKind.ESCALATION, "Call a senior."),
)})  # fmt: skip


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


class Walker:
    """Somebody on a session, each thing they do by a short name; answers may be ``("", "12.1")`` for a number."""

    def __init__(self, db: Session, person: Person, tree_id: UUID) -> None:
        self.db, self.person = db, person
        self.id = self("start_session", tree_id=tree_id).id

    def __call__(self, name: str, **arguments: Any) -> SessionView:
        if name != "start_session":
            arguments["session_id"] = self.id
        view: SessionView = ask(self.db, self.person, getattr(sessions, name), **arguments)
        return view

    def answer(self, option_id: str, value: str | None = None, note: str = "") -> SessionView:
        return self("choose_option", option_id=option_id, value=value, note=note, acknowledged=True)

    def change(self, seq: int, option_id: str = "", **more: Any) -> SessionView:
        view: SessionView = self._do(session_changes.change_step, seq=seq, option_id=option_id, **more)
        return view

    def preview(self, seq: int, option_id: str = "", **more: Any) -> ChangePreview:
        shown: ChangePreview = self._do(session_changes.preview_change, seq=seq, option_id=option_id, **more)
        return shown

    def read(self) -> SessionView:
        return self("get_session")

    def path(self) -> list[StepView]:
        return ask(self.db, self.person, sessions.list_path, session_id=self.id)

    def _do(self, service: Callable[..., Any], **arguments: Any) -> Any:
        return ask(self.db, self.person, service, session_id=self.id, **arguments)


@pytest.fixture
def pump(db: Session, team: Team) -> UUID:
    return publish_tree(db, team.admin, pump_tree, "Pump")


@pytest.fixture
def walk(db: Session, team: Team, pump: UUID) -> Walker:
    """A session in which it was said that the LED is not lit, and four answers after that."""
    walk = Walker(db, team.viewer, pump)
    walk.answer("no", note="All dark.")
    walk.answer("done")
    walk.answer("", "12.1", note="At the terminals.")
    walk.answer("no", note="Rusty.")
    return walk


def live(view: SessionView) -> list[tuple[int, str, str, int | None]]:
    return [(step.seq, step.node_id, step.option_id, step.repeats) for step in view.steps if not step.undone]


def test_what_still_holds_is_kept_as_it_was_said(walk: Walker, team: Team):
    before = walk.read()
    view = walk.change(1, "yes", revision=before.revision)
    assert live(view) == [(5, "led", "yes", None), (6, "volts", "fine", 3), (7, "valve", "no", 4)]
    assert (view.current.id, view.step_count, view.seq, view.revision) == ("stuck", 3, 7, before.revision + 1)
    changed, volts, valve = view.steps[4:]
    assert (changed.note, changed.replaces, changed.by.name) == ("All dark.", 1, team.viewer.name)
    assert (volts.value, volts.note, volts.at) == ("12.1", "At the terminals.", before.steps[2].at)
    assert (valve.note, valve.at, valve.by) == ("Rusty.", before.steps[3].at, before.steps[3].by)
    assert changed.at > valve.at


def test_the_record_keeps_all_and_the_page_tells_each_answer_once(walk: Walker):
    view = walk.change(1, "yes")
    assert [(step.seq, step.undone, step.kept_as) for step in view.steps] == [
        (1, True, None), (2, True, None), (3, True, 6), (4, True, 7), (5, False, None), (6, False, None), (7, False, None),
    ]  # fmt: skip
    assert [step.seq for step in walk.path()] == [1, 2, 5, 6, 7]


def test_it_is_shown_before_and_nothing_happens_by_that(walk: Walker):
    before = walk.read()
    shown = walk.preview(1, "yes", revision=before.revision)
    assert walk.read() == before
    assert (shown.summary, shown.stands_at.id, shown.stands_at.text) == (
        "2 later answers stay, 1 is dropped.", "stuck", "Call a senior.",
    )  # fmt: skip
    assert [(one.seq, one.answer) for one in shown.kept] == [(3, "Fine: 12.1 V"), (4, "No")]
    assert [(one.node_text, one.answer) for one in shown.dropped] == [("Plug it in.", "Done")]
    assert (shown.option.label, shown.stands_in.title) == ("Yes", "Pump")
    after = walk.change(1, "yes", revision=before.revision)
    assert after.current.id == shown.stands_at.id


def test_another_number_may_lead_elsewhere_or_not(walk: Walker):
    same = walk.change(3, value="12.6 V")
    assert live(same)[2:] == [(5, "volts", "fine", None), (6, "valve", "no", 4)]
    assert (same.steps[4].value, same.current.id) == ("12.6", "stuck")
    low = walk.change(5, value="10.4")
    assert live(low)[2:] == [(7, "volts", "low", None)]
    assert (low.current.id, low.step_count) == ("swap", 3)
    unknown = walk.change(7, "cannot")
    assert (unknown.current.id, unknown.steps[-1].value) == ("valve", None)


def test_another_note_alone_is_a_change_too(walk: Walker):
    view = walk.change(1, "no", note="All dark, even the display.")
    assert [step.repeats for step in view.steps[5:]] == [2, 3, 4]
    assert (view.steps[4].note, view.current.id, view.step_count) == (
        "All dark, even the display.",
        "stuck",
        4,
    )


def test_changed_again_and_back_again(walk: Walker, db: Session):
    walk.change(1, "yes")
    again = walk.change(5, "no", acknowledged=True)
    assert live(again) == [(8, "led", "no", None)]
    assert again.current.id == "plug"
    assert [(step.seq, step.kept_as) for step in again.steps if step.kept_as] == [(3, 6), (4, 7)]
    walk("step_back")
    walk.answer("yes")
    walk.answer("", "12.3")
    final = walk.change(9, "dim")
    assert (live(final), final.current.id) == ([(11, "led", "dim", None)], "valve")
    assert list_faults(db) == []


def test_an_answer_kept_twice_names_the_step_where_it_was_given(walk: Walker, db: Session):
    given = walk.read().steps[2]
    walk.change(1, "yes")
    view = walk.change(5, "yes", note="Both lit.")
    assert live(view) == [(8, "led", "yes", None), (9, "volts", "fine", 3), (10, "valve", "no", 4)]
    assert {step.seq: step.kept_as for step in view.steps if step.kept_as} == {3: 6, 4: 7, 6: 9, 7: 10}
    assert (view.steps[8].at, view.steps[8].by) == (given.at, given.by)
    assert list_faults(db) == []


def test_sent_twice_it_counts_once(walk: Walker):
    seen = walk.read().revision
    once = walk.change(1, "yes", revision=seen)
    assert walk.change(1, "yes", revision=seen) == once
    with pytest.raises(Conflict, match="moved on"):
        walk.change(1, "dim", revision=seen)
    assert walk.read() == once


def test_a_press_from_another_tab_is_not_taken_for_the_change(walk: Walker):
    walk("step_back")
    for option_id, value in (("look", None), ("yes", None), ("", "12.1")):
        walk.answer(option_id, value)
    seen = walk.read()
    assert seen.current.id == "valve"
    assert walk.change(5, "yes", revision=seen.revision).current.id == "runs"
    with pytest.raises(Conflict, match="moved on"):
        walk("choose_option", option_id="yes", revision=seen.revision)


@pytest.mark.parametrize("seq", [0, 5, -1, 2**31, 10**30])
def test_only_a_step_of_the_path_is_changed(walk: Walker, seq: int):
    for call in (walk.change, walk.preview):
        with pytest.raises(Invalid, match=f"Step {seq} is not on the path"):
            call(seq, "yes")
    with pytest.raises(Invalid, match="Say which step"):
        walk.change(None, "yes")  # type: ignore[arg-type]


def test_what_would_be_no_change_or_no_answer_is_refused(walk: Walker):
    before = walk.read()
    for seq, option_id, more, why in (
        (1, "no", {}, "already"),
        (3, "", {"value": "12.10"}, "already"),
        (1, "maybe", {}, "not an answer"),
        (3, "", {"value": "warm"}, "no number"),
        (3, "low", {"value": "12.1"}, "does not lead to"),
        (2, "done", {"note": "done"}, "Check off"),
    ):
        with pytest.raises(Invalid, match=why):
            walk.change(seq, option_id, **more)
    assert walk.read() == before


def test_it_is_for_whoever_holds_an_active_session(walk: Walker, team: Team):
    for call in (walk.change, walk.preview):
        with pytest.raises(Conflict, match="moved on"):
            call(1, "yes", revision=1)
    walk.person = team.engineer
    for call in (walk.change, walk.preview):
        with pytest.raises(Forbidden):
            call(1, "yes")
    walk.person = team.viewer
    ask(walk.db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.PARK)
    for call in (walk.change, walk.preview):
        with pytest.raises(Conflict, match="parked"):
            call(1, "yes")


def test_whoever_picked_it_up_changes_an_answer_and_the_others_stay_theirs(
    walk: Walker, db: Session, team: Team
):
    handoff = ask(db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE)
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    walk.person = team.engineer
    view = walk.change(1, "yes")
    names = [step.by.name for step in view.steps if not step.undone]
    assert names == [team.engineer.name, team.viewer.name, team.viewer.name]


def test_what_is_being_typed_stays(walk: Walker):
    ask(walk.db, walk.person, sessions.save_note, session_id=walk.id, seq=4, note="It hums.")
    view = walk.change(1, "yes")
    assert view.pending_note == "It hums."


def test_a_note_that_comes_late_lands_where_it_was_typed(walk: Walker):
    walk.change(1, "yes")
    late = {"session_id": walk.id}
    ask(walk.db, walk.person, sessions.save_note, **late, seq=4, note="It hums.")
    ask(walk.db, walk.person, sessions.save_note, **late, seq=3, note="Very rusty.")
    view = walk.read()
    assert view.pending_note == "It hums."
    assert [step.note for step in view.steps[4:]] == ["All dark.", "At the terminals.", "Very rusty."]


def attach(walk: Walker, seq: int | None, **more: Any) -> str:
    file = ReceivedFile("led.txt", "text/plain", KeptFile(Path("nowhere"), 5, "0" * 64))
    return ask(walk.db, walk.person, attachments.attach, session_id=walk.id, file=file, seq=seq, **more).id


def test_files_follow_their_answers(walk: Walker):
    added = {attach(walk, seq): after for seq, after in ((1, 5), (2, 2), (3, 6), (5, 8), (None, None))}
    view = walk.change(1, "yes")
    assert {file.id: file.seq for file in view.attachments} == added
    late = attach(walk, 4)
    assert {file.id: file.seq for file in walk.read().attachments}[late] == 7
    shown = {step.seq for step in walk.path()} | {view.seq + 1, None}
    assert {file.seq for file in walk.read().attachments} <= shown


def test_a_file_that_comes_late_lands_where_it_was_chosen(walk: Walker):
    walk("step_back")
    assert walk.read().seq == 4
    assert walk.change(1, "yes").seq == 6

    def lands(seq: int) -> int | None:
        late = attach(walk, seq, was_at_hand=True)
        return {file.id: file.seq for file in walk.read().attachments}[late]

    assert [lands(seq) for seq in (3, 5, 7)] == [6, 7, 7]
    walk.answer("yes")
    assert lands(5) == 7
    assert walk.change(5, "yes", note="Dim.").seq == 10
    assert lands(5) == 10


@pytest.fixture
def house(db: Session, team: Team) -> Walker:
    """A session that went to another tree and came home, then once more."""
    publish_tree(db, team.admin, fuse_tree(), "Fuse box")
    house = Walker(db, team.viewer, publish_tree(db, team.admin, house_tree("fuse-box"), "Dark house"))
    for option_id in ("no", "again", "check", "yes", "yes"):
        house.answer(option_id)
    return house


def test_an_answer_in_another_tree_is_kept_in_the_version_of_then(house: Walker, db: Session, team: Team):
    fuses = house.read().steps[3].tree
    row = get_row(db, team.admin.actor, TroubleshootingTree, fuses.id)
    row.draft = tree_to_document(fuse_tree("Is any fuse blown?"))
    publish_again(db, team.admin, UUID(fuses.id))
    view = house.change(1, "no", note="Very dark.")
    assert [(step.option_id, step.tree.title, step.tree.version) for step in view.steps if not step.undone] == [
        ("no", "Dark house", 1), ("again", "Dark house", 1), ("check", "Dark house", 1), ("yes", "Fuse box", 1),
        ("yes", "Dark house", 1),
    ]  # fmt: skip
    assert (view.current.id, view.step_count) == ("good", 5)
    assert view.steps[-2].found == "Replace the fuse."
    ask(db, team.admin, tree_files.archive_tree, tree_id=fuses.id)
    assert house.change(view.steps[5].seq, "no", note="Still dark.").current.id == "good"
    newer = house.change(house.read().steps[-3].seq, "no")
    assert newer.current.id == "good"
    assert list_faults(db) == []


def test_a_new_jump_goes_where_it_leads_now_and_is_refused_when_it_leads_nowhere(
    house: Walker, db: Session, team: Team
):
    fuses = house.read().steps[3].tree.id
    there = house.preview(1, "check")
    assert (there.stands_at.id, there.stands_in.title) == ("good", "Dark house")
    assert [one.seq for one in there.kept] == [4, 5]
    ask(db, team.admin, tree_files.archive_tree, tree_id=fuses)
    with pytest.raises(Conflict, match="cannot be walked"):
        house.preview(1, "check")


def figures(db: Session, team: Team, tree_id: UUID) -> dict[str, NodeFigures]:
    found = ask(db, team.engineer, tree_analytics.tree_figures, tree_id=str(tree_id))
    return {node.node_id: node for node in found.nodes}


def test_an_answer_that_was_kept_counts_once_and_not_as_undone(
    walk: Walker, db: Session, team: Team, pump: UUID
):
    db.execute(text("UPDATE step SET created_at = created_at - (10 - seq) * interval '1 minute'"))
    db.execute(text("UPDATE session SET created_at = created_at - interval '10 minutes'"))
    before = figures(db, team, pump)
    walk.change(1, "yes")
    after = figures(db, team, pump)
    assert {name: (one.visits, one.undone) for name, one in after.items()} == {
        "led": (1, 1), "plug": (1, 1), "volts": (2, 0), "swap": (0, 0), "valve": (1, 0), "runs": (0, 0), "stuck": (1, 0),
    }  # fmt: skip
    assert {name: one.median_seconds for name, one in after.items()} == {
        name: one.median_seconds for name, one in before.items()
    }
    flows = ask(db, team.engineer, tree_analytics.tree_figures, tree_id=str(pump)).flows
    assert {(one.node_id, one.to): one.total for one in flows} == {
        ("led", "volts"): 1, ("volts", "valve"): 1, ("valve", "stuck"): 1,
    }  # fmt: skip
    for node, is_undone in (("led", True), ("plug", True), ("volts", False), ("valve", False)):
        place = Place(tree_id=str(pump), node=node)
        listed = ask(
            db, team.engineer, insight_sessions.counted_sessions, figure=Figure.UNDONE.value, place=place
        )
        assert (listed.total == 1) == is_undone
    walk("step_back")
    assert {name: one.undone for name, one in figures(db, team, pump).items() if one.undone} == {
        "led": 1, "plug": 1, "valve": 1,
    }  # fmt: skip
    walk("complete_session", outcome="unresolved")
    counted = figures(db, team, pump)
    assert tally_sessions(db) == 1
    assert figures(db, team, pump) == counted
    assert list_faults(db) == []


def test_an_answer_kept_that_comes_home_elsewhere_counts_as_coming_there(
    house: Walker, db: Session, team: Team
):
    other = Tree("dark", {node.id: node for node in (
        Node("dark", NodeKind.QUESTION, "Dark?", options=(
            Option("one", "One", "first", "fuse-box", returns=True),
            Option("two", "Two", "second", "fuse-box", returns=True))),
        Node("first", NodeKind.RESOLUTION, "First."), Node("second", NodeKind.RESOLUTION, "Second."),
    )})  # fmt: skip
    tree_id = publish_tree(db, team.admin, other, "Two homes")
    walk = Walker(db, team.viewer, tree_id)
    walk.answer("one")
    walk.answer("yes")
    assert walk.change(1, "two").current.id == "second"
    assert {name: one.visits for name, one in figures(db, team, tree_id).items()} == {
        "dark": 1, "first": 1, "second": 1,
    }  # fmt: skip


def test_an_answer_kept_that_came_home_and_ends_in_its_own_tree_by_now_counts_as_coming_there(
    house: Walker, db: Session, team: Team
):
    other = Tree("dark", {node.id: node for node in (
        Node("dark", NodeKind.QUESTION, "Dark?", options=(
            Option("home", "Home", "good", "fuse-box", returns=True), Option("stay", "Stay", "", "fuse-box"))),
        Node("good", NodeKind.RESOLUTION, "Good."),
    )})  # fmt: skip
    walk = Walker(db, team.viewer, publish_tree(db, team.admin, other, "Home or not"))
    walk.answer("home")
    walk.answer("yes")
    fuses = UUID(walk.read().steps[1].tree.id)
    before = figures(db, team, fuses)
    for note in ("", "Said once more."):
        seq = walk.path()[-2].seq
        assert walk.change(seq, "stay", note=note).current.text == "Replace the fuse."
        assert figures(db, team, fuses)["replace"].visits == before["replace"].visits + 1
        place = Place(tree_id=str(fuses), node="replace")
        listed = ask(db, team.engineer, insight_sessions.counted_sessions, figure="visits", place=place)
        assert (listed.total, listed.times) == (1, 1)
    walk("complete_session", outcome="resolved")
    counted = figures(db, team, fuses)
    assert tally_sessions(db) == 1
    assert figures(db, team, fuses) == counted
    assert list_faults(db) == []


def test_the_note_tells_each_answer_once_and_says_what_became_of_it(walk: Walker):
    walk.change(1, "yes")
    note = ask(walk.db, walk.person, exports.read_note, session_id=walk.id)
    text = exports.note_file(note, NoteFormat.TEXT).content.decode()
    words = " ".join(text.split())
    assert "WHAT WAS TRIED: 5 STEPS, 2 OF THEM UNDONE" in words
    assert "1. [undone] Is the LED lit?" in words
    assert "5. Is the LED lit? → Yes" in words
    assert "in place of step 1" in words
    assert "6. Measure the voltage. → Fine: 12.1 V" in words
    assert "kept when step 1 was changed" in words
    assert words.count("Measure the voltage.") == 1
    seconds = note.step_times()
    assert seconds[5] == seconds[2]
    assert seconds[4] >= timedelta(0)


def test_a_briefing_and_a_scenario_have_the_path_as_it_stands(walk: Walker, db: Session, team: Team):
    walk.change(1, "yes")
    kept = ask(db, team.engineer, replays.keep_session, session_id=walk.id, name="Lit")
    assert [(one.node, one.option) for one in kept.answers] == [
        ("led", "yes"),
        ("volts", "fine"),
        ("valve", "no"),
    ]
    handoff = ask(db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE)
    briefing = ask(db, team.engineer, handoff_views.get_handoff, handoff_id=handoff.id).briefing
    assert [step.seq for step in briefing.path if step.kept_as is None] == [1, 2, 5, 6, 7]
