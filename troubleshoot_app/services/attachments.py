"""Attachments: files that the holder of a session adds to it, and that whoever may read the session can get."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import case, select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Conflict, NoDatabase, TooLarge, UnsupportedMedia
from troubleshoot_app.core.files import KeptFile, keep_file
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.attachments import (
    FILES_A_SESSION,
    SIZE_LIMIT,
    UnknownKind,
    attachment_name,
    kind_of,
)
from troubleshoot_app.domain.formats.ticket_note.words import size as size_in_words
from troubleshoot_app.models import Account, Attachment
from troubleshoot_app.models.sessions import TITLE_LENGTH
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.sessions import AttachmentView
from troubleshoot_app.services.access import Credential, get_row, load_actor, require
from troubleshoot_app.services.inputs import invalid, number_of, text_of
from troubleshoot_app.services.session_rows import (
    SESSION,
    SessionRow,
    check_walkable,
    lock_session,
    read_session,
)
from troubleshoot_app.services.session_steps import answered_after, stands_as, version_after

FOLDER = "attachments"
ADDRESS = "/api/v1/attachments"
MEGABYTE = 2**20
ALMOST_FULL = 0.9
MORE_ROOM = "Ask whoever runs the server for more room before it is full."

_account = Account.__table__


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that came in whole, is of a kind that is taken, and waits on the disk to be attached."""

    name: str
    media_type: str
    kept: KeptFile


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file to give out."""

    name: str
    media_type: str
    size: int
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class _Belonging:
    """Where a file belongs: to a step, or to a question that has no answer yet; to neither, to the session as a whole."""

    seq: int | None = None
    version_id: UUID | None = None
    node_id: str | None = None


@contextmanager
def received(credential: Credential | None, content: BinaryIO, name: str) -> Iterator[ReceivedFile]:
    """Keep a file on the disk to attach it in this block, outside of any transaction; when the block fails it is gone.

    Raises:
        Unauthenticated: nobody stands behind the credential.
        Invalid: it is empty.
        TooLarge: it has more than 10 MiB.
        UnsupportedMedia: it is of a kind that is not taken.
        NoRoom: the disk is full.
    """
    actor = transact(load_actor, credential)
    _check_size(content)
    try:
        media_type = kind_of(content)
    except UnknownKind as error:
        raise UnsupportedMedia(str(error)) from error
    kept = keep_file(content, get_settings().var_dir / FOLDER, str(actor.account_id))
    try:
        yield ReceivedFile(attachment_name(name, media_type), media_type, kept)
    except BaseException as error:
        if not _may_be_committed(error):
            kept.path.unlink()
        raise


def attach(
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    file: ReceivedFile,
    seq: object = None,
    node: object = None,
    was_at_hand: bool = False,
) -> AttachmentView:
    """Add a file to a session; to step ``seq`` if given, which may be the one at hand.

    If that step ``was_at_hand`` when the file was chosen, it is meant for the question that was asked then: for ``node``.
    Its answer has another number when an earlier one was changed meanwhile; and it has none when somebody went back from
    there. Then the file belongs to no step until that question is asked again.

    Raises:
        Conflict: the session is not active, has as many files as it may have, or the account has no room left for it.
        Forbidden: the actor does not hold it.
        Invalid: it has no such step.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    check_walkable(row, actor, None)
    step = number_of(seq, "seq")
    if step is not None and not 1 <= step <= row.seq + 1:
        raise invalid("seq", f"This session has no step {step}. The one at hand is {row.seq + 1}.")
    if row.attachment_count >= FILES_A_SESSION:
        raise Conflict(f"This session has {FILES_A_SESSION} files already, and takes no more.")
    belongs = _Belonging()
    if step is not None:
        asked = text_of(node, "node", TITLE_LENGTH)
        belongs = _asked_at(db, row, step, asked) if was_at_hand else _given_with(db, row, step)
    attachment = Attachment(
        account_id=actor.account_id,
        session_id=row.id,
        seq=belongs.seq,
        version_id=belongs.version_id,
        node_id=belongs.node_id,
        name=file.name,
        media_type=file.media_type,
        size=file.kept.size,
        sha256=file.kept.sha256,
        file_name=file.kept.path.name,
        by_id=actor.user_id,
    )
    db.add(attachment)
    db.flush()
    _take_room(db, actor, file.kept.size)
    counted = {"attachment_count": row.attachment_count + 1, "updated_at": now()}
    db.execute(update(SESSION).where(SESSION.c.id == row.id).values(counted))
    return _view(db, attachment)


def read_attachment(db: Session, actor: Actor, *, attachment_id: object) -> AttachedFile:
    """Return a file of a session that the actor may see.

    Raises:
        NotFound: no such file in the account.
        Forbidden: the session is somebody else's, and the actor is no senior.
    """
    require(actor, Permission.SESSION_WALK)
    attachment = get_row(db, actor, Attachment, attachment_id)
    read_session(db, actor, attachment.session_id)
    return AttachedFile(
        attachment.name,
        attachment.media_type,
        attachment.size,
        attachment.sha256,
        get_settings().var_dir / FOLDER / str(attachment.account_id) / attachment.file_name,
    )


