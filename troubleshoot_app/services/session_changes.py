"""An earlier answer changed: what would be kept, and the change itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.answer_change import AnswerChange, GivenAnswer, change_answer, change_in_words
from troubleshoot_app.domain.readings import with_unit
from troubleshoot_app.domain.tree import Node, Option
from troubleshoot_app.domain.walk import Answer, Landing, TakenStep, Walk, answer_at
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.sessions import TEXT_LENGTH, TITLE_LENGTH
from troubleshoot_app.models.versions import PublishedVersion, published_version, tree_of_version
from troubleshoot_app.schemas.sessions import (
    AnsweredQuestion,
    ChangePreview,
    LaterAnswer,
    NodeRef,
    OptionRef,
    SessionView,
)
from troubleshoot_app.services.access import require
from troubleshoot_app.services.attachments import move_attachments, settle_attachments
from troubleshoot_app.services.inputs import invalid, number_of, text_of
from troubleshoot_app.services.jumps import homes_of_row, ids_called, landing_of
from troubleshoot_app.services.session_rows import (
    SessionRow,
    check_walkable,
    lock_session,
    move_session,
    read_session,
)
from troubleshoot_app.services.session_steps import (
    STEP,
    TAKE,
    is_answered_with,
    standing,
    step_taken,
    walk_of,
)
from troubleshoot_app.services.session_views import session_view
from troubleshoot_app.services.trees import node_view

_LIVE = (
    select(STEP)
    .where(STEP.c.session_id == bindparam("of_session"), STEP.c.undone_at.is_(None))
    .order_by(STEP.c.seq)
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which step is to be answered how; a note of None stays as it was."""

    seq: int
    option_id: str
    value: str | None
    note: str | None
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a change comes to; ``live`` are the steps that are live before it, by number."""

    node: Node
    answer: Answer
    note: str
    change: AnswerChange
    live: dict[int, AnyRow]


def get_question(db: Session, actor: Actor, *, session_id: object, seq: object) -> AnsweredQuestion:
    """Return the question of step ``seq`` with its answers, to be answered anew.

    Raises:
        Conflict: the session is not active.
        Invalid: there is no such step on the path.
    """
    require(actor, Permission.SESSION_WALK)
    row = read_session(db, actor, session_id)
    check_walkable(row, actor, None)
    number = _seq(seq)
    step = next((one for one in db.execute(_LIVE, {"of_session": row.id}) if one.seq == number), None)
    if step is None:
        raise _off_the_path(number)
    node = tree_of_version(db, step.version_id).nodes[step.node_id]
    return AnsweredQuestion(seq=number, node=node_view(node), option_id=step.option_id, value=step.value)


def preview_change(  # noqa: PLR0913  each says one thing of the answer
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    seq: object,
    option_id: object = None,
    value: object = None,
    note: object = None,
    acknowledged: object = None,
    revision: object = None,
) -> ChangePreview:
    """Return what ``change_answer`` would come to with the same words, and change nothing; it raises the same."""
    require(actor, Permission.SESSION_WALK)
    row = read_session(db, actor, session_id)
    check_walkable(row, actor, number_of(revision, "revision"))
    plan = _plan(db, actor, row, _wanted(seq, option_id, value, note, acknowledged))
    walk = plan.change.walk
    there = _version_in(db, walk.version_id)
    kept = [_later(db, plan.live[one.of]) for one in plan.change.kept]
    dropped = [_later(db, plan.live[one]) for one in plan.change.dropped]
    return ChangePreview(
        seq=plan.change.changed.of,
        option=OptionRef(id=plan.answer.option.id, label=plan.answer.option.label),
        value=plan.answer.value,
        answer=_in_words(plan.node, plan.answer.option, plan.answer.value),
        kept=kept,
        dropped=dropped,
        stands_at=NodeRef(id=walk.node_id, text=there.tree.nodes[walk.node_id].text),
        stands_in=there.ref,
        summary=change_in_words(len(kept), len(dropped)),
    )


def change_step(  # noqa: PLR0913  each says one thing of the answer
    db: Session,
    actor: Actor,
    *,
    session_id: object,
    seq: object,
    option_id: object = None,
    value: object = None,
    note: object = None,
    acknowledged: object = None,
    revision: object = None,
    strict: bool = False,
    latest_steps: int | None = None,
) -> SessionView:
    """Give step ``seq`` of the path another answer, keep the later ones that still hold, and return the session.

    All steps from ``seq`` on are undone and stay in the record; the new answer and those kept are steps of their own. The
    note stays unless another one is given, files follow their answers. Sent twice with the same revision, it counts once;
    with ``strict``, the second is a conflict like any other.

    Raises:
        Conflict: the session is not active, has moved on since ``revision``, or the answer leads nowhere.
        Invalid: there is no such step on the path, its node has no such option, nothing would change, the value is no
            number that the answer is for, or what is to be checked off is not.
    """
    require(actor, Permission.SESSION_WALK)
    row = lock_session(db, actor, session_id)
    wanted, seen = _wanted(seq, option_id, value, note, acknowledged), number_of(revision, "revision")
    if not strict and seen == row.revision - 1 and _changed(db, row, wanted, actor):
        return session_view(db, row, latest_steps=latest_steps)
    check_walkable(row, actor, seen)
    plan = _plan(db, actor, row, wanted)
    change, at = plan.change, now()
    undone = update(STEP).where(STEP.c.session_id == row.id, STEP.c.seq.in_(change.undone))
    db.execute(undone.values(undone_at=at, undone_by_id=actor.user_id))
    new = change.changed
    said = {"value": plan.answer.value, "note": plan.note, "repeats_seq": None, "replaces_seq": new.of}
    steps = [step_taken(row, new.before, new.move, new.after, actor.user_id, at) | said]
    for kept in change.kept:
        then = plan.live[kept.of]
        said = {"value": then.value, "note": then.note, "repeats_seq": _first(then), "replaces_seq": None}
        steps.append(step_taken(row, kept.before, kept.move, kept.after, then.by_id, at) | said)
    db.execute(TAKE, steps)
    followed = {one.of: one.move.step_seq for one in (new, *change.kept)}
    move_attachments(db, row, followed | {row.seq + 1: change.walk.seq + 1})
    live_steps = row.live_steps - len(change.undone) + len(steps)
    moved = move_session(db, row, **standing(change.walk), seq=change.walk.seq, live_steps=live_steps)
    settle_attachments(db, moved)
    return session_view(db, moved, latest_steps=latest_steps)


def _wanted(seq: object, option_id: object, value: object, note: object, acknowledged: object) -> _Wanted:
    return _Wanted(
        _seq(seq),
        text_of(option_id, "option", TITLE_LENGTH),
        None if value is None else text_of(value, "value", TEXT_LENGTH),
        None if note is None else text_of(note, "note", TEXT_LENGTH),
        acknowledged is True,
    )


def _seq(seq: object) -> int:
    number = number_of(seq, "seq")
    if number is None:
        raise invalid("seq", "Say which step to change: give its number as seq.")
    return number


def _off_the_path(seq: int) -> Invalid:
    return invalid("seq", f"Step {seq} is not on the path. Choose one that was not undone.")


def _plan(db: Session, actor: Actor, row: SessionRow, wanted: _Wanted) -> _Plan:
    """Return what becomes of a session that can be walked; the same as ``change_step`` is raised."""
    live = {step.seq: step for step in db.execute(_LIVE, {"of_session": row.id})}
    then = live.get(wanted.seq)
    if then is None:
        raise _off_the_path(wanted.seq)
    tree = tree_of_version(db, then.version_id)
    stood = Walk(then.node_id, row.seq, then.version_id, homes_of_row(then.homes))
    answer = answer_at(tree, stood, wanted.option_id, wanted.value, acknowledged=wanted.acknowledged)
    note = then.note if wanted.note is None else wanted.note
    if (answer.option.id, answer.value, note) == (then.option_id, then.value, then.note):
        raise invalid("option", f"That is the answer to step {wanted.seq} already. Choose another one.")
    answers = _given(db, actor, live, wanted.seq)
    landing = None
    if answer.option.id == then.option_id:
        landing = next(given.landing for given in answers if given.seq == wanted.seq)
    elif answer.option.jumps:
        landing = landing_of(db, actor.account_id, answer.option.tree)
    change = change_answer(
        walk_of(row),
        answers,
        wanted.seq,
        answer.option.id,
        landing,
        lambda version_id: _version_in(db, version_id).tree,
    )
    return _Plan(tree.nodes[then.node_id], answer, note, change, live)


def _version_in(db: Session, version_id: Any) -> PublishedVersion:
    """Return the version that a walk is in; that of a session is in no draft, so there is one."""
    return published_version(db, version_id)


def _given(db: Session, actor: Actor, live: dict[int, AnyRow], since: int) -> list[GivenAnswer]:
    """Return the live answers, those from ``since`` on with where they landed."""
    jumps = {seq: name for seq, step in live.items() if seq >= since and (name := _option(db, step).tree)}
    ids = ids_called(db, actor.account_id, jumps.values())
    answers = []
    for seq, step in live.items():
        taken = TakenStep(seq, step.node_id, step.version_id, homes_of_row(step.homes))
        landing = None
        if seq in jumps:
            landing = _landing_then(db, actor, step, jumps[seq], ids.get(jumps[seq]))
        answers.append(GivenAnswer(taken, step.option_id, landing))
    return answers


def _landing_then(db: Session, actor: Actor, step: AnyRow, name: str, tree_id: UUID | None) -> Landing | None:
    """Return where a jump landed. Where that is not kept, since a tree that is solved from its start led home at once,
    it is where it would land now."""
    version_id = step.to_version_id or step.version_id
    there = published_version(db, version_id)
    if there.ref.id == str(tree_id) and step.to_node_id in (None, there.tree.start):
        return Landing(version_id, there.tree)
    return landing_of(db, actor.account_id, name)


def _option(db: Session, step: AnyRow) -> Option:
    node = tree_of_version(db, step.version_id).nodes[step.node_id]
    return next(option for option in node.options if option.id == step.option_id)


def _first(step: AnyRow) -> int:
    """Return the step in which an answer was given first."""
    return int(step.seq if step.repeats_seq is None else step.repeats_seq)


def _later(db: Session, step: AnyRow) -> LaterAnswer:
    node = tree_of_version(db, step.version_id).nodes[step.node_id]
    answer = _in_words(node, _option(db, step), step.value)
    return LaterAnswer(seq=step.seq, node_text=node.text, answer=answer)


def _in_words(node: Node, option: Option, value: str | None) -> str:
    measured = with_unit(value, node.reading.unit) if node.reading and value else value
    return f"{option.label}: {measured}" if measured else option.label


def _changed(db: Session, row: SessionRow, wanted: _Wanted, actor: Actor) -> bool:
    """Tell whether the last thing that happened to the session is that very change by the same person."""
    last = db.execute(
        select(STEP)
        .where(STEP.c.session_id == row.id, STEP.c.undone_at.is_(None), STEP.c.repeats_seq.is_(None))
        .order_by(STEP.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return (
        last is not None
        and (last.replaces_seq, last.by_id) == (wanted.seq, actor.user_id)
        and is_answered_with(db, last, wanted.option_id, wanted.value)
    )
