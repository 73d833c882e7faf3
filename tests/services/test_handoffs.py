"""Handoffs: who may do what when, and what becomes of the session."""

import contextlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_person, add_team, ask, deliveries_of, escalate, start
from troubleshoot_app.core.db import engine
from troubleshoot_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import HandoffStatus, Intent, Priority
from troubleshoot_app.models import AuditEntry, Delivery, Handoff
from troubleshoot_app.models.sessions import TEXT_LENGTH
from troubleshoot_app.schemas.handoffs import DeliveryView, HandoffView
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.services import handoff_views, handoffs, sessions


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def session_of(db: Session, person: Person, handoff: HandoffView) -> SessionView:
    return ask(db, person, sessions.get_session, session_id=handoff.session_id)


def deliveries(db: Session, person: Person, handoff: HandoffView) -> list[DeliveryView]:
    return deliveries_of(db, person, handoff.id)


def park(db: Session, team: Team, person: Person | None = None) -> HandoffView:
    session = start(db, team, person)
    return ask(db, person or team.viewer, handoffs.open_handoff, session_id=session.id, intent=Intent.PARK)


def claim(db: Session, person: Person, handoff: HandoffView) -> HandoffView:
    return ask(db, person, handoffs.claim, handoff_id=handoff.id)


def test_an_escalation_waits_for_every_other_senior(db: Session, team: Team):
    handoff = escalate(db, team, team.engineer, reason=" No light at all. ", priority="urgent")
    assert (handoff.intent, handoff.status, handoff.reason, handoff.priority) == (
        "escalate", "open", "No light at all.", "urgent",
    )  # fmt: skip
    assert session_of(db, team.engineer, handoff).status == "escalated"
    told = deliveries(db, team.engineer, handoff)
    others = sorted(person.name for person in team.seniors if person is not team.engineer)
    assert [(one.recipient.name, one.channel) for one in told] == [
        (name, channel) for name in others for channel in ("in_app", "email")
    ]
    assert {one.status for one in told} == {"pending"}


def test_what_travels_to_tell_everybody_does_not_grow_with_how_many_they_are(db: Session, team: Team):
    sent: list[int] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        sent.append(len(statement) + len(str(parameters)))

    def escalate_noting() -> tuple[int, int]:
        session = start(db, team)
        sent.clear()
        event.listen(engine(), "before_cursor_execute", note)
        try:
            asked = {"session_id": session.id, "intent": "escalate"}
            handoff = ask(db, team.viewer, handoffs.open_handoff, **asked)
        finally:
            event.remove(engine(), "before_cursor_execute", note)
        assert handoff.status is HandoffStatus.OPEN
        return len(sent), sum(sent)

    few = escalate_noting()
    for number in range(20):
        add_person(db, team.account_id, Role.ENGINEER, f"Senior {number}")
    many = escalate_noting()
    assert many[0] == few[0] > 5
    assert many[1] == pytest.approx(few[1], abs=200)


def test_what_opens_an_escalation_is_told_what_a_reader_sees(db: Session, team: Team):
    session = start(db, team, title="Branch office", ticket_ref="T-1", asset="router")
    asked = {"session_id": session.id, "intent": "escalate", "reason": "Dark.", "priority": "high"}
    opened = ask(db, team.viewer, handoffs.open_handoff, **asked)
    assert ask(db, team.engineer, handoff_views.list_handoffs) == [opened]


def test_a_delivery_is_of_the_account_of_its_handoff(db: Session, team: Team):
    handoff, other = escalate(db, team), add_team(db, "umbrella")
    moved = update(Delivery).where(col(Delivery.handoff_id) == UUID(handoff.id))
    with pytest.raises(IntegrityError, match="fk_delivery_account_id_handoff_id_handoff"), db.begin_nested():
        db.execute(moved.values(account_id=other.account_id))


def test_an_escalation_says_nothing_special_by_default(db: Session, team: Team):
    handoff = escalate(db, team)
    assert (handoff.reason, handoff.priority) == ("", Priority.NORMAL)


