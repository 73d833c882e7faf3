"""All deliveries of an account: who sees them, which are sent again, and whom escalations do not reach."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.services.at_once import at_once
from tests.support.people import Team, add_team, ask, do, escalate, fail_mail
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Conflict, Forbidden, NotFound
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, News
from troubleshoot_app.models import AuditEntry, CaseMail, Delivery, Handoff
from troubleshoot_app.services import deliveries, handoff_views, handoffs, preferences
from troubleshoot_app.services.paging import PageRequest

FIRST = PageRequest()


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def test_admins_see_the_deliveries_of_their_account_and_nobody_else_does(db: Session, team: Team):
    escalate(db, add_team(db, "umbrella"))
    handoff = escalate(db, team)
    fail_mail(db, handoff.id, team.engineer)
    shown = ask(db, team.admin, deliveries.list_deliveries, page=FIRST).items
    assert {view.handoff.id for view in shown} == {handoff.id}
    assert len(shown) == len(team.seniors) * len(Channel)
    (failed,) = ask(
        db, team.owner, deliveries.list_deliveries, page=FIRST, status=DeliveryStatus.FAILED
    ).items
    assert (failed.recipient.name, failed.handoff.title) == (team.engineer.name, "No internet")
    assert failed.can_be_resent
    by_mail = ask(db, team.admin, deliveries.list_deliveries, page=FIRST, channel=Channel.EMAIL).items
    assert {view.channel for view in by_mail} == {Channel.EMAIL}
    for person in (team.viewer, team.engineer):
        with pytest.raises(Forbidden):
            ask(db, person, deliveries.list_deliveries, page=FIRST)


def test_the_news_of_a_case_is_among_them_in_order_and_a_page_at_a_time(db: Session, team: Team):
    handoff = escalate(db, team)
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    ask(db, team.engineer, handoffs.release, handoff_id=handoff.id)
    db.execute(
        update(CaseMail)
        .where(col(CaseMail.news) == News.CLAIMED)
        .values(status=DeliveryStatus.FAILED, error="550 5.1.1 no such user")
    )
    escalate(db, team)
    everything = ask(db, team.admin, deliveries.list_deliveries, page=FIRST).items
    news = [view for view in everything if view.news]
    assert [view.news for view in news] == [News.OPEN_AGAIN, News.CLAIMED]
    assert {(v.recipient.name, v.channel, v.handoff.id, v.can_be_resent) for v in news} == {
        (team.viewer.name, Channel.EMAIL, handoff.id, False)
    }
    assert [view.id for view in everything] == sorted((view.id for view in everything), reverse=True)
    failed = ask(db, team.admin, deliveries.list_deliveries, page=FIRST, status=DeliveryStatus.FAILED).items
    assert [(view.news, view.error) for view in failed] == [(News.CLAIMED, "550 5.1.1 no such user")]
    on_screen = ask(db, team.admin, deliveries.list_deliveries, page=FIRST, channel=Channel.IN_APP).items
    assert {view.news for view in on_screen} == {None}

    paged: list[str] = []
    cursor: str | None = None
    while cursor is not None or not paged:
        page = ask(db, team.admin, deliveries.list_deliveries, page=PageRequest(3, cursor))
        assert len(page.items) <= 3
        paged += [view.id for view in page.items]
        cursor = page.next_cursor
    assert paged == [view.id for view in everything]


def test_a_failed_mail_is_sent_again_once_and_that_is_on_record(db: Session, team: Team):
    failed = fail_mail(db, escalate(db, team).id, team.engineer)
    view = ask(db, team.admin, deliveries.resend, delivery_id=failed.id)
    assert (view.status, view.attempts, view.error) == (DeliveryStatus.PENDING, 0, "")
    assert view.next_attempt_at is not None
    with pytest.raises(Conflict, match="on its way already"):
        ask(db, team.admin, deliveries.resend, delivery_id=failed.id)
    entries = db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "delivery.resent")).all()
    assert [(entry.subject_id, entry.actor_id) for entry in entries] == [(failed.id, team.admin.id)]


def test_what_nobody_needs_any_more_is_not_sent_again(db: Session, team: Team):
    handoff = escalate(db, team)
    failed = fail_mail(db, handoff.id, team.engineer)
    ask(db, team.owner, handoffs.claim, handoff_id=handoff.id)
    with pytest.raises(Conflict, match="claimed by now"):
        ask(db, team.admin, deliveries.resend, delivery_id=failed.id)


def test_only_admins_of_the_account_send_again(db: Session, team: Team):
    failed = fail_mail(db, escalate(db, team).id, team.engineer)
    with pytest.raises(Forbidden):
        ask(db, team.engineer, deliveries.resend, delivery_id=failed.id)
    with pytest.raises(NotFound):
        ask(db, add_team(db, "umbrella").owner, deliveries.resend, delivery_id=failed.id)


@pytest.mark.usefixtures("clean_database")
def test_pressed_by_many_at_the_same_moment_it_is_sent_again_once():
    team = transact(add_team)
    handoff = transact(escalate, team)
    failed = transact(fail_mail, handoff.id, team.engineer)

    outcomes = at_once([lambda: do(team.admin, deliveries.resend, delivery_id=failed.id)] * 6)
    assert (len(outcomes.answers), len(outcomes.refusals)) == (1, 5)


def test_who_cannot_be_reached_is_named_to_admins_with_the_reason(db: Session, team: Team):
    assert ask(db, team.admin, deliveries.list_unreachable) == []
    ask(db, team.engineer, preferences.change_preferences, in_app=False, email=False)
    fail_mail(db, escalate(db, team).id, team.engineer2)
    shown = ask(db, team.admin, deliveries.list_unreachable)
    assert {(one.person.name, one.why) for one in shown} == {
        (team.engineer.name, "has chosen no channel"),
        (team.engineer2.name, "mails fail: mailbox unknown; told only while a page is open"),
    }
    for person in (team.viewer, team.engineer):
        assert ask(db, person, deliveries.list_unreachable) == []


def test_a_mail_that_arrived_later_clears_the_name(db: Session, team: Team):
    fail_mail(db, escalate(db, team).id, team.engineer2)
    later = escalate(db, team)
    db.execute(
        update(Delivery)
        .where(col(Delivery.handoff_id) == later.id, col(Delivery.channel) == Channel.EMAIL)
        .values(status=DeliveryStatus.SENT, sent_at=now(), attempts=1, next_attempt_at=None)
    )
    assert ask(db, team.admin, deliveries.list_unreachable) == []


def test_the_usual_wait_is_that_of_the_latest_cases(db: Session, team: Team):
    for minutes in (1, 3, 4, 5, 90):
        assert ask(db, team.viewer, handoff_views.get_reach).usual_wait_seconds is None
        handoff = escalate(db, team)
        begun = {"created_at": now() - timedelta(minutes=minutes)}
        db.execute(update(Handoff).where(col(Handoff.id) == handoff.id).values(begun))
        db.expire_all()
        ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    reach = ask(db, team.viewer, handoff_views.get_reach)
    assert reach.usual_wait_seconds == pytest.approx(240, abs=30)
    assert reach.summary == "Told at once: 4 by mail; usually picked up in 4 min."
