"""The pages of trees: the list with its search, and one tree before it is walked."""

from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.schemas.trees import Category, ProblemView, TreeSummary
from troubleshoot_app.services import sessions, trees
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler

EVERY_CATEGORY = "all"


class TreesState(SignedInState):
    """The list of trees."""

    trees: list[TreeSummary] = []
    categories: list[Category] = []
    words: str = ""
    category: str = EVERY_CATEGORY
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show all trees."""
        self.words, self.category = "", EVERY_CATEGORY
        self.categories = await self._run(trees.list_categories)
        await self._find()
        self.loaded = True

    @handler(Policy.SIGNED_IN)
    async def search(self, words: str):
        """Show the trees in which these words occur."""
        self.words = words
        await self._find()

    @handler(Policy.SIGNED_IN)
    async def choose_category(self, category: str):
        """Show the trees of one category, or of every one."""
        self.category = category
        await self._find()

    async def _find(self) -> None:
        category = "" if self.category == EVERY_CATEGORY else self.category
        self.trees = await self._run(trees.list_trees, words=self.words, category=category)


class TreeState(SignedInState):
    """One tree: what it is for, and starting a session on it."""

    tree: TreeSummary | None = None
    problems: list[ProblemView] = []
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