def test_the_claimer_stands_where_the_escalator_stood(db: Session, team: Team):
    session = start(db, team)
    ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id="no", note="dark")
    ask(db, team.viewer, sessions.save_note, session_id=session.id, seq=1, note="no socket here")
    handoff = ask(
        db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate", reason="help"
    )
    briefing = ask(db, team.engineer, handoff_views.get_handoff, handoff_id=handoff.id).briefing
    assert (briefing.stuck_at, briefing.pending_note) == ("Plug it in.", "no socket here")
    assert [(step.node_text, step.option_label, step.note) for step in briefing.path] == [
        ("Is the power LED lit?", "No", "dark")
    ]
    claimed = claim(db, team.engineer, handoff)
    assert claimed.status == "claimed"
    assert claimed.claimed_by is not None
    assert claimed.claimed_by.name == team.engineer.name
    view = session_of(db, team.engineer, handoff)
    assert (view.status, view.holder.name, view.current.id) == ("active", team.engineer.name, "plug")
    assert view.started_by.name == team.viewer.name
    on = ask(db, team.engineer, sessions.choose_option, session_id=session.id, option_id="done")
    assert [step.by.name for step in on.steps] == [team.viewer.name, team.engineer.name]
    with pytest.raises(Forbidden, match="has this session"):
        ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id="yes")


def test_what_was_still_to_be_sent_ends_with_the_claim(db: Session, team: Team):
    handoff = escalate(db, team)
    claim(db, team.admin, handoff)
    told = deliveries(db, team.viewer, handoff)
    assert {(one.status, one.error, one.next_attempt_at) for one in told} == {
        ("skipped", f"{team.admin.name} picked it up.", None)
    }


def test_giving_back_opens_it_again_for_everybody_else(db: Session, team: Team):
    handoff = escalate(db, team, reason="help")
    claim(db, team.engineer, handoff)
    ask(db, team.engineer, sessions.choose_option, session_id=handoff.session_id, option_id="no")
    back = ask(db, team.engineer, handoffs.release, handoff_id=handoff.id, note="I have to leave.")
    assert (back.status, back.claimed_by, back.claimed_at) == ("open", None, None)
    assert back.reason == f"help\n\n{team.engineer.name} gave it back: I have to leave."
    assert back.question == "Plug it in."
    view = session_of(db, team.viewer, handoff)
    assert (view.status, view.holder.name) == ("escalated", team.viewer.name)
    pending = {one.recipient.name for one in deliveries(db, team.viewer, handoff) if one.status == "pending"}
    assert pending == {person.name for person in team.seniors} - {team.engineer.name}


def test_words_of_who_gives_back_are_never_cut_off(db: Session, team: Team):
    handoff = escalate(db, team, reason="x" * TEXT_LENGTH)
    claim(db, team.engineer, handoff)
    back = ask(db, team.engineer, handoffs.release, handoff_id=handoff.id, note="I have to leave.")
    assert back.reason.endswith("I have to leave.")
    assert len(back.reason) <= TEXT_LENGTH


@pytest.mark.parametrize("complete", [False, True])
def test_resolving_says_what_helped(db: Session, team: Team, complete: bool):
    handoff = escalate(db, team)
    claim(db, team.engineer, handoff)
    with pytest.raises(Invalid, match="Say what helped"):
        ask(db, team.engineer, handoffs.resolve, handoff_id=handoff.id, resolution=" ")
    resolved = ask(
        db, team.engineer, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.", complete=complete
    )
    assert (resolved.status, resolved.resolution) == ("resolved", "New fuse.")
    assert resolved.closed_at is not None
    view = session_of(db, team.viewer, handoff)
    assert view.handoff is None
    expected = ("completed", "resolved", "New fuse.") if complete else ("active", None, "")
    assert (view.status, view.outcome, view.summary) == expected


