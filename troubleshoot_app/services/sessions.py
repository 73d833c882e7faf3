"""Sessions: start, answer, note, go back, complete."""

from sqlalchemy import select, update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, NotFound
from troubleshoot_app.domain.abandonment import resuming_note, with_line
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import OPEN_STATUSES, HandoffStatus, Outcome, SessionStatus
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.domain.walk import TakenStep, advance, answer_at, begin, go_back
from troubleshoot_app.models import TroubleshootingSession, TroubleshootingTree
from troubleshoot_app.models.paths import list_steps
from troubleshoot_app.models.sessions import TEXT_LENGTH, TITLE_LENGTH
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.notifications.webhook_events import tell_of_completion
from troubleshoot_app.schemas.sessions import SessionSummary, SessionView, StepView
from troubleshoot_app.services import handoffs
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.attachments import settle_attachments
from troubleshoot_app.services.inputs import invalid, number_of, text_of, word_of
from troubleshoot_app.services.jumps import homes_of_row, landing_of
from troubleshoot_app.services.session_notes import joined, keep_note
from troubleshoot_app.services.session_rows import (
    SESSION,
    SESSION_ROWS,
    SessionRow,
    check_held,
    check_revision,
    check_walkable,
    is_own,
    lock_session,
    move_session,
    read_session,
)
from troubleshoot_app.services.session_steps import (
    ANSWERED,
    STEP,
    TAKE,
    is_answered_with,
    standing,
    step_taken,
    walk_of,
)
from troubleshoot_app.services.session_views import session_summary, session_view, write_session_view
from troubleshoot_app.services.trees import published_version

LIST_LIMIT = 200


def start_session(
    db: Session,
    actor: Actor,
    *,
    tree_id: object,
    title: object = "",
    ticket_ref: object = "",
    asset: object = "",
    node: object = "",
) -> SessionView:
    """Start a walk on the published version of a tree, at its start or at ``node``.

    Raises:
        Invalid: the version has no such node.
        NotFound: no such tree for this actor.
        Conflict: a senior tries to walk a tree that was never published.
    """
    require(actor, Permission.SESSION_WALK)
    tree = get_row(db, actor, TroubleshootingTree, tree_id)
    version = published_version(db, tree)
    if tree.status is TreeStatus.ARCHIVED or (version is None and not actor.may(Permission.TREE_READ_DRAFTS)):
        raise NotFound()
    if version is None:
        raise Conflict("This tree is a draft. Publish it before starting a session on it.")
    nodes = tree_of_version(db, version.id)
    walk = begin(nodes, text_of(node, "node", TITLE_LENGTH))
    row = TroubleshootingSession(
        account_id=actor.account_id,
        tree_id=tree.id,
        version_id=version.id,
        current_version_id=version.id,
        title=text_of(title, "title", TITLE_LENGTH),
        ticket_ref=text_of(ticket_ref, "ticket_ref", TITLE_LENGTH),
        asset=text_of(asset, "asset", TITLE_LENGTH),
        start_node_id=None if walk.node_id == nodes.start else walk.node_id,
        node_id=walk.node_id,
        started_by_id=actor.user_id,
        holder_id=actor.user_id,
    )
    db.add(row)
    db.flush()
    return get_session(db, actor, session_id=row.id)


def get_session(
    db: Session, actor: Actor, *, session_id: object, latest_steps: int | None = None
) -> SessionView:
    """Return a session with all its steps, or its latest live ones; ``NotFound`` or ``Forbidden`` otherwise."""
    require(actor, Permission.SESSION_WALK)
    return session_view(db, read_session(db, actor, session_id), latest_steps=latest_steps)


def write_session(db: Session, actor: Actor, *, session_id: object) -> str:
    """Return what ``get_session`` returns with all steps, as JSON; a path of hundreds is written in half the time."""
    require(actor, Permission.SESSION_WALK)
    return write_session_view(db, read_session(db, actor, session_id))


def list_path(db: Session, actor: Actor, *, session_id: object) -> list[StepView]:
    """Return the steps of a session in order, undone ones included; answers that were kept once, where they are now."""
    require(actor, Permission.SESSION_WALK)
    row = read_session(db, actor, session_id)
    return [step for step in list_steps(db, row.id, row.version_id) if step.kept_as is None]


