"""The list of sessions: continue one, find one, say what it is about."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from troubleshoot_app.domain.handoff import SessionStatus
from troubleshoot_app.schemas.lists import LIMIT
from troubleshoot_app.schemas.sessions import SessionSummary, TreeName
from troubleshoot_app.services import session_lists, sessions
from troubleshoot_app.services.session_lists import Scope
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.guard import Policy, handler

QUERY_LENGTH = 200
ALL = "all"


class SessionsState(SignedInState):
    """What is looked for among the sessions, and what was found; the address of the page says it, too."""

    sessions: list[SessionSummary] = []
    trees: list[TreeName] = []
    words: str = ""
    status: str = ""
    tree: str = ""
    scope: str = ""
    shown: int = LIMIT
    has_more: bool = False
    me: str = ""
    chosen: SessionSummary | None = None
    chosen_notes: str = ""
    dialog: str = ""
    loads: int = 0

    @rx.var
    def address(self) -> str:
        """The query part of the address that leads to this list."""
        wanted = {"q": self.words, "status": self.status, "tree": self.tree, "scope": self.scope}
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"?{query}" if query else ""

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the sessions that the address asks for."""
        asked = self.router.url.query_parameters
        self.words = asked.get("q", "")[:QUERY_LENGTH]
        self.status = status if (status := asked.get("status", "")) in (ALL, *SessionStatus) else ""
        self.tree = asked.get("tree", "")[:QUERY_LENGTH]
        self.scope = Scope.ACCOUNT.value if asked.get("scope") == Scope.ACCOUNT else ""
        self.shown, self.me, self.dialog = LIMIT, self._owner, ""
        self.trees = await self._run(session_lists.list_walked_trees)
        await self._find()
        self.loads += 1

    @handler(Policy.SIGNED_IN)
    async def search(self, words: str):
        """Show the sessions whose title, ticket, asset or tree has these words."""
        await self._narrow(words=words.strip()[:QUERY_LENGTH])

    @handler(Policy.SIGNED_IN)
    async def choose_status(self, status: str):
        """Show those that are open, those in one state, or all."""
        await self._narrow(status=status if status in (ALL, *SessionStatus) else "")

    @handler(Policy.SIGNED_IN)
    async def choose_tree(self, tree_id: str):
        """Show the sessions on one tree, or on any."""
        await self._narrow(tree=tree_id)

    @handler(Policy.SENIOR)
    async def choose_scope(self, scope: str):
        """Show one's own sessions, or everybody's."""
        await self._narrow(scope=Scope.ACCOUNT.value if scope == Scope.ACCOUNT else "")

    @handler(Policy.SIGNED_IN)
    async def show_more(self):
        """Show older ones, too."""
        self.shown += LIMIT
        await self._find()

    @handler(Policy.SIGNED_IN)
    async def resume(self, session_id: str):
        """Go on with a session; one that is parked or was closed is made active first."""
        view = await self._run(sessions.get_session, session_id=session_id, latest_steps=0)
        if view.status in (SessionStatus.PARKED, SessionStatus.ABANDONED):
            await self._run(sessions.resume_session, session_id=view.id)
        return rx.redirect(f"/sessions/{view.id}")

    @handler(Policy.SIGNED_IN)
    async def open_dialog(self, session_id: str):
        """Ask what a session of the list is about; an empty id closes the dialog."""
        self.chosen = next((one for one in self.sessions if one.id == session_id), None)
        if self.chosen is None:
            self.dialog = ""
            return
        view = await self._run(sessions.get_session, session_id=self.chosen.id, latest_steps=0)
        self.chosen_notes, self.dialog = view.notes, "about"

    @handler(Policy.SIGNED_IN)
    async def toggle_dialog(self, opened: bool):
        """Close the dialog when it says that it was closed by key or by a press outside."""
        if not opened:
            self.dialog = ""

    @handler(Policy.SIGNED_IN)
    async def describe(self, form: dict[str, Any]):
        """Keep what was changed of what is said about the session that the dialog is about."""
        if self.chosen is None:
            return None
        shown = {name: getattr(self.chosen, name) for name in ("title", "ticket_ref", "asset")}
        shown["notes"] = self.chosen_notes
        changed = {name: form.get(name) for name, before in shown.items() if form.get(name) != before}
        await self._run(sessions.update_session, session_id=self.chosen.id, **changed)
        self.dialog = ""
        await self._find()
        return MessageState.show("The session is saved.", kind="success")

    async def _narrow(self, **wanted: str) -> None:
        for name, value in wanted.items():
            setattr(self, name, value)
        self.shown = LIMIT
        await self._find()

    async def _find(self) -> None:
        self.sessions, self.has_more = await self._read(
            session_lists.find_sessions,
            self.shown,
            scope=Scope(self.scope or Scope.MINE),
            status=SessionStatus(self.status) if self.status not in ("", ALL) else None,
            open_only=not self.status,
            tree_id=self.tree or None,
            words=self.words,
        )
