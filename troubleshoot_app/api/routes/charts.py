"""Charts for the pages: read over HTTP with the browser's cookie, so that the websocket stays small."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from troubleshoot_app.api.deps import BrowserCredential
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.charts import ChartView
from troubleshoot_app.services import charts
from troubleshoot_app.services.access import acting

MOST = 2**31 - 1

router = APIRouter(prefix="/web/charts", tags=["browser"], include_in_schema=False)

Number = Annotated[int, Query(ge=0, le=MOST)]


@router.get("/drafts/{tree_id}")
def draft_chart(tree_id: str, credential: BrowserCredential, since: Number | None = None) -> Response:
    """Return the chart of a draft, or what has changed on it since a chart sent before. For engineers and up."""
    return _json(transact(acting, credential, charts.draft_chart, tree_id=tree_id, since=since))


@router.get("/trees/{tree_id}")
def tree_chart(tree_id: str, credential: BrowserCredential, version: Number | None = None) -> Response:
    """Return the chart of a tree as it is walked, or, for engineers and up, of a version of it; 0 stands for the draft."""
    if version is None:
        return _json(transact(acting, credential, charts.tree_chart, tree_id=tree_id))
    return _json(transact(acting, credential, charts.version_chart, tree_id=tree_id, version=version))


@router.get("/sessions/{session_id}")
def session_chart(session_id: str, credential: BrowserCredential, seq: Number | None = None) -> Response:
    """Return the chart of the version that a session walks, or in which a step of it was or would next be taken."""
    return _json(transact(acting, credential, charts.session_chart, session_id=session_id, seq=seq))


@router.get("/versions/{tree_id}")
def comparison_chart(tree_id: str, credential: BrowserCredential, older: Number, newer: Number) -> Response:
    """Return the chart of two versions of a tree in one. For engineers and up."""
    return _json(
        transact(acting, credential, charts.comparison_chart, tree_id=tree_id, older=older, newer=newer)
    )


def _json(chart: ChartView) -> Response:
    """Return a chart written by pydantic itself: with thousands of nodes that is several times as fast."""
    return Response(
        chart.model_dump_json(), media_type="application/json", headers={"Cache-Control": "private, no-store"}
    )
