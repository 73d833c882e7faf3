"""Reading handoffs: the queue, the briefing, who was reached how and when."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Text, bindparam, case, cast, or_, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.core.ids import parse_id
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import (
    Channel,
    DeliveryStatus,
    HandoffStatus,
    Intent,
    Priority,
)
from troubleshoot_app.domain.reach import count_reach, reach_in_words, usual_wait
from troubleshoot_app.domain.watching import Attempt, Hearing, advice_to_escalator, hearing
from troubleshoot_app.models import CaseMail, Delivery, Handoff, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.models.cases import CASES, case_view
from troubleshoot_app.models.paths import list_steps
from troubleshoot_app.models.versions import published_version
from troubleshoot_app.notifications.deliveries import eligible_seniors, mark_seen, mark_shown
from troubleshoot_app.notifications.inboxes import account_inboxes
from troubleshoot_app.notifications.reaching import choices_of, seniors_as_they_are
from troubleshoot_app.schemas.handoffs import (
    Briefing,
    DeliveryPage,
    DeliveryView,
    HandoffDetail,
    HandoffPage,
    HandoffView,
    Inbox,
    Reach,
    Watch,
    WatchLine,
)
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.services.access import of_account, require
from troubleshoot_app.services.attachments import list_attachments
from troubleshoot_app.services.paging import PageRequest, take_page
from troubleshoot_app.services.session_views import start_node

LIST_LIMIT = 200
LATEST_CLAIMS = 50

_handoff = Handoff.__table__
_delivery = Delivery.__table__

# Columns, not rows of the model: there may be hundreds, and they are read while everybody is being told. Ids come as text.
_screen = _delivery.alias("screen")
_mail = _delivery.alias("mail")
_RECORD = [field.name for field in fields(Attempt)]
_ATTEMPTS: AnySelect = (
    select(
        cast(_screen.c.recipient_id, Text),
        col(User.name),
        *(_screen.c[name] for name in _RECORD),
        *(_mail.c[name] for name in _RECORD),
    )
    .join(
        _mail,
        (_mail.c.handoff_id == _screen.c.handoff_id)
        & (_mail.c.recipient_id == _screen.c.recipient_id)
        & (_mail.c.channel == Channel.EMAIL),
    )
    .join(User, col(User.id) == _screen.c.recipient_id)
    .where(_screen.c.handoff_id == bindparam("handoff_id"), _screen.c.channel == Channel.IN_APP)
)

_BY_PRIORITY = case({priority.value: priority.weight for priority in Priority}, value=col(Handoff.priority))


def list_handoffs(
    db: Session,
    actor: Actor,
    *,
    statuses: tuple[HandoffStatus, ...] | None = None,
    limit: int = LIST_LIMIT,
) -> list[HandoffView]:
    """Return the escalations that the actor may see, newest first: seniors the account's, others their own."""
    query = _visible(actor).where(col(Handoff.intent) == Intent.ESCALATE)
    if statuses is not None:
        query = query.where(col(Handoff.status).in_(statuses))
    rows = db.execute(query.order_by(col(Handoff.created_at).desc(), col(Handoff.id).desc()).limit(limit))
    return [case_view(db, row) for row in rows]


def find_handoffs(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    status: HandoffStatus | None = None,
    intent: Intent | None = None,
) -> HandoffPage:
    """Return a page of the handoffs that the actor may see, newest first: seniors the account's escalations and what
    they parked, others their own; ``Invalid`` when the cursor is none of ours."""
    query = _visible(actor)
    if status is not None:
        query = query.where(col(Handoff.status) == status)
    if intent is not None:
        query = query.where(col(Handoff.intent) == intent)
    rows, cursor = take_page(db, query, _handoff.c.id, page)
    return HandoffPage(items=[case_view(db, row) for row in rows], next_cursor=cursor)


def list_queue(db: Session, actor: Actor) -> list[HandoffView]:
    """Return what is open or picked up: the unclaimed first, most urgent first, then the longest waiting."""
    query = _visible(actor).where(
        col(Handoff.intent) == Intent.ESCALATE,
        col(Handoff.status).in_((HandoffStatus.OPEN, HandoffStatus.CLAIMED)),
    )
    rows = db.execute(
        query.order_by(
            col(Handoff.status) == HandoffStatus.CLAIMED, _BY_PRIORITY.desc(), col(Handoff.created_at)
        ).limit(LIST_LIMIT)
    )
    return [case_view(db, row) for row in rows]


def get_view(db: Session, actor: Actor, handoff_id: object) -> HandoffView:
    """Return a handoff; ``NotFound`` when there is none that the actor may see."""
    return case_view(db, _one(db, actor, handoff_id))


def get_handoff(db: Session, actor: Actor, *, handoff_id: object) -> HandoffDetail:
    """Return a handoff with its briefing; ``NotFound`` when there is none that the actor may see."""
    row = _one(db, actor, handoff_id)
    session = row.TroubleshootingSession
    version = published_version(db, session.current_version_id)
    node = version.tree.nodes[session.node_id]
    view = case_view(db, row)
    path = list_steps(db, session.id, session.version_id)
    return HandoffDetail(
        **dict(view),
        briefing=Briefing(
            problem=view.session_title or view.tree_title,
            notes=session.notes,
            pending_note=session.pending_note,
            start_node=start_node(db, session),
            path=path,
            out_of_range=[step for step in path if step.is_out_of_range],
            stuck_in=version.ref,
            stuck_at=node.text,
            stuck_help=node.help,
            attachments=list_attachments(db, session),
        ),
    )


