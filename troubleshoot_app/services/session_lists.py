"""Lists of sessions: one's own, or those of the account."""

from enum import StrEnum

from sqlalchemy import or_
from sqlmodel import Session

from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.handoff import SessionStatus
from troubleshoot_app.schemas.sessions import SessionPage
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import known_id
from troubleshoot_app.services.paging import PageRequest, take_page
from troubleshoot_app.services.session_rows import SESSION, SESSION_ROWS
from troubleshoot_app.services.session_views import session_summary


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
) -> SessionPage:
    """Return a page of the sessions that the actor holds or started, or of all in the account; the newest first.

    Raises:
        Forbidden: everybody's sessions are for seniors.
        Invalid: the cursor is none of ours.
    """
    require(actor, Permission.SESSION_READ_ALL if scope is Scope.ACCOUNT else Permission.SESSION_WALK)
    query = SESSION_ROWS.where(SESSION.c.account_id == actor.account_id)
    if scope is Scope.MINE:
        query = query.where(
            or_(SESSION.c.holder_id == actor.user_id, SESSION.c.started_by_id == actor.user_id)
        )
    if status is not None:
        query = query.where(SESSION.c.status == status)
    if tree_id is not None:
        query = query.where(SESSION.c.tree_id == known_id(tree_id))
    rows, cursor = take_page(db, query, SESSION.c.id, page)
    return SessionPage(items=[session_summary(db, row) for row in rows], next_cursor=cursor)
