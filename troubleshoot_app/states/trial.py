"""Trying a draft out: a walk that is kept nowhere and counts nowhere."""

from troubleshoot_app.schemas.trees import NodeView
from troubleshoot_app.services import tree_editing
from troubleshoot_app.services.trees import node_view
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.sessions import NO_NODE

TRAIL_LENGTH = 500


class TrialState(SignedInState):
    """Where the trial stands, and the answers that led there."""

    opened: bool = False
    tree_id_tried: str = ""
    node: NodeView = NO_NODE
    trail: list[str] = []

    _nodes: list[str] = []

    @handler(Policy.SENIOR)
    async def begin(self, tree_id: str, node_id: str):
        """Stand at a node of the draft, as somebody who walks would."""
        self.tree_id_tried, self.trail, self._nodes = tree_id, [], []
        await self._stand_at(node_id)
        self.opened = True

    @handler(Policy.SENIOR)
    async def choose(self, option_id: str):
        """Answer, on the draft as it is now."""
        tried = await self._run(
            tree_editing.try_option, tree_id=self.tree_id_tried, node_id=self.node.id, option_id=option_id
        )
        self.trail.append(tried.label)
        self._nodes.append(self.node.id)
        del self.trail[:-TRAIL_LENGTH], self._nodes[:-TRAIL_LENGTH]
        self.node = tried.node

    @handler(Policy.SENIOR)
    async def back(self):
        """Take the last answer back."""
        if self._nodes:
            self.trail.pop()
            await self._stand_at(self._nodes.pop())

    @handler(Policy.SENIOR)
    async def toggle(self, opened: bool):
        """Open or close the dialog."""
        self.opened = opened

    async def _stand_at(self, node_id: str) -> None:
        draft = await self._run(tree_editing.get_draft, tree_id=self.tree_id_tried)
        node = draft.tree.nodes.get(node_id)
        self.node = node_view(node) if node is not None else NO_NODE
