"""Gestures of the editor on where an answer leads beyond the tree, and on what is measured and checked off."""

from troubleshoot_app.domain import editing
from troubleshoot_app.schemas.editor import TreeChoice
from troubleshoot_app.services import tree_search, trees
from troubleshoot_app.states.editor_desk import Desk
from troubleshoot_app.states.guard import Policy, handler

SHOWN_TREES = 20


class JumpGestures(Desk, mixin=True):
    """Leading an answer to another tree, and home again."""

    trees_found: list[TreeChoice] = []

    @handler(Policy.SENIOR)
    async def search_trees(self, query: str):
        """Find other trees that an answer could lead to."""
        if query.strip():
            hits = await self._run(tree_search.search_trees, q=query, limit=SHOWN_TREES)
            found = [hit.tree for hit in hits.items]
        else:
            found = await self._run(trees.list_trees, limit=SHOWN_TREES)
        self.trees_found = [TreeChoice(slug=one.slug, title=one.title, status=one.status) for one in found]

    @handler(Policy.SENIOR)
    async def jump_option(self, other: str):
        """Let the answer that was asked for lead to another tree."""
        if self.node is None:
            return
        node_id, option_id = self.node.id, self.target_option
        self.dialog = ""
        await self._gesture(lambda tree: editing.jump_option(tree, node_id, option_id, other), node_id)
        self._focus(f"target-{option_id}")

    @handler(Policy.SENIOR)
    async def return_option(self, node_id: str, option_id: str, returns: bool):
        """Let an answer come back from the other tree when that is solved, or not."""
        await self._gesture(
            lambda tree: editing.return_option(tree, node_id, option_id, returns=returns), node_id
        )

    @handler(Policy.SENIOR)
    async def stay_option(self, node_id: str, option_id: str):
        """Let an answer stay in this tree."""
        await self._gesture(lambda tree: editing.stay_option(tree, node_id, option_id), node_id)


class MeasureGestures(Desk, mixin=True):
    """What is measured at a node, which numbers choose an answer, and what is checked off."""

    @handler(Policy.SENIOR)
    async def measure(self, node_id: str, asks: bool):
        """Let a node ask for a number, or no longer."""
        await self._gesture(lambda tree: editing.measure(tree, node_id, asks=asks), node_id)

    @handler(Policy.SENIOR)
    async def measure_as(self, node_id: str, field: str, typed: str):
        """Keep what is typed as the unit, the least, the most or the decimals of what is measured."""
        await self._gesture(lambda tree: editing.measure_as(tree, node_id, field, typed), node_id)

    @handler(Policy.SENIOR)
    async def range_option(self, node_id: str, option_id: str, typed: str):
        """Keep what is typed as the numbers that choose an answer."""
        await self._gesture(lambda tree: editing.range_option(tree, node_id, option_id, typed), node_id)

    @handler(Policy.SENIOR)
    async def check_off(self, node_id: str, asks: bool):
        """Let an action be checked off before the walk goes on, or no longer."""
        await self._gesture(lambda tree: editing.check_off(tree, node_id, asks=asks), node_id)
