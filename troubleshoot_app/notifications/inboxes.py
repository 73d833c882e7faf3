"""Inboxes: which open escalations wait for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.actor import SENIOR_ROLES
from troubleshoot_app.domain.handoff import Channel, HandoffStatus, Intent, Priority
from troubleshoot_app.models import Delivery, Handoff, SignIn, TreeVersion, TroubleshootingSession, User
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.handoffs import Alert, Inbox

SHOWN_ALERTS = 5
WHY_LENGTH = 300
WHAT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class OpenEscalation:
    """An open escalation, and who has put its banner away."""

    handoff_id: UUID
    from_id: UUID
    alert: Alert
    dismissed_by: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class AccountInboxes:
    """All that the open tabs of an account need to know: the open escalations, worst first, and who may see them."""

    account_id: UUID
    escalations: tuple[OpenEscalation, ...]
    seniors: Mapping[UUID, UUID]

    def inbox_of(self, user_id: UUID) -> Inbox:
        """Return what waits for one senior."""
        waiting = [e for e in self.escalations if e.from_id != user_id]
        alerts = [e.alert for e in waiting if user_id not in e.dismissed_by]
        return Inbox(alerts=alerts[:SHOWN_ALERTS], fresh=len(alerts), waiting=len(waiting))


def open_escalations(db: Session, account_id: UUID) -> tuple[OpenEscalation, ...]:
    """Return the unclaimed escalations of an account, most urgent first, then the longest waiting."""
    rows = db.execute(_OPEN.where(Handoff.account_id == account_id)).all()
    found = [_escalation(db, row) for row in rows]
    found.sort(key=lambda e: (-e.alert.priority.weight, e.alert.created_at))
    return tuple(found)


def account_inboxes(db: Session, account_id: UUID, sign_in_ids: Iterable[UUID]) -> AccountInboxes:
    """Return the inboxes of an account; ``seniors`` maps those of the sign-ins that are good now to their person."""
    good = (
        select(SignIn.id, SignIn.user_id)
        .join(User, User.id == SignIn.user_id)
        .where(
            SignIn.id.in_(list(sign_in_ids)),
            SignIn.account_id == account_id,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now(),
            User.role.in_(SENIOR_ROLES),
            User.is_active,
            User.deleted_at.is_(None),
        )
    )
    seniors = dict(db.execute(good).tuples())
    return AccountInboxes(account_id, open_escalations(db, account_id), seniors)


_OPEN: Select[Any] = (
    select(
        Handoff.id,
        Handoff.from_id,
        Handoff.reason,
        Handoff.priority,
        Handoff.created_at,
        Handoff.node_id,
        User.name.label("from_name"),
        TroubleshootingSession.version_id,
        TroubleshootingSession.title,
        TreeVersion.title.label("tree_title"),
        func.array_agg(Delivery.recipient_id)
        .filter(Delivery.dismissed_at.is_not(None))
        .label("dismissed_by"),
    )
    .join(User, User.id == Handoff.from_id)
    .join(TroubleshootingSession, TroubleshootingSession.id == Handoff.session_id)
    .join(TreeVersion, TreeVersion.id == TroubleshootingSession.version_id)
    .outerjoin(Delivery, (Delivery.handoff_id == Handoff.id) & (Delivery.channel == Channel.IN_APP))
    .where(Handoff.status == HandoffStatus.OPEN, Handoff.intent == Intent.ESCALATE)
    .group_by(Handoff.id, User.name, TroubleshootingSession.id, TreeVersion.id)
)


def _escalation(db: Session, row: Row[Any]) -> OpenEscalation:
    question = tree_of_version(db, row.version_id).nodes[row.node_id].text
    subject = row.title or row.tree_title
    return OpenEscalation(
        handoff_id=row.id,
        from_id=row.from_id,
        alert=Alert(
            id=str(row.id),
            who=row.from_name,
            what=shorten(f"{subject}: {question}", WHAT_LENGTH),
            why=shorten(row.reason, WHY_LENGTH),
            priority=Priority(row.priority),
            created_at=row.created_at,
        ),
        dismissed_by=frozenset(row.dismissed_by or ()),
    )


def shorten(text: str, limit: int) -> str:
    """Return ``text`` on one line, cut at ``limit`` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
