"""The page of a tree's versions."""

from troubleshoot_app.core.errors import Forbidden, NotFound
from troubleshoot_app.schemas.versions import Comparison, VersionView
from troubleshoot_app.services import tree_versions, trees
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.guard import Policy, handler

DRAFT = "0"


class VersionsState(SignedInState):
    """The versions of one tree, and what differs between two of them; 0 stands for the draft."""

    id: str = ""
    title: str = ""
    missing: bool = False
    versions: list[VersionView] = []
    older: str = ""
    newer: str = DRAFT
    comparison: Comparison | None = None
    compared: int = 0
    to_restore: int = 0

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the versions of the tree that the address names, and what the draft would change."""
        self.reset()
        try:
            summary, _ = await self._run(trees.get_summary, tree_id=self.tree_id)
            self.versions = await self._run(tree_versions.list_versions, tree_id=self.tree_id)
        except (NotFound, Forbidden):
            self.missing = True
            return
        self.id, self.title = summary.id, summary.title
        self.older = str(self.versions[0].version) if self.versions else ""
        await self._compare()

    @handler(Policy.SENIOR)
    async def choose_older(self, version: str):
        """Choose the version to compare from."""
        self.older = version
        await self._compare()

    @handler(Policy.SENIOR)
    async def choose_newer(self, version: str):
        """Choose the version to compare with."""
        self.newer = version
        await self._compare()

    @handler(Policy.SENIOR)
    async def ask_to_restore(self, version: int):
        """Ask whether a version is to be the draft again; 0 takes the question back."""
        self.to_restore = version

    @handler(Policy.SENIOR)
    async def restore(self, version: int):
        """Make a version the draft again."""
        self.to_restore = 0
        await self._run(tree_versions.restore_version, tree_id=self.id, version=version)
        await self._compare()
        return MessageState.show(
            f"Version {version} is the draft now. Publish it when it is ready.",
            "success",
            f"/trees/{self.id}/edit",
        )

    async def _compare(self) -> None:
        self.comparison = None
        known = {DRAFT: 0} | {str(one.version): one.version for one in self.versions}
        if self.older in known and self.newer in known:
            older, newer = known[self.older], known[self.newer]
            self.comparison = await self._run(
                tree_versions.compare_versions, tree_id=self.id, older=older, newer=newer
            )
            # The draft may have changed under the same two numbers: the chart is to be read again, too.
            self.compared += 1
