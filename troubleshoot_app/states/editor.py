"""The editor of a tree: one node on the form, the problems of the whole, undo, publish."""

import time
from collections.abc import Callable
from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import Conflict, Forbidden, NotFound
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Patch, Words
from troubleshoot_app.domain.tree import NodeKind, Tree
from troubleshoot_app.schemas.editor import ClashView, NodeForm, TargetView
from troubleshoot_app.schemas.trees import ProblemView
from troubleshoot_app.services import tree_editing
from troubleshoot_app.services.tree_editing import Details, Draft, Edited
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.editor_views import node_form, problem_views, targets
from troubleshoot_app.states.guard import Policy, handler

UNDO_LIMIT = 200
TYPING_PAUSE_SECONDS = 5.0
NEW_TREE_TITLE = "New tree"


class NewTreeState(SignedInState):
    """Making a tree: the form asks for its title, the rest is written in the editor."""

    @handler(Policy.SENIOR)
    async def create(self, form: dict[str, Any]):
        """Make an empty tree and open it in the editor."""
        tree_id = await self._run(tree_editing.new_draft, title=form.get("title"))
        return rx.redirect(f"/trees/{tree_id}/edit")


class EditorState(SignedInState):
    """One tree being written. The draft is in the database; here is what is on screen of it."""

    id: str = ""
    missing: str = ""
    title: str = ""
    description: str = ""
    category: str = ""
    tags: str = ""
    revision: int = 0
    version: int = 0
    node_count: int = 0
    node: NodeForm | None = None
    form_key: int = 0
    problems: list[ProblemView] = []
    error_count: int = 0
    warning_count: int = 0
    query: str = ""
    found: list[TargetView] = []
    can_undo: bool = False
    can_redo: bool = False
    saved: bool = True
    clash: ClashView | None = None
    dialog: str = ""
    target_option: str = ""
    target_query: str = ""
    target_found: list[TargetView] = []

    _seen: Details = Details("", "", "", ())
    _undo: list[tuple[Patch, Patch]] = []
    _redo: list[tuple[Patch, Patch]] = []
    _typing: tuple[str, str, float] = ("", "", 0.0)
    _way_here: tuple[str, str] = ("", "")

    @rx.var
    def has_node(self) -> bool:
        """Whether there is a node on the form."""
        return self.node is not None

    @handler(Policy.SENIOR)
    async def load(self):
        """Show the draft that the address names; after a reconnect, where its author was."""
        if self.id != self.tree_id:
            self.reset()
        try:
            draft = await self._run(tree_editing.get_draft, tree_id=self.tree_id)
        except (NotFound, Forbidden) as error:
            self.reset()
            self.missing = error.detail
            return
        self._show(draft, self.node.id if self.node else draft.tree.start)
        self._show_details(draft)

    @handler(Policy.SENIOR)
    async def select(self, node_id: str):
        """Put a node on the form."""
        draft = await self._run(tree_editing.get_draft, tree_id=self.id)
        self._typing = ("", "", 0.0)
        self._show(draft, node_id)

    @handler(Policy.SENIOR)
    async def search(self, query: str):
        """Find nodes by their words."""
        self.query = query
        draft = await self._run(tree_editing.get_draft, tree_id=self.id)
        self.found = targets(draft, query)

    @handler(Policy.SENIOR)
    async def save_words(self, words: str, node_id: str, typed: str):
        """Keep what is typed as the text or the help of a node."""
        if self.node is None or self.node.id != node_id:
            seen = ""
        else:
            seen = self.node.text if words == Words.TEXT else self.node.help
        kind = Words(words) if words in tuple(Words) else Words.TEXT
        try:
            edited = await self._edit(lambda tree: editing.rewrite(tree, node_id, kind, seen, typed))
        except Conflict as conflict:
            if "node_ids" not in conflict.extra:
                raise
            await self._clash(node_id, kind, typed)
            return
        self._remember(edited, typing=(node_id, kind.value))
        self._show(edited.draft, node_id, keep_form=True)

    @handler(Policy.SENIOR)
    async def keep_mine(self):
        """After a clash: what was typed here stays."""
        if self.clash is None:
            return
        clash, kind = self.clash, Words(self.clash.words)
        self.clash = None
        await self._gesture(
            lambda tree: editing.rewrite(tree, clash.node_id, kind, "", clash.mine, force=True), clash.node_id
        )

    @handler(Policy.SENIOR)
    async def keep_theirs(self):
        """After a clash: what somebody else wrote stays."""
        node_id = self.clash.node_id if self.clash else ""
        self.clash = None
        await self._reload(node_id)

    @handler(Policy.SENIOR)
    async def save_details(self, field: str, typed: str):
        """Keep what is typed as title, description, category or tags (parted by commas) of the tree."""
        if field not in ("title", "description", "category", "tags"):
            return
        value: Any = tuple(part.strip() for part in typed.split(",")) if field == "tags" else typed
        wanted = Details(**{**self._details(), field: value})
        try:
            draft = await self._run(
                tree_editing.change_details, tree_id=self.id, seen=self._seen, wanted=wanted
            )
        except Exception:
            draft = await self._run(tree_editing.get_draft, tree_id=self.id)
            self._show_details(draft)
            raise
        self._seen = draft.details
        self.revision = draft.revision

    @handler(Policy.SENIOR)
    async def choose_kind(self, node_id: str, kind: str):
        """Make a node a question, an action, a resolution or an escalation."""
        wanted = NodeKind(kind) if kind in tuple(NodeKind) else NodeKind.QUESTION
        await self._gesture(lambda tree: editing.change_kind(tree, node_id, wanted), node_id)

    @handler(Policy.SENIOR)
    async def make_start(self, node_id: str):
        """Let the walk begin at a node."""
        await self._gesture(lambda tree: editing.choose_start(tree, node_id), node_id)

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
        self.dialog = ""
        await self._gesture(lambda tree: editing.remove_node(tree, node_id), "")

    @handler(Policy.SENIOR)
    async def add_option(self, node_id: str):
        """Add an answer that leads nowhere yet."""
        await self._gesture(lambda tree: editing.add_option(tree, node_id, ""), node_id)

    @handler(Policy.SENIOR)
    async def save_label(self, node_id: str, option_id: str, typed: str):
        """Keep what is typed as the words of an answer."""
        edited = await self._edit(lambda tree: editing.label_option(tree, node_id, option_id, typed))
        self._remember(edited, typing=(node_id, option_id))
        self._show(edited.draft, node_id, keep_form=True)

    @handler(Policy.SENIOR)
    async def move_option(self, node_id: str, option_id: str, places: int):
        """Move an answer up or down."""
        await self._gesture(lambda tree: editing.move_option(tree, node_id, option_id, places), node_id)

    @handler(Policy.SENIOR)
    async def remove_option(self, node_id: str, option_id: str):
        """Delete an answer; the node that it led to stays."""
        await self._gesture(lambda tree: editing.remove_option(tree, node_id, option_id), node_id)

    @handler(Policy.SENIOR)
    async def open_targets(self, option_id: str):
        """Ask where an answer leads."""
        self.target_option, self.dialog = option_id, "target"
        await self._find_targets("")

    @handler(Policy.SENIOR)
    async def open_parents(self):
        """Ask which node the branch on the form should hang below."""
        self.dialog = "parent"
        await self._find_targets("")

    @handler(Policy.SENIOR)
    async def move_branch(self, to_id: str):
        """Let the answer that leads here stand at another node; what hangs below comes along."""
        if self.node is None or not self.node.incoming:
            return
        node_id, (from_id, option_id) = self.node.id, self._way_here
        self.dialog = ""
        await self._gesture(
            lambda tree: editing.move_branch(tree, node_id, from_id, option_id, to_id), node_id
        )

    @handler(Policy.SENIOR)
    async def search_targets(self, query: str):
        """Find nodes that an answer could lead to."""
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
        else:
            await self._gesture_to_new(lambda tree: editing.add_child(tree, node_id, option_id))

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
        await self._replay(self._undo, self._redo, 1)

    @handler(Policy.SENIOR)
    async def redo(self):
        """Do again what was taken back."""
        await self._replay(self._redo, self._undo, 0)

    @handler(Policy.SENIOR)
    async def publish(self, form: dict[str, Any]):
        """Freeze the draft as the next version."""
        await self._run(tree_editing.publish_draft, tree_id=self.id, note=form.get("note"))
        self.dialog = ""
        await self._reload(self.node.id if self.node else "")

    async def _edit(self, gesture: Callable[[Tree], Tree]) -> Edited:
        return await self._run(tree_editing.change_draft, tree_id=self.id, gesture=gesture)

    async def _gesture(self, gesture: Callable[[Tree], Tree], node_id: str) -> None:
        try:
            edited = await self._edit(gesture)
        except Exception:
            await self._reload(node_id)
            raise
        self._remember(edited)
        self._show(edited.draft, node_id or edited.draft.tree.start)

    async def _gesture_to_new(self, gesture: Callable[[Tree], tuple[Tree, str]]) -> None:
        made: list[str] = []

        def grow(tree: Tree) -> Tree:
            grown, node_id = gesture(tree)
            made[:] = [node_id]
            return grown

        edited = await self._edit(grow)
        self._remember(edited)
        self._show(edited.draft, made[0])

    async def _replay(self, taken: list[Any], given: list[Any], which: int) -> None:
        if not taken:
            return
        pair = taken.pop()
        patch = pair[which]
        try:
            edited = await self._edit(lambda tree: editing.apply(tree, patch))
        finally:
            self._count_history()
        given.append(pair)
        touched = [node_id for node_id, change in patch.changes.items() if change.after is not None]
        there = (
            self.node.id if self.node and self.node.id in edited.draft.tree.nodes else edited.draft.tree.start
        )
        self._typing = ("", "", 0.0)
        self._show(edited.draft, touched[0] if touched else there)
        self._count_history()

    async def _clash(self, node_id: str, kind: Words, typed: str) -> None:
        draft = await self._run(tree_editing.get_draft, tree_id=self.id)
        there = draft.tree.nodes.get(node_id)
        theirs = "" if there is None else (there.text if kind is Words.TEXT else there.help)
        self.clash = ClashView(
            node_id=node_id, words=kind.value, theirs=theirs, mine=typed, by=draft.changed_by
        )

    async def _reload(self, node_id: str) -> None:
        draft = await self._run(tree_editing.get_draft, tree_id=self.id)
        self._show(draft, node_id)
        self._show_details(draft)

    async def _find_targets(self, query: str) -> None:
        self.target_query = query
        draft = await self._run(tree_editing.get_draft, tree_id=self.id)
        self.target_found = targets(draft, query)

    def _remember(self, edited: Edited, typing: tuple[str, str] | None = None) -> None:
        """Put a gesture on the stack of those that can be undone; typing in one place counts as one gesture."""
        if edited.done.is_empty:
            return
        self._redo.clear()
        at = time.monotonic()
        pair = (edited.done, edited.undo)
        goes_on = (
            typing is not None and self._typing[:2] == typing and at - self._typing[2] < TYPING_PAUSE_SECONDS
        )
        if goes_on and self._undo:
            node_id = typing[0] if typing else ""
            first = self._undo.pop()[1].changes[node_id].after
            pair = (
                Patch({node_id: editing.Change(first, edited.done.changes[node_id].after)}, "", ""),
                Patch({node_id: editing.Change(edited.done.changes[node_id].after, first)}, "", ""),
            )
        self._undo.append(pair)
        del self._undo[:-UNDO_LIMIT]
        self._typing = (*typing, at) if typing else ("", "", 0.0)
        self._count_history()

    def _count_history(self) -> None:
        self.can_undo, self.can_redo = bool(self._undo), bool(self._redo)

    def _show(self, draft: Draft, node_id: str, *, keep_form: bool = False) -> None:
        """Take over a draft; with ``keep_form`` what is being typed stays as it is under the author's hands."""
        tree = draft.tree
        shown = node_id if node_id in tree.nodes else tree.start
        self.id, self.missing = str(draft.tree_id), ""
        self.revision, self.version, self.node_count = draft.revision, draft.version or 0, len(tree.nodes)
        self.problems = problem_views(draft)
        self.error_count = sum(p.severity == "error" for p in draft.problems)
        self.warning_count = len(draft.problems) - self.error_count
        self.node = node_form(draft, shown) if shown in tree.nodes else None
        self._way_here = next(
            ((node.id, option.id) for node, option in editing.incoming(tree, shown)), ("", "")
        )
        self.found = targets(draft, self.query)
        if not keep_form:
            self.form_key += 1

    def _show_details(self, draft: Draft) -> None:
        details = draft.details
        self._seen = details
        self.title, self.description, self.category = details.title, details.description, details.category
        self.tags = ", ".join(details.tags)

    def _details(self) -> dict[str, Any]:
        seen = self._seen
        return {
            "title": seen.title,
            "description": seen.description,
            "category": seen.category,
            "tags": seen.tags,
        }
