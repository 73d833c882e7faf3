"""Errors at the edge of the API: each becomes a problem document (RFC 9457), in one place."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from troubleshoot_app.core.errors import AppError, FieldError
from troubleshoot_app.core.log import log_bug

logger = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""
    app.exception_handler(AppError)(_app_error)
    app.exception_handler(RequestValidationError)(_unreadable)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(Exception)(_bug)


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
        "detail": detail,
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
        errors=error.errors,
        extra=error.extra,
        headers=error.headers,
    )


def _unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
    errors: list[FieldError] = [
        {"loc": [part for part in wrong["loc"] if part != "body"], "msg": wrong["msg"]}
        for wrong in error.errors()
    ]
    where = ", ".join(".".join(map(str, wrong["loc"])) or "body" for wrong in errors)
    return problem(
        422, f"Some of what was sent cannot be used: {where}.", title="Invalid input", errors=errors
    )


def _http_error(_: Request, error: HTTPException) -> JSONResponse:
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _bug(request: Request, error: Exception) -> JSONResponse:
    error_id = log_bug(logger, error, f"{request.method} {request.url.path}")
    return problem(500, f"Something went wrong ({error_id}).", extra={"error_id": error_id})
