"""The queue of mails with news of a case, for the escalator and the claimer: rows of ``case_mail``."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.claim_lease import TIME_TO_ANSWER
from troubleshoot_app.domain.handoff import DeliveryStatus, HandoffStatus, News
from troubleshoot_app.models import CaseMail, Handoff, TreeVersion, TroubleshootingSession, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.case_messages import NewsMail
from troubleshoot_app.notifications.leases import finish, is_leased
from troubleshoot_app.notifications.presence import connected_users

OVERTAKEN = "Something else had happened before this was sent."
ON_SCREEN = "Told on screen."

_STILL_TRUE_OF = {
    News.CLAIMED: HandoffStatus.CLAIMED,
    News.OPEN_AGAIN: HandoffStatus.OPEN,
    News.RESOLVED: HandoffStatus.RESOLVED,
    News.STILL_ON_IT: HandoffStatus.CLAIMED,
}
_escalator = aliased(User, name="escalator")
_claimer = aliased(User, name="claimer")


def mail_news(db: Session, handoff: Handoff, recipient_id: UUID, news: News) -> None:
    """Have one of the people of a case mailed about it, if and when the transaction commits.

    The escalator is given time to look at a page instead, and a change of mind time to happen.
    """
    patience = timedelta(seconds=get_settings().seen_timeout_seconds)
    mail = CaseMail(
        account_id=handoff.account_id, handoff_id=handoff.id, recipient_id=recipient_id, news=news
    )
    mail.next_attempt_at = now() + (timedelta(0) if news is News.STILL_ON_IT else patience)
    db.add(mail)


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease up to ``limit`` mails that are due; return their ids. ``busy`` are under way in this process."""
    return leases.lease_due(db, _DUE, CaseMail, owner, busy=busy, limit=limit)


_DUE = leases.due(CaseMail)


def prepare(db: Session, mail_id: UUID, owner: int) -> NewsMail | None:
    """Return what a mail that ``owner`` has leased says, if it is still true and its recipient is not at a screen.

    None means no: it is ended with the reason why, or leased by somebody else meanwhile.
    """
    row = db.execute(_MAIL, {"row_id": mail_id, "owner": owner}).one_or_none()
    if row is None:
        return None
    mail: CaseMail = row.CaseMail
    if why := _needless(db, row):
        finish(mail, DeliveryStatus.SKIPPED, why)
        return None
    settings = get_settings()
    handoff: Handoff = row.Handoff
    session: TroubleshootingSession = row.TroubleshootingSession
    return NewsMail(
        mail_id=mail.id,
        handoff_id=handoff.id,
        mail_from=settings.mail_from,
        public_url=settings.base_url,
        recipient_name=row.User.name,
        recipient_address=row.User.email,
        sent_at=now(),
        news=mail.news,
        escalator_name=row.escalator_name,
        claimer_name=row.claimer_name or "",
        title=session.title or row.tree_title,
        question=tree_of_version(db, session.current_version_id).nodes[session.node_id].text,
        resolution=handoff.resolution,
        until=handoff.offered_at + TIME_TO_ANSWER if handoff.offered_at else None,
    )


_MAIL: AnySelect = (
    select(
        CaseMail,
        Handoff,
        TroubleshootingSession,
        User,
        col(_escalator.name).label("escalator_name"),
        col(_claimer.name).label("claimer_name"),
        col(TreeVersion.title).label("tree_title"),
    )
    .join(Handoff, col(Handoff.id) == col(CaseMail.handoff_id))
    .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
    .join(TreeVersion, col(TreeVersion.id) == col(TroubleshootingSession.version_id))
    .join(User, col(User.id) == col(CaseMail.recipient_id))
    .join(_escalator, col(_escalator.id) == col(Handoff.from_id))
    .outerjoin(_claimer, col(_claimer.id) == col(Handoff.claimed_by_id))
    .where(*is_leased(CaseMail))
    .with_for_update(of=CaseMail)
)


def _needless(db: Session, row: AnyRow) -> str:
    """Return why this person need not, or must not, be mailed any more; empty when they are to be mailed."""
    mail: CaseMail = row.CaseMail
    handoff: Handoff = row.Handoff
    recipient: User = row.User
    if recipient.deleted_at is not None or not recipient.is_active:
        return "No longer active."
    if handoff.status is not _STILL_TRUE_OF[mail.news]:
        return OVERTAKEN
    if mail.news is News.STILL_ON_IT:
        asked = handoff.offered_at is not None and handoff.claimed_by_id == recipient.id
        return "" if asked else OVERTAKEN
    return ON_SCREEN if connected_users(db, [recipient.id]) else ""
