"""Events for other programs: written in the transaction of what they tell, worked off after its commit."""

from collections.abc import Callable, Collection
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import any_, literal, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.webhooks import WebhookEvent
from troubleshoot_app.models import Webhook, WebhookDelivery
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.schemas.webhooks import (
    HandoffEventType,
    HandoffMessage,
    PingMessage,
    SessionMessage,
    WebhookView,
)

Message = HandoffMessage | SessionMessage | PingMessage


def tell_of_handoff(
    db: Session, account_id: UUID, event: HandoffEventType, read: Callable[[], HandoffView]
) -> None:
    """Tell the webhooks that asked for ``event``; the handoff is read only when there is one."""
    if hook_ids := _listening(db, account_id, event):
        about = _about(account_id)
        _enqueue(db, account_id, hook_ids, HandoffMessage(**about, type=event, data=read()))


def tell_of_completion(db: Session, account_id: UUID, read: Callable[[], SessionView]) -> None:
    """Tell the webhooks that asked for it that a session has ended; it is read only when there is one."""
    event: Literal[WebhookEvent.SESSION_COMPLETED] = WebhookEvent.SESSION_COMPLETED
    if hook_ids := _listening(db, account_id, event):
        about = _about(account_id)
        _enqueue(db, account_id, hook_ids, SessionMessage(**about, type=event, data=read()))


def ping(db: Session, hook: Webhook, view: WebhookView) -> WebhookDelivery:
    """Send a webhook something to try it out, and return the row of that."""
    message = PingMessage(**_about(hook.account_id), data=view)
    (row,) = _enqueue(db, hook.account_id, [hook.id], message)
    return row


def _about(account_id: UUID) -> dict[str, Any]:
    return {"id": str(new_id()), "created_at": now(), "account_id": str(account_id)}


def _listening(db: Session, account_id: UUID, event: WebhookEvent) -> Collection[UUID]:
    query = select(col(Webhook.id)).where(
        col(Webhook.account_id) == account_id,
        col(Webhook.is_active),
        literal(event.value) == any_(col(Webhook.events)),
    )
    # Nobody may remove one between this and the commit: what happened must not fail for it.
    return db.execute(query.with_for_update(read=True, key_share=True)).scalars().all()


def _enqueue(
    db: Session, account_id: UUID, hook_ids: Collection[UUID], message: Message
) -> list[WebhookDelivery]:
    body = message.model_dump_json(by_alias=True)
    rows = [
        WebhookDelivery(
            account_id=account_id,
            webhook_id=hook_id,
            event_id=UUID(message.id),
            event=message.type,
            body=body,
        )
        for hook_id in hook_ids
    ]
    db.add_all(rows)
    db.flush()
    return rows
