"""Figures as files for the browser of somebody signed in."""

from fastapi import APIRouter, Response

from troubleshoot_app.api.deps import BrowserCredential
from troubleshoot_app.api.downloads import attachment_headers
from troubleshoot_app.api.routes.analytics import Since, Until, Version
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.file_names import clean_file_name
from troubleshoot_app.services import insight_sheets
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/web/insights", tags=["browser"], include_in_schema=False)


@router.get("/escalations.csv")
def escalation_sheet(credential: BrowserCredential, since: Since = None, until: Until = None) -> Response:
    """Return the escalations of a time, counted in each way. For seniors."""
    sheet = transact(acting, credential, insight_sheets.escalation_sheet, since=since, until=until)
    return _file("Escalations", sheet)


@router.get("/trees/{tree_id}.csv")
def tree_sheet(
    tree_id: str,
    credential: BrowserCredential,
    since: Since = None,
    until: Until = None,
    version: Version = None,
) -> Response:
    """Return what happened at the nodes of a tree. For seniors."""
    title, sheet = transact(
        acting,
        credential,
        insight_sheets.tree_sheet,
        tree_id=tree_id,
        since=since,
        until=until,
        version=version,
    )
    return _file(title, sheet)


def _file(title: str, sheet: str) -> Response:
    headers = attachment_headers(clean_file_name(f"{title}.csv", "Figures.csv")) | {
        "Cache-Control": "private, no-store"
    }
    return Response(sheet, media_type="text/csv; charset=utf-8", headers=headers)
