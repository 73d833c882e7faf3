"""Lists of sessions: one's own, or those of the account."""

from enum import StrEnum

from sqlalchemy import or_, select
from sqlmodel import Session, col

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import OPEN_STATUSES, SessionStatus
from troubleshoot_app.models import TreeVersion, TroubleshootingTree
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.models.sessions import TITLE_LENGTH
from troubleshoot_app.schemas.sessions import SessionPage, TreeName, WholeSessionPage
from troubleshoot_app.services.access import of_account, require
from troubleshoot_app.services.inputs import known_id, text_of
from troubleshoot_app.services.paging import PageRequest, take_page
from troubleshoot_app.services.session_rows import SESSION, SESSION_ROWS, is_own
from troubleshoot_app.services.session_views import session_summary, session_views


class Scope(StrEnum):
    """Whose sessions are listed."""

    MINE = "mine"
    ACCOUNT = "account"


def find_sessions(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    scope: Scope = Scope.MINE,
    status: SessionStatus | None = None,
    tree_id: str | None = None,
    open_only: bool = False,
    words: str = "",
) -> SessionPage:
    """Return a page of the sessions that the actor holds or started, or of all in the account; the newest first.

    Those with ``words`` have them in the title, the ticket, the asset or the title of the tree.

    Raises:
        Forbidden: everybody's sessions are for seniors.
        Invalid: the cursor is none of ours.
    """
    query = _wanted(actor, scope, status, tree_id)
    if open_only:
        query = query.where(SESSION.c.status.in_(OPEN_STATUSES))
    if looked_for := text_of(words, "words", TITLE_LENGTH):
        places = (SESSION.c.title, SESSION.c.ticket_ref, SESSION.c.asset, col(TreeVersion.title))
        query = query.where(or_(*(place.icontains(looked_for, autoescape=True) for place in places)))
    rows, cursor = take_page(db, query, SESSION.c.id, page)
    return SessionPage(items=[session_summary(db, row) for row in rows], next_cursor=cursor)


def find_whole_sessions(
    db: Session,
    actor: Actor,
    *,
    page: PageRequest,
    scope: Scope = Scope.MINE,
    status: SessionStatus | None = None,
    tree_id: str | None = None,
) -> WholeSessionPage:
    """Return the same sessions with all their steps; the same as ``find_sessions`` is raised."""
    rows, cursor = take_page(db, _wanted(actor, scope, status, tree_id), SESSION.c.id, page)
    return WholeSessionPage(items=session_views(db, rows), next_cursor=cursor)


def list_walked_trees(db: Session, actor: Actor) -> list[TreeName]:
    """Return the trees that the actor may narrow a list of sessions to, by title: those they walked, for seniors any."""
    require(actor, Permission.SESSION_WALK)
    walked = select(SESSION.c.id).where(SESSION.c.tree_id == col(TroubleshootingTree.id))
    if not actor.may(Permission.SESSION_READ_ALL):
        walked = walked.where(is_own(actor))
    trees = of_account(
        select(col(TroubleshootingTree.id), col(TroubleshootingTree.title)), TroubleshootingTree, actor
    )
    rows = db.execute(trees.where(walked.exists()).order_by(col(TroubleshootingTree.title)))
    return [TreeName(id=str(row.id), title=row.title) for row in rows]


def _wanted(actor: Actor, scope: Scope, status: SessionStatus | None, tree_id: str | None) -> AnySelect:
    require(actor, Permission.SESSION_READ_ALL if scope is Scope.ACCOUNT else Permission.SESSION_WALK)
    query = SESSION_ROWS.where(SESSION.c.account_id == actor.account_id)
    if scope is Scope.MINE:
        query = query.where(is_own(actor))
    if status is not None:
        query = query.where(SESSION.c.status == status)
    if tree_id is not None:
        query = query.where(SESSION.c.tree_id == known_id(tree_id))
    return query
