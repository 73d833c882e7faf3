"""Webhooks: which other programs are told of what, and how telling them went."""

import base64
import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import UNSTORABLE
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.domain.webhooks import (
    SECRET_PREFIX,
    UnusableSecret,
    UnusableTarget,
    WebhookEvent,
    signing_key,
    target_of,
)
from troubleshoot_app.models import Account, Webhook, WebhookDelivery
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.notifications import webhook_events
from troubleshoot_app.schemas.webhooks import (
    NewWebhookView,
    WebhookDeliveryPage,
    WebhookDeliveryView,
    WebhookPage,
    WebhookView,
)
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, of_account, require
from troubleshoot_app.services.inputs import invalid, word_of
from troubleshoot_app.services.paging import PageRequest, take_page

MOST = 20
MADE_KEY_BYTES = 32


def create_webhook(
    db: Session, actor: Actor, *, url: object, events: object, secret: object = None
) -> NewWebhookView:
    """Tell another program of these events from now on. The secret, given or made, is shown this once.

    Raises:
        Forbidden: no admin asks.
        Invalid: URL, events or secret cannot be used.
        Conflict: the account has as many webhooks as it may have.
    """
    require(actor, Permission.WEBHOOK_MANAGE)
    hook = Webhook(
        account_id=actor.account_id,
        url=_url(url),
        events=_events(events),
        secret=_made_secret() if secret is None else _secret(secret),
        created_by_id=actor.user_id,
    )
    account = select(col(Account.id)).where(col(Account.id) == actor.account_id)
    db.execute(account.with_for_update(key_share=True))
    there = db.execute(of_account(select(func.count(col(Webhook.id))), Webhook, actor)).scalar_one()
    if there >= MOST:
        raise Conflict(f"An account has at most {MOST} webhooks. Remove one first.")
    db.add(hook)
    db.flush()
    audit.record(db, actor, "webhook.created", hook.id, url=hook.url, events=hook.events)
    return NewWebhookView(**dict(_view(hook)), secret=hook.secret)


def list_webhooks(db: Session, actor: Actor, *, page: PageRequest) -> WebhookPage:
    """Return a page of the account's webhooks, newest first."""
    require(actor, Permission.WEBHOOK_MANAGE)
    query: AnySelect = of_account(select(Webhook), Webhook, actor)
    rows, cursor = take_page(db, query, Webhook.__table__.c.id, page)
    return WebhookPage(items=[_view(row.Webhook) for row in rows], next_cursor=cursor)


def get_webhook(db: Session, actor: Actor, *, webhook_id: object) -> WebhookView:
    """Return a webhook; ``NotFound`` when the account has no such one."""
    require(actor, Permission.WEBHOOK_MANAGE)
    return _view(get_row(db, actor, Webhook, webhook_id))


def change_webhook(
    db: Session,
    actor: Actor,
    *,
    webhook_id: object,
    url: object = None,
    events: object = None,
    secret: object = None,
    is_active: object = None,
) -> WebhookView:
    """Change what is not None; what waits to be sent goes by what is then there.

    Raises:
        Forbidden: no admin asks.
        NotFound: the account has no such webhook.
        Invalid: a value cannot be used.
    """
    require(actor, Permission.WEBHOOK_MANAGE)
    hook = get_row(db, actor, Webhook, webhook_id, lock=True)
    wanted = {
        "url": None if url is None else _url(url),
        "events": None if events is None else _events(events),
        "secret": None if secret is None else _secret(secret),
        "is_active": _switch(is_active),
    }
    changes = {
        name: value for name, value in wanted.items() if value is not None and value != getattr(hook, name)
    }
    before = {name: getattr(hook, name) for name in changes}
    for name, value in changes.items():
        setattr(hook, name, value)
    if hook.is_active:
        hook.disabled_reason = ""
    db.flush()
    if changes:
        audit.record(db, actor, "webhook.changed", hook.id, before=_shown(before), after=_shown(changes))
    return _view(hook)


