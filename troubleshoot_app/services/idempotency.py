"""Requests that are sent again: whoever repeats one with the same key gets the first answer, and nothing happens twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import AppError, Invalid
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.models import IdempotencyKey
from troubleshoot_app.services.access import as_app_error

P = ParamSpec("P")
R = TypeVar("R", bound=BaseModel | None)

KEPT = timedelta(hours=24)
FORGOTTEN_AT_ONCE = 100
NOT_KEPT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)

_key = IdempotencyKey.__table__


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with a key: a digest of what it asks for, and the status that it is answered with when it succeeds."""

    key: str
    request_hash: str
    status: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that was given already, word for word; empty where there were none."""

    status: int
    body: str


def answer_once(
    db: Session,
    actor: Actor,
    attempt: Attempt,
    service: Callable[Concatenate[Session, Actor, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R | KeptAnswer | AppError:
    """Run the use case ``service`` unless the actor's attempt was answered before; then return that answer.

    The key is written first, so that of several requests at the same moment one works and the others wait for its
    answer. A refusal is an answer, too: it is kept and returned, for what is raised would undo the keeping.

    Raises:
        Invalid: the key was used for another request.
    """
    row_id = _take_key(db, actor, attempt)
    if row_id is None:
        return _answered(db, actor, attempt)
    try:
        with db.begin_nested():
            result = service(db, actor, *args, **kwargs)
            db.flush()
    except (AppError, DomainError) as error:
        refusal = error if isinstance(error, AppError) else as_app_error(error)
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR or refusal.status in NOT_KEPT:
            raise refusal from error
        _keep(db, row_id, refusal.status, _written(refusal))
        return refusal
    body = "" if result is None else result.model_dump_json(by_alias=True)
    _keep(db, row_id, attempt.status, body)
    return result


def _take_key(db: Session, actor: Actor, attempt: Attempt) -> UUID | None:
    """Return the id of the row that holds the key from now on; None when the key was used within the last day."""
    at = now()
    _forget(db)
    taken = {
        "id": new_id(),
        "created_at": at,
        "request_hash": attempt.request_hash,
        "status_code": None,
        "response": None,
    }
    fresh = insert(_key).values(
        taken | {"account_id": actor.account_id, "user_id": actor.user_id, "key": attempt.key}
    )
    return db.execute(
        fresh.on_conflict_do_update(
            index_elements=["user_id", "key"], set_=taken, where=_key.c.created_at < at - KEPT
        ).returning(_key.c.id)
    ).scalar_one_or_none()


def _answered(db: Session, actor: Actor, attempt: Attempt) -> KeptAnswer | AppError:
    row = db.execute(
        select(_key.c.request_hash, _key.c.status_code, _key.c.response).where(
            _key.c.user_id == actor.user_id, _key.c.key == attempt.key
        )
    ).one()
    if row.request_hash != attempt.request_hash:
        sentence = (
            "This Idempotency-Key was used for another request. Choose a new key for each thing to be done."
        )
        raise Invalid(sentence, errors=[{"loc": ["header", "Idempotency-Key"], "msg": sentence}])
    if row.status_code >= HTTPStatus.BAD_REQUEST:
        return _read(row.status_code, row.response)
    return KeptAnswer(row.status_code, row.response)


def _keep(db: Session, row_id: UUID, status: int, response: str) -> None:
    db.execute(update(_key).where(_key.c.id == row_id).values(status_code=status, response=response))


def _forget(db: Session) -> None:
    """Delete some answers that are no longer kept; whoever else is at it is not waited for."""
    old = (
        select(_key.c.id)
        .where(_key.c.created_at < now() - KEPT)
        .order_by(_key.c.created_at)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.execute(delete(_key).where(_key.c.id.in_(old)))


def _written(refusal: AppError) -> str:
    parts = ("title", "detail", "errors", "extra", "headers")
    return json.dumps({part: getattr(refusal, part) for part in parts})


def _read(status: int, written: str) -> AppError:
    parts: dict[str, Any] = json.loads(written)
    refusal = AppError(
        parts["detail"], errors=parts["errors"], extra=parts["extra"], headers=parts["headers"]
    )
    refusal.status, refusal.title = status, parts["title"]
    return refusal
