"""Tallying sessions that are over, now and then, so that insight need not count them again."""

from sqlalchemy import not_, select, update
from sqlmodel import Session

from troubleshoot_app.domain.handoff import OVER_STATUSES
from troubleshoot_app.models import TroubleshootingSession
from troubleshoot_app.models.tallies import add_tallies

AT_ONCE = 500

_session = TroubleshootingSession.__table__


def tally_sessions(db: Session) -> int:
    """Tally sessions that are over and are not tallied yet, at most ``AT_ONCE``, and return how many.

    Of several processes each takes others. A session that goes on later leaves the tallies in the same transaction.
    """
    over = (
        select(_session.c.id)
        .where(not_(_session.c.tallied), _session.c.status.in_(OVER_STATUSES))
        .order_by(_session.c.created_at)  # what is tallied of neighbours is often the same row
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = list(db.execute(over).scalars())
    if found:
        add_tallies(db, found)
        db.execute(update(_session).where(_session.c.id.in_(found)).values(tallied=True))
    return len(found)