def list_sessions(
    db: Session, actor: Actor, *, open_only: bool = False, limit: int = LIST_LIMIT
) -> list[SessionSummary]:
    """Return the sessions that the actor holds or started, latest first."""
    require(actor, Permission.SESSION_WALK)
    query = SESSION_ROWS.where(
        SESSION.c.account_id == actor.account_id,
        is_own(actor),
    )
    if open_only:
        query = query.where(SESSION.c.status.in_(OPEN_STATUSES))
    rows = db.execute(query.order_by(SESSION.c.updated_at.desc(), SESSION.c.id.desc()).limit(limit))
    return [session_summary(db, row) for row in rows]


def choose_option(  # noqa: PLR0913  each says one thing of the answer
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    option_id: object,
    note: object = None,
    value: object = None,
    acknowledged: object = None,
    revision: object = None,
    strict: bool = False,
    latest_steps: int | None = None,
) -> SessionView:
    """Answer the current question and return the session after it. Sent twice with the same revision, it counts once; with
    ``strict``, the second is a conflict like any other.

    An answer may lead to another tree: the session then goes on in the version of it that is published at this moment.
    Where a number is measured, ``value`` chooses the option when none is given; what is to be checked off, is.

    Raises:
        Conflict: the session is not active, has moved on since ``revision``, or the answer leads nowhere.
        Invalid: the current node has no such option, the value is no number that it is for, or what is to be checked
            off is not.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    option = text_of(option_id, "option", TITLE_LENGTH)
    typed = None if value is None else text_of(value, "value", TEXT_LENGTH)
    seen = number_of(revision, "revision")
    if not strict and seen == row.revision - 1 and _took(db, row, option, typed, actor):
        return session_view(db, row, latest_steps=latest_steps)
    check_walkable(row, actor, seen)
    tree, stood = tree_of_version(db, row.current_version_id), walk_of(row)
    answer = answer_at(tree, stood, option, typed, acknowledged=acknowledged is True)
    jump = answer.option.tree
    landing = landing_of(db, actor.account_id, jump) if jump else None
    walk, move = advance(tree, stood, answer.option.id, landing)
    taken = step_taken(row, stood, move, walk, actor.user_id, now()) | {
        "value": answer.value,
        "note": row.pending_note if note is None else text_of(note, "note", TEXT_LENGTH),
    }
    db.execute(TAKE, taken)
    crossed = walk.version_id != stood.version_id
    where = standing(walk) if crossed else {"node_id": walk.node_id}
    moved = move_session(db, row, **where, seq=walk.seq, live_steps=row.live_steps + 1, pending_note="")
    settle_attachments(db, moved)
    return session_view(db, moved, latest_steps=latest_steps)


def step_back(
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    to_seq: object = None,
    note: object = None,
    revision: object = None,
    latest_steps: int | None = None,
) -> SessionView:
    """Stand again where step ``to_seq`` (or the last one) was taken; what is undone stays in the record. Its note,
    and what was being typed (``note``, or what was kept of it), can be given to the next answer.

    Raises:
        Conflict: the session is not active or has moved on, or there is nothing to go back to.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    check_walkable(row, actor, number_of(revision, "revision"))
    wanted = number_of(to_seq, "to_seq")
    live = db.execute(
        select(STEP.c.seq, STEP.c.node_id, STEP.c.version_id, STEP.c.homes, STEP.c.note)
        .where(STEP.c.session_id == row.id, STEP.c.undone_at.is_(None))
        .order_by(STEP.c.seq)
    ).all()
    taken = [TakenStep(step.seq, step.node_id, step.version_id, homes_of_row(step.homes)) for step in live]
    back = go_back(walk_of(row), taken, wanted)
    noted = next(step.note for step in live if step.seq == back.undone[0])
    typed = row.pending_note if note is None else text_of(note, "note", TEXT_LENGTH)
    undone = update(STEP).where(STEP.c.session_id == row.id, STEP.c.seq.in_(back.undone))
    db.execute(undone.values(undone_at=now(), undone_by_id=actor.user_id))
    moved = move_session(
        db,
        row,
        **standing(back.walk),
        live_steps=row.live_steps - len(back.undone),
        pending_note=joined(noted, typed),
    )
    settle_attachments(db, moved)
    return session_view(db, moved, latest_steps=latest_steps)


