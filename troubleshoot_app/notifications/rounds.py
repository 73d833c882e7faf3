"""Rounds: an escalation that nobody picks up is told again, to all, by every channel; at last to the owners alone."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import SENIOR_ROLES, Role
from troubleshoot_app.domain.handoff import LAST_REMINDER, HandoffStatus, Intent
from troubleshoot_app.models import Handoff
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.deliveries import tell_everybody

AT_ONCE = 50


def tell_again(db: Session) -> int:
    """Begin the next round of each open escalation that has waited long enough; return how many.

    Of several processes each takes others. After the last round nothing more is sent: it stays overdue in the queue.
    """
    waited = now() - timedelta(seconds=get_settings().claim_timeout_seconds)
    due = (
        select(Handoff)
        .where(
            col(Handoff.status) == HandoffStatus.OPEN,
            col(Handoff.intent) == Intent.ESCALATE,
            col(Handoff.reminders) < LAST_REMINDER,
            col(Handoff.told_at) <= waited,
        )
        .order_by(col(Handoff.told_at))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    handoffs: list[Handoff] = list(db.execute(due).scalars())
    for handoff in handoffs:
        handoff.round += 1
        handoff.reminders += 1
        handoff.told_at = now()
        db.flush()
        roles = (Role.OWNER,) if handoff.reminders == LAST_REMINDER else SENIOR_ROLES
        tell_everybody(db, handoff, roles=roles, heeding_choices=False)
        announce(db, handoff.account_id, handoff.id, HandoffEvent.REMINDED)
    return len(handoffs)
