"""Sessions: start, answer, note, go back, complete."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_draft, add_team, ask, publish_again, start
from troubleshoot_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.domain.tree import Node, NodeKind, Tree, tree_to_document
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import Step, TroubleshootingTree
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.services import handoffs, sessions
from troubleshoot_app.services.access import get_row


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


@pytest.fixture
def session(db: Session, team: Team) -> SessionView:
    return start(db, team, title="Branch office", ticket_ref="INC-1", asset="RT-7")


@pytest.fixture
def choose(db: Session, team: Team, session: SessionView) -> Callable[..., SessionView]:
    """``choose("yes", note="…")`` answers the current question of the session as its holder."""

    def choose(option_id: str, **more: Any) -> SessionView:
        return ask(
            db, team.viewer, sessions.choose_option, session_id=session.id, option_id=option_id, **more
        )

    return choose


def path(view: SessionView) -> list[tuple[int, str, str, bool]]:
    return [(step.seq, step.node_id, step.option_id, step.undone) for step in view.steps]


def read(db: Session, person: Person, session: SessionView) -> SessionView:
    return ask(db, person, sessions.get_session, session_id=session.id)


def test_a_session_starts_at_the_start_of_the_published_version(team: Team, session: SessionView):
    assert (session.status, session.current.id, session.step_count, session.steps) == (
        "active",
        "power",
        0,
        [],
    )
    assert (session.tree.title, session.tree.version) == ("No internet", 1)
    assert (session.title, session.ticket_ref, session.asset) == ("Branch office", "INC-1", "RT-7")
    assert session.holder == session.started_by
    assert session.holder.id == str(team.viewer.id)


def test_an_answer_leads_on_and_is_kept(choose: Callable[..., SessionView], team: Team):
    view = choose("no")
    assert view.current.id == "plug"
    assert path(view) == [(1, "power", "no", False)]
    step = view.steps[0]
    assert (step.node_text, step.option_label, step.by.name) == (
        "Is the power LED lit?",
        "No",
        team.viewer.name,
    )
    assert path(choose("done")) == [(1, "power", "no", False), (2, "plug", "done", False)]


def test_what_a_page_gets_is_the_latest_live_steps(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    for option in ("no", "done", "yes"):
        choose(option)
    ask(db, team.viewer, sessions.step_back, session_id=session.id)
    view = choose("yes", latest_steps=2)
    assert path(view) == [(2, "plug", "done", False), (4, "power", "yes", False)]
    assert view.step_count == 3
    assert len(ask(db, team.viewer, sessions.list_path, session_id=session.id)) == 4


def test_a_note_is_kept_with_the_answer(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    assert choose("no", note="It is dark.", value="0 V").steps[0].note == "It is dark."
    assert read(db, team.viewer, session).steps[0].value == "0 V"


def test_what_is_typed_before_the_answer_goes_with_it(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=0, note="It is dark.")
    assert read(db, team.viewer, session).pending_note == "It is dark."
    view = choose("no")
    assert (view.steps[0].note, view.pending_note) == ("It is dark.", "")


def test_a_note_saved_late_lands_on_the_answered_step(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    view = choose("no")
    ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=0, note="It was dark.")
    assert read(db, team.viewer, session).steps[0].note == "It was dark."
    assert read(db, team.viewer, session).pending_note == ""
    assert read(db, team.viewer, session).revision == view.revision


@pytest.mark.parametrize("seq", [-1, 2, 2**31, 10**30])
def test_a_note_for_a_step_that_is_not_there_is_refused(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView, seq: int
):
    choose("no")
    with pytest.raises(Invalid, match="no such step"):
        ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=seq, note="lost?")


def test_going_back_keeps_what_was_undone(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    choose("no", note="dark")
    choose("done")
    view = ask(db, team.viewer, sessions.step_back, session_id=session.id)
    assert view.current.id == "plug"
    assert path(view) == [(1, "power", "no", False), (2, "plug", "done", True)]
    view = choose("done")
    assert path(view)[-1] == (3, "plug", "done", False)
    assert (view.step_count, view.seq) == (2, 3)


def test_going_back_to_a_step_undoes_it_and_all_after_it(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    for option in ("no", "done", "yes"):
        choose(option)
    view = ask(db, team.viewer, sessions.step_back, session_id=session.id, to_seq=2)
    assert view.current.id == "plug"
    assert [step.undone for step in view.steps] == [False, True, True]
    with pytest.raises(Invalid, match="Step 3 is not on the path"):
        ask(db, team.viewer, sessions.step_back, session_id=session.id, to_seq=3)


def test_notes_survive_going_back(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    choose("no", note="dark")
    ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=1, note="wrong device")
    view = ask(db, team.viewer, sessions.step_back, session_id=session.id)
    assert view.pending_note == "dark\nwrong device"
    assert view.steps[0].note == "dark"
    assert choose("yes").steps[-1].note == "dark\nwrong device"


def test_there_is_nothing_before_the_start(db: Session, team: Team, session: SessionView):
    with pytest.raises(Conflict, match="nothing to go back to"):
        ask(db, team.viewer, sessions.step_back, session_id=session.id)


@pytest.mark.parametrize("outcome", ["resolved", "unresolved"])
def test_a_completed_session_says_how_it_ended(db: Session, team: Team, session: SessionView, outcome: str):
    view = ask(
        db,
        team.viewer,
        sessions.complete_session,
        session_id=session.id,
        outcome=outcome,
        summary="Plugged in.",
    )
    assert (view.status, view.outcome, view.summary) == ("completed", outcome, "Plugged in.")
    assert view.completed_at is not None


def test_a_double_press_is_one_step(choose: Callable[..., SessionView], session: SessionView):
    first = choose("no", revision=session.revision)
    assert choose("no", revision=session.revision) == first


def test_the_same_press_once_more_after_going_on_is_not_taken_for_the_first_one(
    choose: Callable[..., SessionView], session: SessionView
):
    choose("no", revision=session.revision)
    choose("done")
    with pytest.raises(Conflict):
        choose("no", revision=session.revision)


def test_a_press_that_was_undone_meanwhile_does_not_come_back(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    choose("no", revision=session.revision)
    ask(db, team.viewer, sessions.step_back, session_id=session.id)
    with pytest.raises(Conflict):
        choose("no", revision=session.revision)


def test_a_tab_that_is_behind_learns_where_the_session_is(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    ahead = choose("no", revision=session.revision)
    late: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (sessions.choose_option, {"option_id": "yes"}),
        (sessions.step_back, {}),
        (sessions.update_session, {"title": "new"}),
    ]
    for change, arguments in late:
        with pytest.raises(Conflict, match="moved on in another tab") as refusal:
            ask(db, team.viewer, change, session_id=session.id, revision=session.revision, **arguments)
        assert refusal.value.extra == {"revision": ahead.revision}
    assert read(db, team.viewer, session) == ahead


@pytest.mark.parametrize("option", ["done", "back", "", "YES", "nothing"])
def test_an_answer_to_another_question_is_refused(choose: Callable[..., SessionView], option: str):
    with pytest.raises(Invalid, match="not an answer to the current question"):
        choose(option)


def test_an_end_has_no_answers(choose: Callable[..., SessionView]):
    choose("yes")
    assert choose("yes").current.kind is NodeKind.RESOLUTION
    with pytest.raises(Invalid):
        choose("yes")


def complete(db: Session, team: Team, session_id: str) -> None:
    ask(db, team.viewer, sessions.complete_session, session_id=session_id, outcome="resolved")


def park(db: Session, team: Team, session_id: str) -> None:
    ask(db, team.viewer, handoffs.open_handoff, session_id=session_id, intent=Intent.PARK)


def escalate(db: Session, team: Team, session_id: str) -> None:
    ask(db, team.viewer, handoffs.open_handoff, session_id=session_id, intent=Intent.ESCALATE)


@pytest.mark.parametrize(
    ("stop", "why"), [(complete, "completed"), (park, "parked"), (escalate, "escalated")]
)
def test_a_session_that_is_not_active_stands_still(
    choose: Callable[..., SessionView],
    db: Session,
    team: Team,
    session: SessionView,
    stop: Callable[..., None],
    why: str,
):
    choose("no")
    stop(db, team, session.id)
    before = read(db, team.viewer, session)
    for call in (
        lambda: choose("done"),
        lambda: choose("done", revision=before.revision),
        lambda: ask(db, team.viewer, sessions.step_back, session_id=session.id),
        lambda: ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=1, note="x"),
        lambda: complete(db, team, session.id),
        lambda: park(db, team, session.id),
        lambda: escalate(db, team, session.id),
    ):
        with pytest.raises(Conflict, match=f"{why}|open handoff already"):
            call()
    assert read(db, team.viewer, session) == before


WAYS_TO_CHANGE: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (sessions.choose_option, {"option_id": "no"}),
    (sessions.step_back, {}),
    (sessions.save_note, {"seq": 0, "note": "x"}),
    (sessions.update_session, {"title": "x"}),
    (sessions.complete_session, {"outcome": "resolved"}),
    (handoffs.open_handoff, {"intent": "park"}),
]


@pytest.mark.parametrize(("change", "arguments"), WAYS_TO_CHANGE)
def test_a_senior_may_read_what_others_walk_but_not_walk_it(
    db: Session, team: Team, session: SessionView, change: Callable[..., Any], arguments: dict[str, Any]
):
    assert read(db, team.engineer, session).holder.name == team.viewer.name
    assert ask(db, team.engineer, sessions.list_path, session_id=session.id) == []
    with pytest.raises(Forbidden, match=f"{team.viewer.name} has this session"):
        ask(db, team.owner, change, session_id=session.id, **arguments)
    assert read(db, team.viewer, session) == session


@pytest.mark.parametrize(
    ("change", "arguments"), [*WAYS_TO_CHANGE, (sessions.get_session, {}), (sessions.list_path, {})]
)
def test_another_viewers_session_is_closed_to_a_viewer(
    db: Session, team: Team, change: Callable[..., Any], arguments: dict[str, Any]
):
    session = start(db, team, team.engineer)
    with pytest.raises(Forbidden, match="Only the people on this session and seniors"):
        ask(db, team.viewer, change, session_id=session.id, **arguments)


@pytest.mark.parametrize(
    ("change", "arguments"), [*WAYS_TO_CHANGE, (sessions.get_session, {}), (sessions.list_path, {})]
)
def test_a_session_of_another_account_does_not_exist(
    db: Session, session: SessionView, change: Callable[..., Any], arguments: dict[str, Any]
):
    other = add_team(db, "umbrella")
    for person in (other.viewer, other.owner):
        with pytest.raises(NotFound):
            ask(db, person, change, session_id=session.id, **arguments)


def test_a_session_keeps_its_version_when_the_tree_is_published_again(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    tree = get_row(db, team.admin.actor, TroubleshootingTree, team.tree_id)
    tree.draft = tree_to_document(Tree("end", {"end": Node("end", NodeKind.RESOLUTION, "Call us.")}))
    db.flush()
    publish_again(db, team.admin, team.tree_id)
    assert choose("no").current.id == "plug"
    assert read(db, team.viewer, session).tree.version == 1
    new = start(db, team)
    assert (new.current.id, new.tree.version) == ("end", 2)


def test_a_session_goes_on_when_its_tree_is_gone(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    get_row(db, team.admin.actor, TroubleshootingTree, team.tree_id).status = TreeStatus.ARCHIVED
    db.flush()
    assert choose("no").current.id == "plug"
    for person in (team.viewer, team.owner):
        with pytest.raises(NotFound):
            start(db, team, person)


def test_a_draft_cannot_be_walked(db: Session, team: Team):
    draft = add_draft(db, team.admin)
    with pytest.raises(NotFound):
        ask(db, team.viewer, sessions.start_session, tree_id=draft)
    with pytest.raises(Conflict, match="Publish it before"):
        ask(db, team.engineer, sessions.start_session, tree_id=draft)


def test_ones_own_sessions_come_latest_first(db: Session, team: Team, session: SessionView):
    second = start(db, team)
    start(db, team, team.engineer)
    ask(db, team.viewer, sessions.update_session, session_id=session.id, title="touched", notes="long story")
    listed = ask(db, team.viewer, sessions.list_sessions)
    assert [one.id for one in listed] == [session.id, second.id]
    assert (listed[0].title, listed[0].question) == ("touched", "Is the power LED lit?")
    complete(db, team, session.id)
    assert [one.id for one in ask(db, team.viewer, sessions.list_sessions, open_only=True)] == [second.id]


def test_steps_are_never_taken_out_of_the_record(
    choose: Callable[..., SessionView], db: Session, team: Team, session: SessionView
):
    for _ in range(3):
        choose("no")
        ask(db, team.viewer, sessions.step_back, session_id=session.id)
    kept = db.scalars(
        select(Step).where(col(Step.account_id) == team.account_id).order_by(col(Step.seq))
    ).all()
    assert [(step.seq, step.undone_at is not None) for step in kept] == [(1, True), (2, True), (3, True)]
