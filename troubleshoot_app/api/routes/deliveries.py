"""All deliveries of the account, and sending one again."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.schemas.handoffs import AccountDelivery, AccountDeliveryPage
from troubleshoot_app.services import deliveries
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/deliveries", tags=["handoffs"])


@router.get("", operation_id="deliveries_list", responses=problems(403))
def list_deliveries(
    credential: CurrentCredential,
    page: WantedPage,
    status: DeliveryStatus | None = None,
    channel: Channel | None = None,
) -> AccountDeliveryPage:
    """List whom the account's escalations came to by which channel and how that went, newest first. For admins."""
    return transact(acting, credential, deliveries.list_deliveries, page=page, status=status, channel=channel)


@router.post("/{delivery_id}/resend", operation_id="deliveries_resend", responses=problems(403, 404, 409))
def resend(delivery_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> AccountDelivery:
    """Send a failed mail of an open escalation again, at once. For admins."""
    return transact_once(attempt, credential, deliveries.resend, delivery_id=delivery_id)