def delete_webhook(db: Session, actor: Actor, *, webhook_id: object) -> None:
    """Remove a webhook with its log; what waited to be sent is not. ``NotFound`` when the account has no such one."""
    require(actor, Permission.WEBHOOK_MANAGE)
    hook = get_row(db, actor, Webhook, webhook_id, lock=True)
    db.execute(delete(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == hook.id))
    db.execute(delete(Webhook).where(col(Webhook.id) == hook.id))
    audit.record(db, actor, "webhook.deleted", hook.id, url=hook.url)


def ping_webhook(db: Session, actor: Actor, *, webhook_id: object) -> WebhookDeliveryView:
    """Send a webhook something to try it out, even when it is switched off; its log tells how that goes."""
    require(actor, Permission.WEBHOOK_MANAGE)
    hook = get_row(db, actor, Webhook, webhook_id)
    delivery = webhook_events.ping(db, hook, _view(hook))
    audit.record(db, actor, "webhook.pinged", hook.id)
    return _delivery_view(delivery)


def find_webhook_deliveries(
    db: Session,
    actor: Actor,
    *,
    webhook_id: object,
    page: PageRequest,
    status: DeliveryStatus | None = None,
) -> WebhookDeliveryPage:
    """Return a page of what was, or is to be, sent to a webhook, newest first.

    Raises:
        NotFound: the account has no such webhook.
        Invalid: the cursor is none of ours.
    """
    require(actor, Permission.WEBHOOK_MANAGE)
    hook = get_row(db, actor, Webhook, webhook_id)
    query: AnySelect = select(WebhookDelivery).where(col(WebhookDelivery.webhook_id) == hook.id)
    if status is not None:
        query = query.where(col(WebhookDelivery.status) == status)
    rows, cursor = take_page(db, query, WebhookDelivery.__table__.c.id, page)
    return WebhookDeliveryPage(
        items=[_delivery_view(row.WebhookDelivery) for row in rows], next_cursor=cursor
    )


def _url(value: object) -> str:
    if not isinstance(value, str) or UNSTORABLE.search(value):
        raise invalid("url", "The URL must be text, such as https://example.org/hooks/troubleshoot.")
    url = value.strip()
    try:
        target_of(url, allow_private=get_settings().webhook_allow_private)
    except UnusableTarget as error:
        raise invalid("url", str(error)) from error
    return url


def _events(value: object) -> list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise invalid("events", f"Events must be a list of some of these: {', '.join(WebhookEvent)}.")
    wanted = {word_of(WebhookEvent, word, "events") for word in value}
    return [event.value for event in WebhookEvent if event in wanted]


def _secret(value: object) -> str:
    if not isinstance(value, str):
        raise invalid("secret", "The secret must be text.")
    try:
        signing_key(value)
    except UnusableSecret as error:
        raise invalid("secret", str(error)) from error
    return value


def _made_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(MADE_KEY_BYTES)).decode("ascii")


def _switch(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise invalid("is_active", "Is active must be true or false.")


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    """Return what the audit log says of values: of a secret, that there is one."""
    return {name: "(a secret)" if name == "secret" else value for name, value in values.items()}


def _view(hook: Webhook) -> WebhookView:
    return WebhookView(
        id=str(hook.id),
        url=hook.url,
        events=[WebhookEvent(event) for event in hook.events],
        is_active=hook.is_active,
        disabled_reason=hook.disabled_reason,
        created_at=hook.created_at,
    )


def _delivery_view(delivery: WebhookDelivery) -> WebhookDeliveryView:
    return WebhookDeliveryView(
        id=str(delivery.id),
        event_id=str(delivery.event_id),
        event=delivery.event,
        status=DeliveryStatus(delivery.status),
        attempts=delivery.attempts,
        response_status=delivery.response_status,
        response_snippet=delivery.response_snippet,
        error=delivery.error,
        created_at=delivery.created_at,
        tried_at=delivery.tried_at,
        sent_at=delivery.sent_at,
        next_attempt_at=delivery.next_attempt_at,
    )
