"""Cases: a handoff with all that is shown of it, read from the rows that it takes."""

from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from troubleshoot_app.domain.handoff import is_overdue
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.handoffs import Handoff
from troubleshoot_app.models.sessions import TroubleshootingSession
from troubleshoot_app.models.trees import TreeVersion
from troubleshoot_app.models.users import User
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.people import PersonRef

_raiser = aliased(User, name="raiser")
_claimer = aliased(User, name="claimer")

CASES: AnySelect = (
    select(
        Handoff,
        col(_raiser.name).label("raiser_name"),
        col(_claimer.name).label("claimer_name"),
        TroubleshootingSession,
        col(TreeVersion.title).label("tree_title"),
    )
    .join(_raiser, col(_raiser.id) == col(Handoff.from_id))
    .outerjoin(_claimer, col(_claimer.id) == col(Handoff.claimed_by_id))
    .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
    .join(TreeVersion, col(TreeVersion.id) == col(TroubleshootingSession.version_id))
    .execution_options(populate_existing=True)
)


def read_case(db: Session, handoff_id: UUID) -> HandoffView:
    """Return a handoff as it is now, for whoever may see it."""
    return case_view(db, db.execute(CASES.where(col(Handoff.id) == handoff_id)).one())


def case_view(db: Session, row: AnyRow | SimpleNamespace) -> HandoffView:
    """Return what a row of ``CASES``, or what has its fields, shows."""
    handoff: Handoff = row.Handoff
    session: TroubleshootingSession = row.TroubleshootingSession
    claimer = (
        PersonRef(id=str(handoff.claimed_by_id), name=row.claimer_name)
        if handoff.claimed_by_id is not None
        else None
    )
    return HandoffView(
        id=str(handoff.id),
        intent=handoff.intent,
        status=handoff.status,
        session_id=str(handoff.session_id),
        reason=handoff.reason,
        priority=handoff.priority,
        raised_by=PersonRef(id=str(handoff.from_id), name=row.raiser_name),
        claimed_by=claimer,
        created_at=handoff.created_at,
        claimed_at=handoff.claimed_at,
        closed_at=handoff.closed_at,
        resolution=handoff.resolution,
        is_overdue=is_overdue(handoff.status, handoff.reminders),
        offered_at=handoff.offered_at,
        tree_title=row.tree_title,
        session_title=session.title,
        ticket_ref=session.ticket_ref,
        asset=session.asset,
        question=tree_of_version(db, session.current_version_id).nodes[session.node_id].text,
    )
