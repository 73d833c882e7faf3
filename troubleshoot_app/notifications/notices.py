"""Notices: what the people of a case are told on screen when something happens to it."""

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session

from troubleshoot_app.models import Handoff, User
from troubleshoot_app.notifications.announcements import Announcement, HandoffEvent
from troubleshoot_app.notifications.inboxes import shorten
from troubleshoot_app.notifications.pusher import Notice

RESOLUTION_LENGTH = 200


def notices_for(db: Session, announcement: Announcement) -> list[Notice]:
    """Return who is told what: the escalator hears of each change that others make to their case."""
    claimer = aliased(User)
    row = db.execute(
        select(Handoff, claimer.name)
        .outerjoin(claimer, claimer.id == Handoff.claimed_by_id)
        .where(Handoff.id == announcement.handoff_id)
    ).one_or_none()
    if row is None:
        return []
    handoff, claimer_name = row
    sentence = {
        HandoffEvent.CLAIMED: f"{claimer_name} has picked up your escalation.",
        HandoffEvent.RELEASED: "Your escalation was given back. It is open again and everybody was told.",
        HandoffEvent.RESOLVED: f"Your escalation is resolved: {shorten(handoff.resolution, RESOLUTION_LENGTH)}",
    }.get(announcement.event)
    if sentence is None or handoff.claimed_by_id == handoff.from_id:
        return []
    notice_id = f"{handoff.id}:{announcement.event}:{handoff.round}"
    return [Notice(notice_id, handoff.from_id, sentence, f"/sessions/{handoff.session_id}")]
