"""The documentation of the API: the OpenAPI document, and two pages for it that load nothing from elsewhere."""

import base64
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
)
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.webhook_guide import WEBHOOKS
from troubleshoot_app.schemas.problems import Problem

OPENAPI = "/api/openapi.json"
DOCS = "/api/docs"
REDOC = "/api/redoc"
REDOC_SCRIPT = "/api/redoc/redoc.js"
OAUTH_REDIRECT = "/api/docs/oauth2-redirect"
ASSETS = "/api/docs/assets"
TITLE = "Troubleshoot"
REFS = "#/components/schemas/{model}"

DESCRIPTION = """
Decision trees for people in front of something broken: walk them step by step, hand a session over, pick it up.

* **Sign in** with `POST /api/v1/auth/login` and send `Authorization: Bearer <access_token>`.
* **Errors** are problem documents (RFC 9457, `application/problem+json`); `detail` is a sentence for a person.
* **Lists** come newest first, `limit` items at a time; send `next_cursor` as `cursor` to get what follows.
* **Retries**: with an `Idempotency-Key` a POST can be sent again; it gets the first answer, and nothing happens twice.
* **Lost updates**: send the `revision` that a change was made from; a stale one is answered with 409 and the current one.
* Ids are opaque. Times are RFC 3339 in UTC. What belongs to another account answers 404, as what does not exist.
"""
TAGS = {
    "auth": "Signing in and out, passwords, and who one is.",
    "trees": "Decision trees: one draft that changes, and numbered versions that never do.",
    "sessions": "Walks over a tree, step by step. What is undone stays in the record.",
    "handoffs": "Escalations to whichever senior picks them up, and sessions that are parked.",
    "people": "The people of the account, and invitations to it.",
    "webhooks": WEBHOOKS,
    "analytics": "What escalations and walks say about trees.",
    "operations": "Whether the server is alive and ready, and how busy it is. Not for the outside.",
    "browser sign-in": "What the pages use; other programs use `auth`.",
}

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_BEGINNING = re.compile(r"[^.:;]*")
_WITHOUT_DATABASE = frozenset({"healthz", "metrics"})
# Where there is a token there is this way to it; named to routes themselves, it would be looked up for each request.
_PASSWORD_FLOW = {
    "Password": {
        "type": "oauth2",
        "description": "Signs in with e-mail and password and uses the access token it gets.",
        "flows": {"password": {"scopes": {}, "tokenUrl": "/api/v1/auth/login"}},
    }
}
_METHODS = ("get", "put", "post", "delete", "patch")


def install(app: FastAPI) -> None:
    """Serve the documentation of ``app``."""
    app.mount(ASSETS, StaticFiles(directory=str(_static(""))), "docs-assets")
    app.add_api_route(DOCS, swagger_page, include_in_schema=False)
    app.add_api_route(OAUTH_REDIRECT, oauth_redirect_page, include_in_schema=False)
    app.add_api_route(REDOC, redoc_page, include_in_schema=False)
    app.add_api_route(REDOC_SCRIPT, redoc_script, include_in_schema=False)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

    def document() -> JSONResponse:
        return JSONResponse(app.openapi())

    # FastAPI would serve it on a route without a name, and whoever counts requests knows them by their routes.
    app.add_api_route(OPENAPI, document, methods=["GET", "HEAD"], include_in_schema=False)


def swagger_page() -> HTMLResponse:
    """Return the page on which calls can be tried out."""
    page = get_swagger_ui_html(
        openapi_url=OPENAPI,
        title=f"{TITLE} API",
        oauth2_redirect_url=OAUTH_REDIRECT,
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url="/mark.svg",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "list", "filter": True},
    )
    return _confined(page)


def oauth_redirect_page() -> HTMLResponse:
    """Return the page that a sign-in comes back to."""
    return _confined(get_swagger_ui_oauth2_redirect_html())


def redoc_page() -> HTMLResponse:
    """Return the page for reading."""
    page = get_redoc_html(
        openapi_url=OPENAPI,
        title=f"{TITLE} API",
        redoc_js_url=REDOC_SCRIPT,
        redoc_favicon_url="/mark.svg",
        with_google_fonts=False,
    )
    return _confined(page)


def redoc_script() -> Response:
    """Return the script of that page. As it comes it loads a picture of its makers from elsewhere; here it has ours."""
    return Response(_redoc_script(), media_type="text/javascript", headers={"Cache-Control": "max-age=3600"})


@cache
def _redoc_script() -> bytes:
    return (
        _static("redoc.standalone.js")
        .read_bytes()
        .replace(b"https://cdn.redoc.ly/redoc/logo-mini.svg", b"/mark.svg")
    )


def _static(name: str) -> Traversable:
    return files("fastapi_offline").joinpath("static", name)


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with the errors that come without a route saying so."""
    document = get_openapi(
        title=TITLE,
        version=app.version,
        description=DESCRIPTION.strip(),
        routes=app.routes,
        webhooks=app.webhooks.routes,
    )
    used = set()
    document["components"]["securitySchemes"] |= _PASSWORD_FLOW
    for path in document["paths"].values():
        for method in _METHODS:
            if operation := path.get(method):
                used.update(operation.get("tags", ()))
                if "security" in operation:
                    operation["security"] += [{name: []} for name in _PASSWORD_FLOW]
                operation["summary"] = _summary(operation["description"])
                _add_errors(operation)
    for told in document["webhooks"].values():
        told["post"]["responses"] = {"2XX": {"description": "Taken. Anything else is tried again."}}
    document["tags"] = [{"name": tag, "description": said} for tag, said in TAGS.items() if tag in used]
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    described = Problem.model_json_schema(ref_template=REFS)
    schemas |= described.pop("$defs") | {Problem.__name__: described}
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return _plainly_named(document)


def _summary(description: str) -> str:
    """Return how a description begins: enough for a list."""
    return _BEGINNING.match(description)[0].replace("`", "")  # type: ignore[index]  # any text has a beginning


def _add_errors(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    statuses = []
    if operation.get("security"):
        statuses.append(401)
    if "requestBody" in operation:
        statuses += (
            [413, 415] if "application/octet-stream" not in operation["requestBody"]["content"] else [413]
        )
    if "422" in responses:
        statuses.append(422)
    if operation["operationId"] not in _WITHOUT_DATABASE:
        statuses.append(503)
    responses |= {str(status): said for status, said in problems(*statuses).items()}
    operation["responses"] = dict(sorted(responses.items()))


def _plainly_named(document: dict[str, Any]) -> dict[str, Any]:
    """Call what is shown by its name alone: ``Session``, not ``SessionView``."""
    text = json.dumps(document)
    names = set(document["components"]["schemas"])
    for name in names:
        plain = name.removesuffix("View")
        if plain not in names:
            text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{plain}"')
            text = text.replace(f'"{name}": {{', f'"{plain}": {{').replace(
                f'"title": "{name}"', f'"title": "{plain}"'
            )
    named: dict[str, Any] = json.loads(text)
    return named


def _confined(page: HTMLResponse) -> HTMLResponse:
    """Let a page load what we serve, and run the one script that it was made with."""
    scripts = _INLINE_SCRIPT.findall(bytes(page.body).decode())
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    page.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return page


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
