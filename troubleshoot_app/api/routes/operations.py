"""For whoever runs the server: is it alive, is it ready, how busy is it. At the root, not under ``/api``."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.metrics import metrics_text
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import integrity, operations

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


class Readiness(Health):
    """Requests can be served. ``faults`` counts what is under way and is not as it must be, up to a hundred."""

    faults: int = Field(description="0, or see what `python -m troubleshoot_app check` says.")


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", operation_id="healthz")
async def healthz() -> Health:
    """Tell that the server is alive, whatever the state of its database."""
    return Health()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", operation_id="readyz", responses=problems(503))
def readyz() -> Readiness:
    """Tell whether requests can be served: the database is reachable, and its migrations are those of this program.

    Faults in what is under way, such as a delivery that waits for nothing, are counted and do not make it unready.
    """
    if not operations.is_reachable():
        raise HTTPException(503, "The database cannot be reached.")
    if not transact(operations.is_migrated):
        raise HTTPException(
            503, "The database is not at the migrations of this program; run the command migrate."
        )
    return Readiness(faults=transact(integrity.count_faults))


@router.head("/metrics", include_in_schema=False)
@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics() -> Response:
    """Give the figures for Prometheus: requests, and how deliveries, escalations and connections stand."""
    text = metrics_text(transact(operations.get_load) if operations.is_reachable() else None)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
