"""Notes of a walk: what is typed at a question stays with it, however late it comes."""

from sqlalchemy import select, update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.abandonment import with_line
from troubleshoot_app.domain.formats.ticket_note.words import one_line, without_markup
from troubleshoot_app.models.sessions import TEXT_LENGTH
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.services.inputs import invalid
from troubleshoot_app.services.session_rows import SESSION, SessionRow
from troubleshoot_app.services.session_steps import STEP, answered_after, version_after


def keep_note(db: Session, row: SessionRow, seq: int, node_id: str, typed: str) -> bool:
    """Keep what was typed at the question reached after step ``seq`` of a locked session, at ``node_id`` if that is known:
    with its answer, at hand while it is asked, or else, as somebody has gone back from there, in the notes of the session.

    It takes the place of what was typed there before, unless the session has been elsewhere since: then both stay. Return
    whether it is in the notes of the session.
    """
    answered = None if seq == row.seq else answered_after(db, row, seq, node_id)
    if answered is not None:
        this_step = (STEP.c.session_id == row.id, STEP.c.seq == answered)
        if answered != answered_after(db, row, seq):
            typed = _typed_on(db.execute(select(STEP.c.note).where(*this_step)).scalar_one(), typed)
        db.execute(update(STEP).where(*this_step).values(note=typed))
        _touch(db, row)
    elif node_id in ("", row.node_id):
        _touch(db, row, pending_note=typed if seq == row.seq else _typed_on(row.pending_note, typed))
    elif typed and typed not in row.pending_note:
        _touch(db, row, notes=_with_words_at(db, row, seq, node_id, typed))
        return True
    return False


def joined(first: str, second: str) -> str:
    """Return two notes as one, as far as there is room; one that is empty or the same leaves the other."""
    return "\n".join(dict.fromkeys(filter(None, (first, second))))[:TEXT_LENGTH]


def _typed_on(there: str, typed: str) -> str:
    """Return what was typed, with what is there before it if that is not how it began."""
    return typed if typed.startswith(there) else joined(there, typed)


def _with_words_at(db: Session, row: SessionRow, seq: int, node_id: str, typed: str) -> str:
    """Return the notes of a session with what was typed at a question; who types on there changes that."""
    node = tree_of_version(db, version_after(db, row, seq)).nodes.get(node_id)
    at = f"At “{one_line(without_markup(node.text))}”: " if node else ""
    there: str = row.notes
    before, found, last = there.rpartition(at) if at else (there, "", "")
    if found and typed.startswith(last):
        return before + at + typed
    longer = with_line(there, at + typed, TEXT_LENGTH)
    if longer == there:
        raise invalid("note", "There is no room left in the notes of this session. Keep it elsewhere.")
    return longer


def _touch(db: Session, row: SessionRow, **values: str) -> None:
    db.execute(update(SESSION).where(SESSION.c.id == row.id).values(values | {"updated_at": now()}))
