"""Reading the audit log: who did what, for the admins of the account."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.audit_words import PREFIXES, AuditKind, kind_of, sentence
from troubleshoot_app.models import (
    AuditEntry,
    Handoff,
    TreeVersion,
    TroubleshootingSession,
    TroubleshootingTree,
    User,
    Webhook,
)
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.schemas.audit import AuditPage, AuditView
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.services.access import of_account, require
from troubleshoot_app.services.analytics import read_period, within
from troubleshoot_app.services.inputs import known_id
from troubleshoot_app.services.insight_sheets import sheet
from troubleshoot_app.services.paging import PageRequest, take_page

_entry = AuditEntry.__table__

EXPORTED_MOST = 10_000
COLUMNS = ("time (UTC)", "who", "what", "action", "subject id")


def find_entries(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    user_id: str | None = None,
    kind: AuditKind | None = None,
    since: str | None = None,
    until: str | None = None,
) -> AuditPage:
    """Return a page of the audit log, newest first: of one person, of one kind, of a time.

    Raises:
        Forbidden: no admin asks.
        Invalid: the cursor is none of ours, or ``since`` or ``until`` is no day and no moment.
    """
    require(actor, Permission.AUDIT_READ)
    query: AnySelect = of_account(select(AuditEntry), AuditEntry, actor)
    query = query.where(*within(_entry.c.created_at, read_period(since, until)))
    if user_id is not None:
        query = query.where(col(AuditEntry.actor_id) == known_id(user_id))
    if kind is not None:
        is_of_kind = (
            col(AuditEntry.action).startswith(f"{word}.", autoescape=True) for word in PREFIXES[kind]
        )
        query = query.where(or_(*is_of_kind))
    rows, cursor = take_page(db, query, _entry.c.id, page)
    return AuditPage(items=_views(db, actor, [row.AuditEntry for row in rows]), next_cursor=cursor)


def list_actors(db: Session, actor: Actor) -> list[PersonRef]:
    """Return everybody who may be in the audit log, those who left included, by name."""
    require(actor, Permission.AUDIT_READ)
    people = of_account(select(col(User.id), col(User.name)), User, actor).order_by(col(User.name))
    return [PersonRef(id=str(row.id), name=row.name) for row in db.execute(people)]


def export_entries(
    db: Session,
    actor: Actor,
    *,
    user_id: str | None = None,
    kind: AuditKind | None = None,
    since: str | None = None,
    until: str | None = None,
) -> str:
    """Return the newest entries of the audit log as CSV, at most ``EXPORTED_MOST``, such that no cell is a formula."""
    page = find_entries(
        db,
        actor,
        page=PageRequest(EXPORTED_MOST),
        user_id=user_id,
        kind=kind,
        since=since,
        until=until,
    )
    return write_csv(page.items)


def write_csv(entries: Iterable[AuditView]) -> str:
    """Return entries as a table for spreadsheets."""
    rows = (
        (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.actor.name if entry.actor else "",
            entry.sentence,
            entry.action,
            entry.subject_id,
        )
        for entry in entries
    )
    return sheet(COLUMNS, rows)


def kind_named(word: str) -> AuditKind | None:
    """Return the kind that a page or an address asks for; None for all. ``Invalid`` when there is no such kind."""
    if not word:
        return None
    if word not in list(AuditKind):
        raise Invalid(f"Kind must be one of: {', '.join(AuditKind)}.")
    return AuditKind(word)


def _views(db: Session, actor: Actor, entries: list[AuditEntry]) -> list[AuditView]:
    ids = {entry.actor_id for entry in entries if entry.actor_id} | {entry.subject_id for entry in entries}
    names = _names(db, actor, ids)
    return [
        AuditView(
            id=str(entry.id),
            at=entry.created_at,
            kind=kind_of(entry.action),
            action=entry.action,
            actor=None
            if entry.actor_id is None
            else PersonRef(id=str(entry.actor_id), name=names.get(entry.actor_id, "")),
            subject_id=str(entry.subject_id),
            sentence=sentence(
                entry.action,
                entry.details,
                actor=names.get(entry.actor_id, "") if entry.actor_id else "",
                subject=names.get(entry.subject_id, ""),
            ),
            details=entry.details,
        )
        for entry in entries
    ]


def _names(db: Session, actor: Actor, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what people, trees, webhooks and escalated sessions are called; those of the actor's account."""
    wanted = list(ids)
    people = of_account(select(col(User.id), col(User.name)), User, actor)
    trees = of_account(
        select(col(TroubleshootingTree.id), col(TroubleshootingTree.title)), TroubleshootingTree, actor
    )
    hooks = of_account(select(col(Webhook.id), col(Webhook.url)), Webhook, actor)
    cases = (
        of_account(
            select(col(Handoff.id), col(TroubleshootingSession.title), col(TreeVersion.title)), Handoff, actor
        )
        .join(TroubleshootingSession, col(TroubleshootingSession.id) == col(Handoff.session_id))
        .join(TreeVersion, col(TreeVersion.id) == col(TroubleshootingSession.version_id))
    )
    names: dict[UUID, str] = {}
    for query, model in ((people, User), (trees, TroubleshootingTree), (hooks, Webhook)):
        names |= dict(db.execute(query.where(col(model.id).in_(wanted))).all())
    for handoff_id, title, tree in db.execute(cases.where(col(Handoff.id).in_(wanted))):
        names[handoff_id] = title or tree
    return names
