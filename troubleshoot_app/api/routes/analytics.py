"""Insight: escalations, and where walks get stuck."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import WithJsonSchema

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.analytics import EscalationFigures, TreeFigures
from troubleshoot_app.services import analytics, tree_analytics
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/analytics", tags=["analytics"])

Moment = Annotated[
    str, WithJsonSchema({"anyOf": [{"type": "string", "format": f} for f in ("date", "date-time")]})
]
Since = Annotated[
    Moment | None,
    Query(alias="from", description="A day or a moment (UTC without an offset); by default, ever."),
]
Until = Annotated[
    Moment | None,
    Query(alias="to", description="A day, which is included, or a moment, which is not; by default, now."),
]
Version = Annotated[
    int | None,
    Query(ge=1, le=2**31 - 1, description="Count this version alone; by default all of them together."),
]


@router.get("/escalations", operation_id="analytics_escalations", responses=problems(403))
def escalation_figures(
    credential: CurrentCredential, since: Since = None, until: Until = None
) -> EscalationFigures:
    """Count the escalations raised in a time: how they stand, how long they waited, where they came from. For seniors."""
    return transact(acting, credential, analytics.escalation_figures, since=since, until=until)


@router.get("/trees/{tree_id}", operation_id="analytics_tree", responses=problems(403, 404))
def tree_figures(
    tree_id: str,
    credential: CurrentCredential,
    since: Since = None,
    until: Until = None,
    version: Version = None,
) -> TreeFigures:
    """Count the sessions started on a tree in a time, and what happened at each node. For seniors."""
    return transact(
        acting,
        credential,
        tree_analytics.tree_figures,
        tree_id=tree_id,
        since=since,
        until=until,
        version=version,
    )
