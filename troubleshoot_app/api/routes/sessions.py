"""Sessions: start, answer, go back, complete, hand over, resume."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from troubleshoot_app.api.answers import written
from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.handoff import SessionStatus
from troubleshoot_app.schemas.handoffs import HandoffStart, HandoffView
from troubleshoot_app.schemas.sessions import (
    AnswerChanged,
    ChangePreview,
    Completion,
    SessionChange,
    SessionStart,
    SessionView,
    StepBack,
    StepTaken,
    WholeSessionPage,
)
from troubleshoot_app.services import handoffs, session_changes, session_lists, sessions
from troubleshoot_app.services.access import acting
from troubleshoot_app.services.session_lists import Scope

router = APIRouter(prefix="/sessions", tags=["sessions"])
ai_router = APIRouter(prefix="/ai-sessions", tags=["sessions"])


@router.get("", operation_id="sessions_list", response_model=WholeSessionPage, responses=problems(403))
def list_sessions(
    credential: CurrentCredential,
    page: WantedPage,
    status: SessionStatus | None = None,
    tree_id: str | None = None,
    scope: Annotated[Scope, Query(description="`account`: everybody's sessions, for seniors.")] = Scope.MINE,
) -> Response:
    """List the sessions that the caller holds or started, or all of the account; the newest first."""
    sessions = transact(
        acting,
        credential,
        session_lists.find_whole_sessions,
        page=page,
        status=status,
        tree_id=tree_id,
        scope=scope,
    )
    return written(sessions)


@router.post("", status_code=201, operation_id="sessions_start", responses=problems(404, 409))
def start_session(body: SessionStart, credential: CurrentCredential, attempt: CurrentAttempt) -> SessionView:
    """Start a walk on the published version of a tree; it keeps that version whatever happens to the tree."""
    return transact_once(
        attempt,
        credential,
        sessions.start_session,
        tree_id=body.tree_id,
        title=body.title,
        ticket_ref=body.ticket_ref,
        asset=body.asset,
        node=body.node,
    )


@router.get(
    "/{session_id}", operation_id="sessions_get", response_model=SessionView, responses=problems(403, 404)
)
def get_session(session_id: str, credential: CurrentCredential) -> Response:
    """Show where a session stands and every step of it: to its holder, who started it, and seniors."""
    return written(transact(acting, credential, sessions.write_session, session_id=session_id))


@router.put("/{session_id}", operation_id="sessions_update", responses=problems(403, 404, 409))
def update_session(session_id: str, body: SessionChange, credential: CurrentCredential) -> SessionView:
    """Change what is said about the case; what is left out stays. For the holder."""
    return transact(
        acting,
        credential,
        sessions.update_session,
        session_id=session_id,
        title=body.title,
        ticket_ref=body.ticket_ref,
        asset=body.asset,
        notes=body.notes,
        revision=body.revision,
    )


@router.post(
    "/{session_id}/steps",
    operation_id="sessions_step",
    response_model=SessionView,
    responses=problems(403, 404, 409),
)
def take_step(
    session_id: str, body: StepTaken, credential: CurrentCredential, attempt: CurrentAttempt
) -> Response:
    """Answer the current question with one of its options. For the holder, while the session is active."""
    session = transact_once(
        attempt,
        credential,
        sessions.choose_option,
        session_id=session_id,
        option_id=body.option,
        note=body.note,
        value=body.value,
        acknowledged=body.acknowledged,
        revision=body.revision,
        strict=True,
    )
    return written(session)


@router.post("/{session_id}/back", operation_id="sessions_back", responses=problems(403, 404, 409))
def step_back(
    session_id: str, credential: CurrentCredential, attempt: CurrentAttempt, body: StepBack | None = None
) -> SessionView:
    """Stand again where a step was taken; what is undone by it stays in the record."""
    wanted = body or StepBack()
    return transact_once(
        attempt,
        credential,
        sessions.step_back,
        session_id=session_id,
        to_seq=wanted.to_seq,
        revision=wanted.revision,
    )


@router.post(
    "/{session_id}/change/preview", operation_id="sessions_change_preview", responses=problems(403, 404, 409)
)
def preview_change(session_id: str, body: AnswerChanged, credential: CurrentCredential) -> ChangePreview:
    """Show what changing an earlier answer would come to: which later answers stay, which are dropped, and where the
    session would stand. Nothing is changed. For the holder, while the session is active."""
    return transact(
        acting,
        credential,
        session_changes.preview_change,
        session_id=session_id,
        seq=body.seq,
        option_id=body.option,
        value=body.value,
        note=body.note,
        acknowledged=body.acknowledged,
        revision=body.revision,
    )


@router.post("/{session_id}/change", operation_id="sessions_change", responses=problems(403, 404, 409))
def change_answer(
    session_id: str, body: AnswerChanged, credential: CurrentCredential, attempt: CurrentAttempt
) -> SessionView:
    """Give an earlier step of the path another answer and keep the later answers that still hold.

    From where the new answer leads, later answers are given again, in their order, as long as the question reached is one
    of theirs; the others are dropped. What is undone stays in the record, what is kept is there again as a step that
    ``repeats`` it. For the holder, while the session is active.
    """
    return transact_once(
        attempt,
        credential,
        session_changes.change_step,
        session_id=session_id,
        seq=body.seq,
        option_id=body.option,
        value=body.value,
        note=body.note,
        acknowledged=body.acknowledged,
        revision=body.revision,
        strict=True,
    )


@router.post("/{session_id}/complete", operation_id="sessions_complete", responses=problems(403, 404, 409))
def complete_session(
    session_id: str, body: Completion, credential: CurrentCredential, attempt: CurrentAttempt
) -> SessionView:
    """End a session; an escalation that the caller had picked up for it is resolved with the same words."""
    return transact_once(
        attempt,
        credential,
        sessions.complete_session,
        session_id=session_id,
        outcome=body.outcome,
        summary=body.summary,
        revision=body.revision,
    )


@router.post("/{session_id}/resume", operation_id="sessions_resume", responses=problems(403, 404, 409))
def resume_session(session_id: str, credential: CurrentCredential, attempt: CurrentAttempt) -> SessionView:
    """Go on with a session that is parked, or that was closed because nobody went on with it. For the holder."""
    return transact_once(attempt, credential, sessions.resume_session, session_id=session_id)


@ai_router.post(
    "/{session_id}/handoff",
    status_code=201,
    operation_id="ai_sessions_handoff",
    responses=problems(403, 404, 409, 429),
)
@router.post(
    "/{session_id}/handoff",
    status_code=201,
    operation_id="sessions_handoff",
    responses=problems(403, 404, 409, 429),
)
def hand_over(
    session_id: str, body: HandoffStart, credential: CurrentCredential, attempt: CurrentAttempt
) -> HandoffView:
    """Escalate a session to whichever senior picks it up, or park it for later. For the holder."""
    return transact_once(
        attempt,
        credential,
        handoffs.open_handoff,
        session_id=session_id,
        intent=body.intent,
        reason=body.reason,
        priority=body.priority,
        revision=body.revision,
    )