@pytest.mark.parametrize(
    ("summary", "resolution"), [("New fuse.", "New fuse."), ("", "Completed as resolved.")]
)
def test_completing_the_session_resolves_what_was_picked_up_for_it(
    db: Session, team: Team, summary: str, resolution: str
):
    handoff = escalate(db, team)
    claim(db, team.engineer, handoff)
    ask(
        db, team.engineer, sessions.complete_session,
        session_id=handoff.session_id, outcome="resolved", summary=summary,
    )  # fmt: skip
    closed = ask(db, team.viewer, handoff_views.get_handoff, handoff_id=handoff.id)
    assert (closed.status, closed.resolution) == ("resolved", resolution)


def test_cancelling_gives_the_session_back_to_its_holder(db: Session, team: Team):
    handoff = escalate(db, team)
    assert ask(db, team.viewer, handoffs.cancel, handoff_id=handoff.id).status == "cancelled"
    view = session_of(db, team.viewer, handoff)
    assert (view.status, view.handoff) == ("active", None)
    assert {one.status for one in deliveries(db, team.viewer, handoff)} == {"skipped"}
    again = ask(db, team.viewer, handoffs.open_handoff, session_id=handoff.session_id, intent="escalate")
    assert again.id != handoff.id


def test_a_parked_session_is_its_holders_alone(db: Session, team: Team):
    handoff = park(db, team)
    assert session_of(db, team.viewer, handoff).status == "parked"
    assert db.scalars(select(Delivery)).all() == []
    for person in team.seniors:
        assert ask(db, person, handoff_views.list_queue) == []
        with pytest.raises(NotFound):
            ask(db, person, handoff_views.get_handoff, handoff_id=handoff.id)
    assert ask(db, team.viewer, handoffs.resume, handoff_id=handoff.id).status == "resumed"
    assert session_of(db, team.viewer, handoff).status == "active"


