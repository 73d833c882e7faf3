"""The queue of messages to webhooks: one at a time to each, so that a slow receiver holds up itself alone."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.log import log_bug
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.domain.webhooks import PING, UnusableTarget, Verdict, sign, target_of, verdict_on
from troubleshoot_app.models import AuditEntry, Webhook, WebhookDelivery
from troubleshoot_app.notifications import leases
from troubleshoot_app.notifications.leases import finish, is_leased, try_again
from troubleshoot_app.notifications.outgoing import in_turn
from troubleshoot_app.notifications.webhook_posting import Answer, PostDeferred, PostRefused, post

logger = logging.getLogger(__name__)

USER_AGENT = "Troubleshoot-Webhooks/1"
GONE = "The receiver answered 410 (Gone)."
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message that is to be sent now."""

    event_id: UUID
    url: str
    body: bytes
    secret: str = field(repr=False)


def lease_due(db: Session, owner: int, *, busy: Collection[UUID], limit: int) -> list[UUID]:
    """Lease the first message that is due of each webhook to which none is under way; return up to ``limit`` ids."""
    return leases.lease_due(db, _DUE, WebhookDelivery, owner, busy=busy, limit=limit)


_HOOK_ID = col(WebhookDelivery.webhook_id)
# What is under way in this process is still the first of its webhook, and is left out as busy.
_FIRST = (
    select(col(WebhookDelivery.id))
    .ext(distinct_on(_HOOK_ID))
    .where(*leases.is_due(WebhookDelivery))
    .order_by(_HOOK_ID, col(WebhookDelivery.next_attempt_at), col(WebhookDelivery.id))
)
_ELSEWHERE = select(_HOOK_ID).where(
    col(WebhookDelivery.status) == DeliveryStatus.PENDING,
    col(WebhookDelivery.lease_owner) != leases.OWNER,
    col(WebhookDelivery.lease_owner).in_(select(leases.living.c.owner)),
)
_DUE = leases.due(WebhookDelivery, col(WebhookDelivery.id).in_(_FIRST), _HOOK_ID.not_in(_ELSEWHERE))


_LEASED = (
    select(WebhookDelivery, Webhook)
    .join(Webhook, col(Webhook.id) == _HOOK_ID)
    .where(*is_leased(WebhookDelivery))
    .with_for_update(of=WebhookDelivery)
)


def deliver(delivery_id: UUID, owner: int) -> None:
    """Send one leased message, if it is still to be sent, and record what became of it. No transaction is open meanwhile."""
    try:
        message = in_turn(prepare, delivery_id, owner)
        if message is None:
            return
        answer = _send(message)
    except (PostRefused, UnusableTarget) as refusal:
        in_turn(record_refused, delivery_id, str(refusal))
    except PostDeferred as trouble:
        in_turn(record_deferred, delivery_id, str(trouble))
    except Exception as error:  # noqa: BLE001  one message that cannot be sent must not stop the others
        error_id = log_bug(logger, error, f"webhook delivery {delivery_id}")
        in_turn(record_deferred, delivery_id, f"Something went wrong ({error_id}).")
    else:
        in_turn(record_answer, delivery_id, answer)


def prepare(db: Session, delivery_id: UUID, owner: int) -> Outbound | None:
    """Ask once more whether a message that ``owner`` has leased is to be sent, and return it; None means no."""
    row = db.execute(_LEASED, {"row_id": delivery_id, "owner": owner}).one_or_none()
    if row is None:
        return None
    delivery, hook = row
    if not hook.is_active and delivery.event != PING:
        finish(delivery, DeliveryStatus.SKIPPED, "The webhook is switched off.")
        return None
    return Outbound(delivery.event_id, hook.url, delivery.body.encode(), hook.secret)


def record_answer(db: Session, delivery_id: UUID, answer: Answer) -> None:
    """Note what the receiver said: it is taken, or to be tried again, or the webhook is switched off."""
    delivery = _attempted(db, delivery_id)
    if delivery is None:
        return
    delivery.response_status = answer.status
    delivery.response_snippet = answer.snippet
    verdict = verdict_on(answer.status)
    if verdict is Verdict.TAKEN:
        finish(delivery, DeliveryStatus.SENT, "")
        delivery.sent_at = delivery.tried_at
    elif verdict is Verdict.GONE:
        finish(delivery, DeliveryStatus.FAILED, GONE)
        _switch_off(db, delivery)
    elif delivery.status is DeliveryStatus.PENDING:
        try_again(delivery, f"The receiver answered {answer.status}.", delivery.created_at)


def record_refused(db: Session, delivery_id: UUID, why: str) -> None:
    """Note that this may not be sent where it should go."""
    if delivery := _attempted(db, delivery_id):
        finish(delivery, DeliveryStatus.FAILED, why)


def record_deferred(db: Session, delivery_id: UUID, why: str) -> None:
    """Note that no answer came this time; try again later, or give up when a day has gone by."""
    delivery = _attempted(db, delivery_id)
    if delivery is not None and delivery.status is DeliveryStatus.PENDING:
        try_again(delivery, why, delivery.created_at)


def forget_old(db: Session) -> None:
    """Remove what ended long ago from the log."""
    db.execute(
        delete(WebhookDelivery).where(
            col(WebhookDelivery.created_at) < now() - KEPT_FOR,
            col(WebhookDelivery.status) != DeliveryStatus.PENDING,
        )
    )


def _send(message: Outbound) -> Answer:
    allow_private = get_settings().webhook_allow_private
    target = target_of(message.url, allow_private=allow_private)
    message_id, timestamp = str(message.event_id), int(now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(message.secret, message_id, timestamp, message.body),
    }
    return post(target, message.body, headers, allow_private=allow_private)


def _attempted(db: Session, delivery_id: UUID) -> WebhookDelivery | None:
    """Count an attempt and free its lease; None when the webhook was removed meanwhile."""
    delivery = db.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None:
        return None
    delivery.lease_owner = None
    delivery.attempts += 1
    delivery.tried_at = now()
    delivery.response_status = None
    delivery.response_snippet = ""
    return delivery


def _switch_off(db: Session, delivery: WebhookDelivery) -> None:
    hook = db.get_one(Webhook, delivery.webhook_id, with_for_update={"key_share": True})
    if hook.is_active:
        hook.is_active = False
        hook.disabled_reason = GONE
        db.add(
            AuditEntry(
                account_id=hook.account_id,
                action="webhook.disabled",
                subject_id=hook.id,
                details={"url": hook.url, "why": GONE},
            )
        )
