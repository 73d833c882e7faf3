"""Charts for the pages: read over HTTP with the browser's cookie, so that the websocket stays small."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import BrowserCredential
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.charts import ChartView
from troubleshoot_app.services import charts
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/web/charts", tags=["browser"], include_in_schema=False)


@router.get("/drafts/{tree_id}")
def draft_chart(tree_id: str, credential: BrowserCredential) -> ChartView:
    """Return the chart of a draft. For engineers and up."""
    return transact(acting, credential, charts.draft_chart, tree_id=tree_id)


@router.get("/trees/{tree_id}")
def tree_chart(tree_id: str, credential: BrowserCredential) -> ChartView:
    """Return the chart of a tree as it is walked."""
    return transact(acting, credential, charts.tree_chart, tree_id=tree_id)


@router.get("/sessions/{session_id}")
def session_chart(session_id: str, credential: BrowserCredential) -> ChartView:
    """Return the chart of the version that a session walks."""
    return transact(acting, credential, charts.session_chart, session_id=session_id)
