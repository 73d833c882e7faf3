"""Errors at the edge of the API: each becomes a problem document (RFC 9457), in one place."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from troubleshoot_app.api.deps import refuse_strangers
from troubleshoot_app.core.errors import AppError, FieldError, NoRoom, Unauthenticated
from troubleshoot_app.core.files import is_out_of_room
from troubleshoot_app.core.log import log_bug
from troubleshoot_app.domain.errors import UNSTORABLE
from troubleshoot_app.schemas.problems import Problem

logger = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
LOC_LENGTH = 100
ERRORS_SHOWN = 100

_DESCRIPTIONS = {
    401: "There is no access token, or it is no longer good.",
    403: "The caller's role, or their part in this, does not reach.",
    404: "There is no such thing in the caller's account.",
    405: "This address does not take this method; `Allow` says which.",
    409: "The thing is not in a state in which this can be done, or has moved on since `revision`.",
    413: "More was sent than is taken.",
    415: "The body is not of a media type that is taken here.",
    422: "Something in the request cannot be used; `errors` lists what.",
    429: "Too many attempts; `Retry-After` says when to try again.",
    503: "The database does not answer right now, or is not ready; try again in a moment.",
    507: "There is no room left to keep this.",
}


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""
    app.exception_handler(AppError)(_app_error)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(Exception)(_bug)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of these answers for the API's documentation; 401, 413, 415 and 422 come by themselves."""
    content = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {status: {"description": _DESCRIPTIONS[status], "content": content} for status in statuses}


def problem(
    status: int,
    detail: str,
    *,
    title: str | None = None,
    errors: list[FieldError] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": _encodable(detail),
    }
    if errors:
        body["errors"] = errors
    body.update(extra or {})
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=PROBLEM_MEDIA_TYPE)


def _app_error(_: Request, error: AppError) -> JSONResponse:
    return problem(
        error.status,
        error.detail,
        title=error.title,
        errors=[{"loc": list(map(_shown, e["loc"])), "msg": _encodable(e["msg"])} for e in error.errors],
        extra=error.extra,
        headers=error.headers,
    )


async def _unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
    try:
        await refuse_strangers(request)
    except Unauthenticated as stranger:
        return _app_error(request, stranger)
    errors: list[FieldError] = [
        {"loc": [_shown(part) for part in wrong["loc"] if part != "body"], "msg": _sentence(wrong)}
        for wrong in islice(
            error.errors(), ERRORS_SHOWN
        )  # or a body of nothing but mistakes is answered at length
    ]
    where = ", ".join(dict.fromkeys(".".join(map(str, wrong["loc"])) or "body" for wrong in errors))
    return problem(
        422, f"Some of what was sent cannot be used: {where}.", title="Invalid input", errors=errors
    )


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    if is_out_of_room(error.__cause__):  # files that come in are set down on a disk while they do
        return _app_error(request, NoRoom())
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return await _unreadable(request, RequestValidationError([{"loc": (), "msg": _NO_BODY}]))
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _bug(request: Request, error: Exception) -> JSONResponse:
    error_id = log_bug(logger, error, f"{request.method} {request.url.path}")
    return problem(500, f"Something went wrong ({error_id}).", extra={"error_id": error_id})


_NO_BODY = "The body cannot be read. Send JSON in UTF-8."


def _sentence(wrong: Mapping[str, Any]) -> str:
    if wrong.get("type") == "json_invalid":
        return f"This is not JSON: {wrong['ctx']['error']}."
    return _encodable(str(wrong["msg"]))


def _shown(part: str | int) -> str | int:
    return part if isinstance(part, int) else _encodable(part[:LOC_LENGTH])


def _encodable(text: str) -> str:
    """Return text of a caller without halves of symbols, which no answer can carry."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
