"""Gestures of the editor on nodes and on their answers."""

from troubleshoot_app.domain import editing
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.states.base import MessageState
from troubleshoot_app.states.editor_desk import HEADING, Desk
from troubleshoot_app.states.editor_views import targets
from troubleshoot_app.states.guard import Policy, handler


class NodeGestures(Desk, mixin=True):
    """What is done to a node: its kind, its answers, its place in the tree."""

    _moving: tuple[str, str] = ("", "")

    @handler(Policy.SENIOR)
    async def choose_kind(self, node_id: str, kind: str):
        """Make a node a question, an action, a resolution or an escalation."""
        wanted = NodeKind(kind) if kind in tuple(NodeKind) else NodeKind.QUESTION
        before = len(self.node.options) if self.node and self.node.id == node_id else 0
        await self._gesture(lambda tree: editing.change_kind(tree, node_id, wanted), node_id)
        dropped = before - (len(self.node.options) if self.node else 0)
        if dropped > 0:
            what = "1 answer is" if dropped == 1 else f"{dropped} answers are"
            return MessageState.show(f"{what} gone with that. Undo brings them back.", "info")
        return None

    @handler(Policy.SENIOR)
    async def make_start(self, node_id: str):
        """Let the walk begin at a node."""
        await self._gesture(lambda tree: editing.choose_start(tree, node_id), node_id)
        self._focus(HEADING)

    @handler(Policy.SENIOR)
    async def add_node(self):
        """Add a node that nothing leads to yet, and put it on the form."""
        await self._gesture_to_new(editing.add_first)

    @handler(Policy.SENIOR)
    async def add_child(self, node_id: str, option_id: str):
        """Add a node behind an answer (behind a new answer when none is named), and put it on the form."""
        await self._gesture_to_new(lambda tree: editing.add_child(tree, node_id, option_id or None))

    @handler(Policy.SENIOR)
    async def insert_between(self, node_id: str, option_id: str):
        """Insert a node between an answer and where it leads."""
        await self._gesture_to_new(lambda tree: editing.insert_between(tree, node_id, option_id))

    @handler(Policy.SENIOR)
    async def duplicate(self, node_id: str):
        """Copy a node."""
        await self._gesture_to_new(lambda tree: editing.duplicate(tree, node_id))

    @handler(Policy.SENIOR)
    async def remove_node(self, node_id: str):
        """Delete a node; answers that led to it lead nowhere until they are given a new target."""
        parent = self.node.incoming[0].node_id if self.node and self.node.incoming else ""
        self.dialog = ""
        await self._gesture(lambda tree: editing.remove_node(tree, node_id), parent)
        self._focus(HEADING)

    @handler(Policy.SENIOR)
    async def add_option(self, node_id: str):
        """Add an answer that leads nowhere yet, and let its author write it."""
        await self._gesture(lambda tree: editing.add_option(tree, node_id, ""), node_id)
        if self.node and self.node.options:
            self._focus(f"label-{self.node.options[-1].id}")

    @handler(Policy.SENIOR)
    async def move_option(self, node_id: str, option_id: str, places: int):
        """Move an answer up or down."""
        await self._gesture(lambda tree: editing.move_option(tree, node_id, option_id, places), node_id)

    @handler(Policy.SENIOR)
    async def remove_option(self, node_id: str, option_id: str):
        """Delete an answer; the node that it led to stays."""
        await self._gesture(lambda tree: editing.remove_option(tree, node_id, option_id), node_id)
        self._focus(HEADING)

    @handler(Policy.SENIOR)
    async def open_targets(self, option_id: str):
        """Ask where an answer leads."""
        self.target_option, self.dialog = option_id, "target"
        await self._find_targets("")

    @handler(Policy.SENIOR)
    async def open_parents(self, from_id: str, option_id: str):
        """Ask which node the branch on the form should hang below, with the answer that leads to it from ``from_id``."""
        self._moving, self.dialog = (from_id, option_id), "parent"
        await self._find_targets("")

    @handler(Policy.SENIOR)
    async def search_targets(self, query: str):
        """Find nodes that an answer could lead to, or that could be given one."""
        await self._find_targets(query)

    @handler(Policy.SENIOR)
    async def point_option(self, to: str):
        """Let the answer that was asked for lead to a node; an empty id makes a new one."""
        if self.node is None:
            return
        node_id, option_id = self.node.id, self.target_option
        self.dialog = ""
        if to:
            await self._gesture(lambda tree: editing.point_option(tree, node_id, option_id, to), node_id)
            self._focus(f"target-{option_id}")
        else:
            await self._gesture_to_new(lambda tree: editing.add_child(tree, node_id, option_id))

    @handler(Policy.SENIOR)
    async def move_branch(self, to_id: str):
        """Let the answer that leads here stand at another node; what hangs below comes along."""
        if self.node is None:
            return
        node_id, (from_id, option_id) = self.node.id, self._moving
        self.dialog = ""
        await self._gesture(
            lambda tree: editing.move_branch(tree, node_id, from_id, option_id, to_id), node_id
        )
        self._focus(HEADING)

    async def _find_targets(self, query: str) -> None:
        self.target_found = targets(await self._draft(), query, with_answers=self.dialog == "parent")