def room_in_words(db: Session, actor: Actor) -> str:
    """Return how much the files of the account have of what they may have, as a sentence; nothing for who is no admin."""
    if not actor.may(Permission.PEOPLE_MANAGE):
        return ""
    used = db.execute(
        select(_account.c.attachment_bytes).where(_account.c.id == actor.account_id)
    ).scalar_one()
    quota = _quota()
    sentence = f"Photos and files of the account: {size_in_words(used)} of {size_in_words(quota)} used."
    return f"{sentence} {MORE_ROOM}" if used > quota * ALMOST_FULL else sentence


def move_attachments(db: Session, row: SessionRow, to: Mapping[int, int]) -> None:
    """Let the files of a locked session follow from each step to another one."""
    if not row.attachment_count:
        return
    seq = Attachment.__table__.c.seq
    followed = update(Attachment.__table__).where(col(Attachment.session_id) == row.id, seq.in_(to))
    db.execute(followed.values(seq=case(dict(to), value=seq)))


def settle_attachments(db: Session, row: SessionRow) -> None:
    """Let the files of a session that has moved stay with their questions: what was added at one that is no longer asked
    belongs to no step, and what was added at the one that is asked now is at hand, perhaps again."""
    if not row.attachment_count:
        return
    file = Attachment.__table__.c
    is_asked = (file.version_id == row.current_version_id) & (file.node_id == row.node_id)
    unanswered = file.seq.is_(None) | (file.seq > row.seq)
    settled = update(Attachment.__table__).where(
        file.session_id == row.id, file.node_id.is_not(None), unanswered
    )
    db.execute(settled.values(seq=case((is_asked, row.seq + 1), else_=None)))


def list_attachments(db: Session, row: SessionRow) -> list[AttachmentView]:
    """Return the files of a session that the caller has found to be readable, in the order in which they came."""
    return list_attachments_of_many(db, [row])[row.id]


def list_attachments_of_many(
    db: Session, rows: Collection[SessionRow]
) -> Mapping[UUID, list[AttachmentView]]:
    """Do the same for many sessions, by their ids, with one query at most."""
    files: dict[UUID, list[AttachmentView]] = {row.id: [] for row in rows}
    if having := [row.id for row in rows if row.attachment_count]:
        query = select(Attachment).where(col(Attachment.session_id).in_(having)).order_by(col(Attachment.id))
        for attachment in db.scalars(query):
            files[attachment.session_id].append(_view(db, attachment))
    return files


def _given_with(db: Session, row: SessionRow, step: int) -> _Belonging:
    """Return where a file goes that is for a step: with its answer, or to the question at hand."""
    return _at_hand(row) if step > row.seq else _Belonging(stands_as(db, row, step))


def _asked_at(db: Session, row: SessionRow, step: int, node_id: str) -> _Belonging:
    """Return where a file goes that was added when step ``step`` was at hand: to the answer of the question that was asked,
    to the question itself when it is still asked or asked again, or to no step."""
    answered = None if step > row.seq else answered_after(db, row, step - 1, node_id)
    if answered is not None:
        return _Belonging(answered)
    if node_id in ("", row.node_id):
        return _at_hand(row)
    version_id = version_after(db, row, step - 1)
    known = node_id in tree_of_version(db, version_id).nodes
    return _Belonging(None, version_id, node_id) if known else _Belonging()


def _at_hand(row: SessionRow) -> _Belonging:
    return _Belonging(row.seq + 1, row.current_version_id, row.node_id)


def _take_room(db: Session, actor: Actor, size: int) -> None:
    """Count a file to what the account has; ``Conflict`` when it may not have so much. Files that come at the same time
    wait for each other here, until the transaction ends, so that it is never more."""
    quota = _quota()
    bytes_with_it = _account.c.attachment_bytes + size
    counted = update(_account).where(_account.c.id == actor.account_id, bytes_with_it <= quota)
    taken = db.execute(counted.values(attachment_bytes=bytes_with_it).returning(_account.c.id))
    if taken.one_or_none() is None:
        raise Conflict(
            f"There is no room left for this file: all files of your account together may have {size_in_words(quota)}. "
            "It was not kept. Ask whoever runs the server for more room, and send it again then."
        )


def _quota() -> int:
    return get_settings().attachment_quota_mb * MEGABYTE


def _view(db: Session, attachment: Attachment) -> AttachmentView:
    question = None
    if attachment.seq is None and attachment.version_id is not None and attachment.node_id is not None:
        question = tree_of_version(db, attachment.version_id).nodes[attachment.node_id].text
    return AttachmentView(
        id=str(attachment.id),
        name=attachment.name,
        size=attachment.size,
        media_type=attachment.media_type,
        seq=attachment.seq,
        question=question,
        url=f"{ADDRESS}/{attachment.id}",
    )


def _may_be_committed(error: BaseException) -> bool:
    """Tell whether the row may be there all the same: the line to the database broke, perhaps after the commit."""
    return isinstance(error, NoDatabase) and error.may_be_kept


def _check_size(content: BinaryIO) -> None:
    size = content.seek(0, 2)
    if size == 0:
        raise invalid("file", "This file is empty. Choose another one.")
    if size > SIZE_LIMIT:
        raise TooLarge(
            f"This file has more than {SIZE_LIMIT // 2**20} MiB. Send a smaller one, or a part of it."
        )