def find_deliveries(db: Session, actor: Actor, *, handoff_id: str, page: PageRequest) -> DeliveryPage:
    """Return a page of who was told of a handoff and how that went, newest first.

    Raises:
        NotFound: there is no handoff that the actor may see.
        Invalid: the cursor is none of ours.
    """
    rows, cursor = take_page(db, _deliveries(_one(db, actor, handoff_id).Handoff), _delivery.c.id, page)
    return DeliveryPage(items=[delivery_view(row.Delivery, row.name) for row in rows], next_cursor=cursor)


def get_reach(db: Session, actor: Actor) -> Reach:
    """Return whom an escalation by the actor would reach right now, and how long the latest ones waited."""
    require(actor, Permission.HANDOFF_OPEN)
    seniors = db.execute(eligible_seniors(actor.account_id, actor.user_id)).scalars().all()
    count = count_reach(seniors_as_they_are(db, seniors, choices_of(db, seniors)), now())
    wait = usual_wait(_latest_waits(db, actor))
    return Reach(
        online=count.online,
        by_mail=count.by_mail,
        silenced=count.silenced,
        usual_wait_seconds=wait,
        summary=reach_in_words(count, wait),
    )


def get_watch(db: Session, actor: Actor, *, handoff_id: object, at_most: int = LIST_LIMIT) -> Watch:
    """Return how far an escalation has come to each person, best first; ``NotFound`` when the actor may not see it."""
    handoff: Handoff = _one(db, actor, handoff_id).Handoff
    people: list[tuple[int, str, str, Hearing]] = []
    # Most are told alike: what that means is worked out once.
    known: dict[tuple[Any, ...], Hearing] = {}
    for user_id, name, *record in db.execute(_ATTEMPTS, {"handoff_id": handoff.id}):
        both = tuple(record)
        heard = known.get(both)
        if heard is None:
            on_screen, by_mail = both[: len(_RECORD)], both[len(_RECORD) :]
            heard = known[both] = hearing(Attempt(*on_screen), Attempt(*by_mail))
        people.append((heard.heard.rank, name, user_id, heard))
    people.sort(key=lambda person: person[:3])
    return Watch(
        people=[
            WatchLine(person=PersonRef(id=user_id, name=name), **asdict(heard))
            for _, name, user_id, heard in people[:at_most]
        ],
        more=max(0, len(people) - at_most),
        advice=advice_to_escalator({heard.heard for heard in known.values()}, handoff.status),
    )


def get_inbox(db: Session, actor: Actor) -> Inbox:
    """Return what waits for the actor, and note that their tab is given it; empty for who is no senior."""
    if not actor.is_senior:
        return Inbox()
    inboxes = account_inboxes(db, actor.account_id, [actor.sign_in_id])
    inbox = inboxes.inbox_of(actor.user_id)
    if inbox.waiting:
        mark_shown(db, [e.handoff_id for e in inboxes.escalations], [actor.user_id])
    return inbox


def note_seen(db: Session, actor: Actor, *, handoff_ids: object) -> None:
    """Note that the actor had these escalations before their eyes; ids that are not theirs change nothing."""
    require(actor, Permission.HANDOFF_CLAIM)
    if isinstance(handoff_ids, list | tuple):
        mark_seen(db, [parse_id(handoff_id) for handoff_id in handoff_ids[:LIST_LIMIT]], actor.user_id)


def _deliveries(handoff: Handoff) -> AnySelect:
    query: AnySelect = select(Delivery, col(User.name))
    return (
        query.join(User, col(User.id) == col(Delivery.recipient_id))
        .where(col(Delivery.handoff_id) == handoff.id)
        .execution_options(populate_existing=True)
    )


def _visible(actor: Actor) -> AnySelect:
    query = CASES.where(col(Handoff.account_id) == actor.account_id)
    mine = or_(col(Handoff.from_id) == actor.user_id, col(Handoff.claimed_by_id) == actor.user_id)
    if actor.may(Permission.HANDOFF_CLAIM):
        return query.where(or_(col(Handoff.intent) == Intent.ESCALATE, mine))
    return query.where(mine)


def _one(db: Session, actor: Actor, handoff_id: object) -> AnyRow:
    row = db.execute(_visible(actor).where(col(Handoff.id) == parse_id(handoff_id))).one_or_none()
    if row is None:
        raise NotFound()
    return row


def delivery_view(delivery: Delivery | CaseMail, name: str) -> DeliveryView:
    """Return a delivery, or a mail with news of a case, with the name of its recipient."""
    telling = delivery if isinstance(delivery, Delivery) else None
    return DeliveryView(
        id=str(delivery.id),
        recipient=PersonRef(id=str(delivery.recipient_id), name=name),
        channel=Channel(telling.channel) if telling else Channel.EMAIL,
        status=DeliveryStatus(delivery.status),
        attempts=delivery.attempts,
        error=delivery.error,
        created_at=delivery.created_at,
        sent_at=delivery.sent_at,
        seen_at=telling.seen_at if telling else None,
        next_attempt_at=delivery.next_attempt_at,
        silenced=telling is not None and telling.silenced,
    )


def _latest_waits(db: Session, actor: Actor) -> list[float]:
    """Return for how many seconds the escalations waited that were picked up last."""
    waited = (
        of_account(select(col(Handoff.claimed_at), col(Handoff.created_at)), Handoff, actor)
        .where(col(Handoff.intent) == Intent.ESCALATE, col(Handoff.claimed_at).is_not(None))
        .order_by(col(Handoff.id).desc())
        .limit(LATEST_CLAIMS)
    )
    return [(row.claimed_at - row.created_at).total_seconds() for row in db.execute(waited)]
