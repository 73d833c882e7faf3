"""How many escalations one person may send: far more than anybody does, and fewer than a program that runs wild.

Counted in the rows themselves: so it is right in all processes, and neither a repeated request nor a refusal counts.
"""

import math
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import TooManyRequests
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.handoff import HandoffStatus, Intent
from troubleshoot_app.models import Handoff
from troubleshoot_app.services.throttle import wait_in_words

WITHIN = timedelta(minutes=10)
UNANSWERED = (HandoffStatus.OPEN, HandoffStatus.CANCELLED)

_handoff = Handoff.__table__


def require_room_to_escalate(db: Session, actor: Actor) -> None:
    """Raise ``TooManyRequests`` when the actor has lately sent as many escalations that nobody picked up as one may."""
    most, at = get_settings().escalations_per_person, now()
    sent = select(_handoff.c.created_at).where(
        _handoff.c.account_id == actor.account_id,
        _handoff.c.from_id == actor.user_id,
        _handoff.c.intent == Intent.ESCALATE,
        _handoff.c.status.in_(UNANSWERED),
        _handoff.c.created_at > at - WITHIN,
    )
    full_since = db.execute(sent.order_by(_handoff.c.created_at.desc()).offset(most - 1).limit(1)).scalar()
    if full_since is not None:
        seconds = math.ceil((full_since + WITHIN - at).total_seconds())
        raise TooManyRequests(
            f"This escalation was not sent: nobody has picked up the last {most} that you sent within ten minutes. "
            f"Send it again in {wait_in_words(seconds)}. If it is urgent, call a senior.",
            retry_after=seconds,
        )
