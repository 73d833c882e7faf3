"""Trees: what can be walked, and who sees which state of it."""

from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.domain.tree import Node, Tree, tree_from_document, tree_to_document
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TreeVersion, TroubleshootingTree, User
from troubleshoot_app.models.paths import tree_of_version
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.trees import (
    Category,
    NodeView,
    OptionView,
    ProblemView,
    TreeNode,
    TreeOption,
    TreeSummary,
    TreeView,
)
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, of_account, require
from troubleshoot_app.services.inputs import text_of

Columns = TypeVarTuple("Columns")

SEARCH_LENGTH = 200
LIST_LIMIT = 200


def list_trees(
    db: Session, actor: Actor, *, words: object = "", category: object = "", limit: int = LIST_LIMIT
) -> list[TreeSummary]:
    """Return the trees that the actor may see, by title; each of ``words`` must occur in title, description or tags."""
    require(actor, Permission.TREE_READ)
    query = _visible(
        select(TroubleshootingTree, col(User.name)).join(
            User, col(User.id) == col(TroubleshootingTree.updated_by_id)
        ),
        actor,
    )
    if name := text_of(category, "category", SEARCH_LENGTH):
        query = query.where(col(TroubleshootingTree.category) == name)
    searched = func.concat_ws(
        " ",
        col(TroubleshootingTree.title),
        col(TroubleshootingTree.description),
        col(TroubleshootingTree.category),
        func.array_to_string(col(TroubleshootingTree.tags), " "),
    )
    for word in text_of(words, "search", SEARCH_LENGTH).split():
        query = query.where(searched.icontains(word, autoescape=True))
    rows = db.execute(
        query.order_by(func.lower(col(TroubleshootingTree.title)), col(TroubleshootingTree.id)).limit(limit)
    )
    return [_summary(tree, name) for tree, name in rows]


def list_categories(db: Session, actor: Actor) -> list[Category]:
    """Return the categories of the trees that the actor may see, with how many trees each holds, by name."""
    require(actor, Permission.TREE_READ)
    query = _visible(select(col(TroubleshootingTree.category), func.count()), actor)
    rows = db.execute(
        query.where(col(TroubleshootingTree.category) != "")
        .group_by(col(TroubleshootingTree.category))
        .order_by(col(TroubleshootingTree.category))
    )
    return [Category(name=name, tree_count=count) for name, count in rows]


def get_summary(db: Session, actor: Actor, *, tree_id: object) -> tuple[TreeSummary, list[ProblemView]]:
    """Return a tree in one line and, to who may change it, what is wrong with its draft; ``NotFound`` otherwise."""
    tree = _readable(db, actor, tree_id)
    found = draft_problems(db, actor, tree_id=tree.id) if actor.may(Permission.TREE_READ_DRAFTS) else []
    return _summary(tree, db.get_one(User, tree.updated_by_id).name), found


def get_tree(db: Session, actor: Actor, *, tree_id: object) -> TreeView:
    """Return a tree as it is walked; a senior gets the draft of one that was never published.

    Raises:
        NotFound: no such tree, or none that the actor may see.
    """
    tree = _readable(db, actor, tree_id)
    parsed = _walked(db, tree)
    summary = _summary(tree, db.get_one(User, tree.updated_by_id).name)
    nodes = {node.id: _authored(node) for node in parsed.nodes.values()}
    return TreeView(**(summary.model_dump() | {"node_count": len(nodes)}), start=parsed.start, nodes=nodes)


def published_tree(db: Session, actor: Actor, *, tree_id: object) -> Tree:
    """Return the nodes of a tree as it is walked; the draft of one that was never published; else ``NotFound``."""
    return _walked(db, _readable(db, actor, tree_id))


def draft_problems(db: Session, actor: Actor, *, tree_id: object) -> list[ProblemView]:
    """Return what is wrong with the draft of a tree, in the order of its nodes."""
    require(actor, Permission.TREE_READ_DRAFTS)
    tree = get_row(db, actor, TroubleshootingTree, tree_id)
    return [
        ProblemView(severity=p.severity, node_id=p.node_id, code=p.code, message=p.message)
        for p in problems(tree_from_document(tree.draft))
    ]


