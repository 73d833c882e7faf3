"""Webhooks as the API shows them, and the messages that they are sent."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.domain.webhooks import PING, WebhookEvent
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import Body
from troubleshoot_app.schemas.sessions import SessionView

READ_AT_MOST = 10_000
URL_EXAMPLE = "https://tickets.example.org/hooks/troubleshoot"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SENT = "(?:[!$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})*"
URL_PATTERN = rf"^https://(?:{_LABEL}\.){{1,4}}[A-Za-z]{{2,63}}(?::[1-9][0-9]{{0,3}})?(?:[/?]{_SENT})?$"
_BASE64 = "[A-Za-z0-9+/]"
SECRET_PATTERN = (
    rf"^(?:whsec_(?:{_BASE64}{{4}}){{6,42}}(?:{_BASE64}{{2}}==|{_BASE64}{{3}}=)?|(?!whsec_)[ -~]{{16,256}})$"
)

_Url = Annotated[
    str,
    Field(
        max_length=READ_AT_MOST,
        description="`https://` to a public address, without user, password or fragment.",
        json_schema_extra={"format": "uri", "maxLength": 2_000, "pattern": URL_PATTERN},
    ),
]
_Secret = Annotated[
    str,
    Field(
        max_length=READ_AT_MOST,
        description="What messages are signed with: `whsec_` and 18 to 128 bytes in Base64, or 16 to 256 characters of "
        "ASCII that are used as they are.",
        json_schema_extra={"format": "password", "pattern": SECRET_PATTERN},
    ),
]
HandoffEventType = Literal[
    WebhookEvent.HANDOFF_OPENED,
    WebhookEvent.HANDOFF_CLAIMED,
    WebhookEvent.HANDOFF_REOPENED,
    WebhookEvent.HANDOFF_RESOLVED,
]
_Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=50)]


class WebhookView(BaseModel):
    """A webhook. ``disabled_reason`` says why it was switched off by itself: the receiver answered 410 (Gone)."""

    id: str
    url: str
    events: list[WebhookEvent]
    is_active: bool
    disabled_reason: str
    created_at: datetime


class NewWebhookView(WebhookView):
    """A webhook that was just made. Its secret is shown this once."""

    secret: str = Field(description="Keep it: it is not shown again.")


class WebhookPage(Page[WebhookView]):
    """Part of the list of webhooks."""


class WebhookDeliveryView(BaseModel):
    """One message to a webhook, and how far it has come. ``response_snippet`` is how the receiver's answer began."""

    id: str
    event_id: str = Field(description="The `webhook-id` of the message, the same at each attempt.")
    event: str
    status: DeliveryStatus
    attempts: int
    response_status: int | None
    response_snippet: str
    error: str
    created_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    next_attempt_at: datetime | None


class WebhookDeliveryPage(Page[WebhookDeliveryView]):
    """Part of the log of a webhook."""


class NewWebhook(Body):
    """Where to send which events. Without a secret, one is made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": URL_EXAMPLE, "events": ["handoff.opened", "handoff.resolved"]}]
        }
    )

    url: _Url
    events: _Events
    secret: _Secret | None = None


class WebhookChanges(Body):
    """What to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_active": True}]})

    url: _Url | None = None
    events: _Events | None = None
    secret: _Secret | None = None
    is_active: StrictBool | None = None


class _Message(BaseModel):
    id: str = Field(description="The same as the header `webhook-id`: take each id once.")
    created_at: datetime
    account_id: str


class HandoffMessage(_Message):
    """Something happened to an escalation; ``data`` is the handoff as it was right after it."""

    type: HandoffEventType
    data: HandoffView


class SessionMessage(_Message):
    """A session ended; ``data`` is the session."""

    type: Literal[WebhookEvent.SESSION_COMPLETED]
    data: SessionView


class PingMessage(_Message):
    """Somebody tries the webhook out; ``data`` is the webhook."""

    type: Literal["webhook.ping"] = PING
    data: WebhookView
