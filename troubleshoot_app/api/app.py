"""The REST API as one FastAPI application, mounted beside the pages."""

from fastapi import Depends, FastAPI

from troubleshoot_app.api import docs, errors, idempotency, unknown
from troubleshoot_app.api.bodies import BodyLimit, known_media_type
from troubleshoot_app.api.metrics import Counting
from troubleshoot_app.api.routes import (
    analytics,
    attachments,
    audit,
    auth,
    charts,
    deliveries,
    exports,
    handoffs,
    imports,
    insights,
    operations,
    scenarios,
    sessions,
    timelines,
    trees,
    users,
    web,
    webhooks,
)

PREFIX = "/api/v1"
# Looked through in this order for each request: what is asked most comes first.
ROUTERS = (
    sessions.router,
    sessions.ai_router,
    auth.router,
    trees.router,
    scenarios.router,
    trees.schema_router,
    exports.router,
    attachments.router,
    handoffs.router,
    deliveries.router,
    users.router,
    webhooks.router,
    analytics.router,
    audit.router,
    web.router,
    trees.web_router,
    charts.router,
    insights.router,
    exports.web_router,
    timelines.router,
    attachments.web_router,
    audit.web_router,
    imports.router,
)


def make_api() -> FastAPI:
    """Return the API with its routes, its errors and its documentation."""
    api = FastAPI(title=docs.TITLE, version="1", docs_url=None, redoc_url=None, openapi_url=None)
    api.add_middleware(BodyLimit)
    api.add_middleware(Counting, api=api)
    errors.install(api)
    idempotency.install(api)
    for router in ROUTERS:
        # Not by way of one router for all: each level of them is looked through for each request.
        api.include_router(router, prefix=PREFIX, dependencies=[Depends(known_media_type)])
    api.include_router(operations.router)
    api.webhooks.include_router(webhooks.messages)
    docs.install(api)
    unknown.install(api)
    return api
