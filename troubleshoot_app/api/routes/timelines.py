"""Sessions gone through again: read by the page over HTTP, so that the websocket stays small."""

from fastapi import APIRouter, Response

from troubleshoot_app.api.answers import written
from troubleshoot_app.api.deps import BrowserCredential
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import timelines
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/web/sessions", tags=["browser"], include_in_schema=False)


@router.get("/{session_id}/timeline")
def session_timeline(session_id: str, credential: BrowserCredential) -> Response:
    """Return every step of a session with its node, and what happened in between, to whoever may see it."""
    answer = written(transact(acting, credential, timelines.get_timeline, session_id=session_id))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
