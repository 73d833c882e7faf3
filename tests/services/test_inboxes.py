"""The inbox of a senior: what waits for whom, in which order."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_team, ask, deliveries_of, escalate, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.models import Delivery, Handoff, SignIn
from troubleshoot_app.notifications.inboxes import SHOWN_ALERTS, account_inboxes
from troubleshoot_app.schemas.handoffs import HandoffView, Inbox
from troubleshoot_app.services import auth, handoff_views, handoffs, sessions


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def inbox(db: Session, person: Person) -> Inbox:
    return ask(db, person, handoff_views.get_inbox)


def ids(inbox: Inbox) -> list[str]:
    return [alert.id for alert in inbox.alerts]


def test_the_most_urgent_comes_first_then_the_longest_waiting_and_the_newest_is_among_them(
    db: Session, team: Team
):
    made: list[HandoffView] = []
    for minutes, priority in ((1, "normal"), (9, "low"), (2, "urgent"), (5, "normal"), (3, "urgent")):
        made.append(escalate(db, team, priority=priority))
        waiting_since = {"created_at": now() - timedelta(minutes=minutes)}
        db.execute(update(Handoff).where(col(Handoff.id) == made[-1].id).values(waiting_since))
    shown = inbox(db, team.engineer)
    assert ids(shown) == [made[place].id for place in (4, 2, 0)]
    assert (shown.fresh, shown.waiting) == (5, 5)


def test_an_alert_says_who_is_stuck_where_and_why(db: Session, team: Team):
    session = start(db, team, title="Branch\noffice")
    ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id="no")
    ask(
        db, team.viewer, handoffs.open_handoff,
        session_id=session.id, intent="escalate", reason="It is dark.\n" + "x" * 500, priority="high",
    )  # fmt: skip
    (alert,) = inbox(db, team.owner).alerts
    assert (alert.who, alert.what, alert.priority) == (team.viewer.name, "Branch office: Plug it in.", "high")
    assert alert.why.startswith("It is dark. xxx")
    assert len(alert.why) == 300


def test_only_the_worst_few_are_shown_but_all_are_counted(db: Session, team: Team):
    for _ in range(SHOWN_ALERTS + 2):
        escalate(db, team)
    shown = inbox(db, team.engineer)
    assert (len(shown.alerts), shown.fresh, shown.waiting) == (
        SHOWN_ALERTS,
        SHOWN_ALERTS + 2,
        SHOWN_ALERTS + 2,
    )


def test_ones_own_escalations_are_not_shown(db: Session, team: Team):
    handoff = escalate(db, team, team.engineer)
    assert inbox(db, team.engineer) == Inbox()
    assert ids(inbox(db, team.engineer2)) == [handoff.id]


def test_a_viewer_has_no_inbox(db: Session, team: Team):
    escalate(db, team, team.engineer)
    assert inbox(db, team.viewer) == Inbox()


def test_what_is_dismissed_is_put_away_on_all_tabs_but_still_waits(db: Session, team: Team):
    handoff, other = escalate(db, team), escalate(db, team)
    ask(db, team.engineer, handoffs.dismiss, handoff_id=handoff.id)
    assert ids(inbox(db, team.engineer)) == [other.id]
    assert (inbox(db, team.engineer).fresh, inbox(db, team.engineer).waiting) == (1, 2)
    assert ids(inbox(db, team.admin)) == [handoff.id, other.id]


def test_what_is_given_back_comes_up_again_for_who_had_put_it_away(db: Session, team: Team):
    handoff = escalate(db, team)
    ask(db, team.engineer, handoffs.dismiss, handoff_id=handoff.id)
    ask(db, team.admin, handoffs.claim, handoff_id=handoff.id)
    assert inbox(db, team.engineer) == Inbox()
    ask(db, team.admin, handoffs.release, handoff_id=handoff.id)
    assert ids(inbox(db, team.engineer)) == [handoff.id]


def test_parked_and_foreign_sessions_are_nobodys_business(db: Session, team: Team):
    session = start(db, team)
    ask(db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="park")
    escalate(db, add_team(db, "umbrella"))
    assert inbox(db, team.owner) == Inbox()


def test_a_page_that_shows_the_inbox_counts_as_shown_and_not_as_seen(db: Session, team: Team):
    handoff = escalate(db, team)

    def on_screen(person: Person) -> str:
        told = deliveries_of(db, team.viewer, handoff.id)
        return next(d.status for d in told if d.recipient.id == str(person.id) and d.channel == "in_app")

    inbox(db, team.engineer)
    assert (on_screen(team.engineer), on_screen(team.admin)) == ("sent", "pending")
    ask(db, team.engineer, handoff_views.note_seen, handoff_ids=[handoff.id])
    inbox(db, team.engineer)
    assert on_screen(team.engineer) == "seen"


def test_seeing_ones_own_banner_changes_nothing_for_others(db: Session, team: Team):
    handoff = escalate(db, team)
    ask(db, team.engineer, handoff_views.note_seen, handoff_ids=[handoff.id])
    told = deliveries_of(db, team.viewer, handoff.id)
    changed = {one.recipient.name: one.status for one in told if one.status != "pending"}
    assert set(changed) == {team.engineer.name}
    assert {one.status for one in told if one.recipient.name == team.engineer.name} == {"seen", "skipped"}


def test_only_good_sign_ins_of_seniors_of_the_account_are_shown_anything(db: Session, team: Team):
    other = add_team(db, "umbrella")
    ask(db, team.admin, auth.sign_out)
    people = (team.viewer, team.engineer, team.admin, team.owner, other.owner)
    db.execute(update(SignIn).where(col(SignIn.id) == team.owner.actor.sign_in_id).values(expires_at=now()))
    inboxes = account_inboxes(db, team.account_id, [person.actor.sign_in_id for person in people])
    assert inboxes.seniors == {team.engineer.actor.sign_in_id}


def test_whom_an_escalation_would_reach(db: Session, team: Team):
    reach = ask(db, team.engineer, handoff_views.get_reach)
    assert (reach.online, reach.by_mail) == (0, 3)
    assert db.scalars(select(Delivery)).all() == []