def save_note(
    db: Session, actor: Actor, *, session_id: object, seq: object, note: object, node: object = None
) -> bool:
    """Keep what is typed at the node reached after step ``seq``, and stay with that question whatever happened meanwhile:
    if it was answered, the note goes to the answer. If somebody went back from there, ``node`` tells which question it was,
    and while it is not asked the notes of the session say what was typed at it. Return whether they do.

    Raises:
        Conflict: the session is not active.
        Invalid: it has no such step, or there is no room left in its notes.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    check_walkable(row, actor, None)
    typed = text_of(note, "note", TEXT_LENGTH)
    at = number_of(seq, "seq")
    if at is None or not 0 <= at <= row.seq:
        raise invalid("seq", "This session has no such step.")
    return keep_note(db, row, at, text_of(node, "node", TITLE_LENGTH), typed)


def update_session(
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    title: object = None,
    ticket_ref: object = None,
    asset: object = None,
    notes: object = None,
    revision: object = None,
) -> SessionView:
    """Change ``title``, ``ticket_ref``, ``asset`` or ``notes``; those not given stay.

    Raises:
        Conflict: the session has moved on since ``revision``.
        Forbidden: the actor does not hold it.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    check_held(row, actor)
    check_revision(row, number_of(revision, "revision"))
    given = {
        "title": (title, TITLE_LENGTH),
        "ticket_ref": (ticket_ref, TITLE_LENGTH),
        "asset": (asset, TITLE_LENGTH),
        "notes": (notes, TEXT_LENGTH),
    }
    values = {
        name: text_of(value, name, limit) for name, (value, limit) in given.items() if value is not None
    }
    return session_view(db, move_session(db, row, **values) if values else row)


def complete_session(
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    outcome: object,
    summary: object = "",
    revision: object = None,
) -> SessionView:
    """End a session; an escalation that the actor had picked up for it is resolved with the same words.

    Raises:
        Conflict: the session is not active, or has moved on since ``revision``.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    result = word_of(Outcome, outcome, "outcome")
    words = text_of(summary, "summary", TEXT_LENGTH)
    check_walkable(row, actor, number_of(revision, "revision"))
    if row.handoff_id is not None and row.handoff_status == HandoffStatus.CLAIMED:
        handoffs.close_resolved(db, actor, row.handoff_id, words or f"Completed as {result}.")
    move_session(db, row, status=SessionStatus.COMPLETED, outcome=result, summary=words, completed_at=now())
    view = get_session(db, actor, session_id=row.id)
    tell_of_completion(db, actor.account_id, lambda: view)
    return view


def resume_session(db: Session, actor: Actor, *, session_id: object) -> SessionView:
    """Take up again a session that is parked, or that was closed because nobody went on with it; of the latter its
    notes say so.

    Raises:
        Conflict: it is neither.
        Forbidden: the actor does not hold it.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    check_held(row, actor)
    if row.status == SessionStatus.PARKED:
        handoffs.resume(db, actor, handoff_id=row.handoff_id)
        return get_session(db, actor, session_id=row.id)
    if row.status != SessionStatus.ABANDONED:
        raise Conflict(_WHY_NOT_RESUMED[row.status])
    notes = with_line(row.notes, resuming_note(now(), actor.name), TEXT_LENGTH)
    return session_view(db, move_session(db, row, status=SessionStatus.ACTIVE, notes=notes))


_WHY_NOT_RESUMED = {
    SessionStatus.ACTIVE: "This session is in progress already. Just go on with it.",
    SessionStatus.ESCALATED: "This session waits for a senior. Cancel the escalation to go on yourself.",
    SessionStatus.COMPLETED: "This session is completed. Start a new one.",
}


def _took(db: Session, row: SessionRow, option_id: str, typed: str | None, actor: Actor) -> bool:
    """Tell whether the last thing that happened to the session is that very answer by the same person."""
    last = db.execute(
        select(STEP.c.option_id, STEP.c.value, STEP.c.by_id, STEP.c.version_id, STEP.c.node_id).where(
            STEP.c.session_id == row.id, STEP.c.seq == row.seq, STEP.c.undone_at.is_(None), ANSWERED
        )
    ).one_or_none()
    return last is not None and last.by_id == actor.user_id and is_answered_with(db, last, option_id, typed)
