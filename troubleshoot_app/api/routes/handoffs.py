"""Handoffs: the queue, and what is done about a case."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import HandoffStatus, Intent
from troubleshoot_app.schemas.handoffs import (
    DeliveryPage,
    HandoffDetail,
    HandoffPage,
    HandoffView,
    Reach,
    Release,
    Resolution,
    Watch,
)
from troubleshoot_app.services import handoff_views, handoffs
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/handoffs", tags=["handoffs"])


@router.get("", operation_id="handoffs_list")
def list_handoffs(
    credential: CurrentCredential,
    page: WantedPage,
    status: HandoffStatus | None = None,
    intent: Intent | None = None,
) -> HandoffPage:
    """List handoffs, newest first: seniors see the account's escalations, everybody their own."""
    return transact(acting, credential, handoff_views.find_handoffs, page=page, status=status, intent=intent)


@router.get("/reach", operation_id="handoffs_reach")
def get_reach(credential: CurrentCredential) -> Reach:
    """Show whom an escalation by the caller would reach right now: on a screen, by mail, and who wants quiet."""
    return transact(acting, credential, handoff_views.get_reach)


@router.get("/{handoff_id}", operation_id="handoffs_get", responses=problems(404))
def get_handoff(handoff_id: str, credential: CurrentCredential) -> HandoffDetail:
    """Show a handoff with its briefing: the problem, the path so far with notes and times, where it is stuck."""
    return transact(acting, credential, handoff_views.get_handoff, handoff_id=handoff_id)


@router.post("/{handoff_id}/claim", operation_id="handoffs_claim", responses=problems(403, 404, 409))
def claim(handoff_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> HandoffView:
    """Pick up an open escalation: the caller holds its session from now on. For seniors, the escalator excepted.

    When somebody else has it, the problem names them in `claimed_by`.
    """
    return transact_once(attempt, credential, handoffs.claim, handoff_id=handoff_id)


@router.post("/{handoff_id}/release", operation_id="handoffs_release", responses=problems(403, 404, 409))
def release(
    handoff_id: str, credential: CurrentCredential, attempt: CurrentAttempt, body: Release | None = None
) -> HandoffView:
    """Give a picked-up escalation back: it is open again, and everybody else is told. For seniors: whoever has it."""
    note = None if body is None else body.note
    return transact_once(attempt, credential, handoffs.release, handoff_id=handoff_id, note=note)


@router.post("/{handoff_id}/keep", operation_id="handoffs_keep", responses=problems(403, 404, 409))
def keep(handoff_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> HandoffView:
    """Say that one is still on it: a case that is left alone is opened again. For seniors: whoever has it."""
    return transact_once(attempt, credential, handoffs.keep, handoff_id=handoff_id)


@router.post("/{handoff_id}/resolve", operation_id="handoffs_resolve", responses=problems(403, 404, 409))
def resolve(
    handoff_id: str, body: Resolution, credential: CurrentCredential, attempt: CurrentAttempt
) -> HandoffView:
    """Close a picked-up escalation with what helped; the escalator is told. For seniors: whoever has it."""
    return transact_once(
        attempt, credential, handoffs.resolve, handoff_id=handoff_id, resolution=body.resolution
    )


@router.post("/{handoff_id}/cancel", operation_id="handoffs_cancel", responses=problems(403, 404, 409))
def cancel(handoff_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> HandoffView:
    """Take an open escalation back and go on alone. For the escalator."""
    return transact_once(attempt, credential, handoffs.cancel, handoff_id=handoff_id)


@router.post("/{handoff_id}/resume", operation_id="handoffs_resume", responses=problems(403, 404, 409))
def resume(handoff_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> HandoffView:
    """Go on with a parked session. For its holder."""
    return transact_once(attempt, credential, handoffs.resume, handoff_id=handoff_id)


@router.get("/{handoff_id}/watch", operation_id="handoffs_watch", responses=problems(404))
def get_watch(handoff_id: str, credential: CurrentCredential) -> Watch:
    """Show how far an escalation has come to each person, best first, and what to do when it has come to nobody."""
    return transact(acting, credential, handoff_views.get_watch, handoff_id=handoff_id)


@router.get("/{handoff_id}/deliveries", operation_id="handoffs_deliveries", responses=problems(404))
def list_deliveries(handoff_id: str, credential: CurrentCredential, page: WantedPage) -> DeliveryPage:
    """List who was told of a handoff by which channel and how that went. For the escalator and seniors."""
    return transact(acting, credential, handoff_views.find_deliveries, handoff_id=handoff_id, page=page)
