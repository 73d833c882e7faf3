"""Inboxes: which open escalations wait for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, and_, bindparam, cast, func, or_, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.actor import SENIOR_ROLES
from troubleshoot_app.domain.claim_lease import TIME_TO_ANSWER
from troubleshoot_app.domain.handoff import Channel, HandoffStatus, Intent, Priority, is_overdue
from troubleshoot_app.models import Delivery, Handoff, SignIn, TreeVersion, TroubleshootingSession, User
from troubleshoot_app.models.base import AnyRow, AnySelect, array_of
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.handoffs import Alert, Inbox, Offer

SHOWN_ALERTS = 3
WHY_LENGTH = 300
WHAT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class OpenEscalation:
    """An open escalation, and who is not to see a banner of it: they have put it away, or want quiet."""

    handoff_id: UUID
    from_id: UUID
    alert: Alert
    not_for: frozenset[UUID]


@dataclass(frozen=True)
class AccountInboxes:
    """All that the open tabs of an account need to know: the open escalations, worst first, and which sign-ins may see
    them."""

    account_id: UUID
    escalations: tuple[OpenEscalation, ...]
    offers: Mapping[UUID, list[Offer]]
    seniors: frozenset[UUID]

    def inbox_of(self, user_id: UUID) -> Inbox:
        """Return what waits for one senior; to most it is the same, which is put together once."""
        return self._inbox_of(user_id) if user_id in self._special else self._of_most

    @cached_property
    def _special(self) -> frozenset[UUID]:
        """Whose inbox is not like those of most others."""
        own = {e.from_id for e in self.escalations}
        return frozenset(own.union(self.offers, *(e.not_for for e in self.escalations)))

    @cached_property
    def _of_most(self) -> Inbox:
        return self._inbox_of(None)

    def _inbox_of(self, user_id: UUID | None) -> Inbox:
        waiting = [e for e in self.escalations if e.from_id != user_id]
        alerts = [e.alert for e in waiting if user_id not in e.not_for]
        return Inbox(
            alerts=_shown(alerts),
            fresh=len(alerts),
            waiting=len(waiting),
            offers=self.offers.get(user_id, []) if user_id else [],
        )


def account_inboxes(db: Session, account_id: UUID, sign_in_ids: Iterable[UUID]) -> AccountInboxes:
    """Return the inboxes of an account, of escalations the most urgent first, then the longest waiting, of offers the one
    that ends first; ``seniors`` are those of the sign-ins that are good now, and of a senior."""
    cases = db.execute(_CASES, {"account_id": account_id}).all()
    escalations = [_escalation(db, row) for row in cases if row.status == HandoffStatus.OPEN]
    escalations.sort(key=lambda e: (-e.alert.priority.weight, e.alert.created_at))
    asked = frozenset(sign_in_ids)
    ended = db.scalars(_ENDED, {"account_id": account_id, "sign_ins": array_of(asked), "at": now()})
    return AccountInboxes(account_id, tuple(escalations), _offers(cases), asked.difference(ended))


def _shown(alerts: list[Alert]) -> list[Alert]:
    """Return the worst few, and with them the one that came last: it is news to whoever looks."""
    worst = alerts[:SHOWN_ALERTS]
    newest = max(alerts, key=lambda alert: alert.created_at, default=None)
    return worst if newest is None or newest in worst else [*worst[:-1], newest]


def _offers(cases: Iterable[AnyRow]) -> dict[UUID, list[Offer]]:
    """Return by claimer the claims that were offered back, the one that ends first at the top."""
    offers: dict[UUID, list[Offer]] = {}
    offered = [row for row in cases if row.status == HandoffStatus.CLAIMED]
    for row in sorted(offered, key=lambda row: (row.offered_at, row.id)):
        offer = Offer(
            id=str(row.id),
            session_id=str(row.session_id),
            what=shorten(f"{row.from_name}: {row.title or row.tree_title}", WHAT_LENGTH),
            until=row.offered_at + TIME_TO_ANSWER,
        )
        offers.setdefault(row.claimed_by_id, []).append(offer)
    return offers


# Built once: building these costs more than running them.
_asked = func.unnest(cast(bindparam("sign_ins", type_=Text), ARRAY(Uuid))).column_valued("asked")
_GOOD = (
    select(col(SignIn.id))
    .join(User, col(User.id) == col(SignIn.user_id))
    .where(
        col(SignIn.id) == _asked,
        col(SignIn.account_id) == bindparam("account_id", type_=Uuid),
        col(SignIn.revoked_at).is_(None),
        col(SignIn.expires_at) > bindparam("at"),
        col(User.role).in_(SENIOR_ROLES),
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
)
# Of hundreds that are asked for there are hardly any: all others would take longer on their way.
_ENDED = select(_asked).where(~_GOOD.exists())
_NOT_FOR = (
    select(func.array_agg(col(Delivery.recipient_id)))
    .where(
        col(Delivery.handoff_id) == col(Handoff.id),
        col(Delivery.channel) == Channel.IN_APP,
        or_(col(Delivery.dismissed_at).is_not(None), col(Delivery.silenced)),
    )
    .correlate(Handoff)
    .scalar_subquery()
)
_CASES: AnySelect = (
    select(
        col(Handoff.id),
        col(Handoff.status),
        col(Handoff.session_id),
        col(Handoff.claimed_by_id),
        col(Handoff.offered_at),
        col(Handoff.from_id),
        col(Handoff.reason),
        col(Handoff.priority),
        col(Handoff.created_at),
        col(Handoff.node_id),
        col(Handoff.round),
        col(Handoff.reminders),
        col(User.name).label("from_name"),
        col(Handoff.version_id),
        col(TroubleshootingSession.title),
        col(TreeVersion.title).label("tree_title"),
        _NOT_FOR.label("not_for"),
    )
    .join(User, col(User.id) == col(Handoff.from_id))
    .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
    .join(TreeVersion, col(TreeVersion.id) == col(TroubleshootingSession.version_id))
    .where(
        col(Handoff.account_id) == bindparam("account_id", type_=Uuid),
        or_(
            and_(col(Handoff.status) == HandoffStatus.OPEN, col(Handoff.intent) == Intent.ESCALATE),
            and_(col(Handoff.status) == HandoffStatus.CLAIMED, col(Handoff.offered_at).is_not(None)),
        ),
    )
)


def _escalation(db: Session, row: AnyRow) -> OpenEscalation:
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
            round=row.round,
            is_overdue=is_overdue(HandoffStatus.OPEN, row.reminders),
        ),
        not_for=frozenset(row.not_for or ()),
    )


def shorten(text: str, limit: int) -> str:
    """Return ``text`` on one line, cut at ``limit`` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
