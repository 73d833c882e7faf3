"""Claims that were left alone: offered back, kept, opened again; and those of somebody who has left."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.notifications.workers import eventually, working
from tests.support.people import Person, Team, add_team, ask, do, escalate
from tests.support.smtp import MailServer
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Conflict, Forbidden
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import Delivery, Handoff, TroubleshootingSession, User
from troubleshoot_app.notifications.claims import tend_claims
from troubleshoot_app.schemas.handoffs import HandoffView, Inbox
from troubleshoot_app.services import handoff_views, handoffs, sessions, users
from troubleshoot_app.services.integrity import find_faults

LEASE = timedelta(minutes=31)
ANSWER = timedelta(minutes=6)


@pytest.fixture
def team(db: Session) -> Team:
    """An account."""
    return add_team(db)


@pytest.fixture
def claimed(db: Session, team: Team) -> HandoffView:
    """An escalation that the engineer has picked up."""
    handoff = escalate(db, team, reason="It hums.")
    return ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)


def pass_time(db: Session, by: timedelta) -> None:
    """Let everything have happened so much earlier."""
    db.expire_all()
    shifted = {
        name: getattr(Handoff.__table__.c, name) - by
        for name in ("created_at", "told_at", "claimed_at", "kept_at", "offered_at")
    }
    db.execute(update(Handoff).values(shifted))
    db.execute(
        update(TroubleshootingSession).values(updated_at=TroubleshootingSession.__table__.c.updated_at - by)
    )


def offers(db: Session, person: Person) -> list[str]:
    """Return the cases that somebody is asked about."""
    return [offer.id for offer in ask(db, person, handoff_views.get_inbox).offers]


def status_of(db: Session, person: Person, handoff: HandoffView) -> str:
    """Return where the handoff is now."""
    return ask(db, person, handoff_views.get_view, handoff.id).status


def test_a_claim_left_alone_is_offered_back_and_then_opened_again(
    db: Session, team: Team, claimed: HandoffView
):
    pass_time(db, timedelta(minutes=29))
    assert tend_claims(db) == 0
    pass_time(db, timedelta(minutes=2))
    assert tend_claims(db) == 1
    assert tend_claims(db) == 0
    assert offers(db, team.engineer) == [claimed.id]
    assert offers(db, team.owner) == []
    assert status_of(db, team.viewer, claimed) == "claimed"

    pass_time(db, ANSWER)
    assert tend_claims(db) == 1
    assert tend_claims(db) == 0
    view = ask(db, team.viewer, handoff_views.get_view, claimed.id)
    assert (view.status, view.claimed_by, view.claimed_at, view.offered_at) == ("open", None, None, None)
    session = ask(db, team.viewer, sessions.get_session, session_id=claimed.session_id)
    assert (session.status, session.holder.id) == ("escalated", str(team.viewer.id))
    pending = db.scalars(select(Delivery).where(col(Delivery.status) == "pending")).all()
    assert {row.recipient_id for row in pending} == {person.id for person in team.seniors}
    assert list(find_faults(db)) == []
    with pytest.raises(Conflict):
        ask(db, team.engineer, handoffs.keep, handoff_id=claimed.id)


def touch_by_keeping(db: Session, team: Team, claimed: HandoffView) -> None:
    ask(db, team.engineer, handoffs.keep, handoff_id=claimed.id)


def touch_by_step(db: Session, team: Team, claimed: HandoffView) -> None:
    ask(db, team.engineer, sessions.choose_option, session_id=claimed.session_id, option_id="no")


def touch_by_note(db: Session, team: Team, claimed: HandoffView) -> None:
    ask(db, team.engineer, sessions.save_note, session_id=claimed.session_id, seq=0, note="Looking.")


def touch_by_notes(db: Session, team: Team, claimed: HandoffView) -> None:
    ask(db, team.engineer, sessions.update_session, session_id=claimed.session_id, notes="Looking.")


@pytest.mark.parametrize("touch", [touch_by_keeping, touch_by_step, touch_by_note, touch_by_notes])
def test_whoever_touches_the_case_keeps_it(db: Session, team: Team, claimed: HandoffView, touch):
    pass_time(db, LEASE)
    assert tend_claims(db) == 1
    pass_time(db, timedelta(minutes=4))
    touch(db, team, claimed)
    pass_time(db, timedelta(minutes=2))
    tend_claims(db)
    assert offers(db, team.engineer) == []
    pass_time(db, timedelta(minutes=27))
    assert tend_claims(db) == 0
    pass_time(db, timedelta(minutes=2))
    assert tend_claims(db) == 1
    assert offers(db, team.engineer) == [claimed.id]
    assert status_of(db, team.viewer, claimed) == "claimed"


def test_only_the_claimer_keeps_it(db: Session, team: Team, claimed: HandoffView):
    with pytest.raises(Forbidden):
        ask(db, team.admin, handoffs.keep, handoff_id=claimed.id)
    waiting = escalate(db, team)
    with pytest.raises(Conflict):
        ask(db, team.engineer, handoffs.keep, handoff_id=waiting.id)


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"role": "viewer"}, None],
    ids=["deactivated", "made a viewer", "deleted"],
)
def test_who_leaves_leaves_no_case_behind(
    db: Session, team: Team, claimed: HandoffView, change: dict[str, object] | None
):
    other = ask(db, team.admin, handoffs.claim, handoff_id=escalate(db, team).id)
    one = {"user_id": team.engineer.id}
    if change is None:
        ask(db, team.owner, users.delete_user, **one)
    else:
        ask(db, team.owner, users.change_user, **one, **change)
    assert status_of(db, team.viewer, claimed) == "open"
    assert status_of(db, team.viewer, other) == "claimed"
    told = db.scalars(select(Delivery).where(col(Delivery.status) == "pending")).all()
    assert {row.recipient_id for row in told} == {team.engineer2.id, team.admin.id, team.owner.id}
    assert list(find_faults(db)) == []


def test_cases_of_somebody_who_left_before_are_found(db: Session, team: Team, claimed: HandoffView):
    db.execute(
        update(User).where(col(User.id) == team.engineer.id).values(deleted_at=now(), role=Role.VIEWER)
    )
    assert tend_claims(db) == 1
    assert status_of(db, team.viewer, claimed) == "open"


def test_a_case_that_is_given_back_starts_its_reminders_afresh(db: Session, team: Team, claimed: HandoffView):
    for _ in range(6):
        ask(db, team.engineer, handoffs.release, handoff_id=claimed.id)
        ask(db, team.engineer, handoffs.claim, handoff_id=claimed.id)
    view = ask(db, team.engineer, handoffs.release, handoff_id=claimed.id)
    assert not view.is_overdue


@pytest.mark.usefixtures("clean_database")
def test_the_worker_asks_and_then_tells_everybody(smtp: MailServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("troubleshoot_app.notifications.worker.REMIND_SECONDS", 0.1)
    team = transact(add_team)
    handoff = transact(escalate, team)
    do(team.engineer, handoffs.claim, handoff_id=handoff.id)
    with working(smtp) as worker:

        def offered(person: Person) -> list[str]:
            return [offer.id for offer in worker.screen.inboxes.get(person.id, Inbox()).offers]

        worker.connect(team.engineer, team.owner, team.viewer)
        transact(pass_time, LEASE)
        eventually(lambda: offered(team.engineer) == [handoff.id])
        assert offered(team.owner) == []
        transact(pass_time, ANSWER)
        eventually(lambda: worker.screen.alerts(team.owner) == [handoff.id])
        assert worker.screen.alerts(team.engineer) == [handoff.id]
        assert offered(team.engineer) == []
        eventually(lambda: "Nobody went on" in "".join(notice.text for notice in worker.screen.notices))
