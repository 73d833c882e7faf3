"""Trees: what can be walked, and who sees which state of it."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.errors import Problem, Severity
from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.domain.formats.words import plain
from troubleshoot_app.domain.readings import Reading, range_to_document, reading_to_document
from troubleshoot_app.domain.tree import Node, Tree, tree_from_document, tree_to_document
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import TreeVersion, TroubleshootingTree
from troubleshoot_app.models.base import AnyRow
from troubleshoot_app.models.versions import tree_of_version
from troubleshoot_app.schemas.trees import (
    Category,
    DraftProblem,
    NodeView,
    OptionView,
    ProblemView,
    ReadingView,
    TreeNode,
    TreeOption,
    TreeSummary,
    TreeView,
)
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, require
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.scenario_rows import problems_of_draft
from troubleshoot_app.services.tree_index import index_tree
from troubleshoot_app.services.tree_rows import (
    BY_TITLE,
    SHOWN_CATEGORY,
    SHOWN_TAGS,
    draft_of,
    only_visible,
    tree_summary,
    visible_tree,
    visible_trees,
)
from troubleshoot_app.services.tree_slugs import new_slug

LIST_LIMIT = 200
TAGS_LIMIT = 200
WORDS_LENGTH = 90
UNWRITTEN = "(nothing written yet)"


def list_trees(db: Session, actor: Actor, *, limit: int = LIST_LIMIT) -> list[TreeSummary]:
    """Return the trees that the actor may see, by title."""
    require(actor, Permission.TREE_READ)
    rows = db.execute(visible_trees(actor).order_by(*BY_TITLE).limit(limit))
    return [tree_summary(row) for row in rows]


def list_categories(db: Session, actor: Actor) -> list[Category]:
    """Return the categories of the trees that the actor may see, with how many trees each holds, by name."""
    require(actor, Permission.TREE_READ)
    category = SHOWN_CATEGORY.label("category")
    query = only_visible(select(category, func.count().label("trees")), actor).where(SHOWN_CATEGORY != "")
    rows = db.execute(query.group_by(category).order_by(category))
    return [Category(name=row.category, tree_count=row.trees) for row in rows]


def list_tags(db: Session, actor: Actor) -> list[str]:
    """Return the tags that most of the trees have which the actor may see, by name."""
    require(actor, Permission.TREE_READ)
    tag = func.unnest(SHOWN_TAGS).label("tag")
    tags = only_visible(select(tag), actor).subquery()
    most = select(tags.c.tag).group_by(tags.c.tag).order_by(func.count().desc(), tags.c.tag).limit(TAGS_LIMIT)
    return sorted(db.execute(most).scalars(), key=str.casefold)


def get_summary(db: Session, actor: Actor, *, tree_id: object) -> tuple[TreeSummary, list[DraftProblem]]:
    """Return a tree in one line and, to who may change it, what is wrong with its draft; ``NotFound`` otherwise."""
    require(actor, Permission.TREE_READ)
    row = visible_tree(db, actor, tree_id)
    found = draft_problems(db, actor, tree_id=row.id) if actor.may(Permission.TREE_READ_DRAFTS) else []
    return tree_summary(row), found


def get_tree(db: Session, actor: Actor, *, tree_id: object) -> TreeView:
    """Return a tree as it is walked; a senior gets the draft of one that was never published.

    Raises:
        NotFound: no such tree, or none that the actor may see.
    """
    require(actor, Permission.TREE_READ)
    row = visible_tree(db, actor, tree_id)
    return tree_view(tree_summary(row), _walked(db, row))


def published_tree(db: Session, actor: Actor, *, tree_id: object) -> Tree:
    """Return the nodes of a tree as it is walked; the draft of one that was never published; else ``NotFound``."""
    require(actor, Permission.TREE_READ)
    return _walked(db, visible_tree(db, actor, tree_id))


def draft_problems(db: Session, actor: Actor, *, tree_id: object) -> list[DraftProblem]:
    """Return what is wrong with the draft of a tree, errors first."""
    require(actor, Permission.TREE_READ_DRAFTS)
    row = get_row(db, actor, TroubleshootingTree, tree_id)
    tree = tree_from_document(row.draft)
    around = neighbourhood(db, actor.account_id, tree, row.id)
    return in_words(tree, problems_of_draft(db, row.id, tree, around))


def add_tree(db: Session, actor: Actor, file: TreeFile, *, is_import: bool = False) -> TroubleshootingTree:
    """Keep a tree file as a new draft, with whatever faults it has, and return its row."""
    require(actor, Permission.TREE_WRITE)
    tree = TroubleshootingTree(
        account_id=actor.account_id,
        slug=new_slug(db, actor, file.slug or file.title),
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
    index_tree(db, tree.id)
    audit.record(db, actor, "tree.imported" if is_import else "tree.created", tree.id, title=tree.title)
    return tree


def freeze(db: Session, actor: Actor, tree: TroubleshootingTree, note: str = "") -> TreeVersion:
    """Freeze the draft as the next version, which new sessions walk from now on."""
    version = TreeVersion(
        account_id=tree.account_id,
        tree_id=tree.id,
        number=(tree.version or 0) + 1,
        title=tree.title,
        description=tree.description,
        category=tree.category,
        tags=tree.tags,
        node_count=tree.node_count,
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
    index_tree(db, tree.id)
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
        options=[
            OptionView(
                id=option.id, label=option.label, when=None if option.when is None else str(option.when)
            )
            for option in node.options
        ],
        reading=None if node.reading is None else _reading_view(node.reading),
        acknowledge=node.acknowledge or None,
    )


def _reading_view(reading: Reading) -> ReadingView:
    return ReadingView(
        unit=reading.unit,
        min=reading.min,
        max=reading.max,
        decimals=reading.decimals,
        expected=reading.expected,
    )


def problem_view(problem: Problem) -> ProblemView:
    """Return what is wrong with a tree as its author sees it."""
    return ProblemView(
        severity=problem.severity, node_id=problem.node_id, code=problem.code, message=problem.message
    )


def in_words(tree: Tree, found: Iterable[Problem], *, at_most: int | None = None) -> list[DraftProblem]:
    """Return problems of a tree, or the first few, with the words of the nodes that they are about, errors first."""
    ordered = sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)
    return [
        DraftProblem(**problem_view(problem).model_dump(), words=words_of(tree, problem.node_id or ""))
        for problem in ordered[:at_most]
    ]


def words_of(tree: Tree, node_id: str) -> str:
    """Return a node in a few plain words; empty when there is no such node."""
    node = tree.nodes.get(node_id)
    return (shortened(node.text) or UNWRITTEN) if node is not None else ""


def shortened(text: str) -> str:
    """Return Markdown as plain words, as many as fit a line or two."""
    line = plain(text)
    return line if len(line) <= WORDS_LENGTH else line[: WORDS_LENGTH - 1] + "…"


def tree_view(summary: TreeSummary, tree: Tree) -> TreeView:
    """Return a whole tree."""
    nodes = {node.id: _authored(node) for node in tree.nodes.values()}
    return TreeView(**(dict(summary) | {"node_count": len(nodes)}), start=tree.start, nodes=nodes)


def _walked(db: Session, row: AnyRow) -> Tree:
    return draft_of(db, row.id) if row.version_id is None else tree_of_version(db, row.version_id)


def _authored(node: Node) -> TreeNode:
    options = [
        TreeOption(
            id=option.id,
            label=option.label,
            to=option.to,
            tree=option.tree or None,
            returns=option.returns or None,
            when=None if option.when is None else range_to_document(option.when),
        )
        for option in node.options
    ]
    return TreeNode(
        kind=node.kind,
        text=node.text,
        help=node.help,
        options=options,
        reading=None if node.reading is None else reading_to_document(node.reading),
        acknowledge=node.acknowledge or None,
    )
