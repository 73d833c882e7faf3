"""The pages around links on machines: what a scan comes to, and the sheet of labels."""

from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.schemas.tree_links import Label
from troubleshoot_app.schemas.trees import TreeSummary
from troubleshoot_app.services import tree_links, trees
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler

ASSET_LENGTH = 200


class ScanState(SignedInState):
    """What a link on a machine leads to."""

    tree: TreeSummary | None = None
    asset: str = ""
    open_session: str = ""
    missing: bool = False

    @rx.var
    def can_start(self) -> bool:
        """Only a published tree is walked."""
        return self.tree is not None and self.tree.version is not None

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the tree and the asset that the address names; a session is started by pressing, never by looking."""
        self.reset()
        self.asset = self.router.url.query_parameters.get("asset", "")[:ASSET_LENGTH].strip()
        try:
            scanned = await self._run(tree_links.read_link, slug=self.tree_slug, asset=self.asset)
        except NotFound:
            self.missing = True
            return
        self.tree, self.open_session = scanned.tree, scanned.session_id or ""

    @handler(Policy.SIGNED_IN)
    async def go(self):
        """Go on with the open session on this tree and asset, or start one."""
        session_id = await self._run(tree_links.follow_link, slug=self.tree_slug, asset=self.asset)
        return rx.redirect(f"/sessions/{session_id}")


class SheetState(SignedInState):
    """The sheet of labels for a tree."""

    tree: TreeSummary | None = None
    labels: list[Label] = []
    missing: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the label for any asset."""
        self.reset()
        try:
            self.tree, _ = await self._run(trees.get_summary, tree_id=self.tree_id)
        except NotFound:
            self.missing = True
            return
        if self.tree.version is not None:
            self.labels = await self._run(tree_links.make_labels, tree_id=self.tree_id)

    @handler(Policy.SIGNED_IN)
    async def make(self, form: dict[str, Any]):
        """Show a label for each asset of the form."""
        self.labels = await self._run(tree_links.make_labels, tree_id=self.tree_id, assets=form.get("assets"))
