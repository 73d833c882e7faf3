"""Real sessions against a draft: which would now end elsewhere, or nowhere; and one of them kept as a scenario."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import SessionStatus
from troubleshoot_app.domain.replay import Fate, Given, Outcome, Place, fate_of, replay
from troubleshoot_app.models import Step, User
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.versions import published_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.scenarios import (
    WORD_LENGTH,
    ReplayedSession,
    ReplayGroup,
    ReplayView,
    ScenarioAnswer,
    ScenarioEnd,
    ScenarioView,
)
from troubleshoot_app.services.access import require
from troubleshoot_app.services.draft_rows import DRAFTS, editable_tree
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.scenarios import add_scenario
from troubleshoot_app.services.session_rows import SESSION, read_session

LATEST = 100

_step = Step.__table__
_user = User.__table__


def replay_sessions(db: Session, actor: Actor, *, tree_id: object) -> ReplayView:
    """Return what would become of the latest sessions on a tree that are over, or escalated, on its draft.

    Raises:
        NotFound: no such tree.
    """
    require(actor, Permission.TREE_READ_DRAFTS)
    row = editable_tree(db, actor, tree_id)
    tree, _ = DRAFTS.get(row)
    around = neighbourhood(db, row.account_id, tree, row.id)
    sessions = _latest(db, actor, row.id)
    answers = _answers_of(db, row.id, [one.id for one in sessions])
    groups: dict[tuple[Fate, str, str], list[AnyRow]] = defaultdict(list)
    for one in sessions:
        there = published_version(db, one.current_version_id)
        stood = there.tree.nodes[one.node_id]
        was = Place(one.node_id, "" if there.ref.id == str(row.id) else there.ref.id)
        outcome: Outcome = replay(
            tree, answers[one.id], around, start=one.start_node_id or "", to_end=stood.kind.is_end
        )
        fate, becomes = fate_of(outcome, was, had_ended=stood.kind.is_end)
        groups[fate, stood.text[:WORD_LENGTH], becomes].append(one)
    counts = {
        wanted: sum(len(some) for (fate, *_), some in groups.items() if fate is wanted) for wanted in Fate
    }
    changed = sorted(
        ((key, some) for key, some in groups.items() if key[0] is not Fate.SAME),
        key=lambda pair: (pair[0][0] is not Fate.NOWHERE, -len(pair[1])),
    )
    return ReplayView(
        total=len(sessions),
        same=counts[Fate.SAME],
        elsewhere=counts[Fate.ELSEWHERE],
        nowhere=counts[Fate.NOWHERE],
        groups=[
            ReplayGroup(fate=fate, was=was, becomes=becomes, sessions=[_view(db, one) for one in some])
            for (fate, was, becomes), some in changed
        ],
    )


def keep_session(db: Session, actor: Actor, *, session_id: object, name: object) -> ScenarioView:
    """Keep the live answers of a session as a scenario of its tree, which must end where the session stands.

    Raises:
        NotFound: no such session, or its tree is gone.
        Conflict: the session stands at no end of the tree.
    """
    require(actor, Permission.TREE_WRITE)
    row = read_session(db, actor, session_id)
    there = published_version(db, row.current_version_id)
    node = there.tree.nodes[row.node_id]
    if not node.kind.is_end:
        raise Conflict(
            "This session is not at an end of its tree, so there is no end for a scenario to expect."
        )
    given = _answers_of(db, row.tree_id, [row.id])[row.id]
    return add_scenario(
        db,
        actor,
        tree_id=row.tree_id,
        name=name,
        answers=[
            ScenarioAnswer(
                node=one.node_id,
                option=one.option_id,
                value=one.value,
                tree=one.tree_id,
                asked=one.asked[:WORD_LENGTH],
                label=one.label[:WORD_LENGTH],
            )
            for one in given
        ],
        end=ScenarioEnd(
            node=node.id,
            tree="" if there.ref.id == str(row.tree_id) else there.ref.id,
            words=node.text[:WORD_LENGTH],
        ),
        start=row.start_node_id,
    )


def _latest(db: Session, actor: Actor, tree_id: UUID) -> list[AnyRow]:
    over = (SessionStatus.COMPLETED, SessionStatus.ESCALATED)
    query = (
        select(SESSION, _user.c.name.label("holder_name"))
        .join(_user, _user.c.id == SESSION.c.holder_id)
        .where(
            SESSION.c.account_id == actor.account_id, SESSION.c.tree_id == tree_id, SESSION.c.status.in_(over)
        )
        .order_by(SESSION.c.updated_at.desc(), SESSION.c.id.desc())
        .limit(LATEST)
    )
    return list(db.execute(query))


def _answers_of(db: Session, tree_id: UUID, session_ids: list[UUID]) -> dict[UUID, list[Given]]:
    """Return the live answers of sessions that began in a tree, in order, in the words of the versions that they
    were given to."""
    given: dict[UUID, list[Given]] = defaultdict(list)
    steps = db.execute(
        select(_step.c.session_id, _step.c.version_id, _step.c.node_id, _step.c.option_id, _step.c.value)
        .where(_step.c.session_id.in_(session_ids), _step.c.undone_at.is_(None))
        .order_by(_step.c.session_id, _step.c.seq)
    )
    for session_id, version_id, node_id, option_id, value in steps:
        version = published_version(db, version_id)
        node = version.tree.nodes[node_id]
        option = node.option(option_id)
        given[session_id].append(
            Given(
                node_id,
                option_id,
                value if node.reading is not None else None,
                "" if version.ref.id == str(tree_id) else version.ref.id,
                node.text,
                "" if option is None else option.label,
            )
        )
    return given


def _view(db: Session, row: AnyRow) -> ReplayedSession:
    version = published_version(db, row.version_id).ref
    return ReplayedSession(
        id=str(row.id),
        title=row.title or version.title,
        holder=PersonRef(id=str(row.holder_id), name=row.holder_name),
        version=version.version,
        over_at=row.updated_at,
    )
