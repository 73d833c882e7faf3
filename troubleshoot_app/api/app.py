"""The REST API as one FastAPI application, mounted beside the pages."""

from fastapi import APIRouter, FastAPI

from troubleshoot_app.api import errors, idempotency
from troubleshoot_app.api.routes import auth, charts, handoffs, sessions, trees, users, web

PREFIX = "/api/v1"


def make_api() -> FastAPI:
    """Return the API with its routes and its errors."""
    api = FastAPI(
        title="Troubleshoot", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    errors.install(api)
    idempotency.install(api)
    v1 = APIRouter(prefix=PREFIX)
    v1.include_router(auth.router)
    v1.include_router(users.router)
    v1.include_router(trees.router)
    v1.include_router(trees.schema_router)
    v1.include_router(sessions.router)
    v1.include_router(sessions.ai_router)
    v1.include_router(handoffs.router)
    v1.include_router(web.router)
    v1.include_router(charts.router)
    api.include_router(v1)
    return api
