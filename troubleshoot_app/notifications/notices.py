"""Notices: what the people of a case are told on screen when something happens to it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import HandoffStatus
from troubleshoot_app.models import Handoff, User
from troubleshoot_app.notifications.announcements import Announcement, HandoffEvent
from troubleshoot_app.notifications.inboxes import shorten
from troubleshoot_app.notifications.pusher import Notice

RESOLUTION_LENGTH = 200


def notices_for(db: Session, announcement: Announcement) -> list[Notice]:
    """Return who is told what: the escalator hears of each change that others make to their case."""
    claimer = aliased(User)
    row = db.execute(
        select(Handoff, col(claimer.name))
        .outerjoin(claimer, col(claimer.id) == col(Handoff.claimed_by_id))
        .where(col(Handoff.id) == announcement.handoff_id)
    ).one_or_none()
    if row is None:
        return []
    handoff, claimer_name = row
    sentence = {
        HandoffEvent.CLAIMED: f"{claimer_name} has picked up your escalation.",
        HandoffEvent.RELEASED: "Your escalation was given back. It is open again and everybody was told.",
        HandoffEvent.REOPENED: (
            "Nobody went on with your escalation. It is open again and everybody was told."
        ),
        HandoffEvent.RESOLVED: f"Your escalation is resolved: {shorten(handoff.resolution, RESOLUTION_LENGTH)}",
    }.get(announcement.event)
    if sentence is None or handoff.claimed_by_id == handoff.from_id:
        return []
    notice_id = f"{handoff.id}:{announcement.event}:{handoff.round}"
    return [Notice(notice_id, handoff.from_id, sentence, f"/sessions/{handoff.session_id}")]


def watchers_of(db: Session, announcements: Collection[Announcement]) -> set[UUID]:
    """Return who watches how people are told of this: the admins, and of an escalation whoever escalated."""
    handoffs = {one.handoff_id for one in announcements} - {None}
    accounts = {one.account_id for one in announcements}
    escalators = select(col(Handoff.from_id)).where(col(Handoff.id).in_(handoffs))
    admins = select(col(User.id)).where(
        col(User.account_id).in_(accounts), col(User.role).in_((Role.ADMIN, Role.OWNER))
    )
    return set(db.scalars(escalators)) | set(db.scalars(admins))


def announced_since(db: Session, account_ids: Collection[UUID], since: datetime) -> list[Announcement]:
    """Return what was last announced of each escalation of these accounts that changed after ``since``."""
    changed = func.greatest(col(Handoff.told_at), col(Handoff.claimed_at), col(Handoff.closed_at))
    rows = db.execute(
        select(Handoff).where(col(Handoff.account_id).in_(account_ids), changed > since)
    ).scalars()
    return [Announcement(handoff.account_id, handoff.id, _LAST_EVENT[handoff.status]) for handoff in rows]


_LAST_EVENT = {
    HandoffStatus.OPEN: HandoffEvent.OPENED,
    HandoffStatus.CLAIMED: HandoffEvent.CLAIMED,
    HandoffStatus.RESOLVED: HandoffEvent.RESOLVED,
    HandoffStatus.CANCELLED: HandoffEvent.CANCELLED,
    HandoffStatus.RESUMED: HandoffEvent.CANCELLED,
}
