"""The audit log: who did what, for the admins of the account."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from troubleshoot_app.api.deps import BrowserCredential, CurrentCredential
from troubleshoot_app.api.downloads import attachment_headers
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.api.routes.analytics import Since, Until
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.audit_words import AuditKind
from troubleshoot_app.schemas.audit import AuditPage
from troubleshoot_app.services import audit_log
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/audit", tags=["people"])
web_router = APIRouter(prefix="/web/audit", tags=["browser"], include_in_schema=False)

Doer = Annotated[str | None, Query(description="Only what this person did.")]


@router.get("", operation_id="audit_list", responses=problems(403))
def list_entries(
    credential: CurrentCredential,
    page: WantedPage,
    user_id: Doer = None,
    kind: AuditKind | None = None,
    since: Since = None,
    until: Until = None,
) -> AuditPage:
    """List who changed rights, trees, escalations and settings, newest first. For admins."""
    return transact(
        acting,
        credential,
        audit_log.find_entries,
        page=page,
        user_id=user_id,
        kind=kind,
        since=since,
        until=until,
    )


@web_router.get("")
def export_entries(
    credential: BrowserCredential,
    user_id: Doer = None,
    kind: AuditKind | None = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """Return the entries to the browser of an admin, as a table to be kept."""
    table = transact(
        acting,
        credential,
        audit_log.export_entries,
        user_id=user_id,
        kind=kind,
        since=since,
        until=until,
    )
    headers = attachment_headers("audit-log.csv") | {"Cache-Control": "private, no-store"}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
