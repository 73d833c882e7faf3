"""Links to trees by their slugs: what stands on a machine, and what whoever scans it comes to."""

from urllib.parse import quote, urlencode

from sqlmodel import Session

from troubleshoot_app.core.errors import Conflict, NotFound
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.formats.qr_code import qr_code
from troubleshoot_app.domain.handoff import OPEN_STATUSES
from troubleshoot_app.domain.slugs import is_slug
from troubleshoot_app.models.sessions import TITLE_LENGTH
from troubleshoot_app.schemas.tree_links import Label, ScannedTree
from troubleshoot_app.services.access import require
from troubleshoot_app.services.inputs import invalid, text_of
from troubleshoot_app.services.session_rows import SESSION, SESSION_ROWS
from troubleshoot_app.services.sessions import start_session
from troubleshoot_app.services.tree_rows import TREE, tree_summary, visible_tree, visible_trees

LABELS_AT_ONCE = 50
ASSETS_LENGTH = 12_000


def read_link(db: Session, actor: Actor, *, slug: object, asset: object = "") -> ScannedTree:
    """Return what a link leads to; nothing is started by looking at it. ``NotFound`` when the account has no such tree."""
    require(actor, Permission.SESSION_WALK)
    named = visible_trees(actor).where(TREE.c.slug == slug)
    row = db.execute(named).one_or_none() if is_slug(slug) else None
    if row is None:
        raise NotFound()
    where = text_of(asset, "asset", TITLE_LENGTH)
    held = (
        SESSION_ROWS.where(
            SESSION.c.account_id == actor.account_id,
            SESSION.c.holder_id == actor.user_id,
            SESSION.c.tree_id == row.id,
            SESSION.c.asset == where,
            SESSION.c.status.in_(OPEN_STATUSES),
        )
        .order_by(SESSION.c.updated_at.desc())
        .limit(1)
    )
    session = db.execute(held).one_or_none()
    return ScannedTree(
        tree=tree_summary(row), asset=where, session_id=None if session is None else str(session.id)
    )


def follow_link(db: Session, actor: Actor, *, slug: object, asset: object = "") -> str:
    """Return the id of a session on the tree and the asset of a link: the one that the actor has open, or a new one.

    Raises:
        NotFound: the account has no such tree.
        Conflict: it was never published.
    """
    scanned = read_link(db, actor, slug=slug, asset=asset)
    if scanned.session_id is not None:
        return scanned.session_id
    return start_session(db, actor, tree_id=scanned.tree.id, asset=scanned.asset).id


def make_labels(db: Session, actor: Actor, *, tree_id: object, assets: object = "") -> list[Label]:
    """Return a label for each line of ``assets``, or one for any asset when there is none.

    Raises:
        NotFound: no such tree that the actor may see.
        Conflict: it was never published, so that a scan would lead nowhere.
        Invalid: there are too many lines, or one is too long.
    """
    require(actor, Permission.TREE_READ)
    row = visible_tree(db, actor, tree_id)
    if row.version is None:
        raise Conflict(
            "This tree is a draft: nobody could walk it. Publish it before printing labels for it."
        )
    lines = text_of(assets, "assets", ASSETS_LENGTH).splitlines()
    names = list(dict.fromkeys(name for line in lines if (name := text_of(line, "asset", TITLE_LENGTH))))
    if len(names) > LABELS_AT_ONCE:
        raise invalid("assets", f"At most {LABELS_AT_ONCE} labels at once. Print the rest after these.")
    return [_label(row.slug, name) for name in names or [""]]


def _label(slug: str, asset: str) -> Label:
    query = f"?{urlencode({'asset': asset}, quote_via=quote)}" if asset else ""
    link = f"{get_settings().base_url}/t/{slug}{query}"
    code = qr_code(link)
    return Label(asset=asset, link=link, size=code.size, path=code.path)
