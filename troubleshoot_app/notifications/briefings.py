"""Briefings: what a mail says of a case, read from the rows as they are when it is sent."""

from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import Delivery, Handoff, TroubleshootingSession, User
from troubleshoot_app.models.paths import list_steps
from troubleshoot_app.models.versions import published_version
from troubleshoot_app.notifications.messages import EscalationMail, MailStep
from troubleshoot_app.schemas.sessions import StepView


def escalation_mail(
    db: Session,
    delivery: Delivery,
    handoff: Handoff,
    session: TroubleshootingSession,
    recipient: User,
    from_name: str,
) -> EscalationMail:
    """Return what the mail of ``delivery`` says: the case as it stands, with the path that was not undone."""
    settings = get_settings()
    version = published_version(db, session.version_id)
    nodes = version.tree.nodes
    stuck_in = published_version(db, handoff.version_id)
    stuck_at = stuck_in.tree.nodes[handoff.node_id].text
    if session.pending_note:
        stuck_at = f"{stuck_at}\n\nNote: {session.pending_note}"
    steps = list_steps(db, session.id, session.version_id, undone=False)
    return EscalationMail(
        delivery_id=delivery.id,
        handoff_id=handoff.id,
        mail_from=settings.mail_from,
        public_url=settings.base_url,
        recipient_name=recipient.name,
        recipient_address=recipient.email,
        from_name=from_name,
        tree_title=version.ref.title,
        priority=handoff.priority,
        start_question=None if session.start_node_id is None else nodes[session.start_node_id].text,
        question=stuck_at,
        stuck_in=stuck_in.ref.title if handoff.version_id != session.version_id else None,
        opened_at=handoff.created_at,
        sent_at=now(),
        steps=tuple(
            MailStep(
                question=step.node_text,
                answer=_answer(step),
                note=step.note or None,
                tree=step.tree.title if step.is_first_in_tree else None,
                found=step.found or None,
            )
            for step in steps
        ),
        out_of_range=tuple(
            f"{step.node_text}: {step.reading.shown}, expected {step.reading.expected}"
            for step in steps
            if step.reading is not None and step.is_out_of_range
        ),
        reason=handoff.reason or None,
        session_title=session.title or None,
        asset=session.asset or None,
        ticket_ref=session.ticket_ref or None,
        round=handoff.round,
    )


def _answer(step: StepView) -> str:
    measured = step.reading.shown if step.reading is not None else step.value
    return f"{step.option_label}: {measured}" if measured else step.option_label
