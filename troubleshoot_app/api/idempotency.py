"""The header ``Idempotency-Key``: a request that is sent again is answered as the first time."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, FastAPI, Header, Request, Response
from pydantic import BaseModel

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import AppError
from troubleshoot_app.services.access import Credential, acting
from troubleshoot_app.services.idempotency import Attempt, KeptAnswer, answer_once

P = ParamSpec("P")
R = TypeVar("R", bound=BaseModel | None)

KEY_LENGTH = 128
MULTIPART = "multipart/"


class AnsweredBefore(Exception):
    """This request was answered already; the first answer goes out again."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def install(app: FastAPI) -> None:
    """Let ``app`` give first answers again."""
    app.exception_handler(AnsweredBefore)(_again)


async def read_attempt(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=KEY_LENGTH,
            description="Makes it safe to send this again: for 24 hours the same key from the same user gets the first "
            "answer, and nothing happens twice.",
        ),
    ] = None,
) -> Attempt | None:
    """Return what identifies this request when it is sent again; None when it has no key."""
    if key is None:
        return None
    # The text of a form is gone once its parts were read; who takes files adds them with ``with_content``.
    is_form = request.headers.get("content-type", "").lower().startswith(MULTIPART)
    body = b"" if is_form else await request.body()
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(body)
    return Attempt(key, digest.hexdigest(), request.scope["route"].status_code or 200)


def with_content(attempt: Attempt | None, *contents: bytes) -> Attempt | None:
    """Return the attempt with ``contents`` as part of what it asks for."""
    if attempt is None:
        return None
    digest = hashlib.sha256(attempt.request_hash.encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return replace(attempt, request_hash=digest.hexdigest())


def transact_once(
    attempt: Attempt | None,
    credential: Credential | None,
    service: Callable[Concatenate[Any, Any, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Run a use case in one transaction as the caller, unless this attempt was answered before.

    Raises:
        AnsweredBefore: it was; the first answer goes out again.
        AppError: what the use case raises.
    """
    if attempt is None:
        return transact(acting, credential, service, *args, **kwargs)

    def once(db: Any, actor: Any) -> R | KeptAnswer | AppError:
        return answer_once(db, actor, attempt, service, *args, **kwargs)

    outcome = transact(acting, credential, once)
    if isinstance(outcome, KeptAnswer):
        raise AnsweredBefore(outcome)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


def _again(_: Request, error: AnsweredBefore) -> Response:
    answer = error.answer
    return Response(
        answer.body or None, answer.status, media_type="application/json" if answer.body else None
    )


CurrentAttempt = Annotated[Attempt | None, Depends(read_attempt)]
