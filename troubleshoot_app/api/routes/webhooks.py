"""Webhooks: other programs that are told of what happens."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.schemas.webhooks import (
    HandoffMessage,
    NewWebhook,
    NewWebhookView,
    PingMessage,
    SessionMessage,
    WebhookChanges,
    WebhookDeliveryPage,
    WebhookDeliveryView,
    WebhookPage,
    WebhookView,
)
from troubleshoot_app.services import webhooks
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
messages = APIRouter(tags=["webhooks"])


@router.post("", status_code=201, operation_id="webhooks_create", responses=problems(403, 409))
def create_webhook(
    body: NewWebhook, credential: CurrentCredential, attempt: CurrentAttempt
) -> NewWebhookView:
    """Tell another program of these events from now on. The secret, given or made, is shown this once. For admins.

    At most 20 an account. Addresses that are not public are refused, here or when their name is looked up at sending.
    """
    return transact_once(
        attempt, credential, webhooks.create_webhook, url=body.url, events=body.events, secret=body.secret
    )


@router.get("", operation_id="webhooks_list", responses=problems(403))
def list_webhooks(credential: CurrentCredential, page: WantedPage) -> WebhookPage:
    """List the webhooks of the account, newest first. For admins."""
    return transact(acting, credential, webhooks.list_webhooks, page=page)


@router.get("/{webhook_id}", operation_id="webhooks_get", responses=problems(403, 404))
def get_webhook(webhook_id: str, credential: CurrentCredential) -> WebhookView:
    """Show a webhook. For admins."""
    return transact(acting, credential, webhooks.get_webhook, webhook_id=webhook_id)


@router.patch("/{webhook_id}", operation_id="webhooks_change", responses=problems(403, 404))
def change_webhook(webhook_id: str, body: WebhookChanges, credential: CurrentCredential) -> WebhookView:
    """Change where it goes, what it is told, its secret, or switch it on or off. For admins.

    What waits to be sent goes by what is then there.
    """
    return transact(
        acting,
        credential,
        webhooks.change_webhook,
        webhook_id=webhook_id,
        url=body.url,
        events=body.events,
        secret=body.secret,
        is_active=body.is_active,
    )


@router.delete("/{webhook_id}", status_code=204, operation_id="webhooks_delete", responses=problems(403, 404))
def delete_webhook(webhook_id: str, credential: CurrentCredential) -> None:
    """Remove a webhook with its log; what waited to be sent is not. For admins."""
    transact(acting, credential, webhooks.delete_webhook, webhook_id=webhook_id)


@router.post(
    "/{webhook_id}/ping", status_code=202, operation_id="webhooks_ping", responses=problems(403, 404)
)
def ping_webhook(
    webhook_id: str, credential: CurrentCredential, attempt: CurrentAttempt
) -> WebhookDeliveryView:
    """Try a webhook out, even one that is switched off: it is sent a `webhook.ping` at once. For admins.

    How that goes is in its log.
    """
    return transact_once(attempt, credential, webhooks.ping_webhook, webhook_id=webhook_id)


@router.get("/{webhook_id}/deliveries", operation_id="webhooks_deliveries", responses=problems(403, 404))
def list_deliveries(
    webhook_id: str,
    credential: CurrentCredential,
    page: WantedPage,
    status: DeliveryStatus | None = None,
) -> WebhookDeliveryPage:
    """List what was, or is to be, sent to a webhook in the last 30 days and how that went, newest first. For admins."""
    return transact(
        acting,
        credential,
        webhooks.find_webhook_deliveries,
        webhook_id=webhook_id,
        page=page,
        status=status,
    )


@messages.post("handoff", operation_id="webhook_handoff", status_code=204)
def tell_of_handoff(body: HandoffMessage) -> None:
    """What the receiver gets when an escalation is opened, claimed or resolved."""


@messages.post("session", operation_id="webhook_session", status_code=204)
def tell_of_session(body: SessionMessage) -> None:
    """What the receiver gets when a session is completed."""


@messages.post("ping", operation_id="webhook_ping", status_code=204)
def ping(body: PingMessage) -> None:
    """What the receiver gets when somebody tries the webhook out."""
