"""Sessions gone through again: each place where somebody stood, what happened there, and what was answered."""

from collections.abc import Iterator
from itertools import takewhile
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.answer_change import change_in_words
from troubleshoot_app.domain.formats.ticket_note.words import one_line, without_markup
from troubleshoot_app.domain.handoff import HandoffStatus, Intent, SessionStatus
from troubleshoot_app.domain.timeline import (
    GoingBack,
    HappeningKind,
    goings_back,
    length_in_words,
    step_times,
    stop_at,
)
from troubleshoot_app.models import AuditEntry, Handoff, Step, User
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.paths import list_steps
from troubleshoot_app.models.versions import published_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.sessions import StepView
from troubleshoot_app.schemas.timelines import Happening, Place, Stop, Timeline
from troubleshoot_app.services.access import require
from troubleshoot_app.services.attachments import list_attachments
from troubleshoot_app.services.session_rows import SessionRow, read_session
from troubleshoot_app.services.session_views import person
from troubleshoot_app.services.trees import node_view

LINE_LENGTH = 120

_step = Step.__table__
_entry = AuditEntry.__table__
_user = User.__table__

_AUDITED = {
    "handoff.opened": HappeningKind.ESCALATED,
    "handoff.claimed": HappeningKind.PICKED_UP,
    "handoff.released": HappeningKind.RELEASED,
    "handoff.reopened": HappeningKind.REOPENED,
    "handoff.cancelled": HappeningKind.CANCELLED,
    "handoff.resolved": HappeningKind.RESOLVED,
}


def get_timeline(db: Session, actor: Actor, *, session_id: object) -> Timeline:
    """Return a session as it went, to be gone through again step by step.

    Raises:
        NotFound: no such session in the account.
        Forbidden: it is somebody else's, and the actor is no senior.
    """
    require(actor, Permission.SESSION_WALK)
    row = read_session(db, actor, session_id)
    steps = list_steps(db, row.id, row.version_id)
    query = select(_step.c.version_id, _step.c.undone_at).where(_step.c.session_id == row.id)
    found = db.execute(query.order_by(_step.c.seq)).all()
    versions, undone_at = [one.version_id for one in found], [one.undone_at for one in found]
    undone_by = {at: step.undone_by for step, at in zip(steps, undone_at, strict=True) if step.undone}
    places = _Places(db, row.version_id)
    times = step_times(row.created_at, [step.at for step in steps], [step.repeats for step in steps])
    stops = [
        _stop(step, places.of(step.seq, version_id, step.node_id), length_in_words(took))
        for step, version_id, took in zip(steps, versions, times, strict=True)
    ]
    here = len(stops) + 1
    stops.append(
        Stop(seq=here, place=places.of(here, row.current_version_id, row.node_id), note=row.pending_note)
    )
    answered_at = [step.at for step in steps]
    backs = goings_back(undone_at)
    replaced = {step.replaces for step in steps}
    happenings = [_going_back(one, undone_by.get(one.at)) for one in backs if one.to_seq not in replaced]
    for happening in _happenings(db, row, happenings):
        at = here if happening.at is None else stop_at(answered_at, happening.at)
        stops[at - 1].happenings.append(happening)
    for seq, change in _changes(steps, backs):
        stops[seq - 1].happenings.append(change)
    return Timeline(status=row.status, places=places.found, stops=stops, files=list_attachments(db, row))


class _Places:
    """The nodes where somebody stood, each once."""

    def __init__(self, db: Session, begun_in: UUID) -> None:
        self._db = db
        self._home = published_version(db, begun_in).ref.id
        self._seen: dict[tuple[UUID, str], int] = {}
        self._charts: dict[UUID, int] = {}
        self.found: list[Place] = []

    def of(self, seq: int, version_id: UUID, node_id: str) -> int:
        """Return the number of the place where a session stood at step ``seq``."""
        key = version_id, node_id
        if key not in self._seen:
            version = published_version(self._db, version_id)
            node = version.tree.nodes[node_id]
            self._seen[key] = len(self.found)
            self.found.append(
                Place(
                    node=node_view(node),
                    line=one_line(without_markup(node.text))[:LINE_LENGTH] or node.id,
                    tree="" if version.ref.id == self._home else version.ref.title,
                    chart=self._charts.setdefault(version_id, seq),
                )
            )
        return self._seen[key]


def _stop(step: StepView, place: int, took: str) -> Stop:
    return Stop(
        seq=step.seq,
        place=place,
        option_id=step.option_id,
        answer=step.option_label,
        value=step.value,
        reading=step.reading,
        checked_off=step.checked_off,
        found=step.found,
        note=step.note,
        by=step.by,
        at=step.at,
        took=took,
        undone=step.undone,
        repeats=step.repeats,
        kept_as=step.kept_as,
    )