def test_a_session_has_one_live_handoff(db: Session, team: Team):
    handoff = escalate(db, team)
    second = {"session_id": handoff.session_id, "intent": "park"}
    with pytest.raises(Conflict, match="open handoff already") as refusal:
        ask(db, team.viewer, handoffs.open_handoff, **second)
    assert refusal.value.extra == {"handoff_id": handoff.id}
    claim(db, team.engineer, handoff)
    with pytest.raises(Conflict, match="open handoff already"):
        ask(db, team.engineer, handoffs.open_handoff, **second)
    ask(db, team.engineer, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.")
    assert ask(db, team.engineer, handoffs.open_handoff, **second).intent == "park"


def test_who_comes_too_late_learns_who_has_it(db: Session, team: Team):
    handoff = escalate(db, team)
    claim(db, team.engineer, handoff)
    with pytest.raises(Conflict, match=f"{team.engineer.name} has this case") as refusal:
        claim(db, team.owner, handoff)
    assert refusal.value.extra == {"claimed_by": {"id": str(team.engineer.id), "name": team.engineer.name}}
    with pytest.raises(Conflict, match="You have this case already"):
        claim(db, team.engineer, handoff)


# The state of an escalation by viewer (picked up, if at all, by engineer) × what is done × who does it.
ALLOWED = {
    ("open", "claim"): {"engineer", "engineer2", "admin", "owner"},
    ("open", "cancel"): {"viewer"},
    ("claimed", "release"): {"engineer"},
    ("claimed", "resolve"): {"engineer"},
    ("parked", "resume"): {"viewer"},
}
ACTIONS: dict[str, tuple[Callable[..., HandoffView], dict[str, Any]]] = {
    "claim": (handoffs.claim, {}),
    "release": (handoffs.release, {}),
    "resolve": (handoffs.resolve, {"resolution": "New fuse."}),
    "cancel": (handoffs.cancel, {}),
    "resume": (handoffs.resume, {}),
}
ROLES = ("viewer", "engineer", "engineer2", "admin", "owner")


def in_state(db: Session, team: Team, state: str) -> HandoffView:
    """Return a handoff in that state."""
    if state in ("parked", "resumed"):
        handoff = park(db, team)
        return ask(db, team.viewer, handoffs.resume, handoff_id=handoff.id) if state == "resumed" else handoff
    handoff = escalate(db, team)
    if state in ("claimed", "resolved"):
        handoff = claim(db, team.engineer, handoff)
    if state == "resolved":
        handoff = ask(db, team.engineer, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.")
    if state == "cancelled":
        handoff = ask(db, team.viewer, handoffs.cancel, handoff_id=handoff.id)
    return handoff


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", ["open", "claimed", "resolved", "cancelled", "parked", "resumed"])
def test_who_may_do_what_when(db: Session, team: Team, state: str, action: str):
    handoff = in_state(db, team, state)
    fn, arguments = ACTIONS[action]
    able = set()
    for role in ROLES:
        savepoint = db.begin_nested()
        with contextlib.suppress(Conflict, Forbidden, NotFound):
            ask(db, getattr(team, role), fn, handoff_id=handoff.id, **arguments)
            able.add(role)
        savepoint.rollback()
        db.expire_all()
    assert able == ALLOWED.get((state, action), set())
    assert db.get_one(Handoff, handoff.id).status == HandoffStatus(handoff.status)


def test_the_escalator_cannot_pick_up_their_own(db: Session, team: Team):
    handoff = escalate(db, team, team.admin)
    with pytest.raises(Forbidden, match="You escalated this yourself"):
        claim(db, team.admin, handoff)


def test_a_viewer_sees_no_escalation_of_others(db: Session, team: Team):
    handoff = escalate(db, team, team.engineer)
    for call in (handoff_views.get_handoff, handoff_views.get_watch, handoffs.cancel):
        with pytest.raises(NotFound):
            ask(db, team.viewer, call, handoff_id=handoff.id)
    assert ask(db, team.viewer, handoff_views.list_handoffs) == []
    assert ask(db, team.viewer, handoff_views.list_queue) == []


@pytest.mark.parametrize("action", [*ACTIONS, "dismiss", "get_handoff", "get_watch"])
def test_an_escalation_of_another_account_does_not_exist(db: Session, team: Team, action: str):
    handoff = escalate(db, team)
    fn, arguments = ACTIONS.get(
        action, (getattr(handoffs, action, None) or getattr(handoff_views, action), {})
    )
    with pytest.raises(NotFound):
        ask(db, add_team(db, "umbrella").owner, fn, handoff_id=handoff.id, **arguments)


def test_the_queue_has_the_worst_first_and_the_picked_up_last(db: Session, team: Team):
    made = {name: escalate(db, team, priority=name) for name in ("low", "urgent", "normal", "high")}
    later = escalate(db, team, priority="urgent")
    taken = escalate(db, team, priority="urgent")
    claim(db, team.owner, taken)
    queue = [one.id for one in ask(db, team.engineer, handoff_views.list_queue)]
    expected = [made["urgent"], later, made["high"], made["normal"], made["low"], taken]
    assert queue == [one.id for one in expected]
    newest_first = [one.id for one in ask(db, team.engineer, handoff_views.list_handoffs)]
    assert newest_first == [one.id for one in (taken, later, *reversed(made.values()))]
    opened = ask(db, team.engineer, handoff_views.list_handoffs, statuses=(HandoffStatus.CLAIMED,))
    assert [one.id for one in opened] == [taken.id]


def test_every_change_of_an_escalation_is_on_record(db: Session, team: Team):
    handoff = escalate(db, team)
    claim(db, team.engineer, handoff)
    ask(db, team.engineer, handoffs.release, handoff_id=handoff.id)
    claim(db, team.admin, handoff)
    ask(db, team.admin, handoffs.resolve, handoff_id=handoff.id, resolution="New fuse.")
    entries = db.scalars(
        select(AuditEntry).where(col(AuditEntry.action).startswith("handoff.")).order_by(col(AuditEntry.id))
    ).all()
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("handoff.opened", team.viewer.id),
        ("handoff.claimed", team.engineer.id),
        ("handoff.released", team.engineer.id),
        ("handoff.claimed", team.admin.id),
        ("handoff.resolved", team.admin.id),
    ]
    assert entries[0].details == {"session_id": handoff.session_id, "told": 4}
