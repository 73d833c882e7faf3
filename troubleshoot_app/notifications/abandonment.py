"""Closing sessions that nobody goes on with, now and then."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.abandonment import ABANDONABLE, closing_note, is_abandoned, with_line
from troubleshoot_app.domain.handoff import HandoffStatus, Intent, SessionStatus
from troubleshoot_app.models import Handoff, TroubleshootingSession
from troubleshoot_app.models.sessions import TEXT_LENGTH

AT_ONCE = 200

_session = TroubleshootingSession.__table__
_handoff = Handoff.__table__


def close_abandoned(db: Session) -> int:
    """Close sessions that were left alone for too long, at most ``AT_ONCE``, and return how many.

    Of several processes each takes others. A parked one is no longer parked; one that a senior has picked up is theirs
    until the claim ends.
    """
    at, after = now(), timedelta(days=get_settings().abandon_after_days)
    picked_up = select(_handoff.c.id).where(
        _handoff.c.session_id == _session.c.id, _handoff.c.status == HandoffStatus.CLAIMED
    )
    due = (
        select(_session.c.id, _session.c.status, _session.c.updated_at, _session.c.notes)
        .where(_session.c.status.in_(ABANDONABLE), _session.c.updated_at <= at - after, ~picked_up.exists())
        .order_by(_session.c.updated_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    closed = 0
    for row in db.execute(due).all():
        if not is_abandoned(row.status, row.updated_at, at, after=after):
            continue
        notes = with_line(row.notes, closing_note(at, after=after), TEXT_LENGTH)
        values = {"status": SessionStatus.ABANDONED, "notes": notes, "revision": _session.c.revision + 1}
        db.execute(update(_session).where(_session.c.id == row.id).values(**values))
        parked = update(_handoff).where(
            col(Handoff.session_id) == row.id,
            col(Handoff.intent) == Intent.PARK,
            col(Handoff.status) == HandoffStatus.OPEN,
        )
        db.execute(parked.values(status=HandoffStatus.CANCELLED, closed_at=at))
        closed += 1
    return closed