def _changes(steps: list[StepView], backs: list[GoingBack]) -> Iterator[tuple[int, Happening]]:
    """Yield the changes of earlier answers, each with the step that has the new one."""
    undone = {back.to_seq: back.count for back in backs}
    for step in steps:
        if step.replaces is None:
            continue
        kept = sum(1 for _ in takewhile(lambda later: later.repeats is not None, steps[step.seq :]))
        summary = change_in_words(kept, undone[step.replaces] - 1 - kept).removesuffix(".")
        yield (
            step.seq,
            Happening(
                kind=HappeningKind.CHANGED, at=step.at, by=step.by, to_seq=step.replaces, summary=summary
            ),
        )


def _going_back(back: GoingBack, by: PersonRef | None) -> Happening:
    return Happening(kind=HappeningKind.WENT_BACK, at=back.at, by=by, to_seq=back.to_seq, count=back.count)


def _happenings(db: Session, row: SessionRow, backs: list[Happening]) -> list[Happening]:
    """Return what happened beside the answers, ``backs`` among it, in the order of time; what has no time comes last."""
    query = select(Handoff, col(User.name)).join(User, col(User.id) == col(Handoff.from_id))
    handoffs = db.execute(query.where(col(Handoff.session_id) == row.id)).all()
    found = [
        Happening(
            kind=HappeningKind.STARTED, at=row.created_at, by=person(row.started_by_id, row.starter_name)
        )
    ]
    found += backs
    for handoff, name in handoffs:
        if handoff.intent is Intent.PARK:
            found += _parking(handoff, person(handoff.from_id, name))
    found += _escalations(db, row, [one.Handoff for one in handoffs if one.Handoff.intent is Intent.ESCALATE])
    if row.status == SessionStatus.COMPLETED:
        found.append(_completion(row, found))
    closed_at = [one.at for one in found if one.kind is HappeningKind.CLOSED and one.at is not None]
    if row.status == SessionStatus.ABANDONED and not any(at >= row.updated_at for at in closed_at):
        found.append(Happening(kind=HappeningKind.CLOSED))
    return sorted(found, key=lambda one: (one.at is None, one.at or row.created_at))


def _parking(handoff: Handoff, by: PersonRef) -> list[Happening]:
    """Return that a session was parked, and what ended that; only its holder can resume it, and nobody cancels it but
    the clock."""
    parked = [Happening(kind=HappeningKind.PARKED, at=handoff.created_at, by=by, words=handoff.reason)]
    if handoff.status is HandoffStatus.RESUMED:
        parked.append(Happening(kind=HappeningKind.RESUMED, at=handoff.closed_at, by=by))
    if handoff.status is HandoffStatus.CANCELLED:
        parked.append(Happening(kind=HappeningKind.CLOSED, at=handoff.closed_at))
    return parked


def _escalations(db: Session, row: SessionRow, handoffs: list[Handoff]) -> list[Happening]:
    """Return what was done to the escalations of a session; a row of theirs knows the latest of it, the audit log all."""
    if not handoffs:
        return []
    by_id = {one.id: one for one in handoffs}
    query = (
        select(_entry.c.subject_id, _entry.c.action, _entry.c.created_at, _entry.c.actor_id, _user.c.name)
        .outerjoin(_user, _user.c.id == _entry.c.actor_id)
        .where(
            _entry.c.account_id == row.account_id,
            _entry.c.created_at >= min(one.created_at for one in handoffs),
            _entry.c.subject_id.in_(by_id),
            _entry.c.action.in_(_AUDITED),
        )
    )
    return [_of_entry(entry, by_id[entry.subject_id]) for entry in db.execute(query)]


def _of_entry(entry: AnyRow, handoff: Handoff) -> Happening:
    kind = _AUDITED[entry.action]
    words = {HappeningKind.ESCALATED: handoff.reason, HappeningKind.RESOLVED: handoff.resolution}
    return Happening(
        kind=kind,
        at=entry.created_at,
        by=None if entry.actor_id is None else person(entry.actor_id, entry.name),
        words=words.get(kind, ""),
        priority=handoff.priority if kind is HappeningKind.ESCALATED else None,
    )


def _completion(row: SessionRow, before: list[Happening]) -> Happening:
    """Return how a session ended; words that resolved its escalation are not said twice."""
    is_said = any(one.kind is HappeningKind.RESOLVED and one.words == row.summary for one in before)
    return Happening(
        kind=HappeningKind.COMPLETED,
        at=row.completed_at,
        by=person(row.holder_id, row.holder_name),
        words="" if is_said else row.summary,
        outcome=row.outcome,
    )
