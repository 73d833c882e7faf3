"""What all gestures of the editor share: what is on screen of the draft, and doing something with it."""

import time
from collections.abc import Callable
from typing import Any

from troubleshoot_app.core.errors import Conflict
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Patch
from troubleshoot_app.domain.history import Gesture, History, Place, Retold
from troubleshoot_app.domain.tree import Node, Tree
from troubleshoot_app.schemas.editor import ClashView, NodeForm, ScenarioLine, TargetView
from troubleshoot_app.schemas.trees import DraftProblem
from troubleshoot_app.services import tree_editing
from troubleshoot_app.services.tree_editing import Details, Draft, Edited
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.editor_views import (
    detail_text,
    node_form,
    problem_views,
    scenario_lines,
    targets,
    with_detail,
)

TEXT_FIELD = "node-text"
HEADING = "node-heading"


class Desk(SignedInState, mixin=True):
    """One tree being written. The draft is in the database; here is what is on screen of it.

    ``taken_over`` counts how often what is in the fields was replaced from here; ``handled`` how often something typed
    was dealt with. ``focus_seq`` counts how often the focus went to the element ``focus_on``.
    """

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
    taken_over: int = 0
    handled: int = 0
    focus_on: str = ""
    focus_seq: int = 0
    problems: list[DraftProblem] = []
    scenarios: list[ScenarioLine] = []
    error_count: int = 0
    warning_count: int = 0
    query: str = ""
    found: list[TargetView] = []
    can_undo: bool = False
    can_redo: bool = False
    clash: ClashView | None = None
    dialog: str = ""
    target_option: str = ""
    target_found: list[TargetView] = []

    _details: Details = Details("", "", "", ())
    _history: History = History()
    _on_form: Node | None = None

    async def _draft(self) -> Draft:
        return await self._run(tree_editing.get_draft, tree_id=self._tree_id())

    async def _edit(self, gesture: Callable[[Tree], Tree], typed_in: Place | None = None) -> Draft:
        """Do a gesture on the draft and put it on the stack of those that can be undone."""
        edited: Edited = await self._run(tree_editing.change_draft, tree_id=self._tree_id(), gesture=gesture)
        self._keep(self._history.remember(Gesture(edited.done, edited.undo, typed_in, time.monotonic())))
        return edited.draft

    async def _retell(self, seen: Details, field: str, typed: str) -> Draft:
        """Change one of the texts that the tree says of itself, and put that on the stack as well."""
        draft = await self._change_details(seen, with_detail(seen, field, typed))
        before, after = detail_text(seen, field), detail_text(draft.details, field)
        self._keep(self._history.remember(Retold(field, before, after, ("", field), time.monotonic())))
        return draft

    async def _change_details(self, seen: Details, wanted: Details) -> Draft:
        return await self._run(tree_editing.change_details, tree_id=self._tree_id(), seen=seen, wanted=wanted)

    async def _gesture(self, gesture: Callable[[Tree], Tree], node_id: str) -> None:
        """Do a gesture and show a node after it, the start when that is gone."""
        try:
            draft = await self._edit(gesture)
        except Exception:
            await self._reload(node_id)
            raise
        self._show(draft, node_id)

    async def _gesture_to_new(self, gesture: Callable[[Tree], tuple[Tree, str]]) -> None:
        """Do a gesture that makes a node, and let its author write there."""
        made: list[str] = []

        def grow(tree: Tree) -> Tree:
            grown, node_id = gesture(tree)
            made[:] = [node_id]
            return grown

        draft = await self._edit(grow)
        self._show(draft, made[0])
        self._focus(TEXT_FIELD)

    async def _replay(self, *, forward: bool) -> None:
        stack = self._history.undone if forward else self._history.done
        if not stack:
            return
        gesture = stack[-1]
        after = self._history.forward() if forward else self._history.back()
        try:
            if isinstance(gesture, Retold):
                await self._retell_back(gesture, forward=forward)
            else:
                await self._apply(gesture.done if forward else gesture.undo)
        except Conflict as conflict:
            self._keep(after)
            draft = await self._draft()
            self._show(draft, self._shown())
            raise Conflict(
                f"{draft.changed_by} has changed the same since; it stays as it is now."
            ) from conflict
        self._keep(after)

    async def _apply(self, patch: Patch) -> None:
        edited: Edited = await self._run(
            tree_editing.change_draft,
            tree_id=self._tree_id(),
            gesture=lambda tree: editing.apply(tree, patch),
        )
        touched = [node_id for node_id, change in patch.changes.items() if change.after is not None]
        self._show(edited.draft, touched[0] if touched else self._shown(), take_over=True)

    async def _retell_back(self, told: Retold, *, forward: bool) -> None:
        """Put a text that the tree says of itself back, or forward again; what else it says stays as it is by now."""
        there = (await self._draft()).details
        was, becomes = (told.before, told.after) if forward else (told.after, told.before)
        draft = await self._change_details(
            with_detail(there, told.field, was), with_detail(there, told.field, becomes)
        )
        self._show_details(draft)
        self._show(draft, self._shown(), take_over=True)

    async def _reload(self, node_id: str) -> None:
        """Put everything on screen as it is in the database."""
        draft = await self._draft()
        self._show(draft, node_id, take_over=True)
        self._show_details(draft)

    def _tree_id(self) -> str:
        """After a reconnect what was typed meanwhile comes before the page is loaded: then the address says which tree."""
        return self.id or self.tree_id

    def _shown(self) -> str:
        return self.node.id if self.node else ""

    def _focus(self, element: str) -> None:
        self.focus_on = element
        self.focus_seq += 1

    def _keep(self, history: History) -> None:
        self._history = history
        self._set(can_undo=bool(history.done), can_redo=bool(history.undone))

    def _show(self, draft: Draft, node_id: str, *, take_over: bool = False) -> None:
        """Show a draft; unless it is to ``take_over``, what is being typed stays as it is under its author's hands."""
        tree = draft.tree
        shown = node_id if node_id in tree.nodes else tree.start
        errors = sum(problem.severity == "error" for problem in draft.problems)
        self._set(
            id=str(draft.tree_id),
            missing="",
            revision=draft.revision,
            version=draft.version or 0,
            node_count=len(tree.nodes),
            problems=problem_views(draft),
            scenarios=scenario_lines(draft),
            error_count=errors,
            warning_count=len(draft.problems) - errors,
            node=node_form(draft, shown) if shown in tree.nodes else None,
            found=targets(draft, self.query),
        )
        self._on_form = tree.nodes.get(shown)
        if take_over:
            self.taken_over += 1

    def _show_details(self, draft: Draft) -> None:
        details = draft.details
        self._details = details
        self._set(
            title=details.title,
            description=details.description,
            category=details.category,
            tags=", ".join(details.tags),
        )

    def _set(self, **shown: Any) -> None:
        """Change what has changed: anything else would be sent to the browser again."""
        for name, value in shown.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
