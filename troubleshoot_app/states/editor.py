"""The editor of a tree: one node on the form, the problems of the whole, undo, publish."""

from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import Forbidden, NotFound
from troubleshoot_app.services import scenarios, tree_editing
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.editor_desk import HEADING
from troubleshoot_app.states.editor_jumps import JumpGestures, MeasureGestures
from troubleshoot_app.states.editor_nodes import NodeGestures
from troubleshoot_app.states.editor_views import targets
from troubleshoot_app.states.editor_words import WordGestures
from troubleshoot_app.states.guard import Policy, handler


class NewTreeState(SignedInState):
    """Making a tree: the form asks for its title, the rest is written in the editor."""

    @handler(Policy.SENIOR)
    async def create(self, form: dict[str, Any]):
        """Make an empty tree and open it in the editor."""
        tree_id = await self._run(tree_editing.new_draft, title=form.get("title"))
        return rx.redirect(f"/trees/{tree_id}/edit")


class EditorState(NodeGestures, WordGestures, JumpGestures, MeasureGestures, SignedInState):
    """One tree being written: what is on the form, and what becomes of the draft as a whole."""

    _asked: str = ""

    @rx.var
    def has_node(self) -> bool:
        """Whether there is a node on the form."""
        return self.node is not None

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the draft and the node that the address names; after a reconnect, where its author was."""
        if self.id != self.tree_id:
            self.reset()
        asked = self.router.url.query_parameters.get("node", "")
        begin = self._shown() if asked == self._asked else asked
        try:
            draft = await self._run(tree_editing.get_draft, tree_id=self.tree_id)
        except (NotFound, Forbidden) as error:
            self.reset()
            self.missing = error.detail
            return
        self._asked = asked
        self._show(draft, begin)
        self._show_details(draft)

    @handler(Policy.SENIOR)
    async def select(self, node_id: str):
        """Put a node on the form."""
        self._keep(self._history.pause())
        self.dialog = ""
        self._show(await self._draft(), node_id)
        self._focus(HEADING)

    @handler(Policy.SENIOR)
    async def search(self, query: str):
        """Find nodes by their words."""
        self.query = query
        self._set(found=targets(await self._draft(), query))

    @handler(Policy.SENIOR)
    async def open_dialog(self, name: str):
        """Open the dialog "delete" or "publish", or close it with an empty name."""
        self.dialog = name

    @handler(Policy.SENIOR)
    async def toggle_dialog(self, opened: bool):
        """Close the dialog when it says that it was closed by key or by a press outside."""
        if not opened:
            self.dialog = ""

    @handler(Policy.SENIOR)
    async def undo(self):
        """Take the last gesture of this author back."""
        await self._replay(forward=False)

    @handler(Policy.SENIOR)
    async def redo(self):
        """Do again what was taken back."""
        await self._replay(forward=True)

    @handler(Policy.SENIOR)
    async def look_again(self):
        """Check the draft again, after a scenario was kept."""
        if self.id:
            self._show(await self._draft(), self._shown())

    @handler(Policy.SENIOR)
    async def delete_scenario(self, scenario_id: str):
        """Remove a scenario."""
        await self._run(scenarios.delete_scenario, tree_id=self._tree_id(), scenario_id=scenario_id)
        self._show(await self._draft(), self._shown())

    @handler(Policy.SENIOR)
    async def publish(self, form: dict[str, Any]):
        """Freeze the draft as the next version."""
        draft = await self._run(tree_editing.publish_draft, tree_id=self._tree_id(), note=form.get("note"))
        self.dialog = ""
        self._show(draft, self._shown())
        return MessageState.show(
            f"Version {draft.version} is published. New sessions walk it from now on.",
            "success",
            f"/trees/{self.id}",
        )
