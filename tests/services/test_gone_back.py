"""What was typed or photographed for a question stays with it, however late it comes, when somebody goes back meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from tests.services.test_answer_changes import Walker, pump_tree
from tests.services.test_jumps import house_tree
from tests.support.people import Team, add_team, ask, publish_tree
from troubleshoot_app.core.files import KeptFile
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.services import attachments, sessions
from troubleshoot_app.services.attachments import ReceivedFile
from troubleshoot_app.services.integrity import list_faults


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


@pytest.fixture
def walk(db: Session, team: Team) -> Walker:
    """A session that stands at the third question, "Measure the voltage."."""
    walk = Walker(db, team.viewer, publish_tree(db, team.admin, pump_tree, "Pump"))
    walk.answer("no", note="All dark.")
    walk.answer("done", note="Sits tight.")
    return walk


def type_at(walk: Walker, seq: int, node: str, note: str) -> None:
    ask(walk.db, walk.person, sessions.save_note, session_id=walk.id, seq=seq, node=node, note=note)


def photo(walk: Walker, seq: int | None, node: str | None = None) -> str:
    """Add a photo that was chosen when ``node`` was asked as step ``seq``, and return its id."""
    file = ReceivedFile("led.jpg", "image/jpeg", KeptFile(Path("nowhere"), 5, "0" * 64))
    chosen: dict[str, Any] = {"seq": seq, "node": node, "was_at_hand": node is not None}
    return ask(walk.db, walk.person, attachments.attach, session_id=walk.id, file=file, **chosen).id


def places(walk: Walker) -> dict[str, tuple[int | None, str | None]]:
    """Return of each file its step, and the question that it waits for."""
    return {file.id: (file.seq, file.question) for file in walk.read().attachments}


def test_a_late_note_never_lands_at_another_question(walk: Walker):
    back = walk("step_back")
    assert (back.current.id, back.pending_note) == ("plug", "Sits tight.")
    for typed in ("11", "11.2 V, it falls"):
        type_at(walk, 2, "volts", typed)
    view = walk.read()
    assert (view.pending_note, view.notes) == ("Sits tight.", "At “Measure the voltage.”: 11.2 V, it falls")
    assert view.revision == back.revision
    answered = walk.answer("done", note="Sits tight now.")
    type_at(walk, 2, "volts", "11.2 V, it falls slowly")
    assert answered.current.id == "volts"
    view = walk.read()
    assert (view.steps[2].note, view.pending_note) == ("Sits tight now.", "11.2 V, it falls slowly")
    walk.answer("", "11.2", note="Steady.")
    type_at(walk, 2, "volts", "It fell.")
    notes = [step.note for step in walk.read().steps]
    assert notes == ["All dark.", "Sits tight.", "Sits tight now.", "Steady.\nIt fell."]


def test_a_late_note_goes_to_the_answer_that_was_given_to_its_question(walk: Walker):
    walk.answer("", "12.1", note="At the")
    walk("step_back")
    type_at(walk, 2, "volts", "At the terminals.")
    view = walk.read()
    assert (view.steps[2].note, view.pending_note, view.notes) == ("At the terminals.", "At the", "")
    type_at(walk, 3, "volts", "At the battery.")
    assert walk.read().pending_note == "At the battery."


def test_what_is_typed_goes_along_when_somebody_goes_back(walk: Walker):
    type_at(walk, 2, "volts", "No meter")
    back = walk("step_back", note="No meter here.")
    assert back.pending_note == "Sits tight.\nNo meter here."
    type_at(walk, 2, "volts", "No meter here.")
    assert (walk.read().pending_note, walk.read().notes) == (back.pending_note, "")


def test_a_late_file_never_lands_at_another_question(walk: Walker, db: Session):
    walk("step_back")
    late, here = photo(walk, 3, "volts"), photo(walk, 3, "plug")
    waits = (None, "Measure the voltage.")
    assert places(walk) == {late: waits, here: (3, None)}
    walk("step_back")
    assert places(walk) == {late: waits, here: (None, "Plug it in.")}
    walk.answer("dim")
    assert places(walk) == {late: waits, here: (None, "Plug it in.")}
    walk("step_back")
    walk.answer("yes")
    assert walk.read().current.id == "volts"
    assert places(walk)[late] == (5, None)
    walk.answer("", "12.1")
    latest = photo(walk, 3, "volts")
    assert places(walk) == {late: (5, None), here: (None, "Plug it in."), latest: (5, None)}
    nowhere = photo(walk, 3, "no such question")
    assert places(walk)[nowhere] == (None, None)
    assert [fault for fault in list_faults(db) if "attachment" in fault] == []


def test_a_file_at_hand_stays_with_its_question_and_one_for_an_answer_with_that(walk: Walker):
    given, asked, loose = photo(walk, 2), photo(walk, 3), photo(walk, None)
    walk("step_back")
    there = {given: (2, None), loose: (None, None)}
    assert places(walk) == there | {asked: (None, "Measure the voltage.")}
    walk.answer("done")
    assert places(walk) == there | {asked: (4, None)}
    walk.change(1, "dim")
    assert places(walk) == there | {asked: (None, "Measure the voltage.")}
    walk.change(4, "yes")
    assert places(walk) == there | {asked: (6, None)}


def test_a_question_of_another_tree_is_another_one_even_if_it_is_called_alike(db: Session, team: Team):
    fuse = Node("dark", NodeKind.QUESTION, "Is the fuse dark?", options=(Option("yes", "Yes", "end"),))
    fuses = {"dark": fuse, "end": Node("end", NodeKind.RESOLUTION, "Replace it.")}
    publish_tree(db, team.admin, Tree("dark", fuses), "Fuse box")
    house = Walker(db, team.viewer, publish_tree(db, team.admin, house_tree("fuse-box"), "Dark house"))
    for option_id in ("no", "again", "check"):
        house.answer(option_id)
    asked = photo(house, 4)
    assert house("step_back").current.id == "dark"
    assert places(house)[asked] == (None, "Is the fuse dark?")
    assert house.answer("check").current_tree.title == "Fuse box"
    assert places(house)[asked] == (5, None)
