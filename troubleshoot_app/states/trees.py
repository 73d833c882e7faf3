"""The pages of trees: the list with its search, and one tree before it is walked."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.domain.tree_status import TreeFilter
from troubleshoot_app.schemas.trees import Category, DraftProblem, TreeHit, TreeSummary
from troubleshoot_app.services import sessions, tree_files, tree_search, trees
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.guard import Policy, handler

SHOWN = 30
QUERY_LENGTH = 200


class TreesState(SignedInState):
    """The list of trees: what is looked for among them, and what was found."""

    hits: list[TreeHit] = []
    categories: list[Category] = []
    tags: list[str] = []
    words: str = ""
    category: str = ""
    tag: str = ""
    lifecycle: str = ""
    loads: int = 0

    @rx.var
    def address(self) -> str:
        """The query part of the address that leads to this list."""
        wanted = {"q": self.words, "category": self.category, "tag": self.tag, "state": self.lifecycle}
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"?{query}" if query else ""

    @rx.var
    def is_cut(self) -> bool:
        """Whether there may be more than what is shown."""
        return len(self.hits) == SHOWN

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the trees that the address asks for."""
        asked = self.router.url.query_parameters
        self.words = asked.get("q", "")[:QUERY_LENGTH]
        self.category = asked.get("category", "")[:QUERY_LENGTH]
        self.tag = asked.get("tag", "")[:QUERY_LENGTH]
        self.lifecycle = state if (state := asked.get("state", "")) in list(TreeFilter) else ""
        self.categories = await self._run(trees.list_categories)
        self.tags = await self._run(trees.list_tags)
        await self._find()
        self.loads += 1

    @handler(Policy.SIGNED_IN)
    async def search(self, words: str):
        """Show the trees in which these words occur."""
        self.words = words.strip()
        await self._find()

    @handler(Policy.SIGNED_IN)
    async def choose_category(self, category: str):
        """Show the trees of one category, or of every one."""
        self.category = category
        await self._find()

    @handler(Policy.SIGNED_IN)
    async def choose_tag(self, tag: str):
        """Show the trees with a tag, or with any."""
        self.tag = tag
        await self._find()

    @handler(Policy.SENIOR)
    async def choose_state(self, state: str):
        """Show the trees that are published, drafts, drafts with problems or archived, or all that are not archived."""
        self.lifecycle = state
        await self._find()

    @handler(Policy.SIGNED_IN)
    async def start_here(self, tree_id: str, node_id: str):
        """Start a session that stands at the node where the words were found, and go there."""
        session = await self._run(sessions.start_session, tree_id=tree_id, node=node_id)
        return rx.redirect(f"/sessions/{session.id}")

    @handler(Policy.SENIOR)
    async def restore(self, tree_id: str):
        """Take a tree out of the archive."""
        await self._run(tree_files.restore_tree, tree_id=tree_id)
        await self._find()

    async def _find(self) -> None:
        found = await self._run(
            tree_search.browse_trees,
            q=self.words,
            category=self.category,
            tag=self.tag,
            state=self.lifecycle,
            limit=SHOWN,
        )
        self.hits = found.items


class TreeState(SignedInState):
    """One tree: what it is for, and starting a session on it."""

    tree: TreeSummary | None = None
    problems: list[DraftProblem] = []
    missing: bool = False

    @rx.var
    def can_start(self) -> bool:
        """Only a published tree is walked."""
        return self.tree is not None and self.tree.version is not None

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the tree that the address names."""
        self.tree, self.problems, self.missing = None, [], False
        try:
            self.tree, self.problems = await self._run(trees.get_summary, tree_id=self.tree_id)
        except NotFound:
            self.missing = True

    @handler(Policy.SENIOR)
    async def archive(self):
        """Take the tree out of lists and search, and go to the list; say which trees still lead to it."""
        title = self.tree.title if self.tree else ""
        jumping = await self._run(tree_files.archive_tree, tree_id=self.tree_id)
        words = f"“{title}” is deleted. Under Trees, with the state Archived, it can be restored."
        if jumping:
            words += f" These trees still lead to it: {', '.join(jumping)}."
        return [MessageState.show(words, "info"), rx.redirect("/trees")]

    @handler(Policy.SIGNED_IN)
    async def start(self, form: dict[str, Any]):
        """Start a session with what the form says of the case, and go there."""
        session = await self._run(
            sessions.start_session,
            tree_id=self.tree_id,
            title=form.get("title"),
            asset=form.get("asset"),
            ticket_ref=form.get("ticket_ref"),
        )
        return rx.redirect(f"/sessions/{session.id}")