def add_tree(db: Session, actor: Actor, file: TreeFile) -> TroubleshootingTree:
    """Keep a tree file as a new draft, with whatever faults it has, and return its row."""
    require(actor, Permission.TREE_WRITE)
    tree = TroubleshootingTree(
        account_id=actor.account_id,
        title=file.title,
        description=file.description,
        category=file.category,
        tags=list(file.tags),
        draft=tree_to_document(file.tree),
        node_count=len(file.tree.nodes),
        updated_by_id=actor.user_id,
    )
    db.add(tree)
    db.flush()
    audit.record(db, actor, "tree.created", tree.id, title=tree.title)
    return tree


def freeze(db: Session, actor: Actor, tree: TroubleshootingTree, note: str = "") -> TreeVersion:
    """Freeze the draft as the next version, which new sessions walk from now on."""
    version = TreeVersion(
        account_id=tree.account_id,
        tree_id=tree.id,
        number=(tree.version or 0) + 1,
        title=tree.title,
        document=tree.draft,
        note=note,
        published_by_id=actor.user_id,
    )
    db.add(version)
    tree.version = version.number
    tree.status = TreeStatus.PUBLISHED
    tree.revision += 1
    tree.updated_at = now()
    tree.updated_by_id = actor.user_id
    db.flush()
    audit.record(db, actor, "tree.published", tree.id, version=version.number)
    return version


def published_version(db: Session, tree: TroubleshootingTree) -> TreeVersion | None:
    """Return the version that new sessions walk; None when the tree was never published."""
    if tree.version is None:
        return None
    query = select(TreeVersion).where(
        col(TreeVersion.tree_id) == tree.id, col(TreeVersion.number) == tree.version
    )
    return db.scalars(query).one()


def node_view(node: Node) -> NodeView:
    """Return a node as whoever walks sees it."""
    return NodeView(
        id=node.id,
        kind=node.kind,
        text=node.text,
        help=node.help,
        options=[OptionView(id=option.id, label=option.label) for option in node.options],
    )


def _readable(db: Session, actor: Actor, tree_id: object) -> TroubleshootingTree:
    require(actor, Permission.TREE_READ)
    tree = get_row(db, actor, TroubleshootingTree, tree_id)
    seen_by_all = tree.status is TreeStatus.PUBLISHED
    if tree.status is TreeStatus.ARCHIVED or not (seen_by_all or actor.may(Permission.TREE_READ_DRAFTS)):
        raise NotFound()
    return tree


def _walked(db: Session, tree: TroubleshootingTree) -> Tree:
    version = published_version(db, tree)
    return tree_from_document(tree.draft) if version is None else tree_of_version(db, version.id)


def _visible(query: Select[*Columns], actor: Actor) -> Select[*Columns]:
    query = of_account(query, TroubleshootingTree, actor)
    if actor.may(Permission.TREE_READ_DRAFTS):
        return query.where(col(TroubleshootingTree.status) != TreeStatus.ARCHIVED)
    return query.where(col(TroubleshootingTree.status) == TreeStatus.PUBLISHED)


def _summary(tree: TroubleshootingTree, updated_by: str) -> TreeSummary:
    return TreeSummary(
        id=str(tree.id),
        title=tree.title,
        description=tree.description,
        category=tree.category,
        tags=tree.tags,
        status=tree.status,
        version=tree.version,
        node_count=tree.node_count,
        revision=tree.revision,
        updated_at=tree.updated_at,
        updated_by=PersonRef(id=str(tree.updated_by_id), name=updated_by),
    )


def _authored(node: Node) -> TreeNode:
    options = [TreeOption(id=option.id, label=option.label, to=option.to) for option in node.options]
    return TreeNode(kind=node.kind, text=node.text, help=node.help, options=options)
