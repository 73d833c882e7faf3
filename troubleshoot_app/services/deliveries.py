"""All deliveries of an account, for its admins: what became of each, sending one again, and who cannot be reached."""

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, HandoffStatus, News
from troubleshoot_app.domain.reach import Choices, why_unreachable
from troubleshoot_app.models import CaseMail, Delivery, Handoff, TreeVersion, TroubleshootingSession, User
from troubleshoot_app.models.base import AnyRow, AnySelect
from troubleshoot_app.notifications.announcements import HandoffEvent, announce
from troubleshoot_app.notifications.deliveries import is_active_senior
from troubleshoot_app.notifications.reaching import choices_of, refused_mails
from troubleshoot_app.schemas.handoffs import AccountDelivery, AccountDeliveryPage, HandoffRef, Unreachable
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, of_account, require
from troubleshoot_app.services.handoff_views import delivery_view
from troubleshoot_app.services.paging import PageRequest, take_merged_page

_delivery = Delivery.__table__
_case_mail = CaseMail.__table__

_NOT_AGAIN = {
    DeliveryStatus.PENDING: "It is on its way already.",
    DeliveryStatus.SENT: "It was sent already.",
    DeliveryStatus.SEEN: "They have seen it already.",
    DeliveryStatus.SKIPPED: "It was not needed. Only mails that failed are sent again.",
}


def list_deliveries(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    status: DeliveryStatus | None = None,
    channel: Channel | None = None,
) -> AccountDeliveryPage:
    """Return a page of the account's deliveries and of the mails with news of its cases, newest first.

    Raises:
        Invalid: the cursor is none of ours.
    """
    require(actor, Permission.DELIVERY_MANAGE)
    tellings, news = _rows(actor, Delivery), _rows(actor, CaseMail)
    if status is not None:
        tellings = tellings.where(col(Delivery.status) == status)
        news = news.where(col(CaseMail.status) == status)
    if channel is not None:
        tellings = tellings.where(col(Delivery.channel) == channel)
    wanted = [(tellings, _delivery.c.id)]
    if channel is not Channel.IN_APP:
        wanted.append((news, _case_mail.c.id))
    rows, cursor = take_merged_page(db, wanted, page)
    return AccountDeliveryPage(items=[_view(row) for row in rows], next_cursor=cursor)


def resend(db: Session, actor: Actor, *, delivery_id: object) -> AccountDelivery:
    """Send a failed mail again, at once; pressed twice, it is sent once.

    Raises:
        NotFound: there is no such delivery in the account.
        Conflict: it has not failed, or the escalation does not wait any more.
    """
    require(actor, Permission.DELIVERY_MANAGE)
    delivery = get_row(db, actor, Delivery, delivery_id, lock=True)
    if delivery.status is not DeliveryStatus.FAILED:
        raise Conflict(_NOT_AGAIN[delivery.status])
    handoff = db.get_one(Handoff, delivery.handoff_id)
    if handoff.status is not HandoffStatus.OPEN:
        raise Conflict(f"This escalation is {handoff.status} by now: nobody needs to hear of it any more.")
    delivery.status, delivery.error = DeliveryStatus.PENDING, ""
    delivery.attempts, delivery.next_attempt_at = 0, now()
    db.flush()
    audit.record(
        db,
        actor,
        "delivery.resent",
        delivery.id,
        handoff_id=str(handoff.id),
        recipient_id=str(delivery.recipient_id),
    )
    announce(db, actor.account_id, handoff.id, HandoffEvent.TOLD)
    return _view(db.execute(_rows(actor, Delivery).where(col(Delivery.id) == delivery.id)).one())


def list_unreachable(db: Session, actor: Actor) -> list[Unreachable]:
    """Return the seniors whom escalations may not reach, and why, by name; nothing for who is no admin."""
    if not actor.may(Permission.DELIVERY_MANAGE):
        return []
    seniors = of_account(select(col(User.id), col(User.name)), User, actor).where(*is_active_senior())
    names = dict(db.execute(seniors.order_by(col(User.name))).all())
    choices, refused = choices_of(db, names), refused_mails(db, names)
    whys = {
        user_id: why_unreachable(choices.get(user_id, Choices()), refused.get(user_id)) for user_id in names
    }
    return [
        Unreachable(person=PersonRef(id=str(user_id), name=names[user_id]), why=why)
        for user_id, why in whys.items()
        if why
    ]


def _rows(actor: Actor, kind: type[Delivery] | type[CaseMail]) -> AnySelect:
    query: AnySelect = select(
        kind,
        col(User.name),
        col(Handoff.id).label("handoff_id"),
        col(Handoff.status).label("handoff_status"),
        col(TroubleshootingSession.title).label("session_title"),
        col(TreeVersion.title).label("tree_title"),
    )
    return (
        of_account(query, kind, actor)
        .join(User, col(User.id) == col(kind.recipient_id))
        .join(Handoff, col(Handoff.id) == col(kind.handoff_id))
        .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
        .join(TreeVersion, col(TreeVersion.id) == col(TroubleshootingSession.version_id))
        .execution_options(populate_existing=True)
    )


def _view(row: AnyRow) -> AccountDelivery:
    told: Delivery | CaseMail = row[0]
    news = News(told.news) if isinstance(told, CaseMail) else None
    is_open = row.handoff_status == HandoffStatus.OPEN
    return AccountDelivery(
        **dict(delivery_view(told, row.name)),
        handoff=HandoffRef(
            id=str(row.handoff_id), title=row.session_title or row.tree_title, status=row.handoff_status
        ),
        can_be_resent=told.status is DeliveryStatus.FAILED and is_open and news is None,
        news=news,
    )
