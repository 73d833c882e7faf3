"""Attachments: files come in with a session, and go out by their own address."""

from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Form, Header, Response, UploadFile
from fastapi.responses import StreamingResponse

from troubleshoot_app.api.deps import AnyCredential, BrowserCredential, CurrentCredential, OwnOrigin
from troubleshoot_app.api.downloads import attachment_headers
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once, with_content
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.attachments import CHUNK, MEDIA_TYPES
from troubleshoot_app.schemas.sessions import AttachmentView
from troubleshoot_app.services import attachments
from troubleshoot_app.services.access import Credential, acting
from troubleshoot_app.services.idempotency import Attempt

router = APIRouter(tags=["sessions"])
web_router = APIRouter(prefix="/web/sessions", tags=["browser"], include_in_schema=False)

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file as it was sent.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES},
        "headers": {
            "Content-Disposition": {"description": "What to call the file.", "schema": {"type": "string"}},
            "ETag": {
                "description": "What is in the file, for `If-None-Match`.",
                "schema": {"type": "string"},
            },
        },
    },
    304: {"description": "The caller has this file already."},
}

Seq = Annotated[
    int | None, Form(description="The step that it belongs to; the one at hand is the latest `seq` and one.")
]


@router.post(
    "/sessions/{session_id}/attachments",
    status_code=201,
    operation_id="sessions_attach",
    responses=problems(403, 404, 409, 507),
)
def attach(
    session_id: str,
    file: UploadFile,
    credential: CurrentCredential,
    attempt: CurrentAttempt,
    seq: Seq = None,
) -> AttachmentView:
    """Add a file to a session: a picture, a PDF, or text such as a log, of 10 MiB at most. For the holder.

    What is in the file decides what it is, not its name. A session takes 50 files, and all those of an account together
    may only have so many MB as whoever runs the server allows; what would be more is a 409.
    """
    return _attach(credential, attempt, session_id, file, seq=seq)


@router.get(
    "/attachments/{attachment_id}",
    operation_id="attachments_get",
    response_class=Response,
    responses=_ANSWERS | problems(403, 404),
)
def get_attachment(
    attachment_id: str,
    credential: AnyCredential,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Give out a file that was added to a session, to be kept: to whoever may see the session."""
    file = transact(acting, credential, attachments.read_attachment, attachment_id=attachment_id)
    tag = f'"{file.sha256}"'
    headers = attachment_headers(file.name) | {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    try:
        content = file.path.open("rb")
    except FileNotFoundError:
        raise NotFound("This file is no longer on the server. Ask whoever runs it for the backup.") from None
    headers["Content-Length"] = str(file.size)
    return StreamingResponse(_chunks(content), media_type=file.media_type, headers=headers)


@web_router.post("/{session_id}/attachments", status_code=201, dependencies=[OwnOrigin])
def attach_from_page(
    session_id: str,
    file: UploadFile,
    credential: BrowserCredential,
    attempt: CurrentAttempt,
    seq: Seq = None,
    node: Annotated[str | None, Form()] = None,
) -> AttachmentView:
    """Add a file to a session from the browser of somebody signed in, who was asked ``node`` as step ``seq`` when they
    chose it."""
    return _attach(credential, attempt, session_id, file, seq=seq, node=node, was_at_hand=True)


def _attach(
    credential: Credential | None,
    attempt: Attempt | None,
    session_id: str,
    file: UploadFile,
    *,
    seq: int | None,
    node: str | None = None,
    was_at_hand: bool = False,
) -> AttachmentView:
    with attachments.received(credential, file.file, file.filename or "") as received:
        asked = (received.kept.sha256, received.name, str(seq))
        return transact_once(
            with_content(attempt, *(part.encode() for part in asked)),
            credential,
            attachments.attach,
            session_id=session_id,
            file=received,
            seq=seq,
            node=node,
            was_at_hand=was_at_hand,
        )


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk
