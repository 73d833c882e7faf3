"""The page of a session: the walk itself."""

import contextlib
from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import Conflict, Forbidden, NotFound
from troubleshoot_app.domain.handoff import Intent, SessionStatus
from troubleshoot_app.domain.tree import NodeKind
from troubleshoot_app.schemas.handoffs import Reach, Watch
from troubleshoot_app.schemas.sessions import (
    AttachmentView,
    LiveHandoff,
    SessionView,
    StepView,
)
from troubleshoot_app.schemas.trees import NodeView
from troubleshoot_app.services import handoff_views, handoffs, replays, sessions
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.handoffs import resolution_of

RECENT_STEPS = 3
WATCHED = 4
LONG_TEXT = 160
NO_NODE = NodeView(id="", kind=NodeKind.QUESTION, text="", help="", options=[])


class SessionState(SignedInState):
    """The walk page: what is on screen, one handler a gesture."""

    id: str = ""
    missing: str = ""
    status: str = ""
    outcome: str = ""
    title: str = ""
    ticket_ref: str = ""
    asset: str = ""
    notes: str = ""
    tree_title: str = ""
    tree_id_walked: str = ""
    current_tree: str = ""
    found: str = ""
    found_in: str = ""
    summary: str = ""
    holder_name: str = ""
    is_mine: bool = False
    node: NodeView = NO_NODE
    start_question: str = ""
    seq: int = 0
    revision: int = 0
    step_count: int = 0
    steps_left: str = ""
    note: str = ""
    handoff: LiveHandoff | None = None
    attachments: list[AttachmentView] = []
    recent: list[StepView] = []
    path: list[StepView] = []
    path_open: bool = False
    dialog: str = ""
    reach: Reach = Reach(online=0, by_mail=0)
    watch: Watch = Watch()

    @rx.var
    def can_walk(self) -> bool:
        """Whether answers can be given: the session is active and in the hands of who looks at it."""
        return self.is_mine and self.status == SessionStatus.ACTIVE

    @rx.var
    def is_long(self) -> bool:
        """Whether the text of the node is too long to be set large."""
        return len(self.node.text) > LONG_TEXT

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the session that the address names, as it stands."""
        if self.id != self.session_id:
            self.reset()
        await self._reload()

    @handler(Policy.SIGNED_IN)
    async def refresh(self):
        """Follow what somebody else did to the session on screen."""
        if self.id:
            await self._reload()

    @handler(Policy.SIGNED_IN)
    async def follow(self):
        """Show anew how people are told of the escalation of the session on screen."""
        await self._follow(self.handoff if self.status == SessionStatus.ESCALATED else None)

    @handler(Policy.SIGNED_IN)
    async def choose(
        self,
        option_id: str,
        revision: int,
        session_id: str = "",
        note: str | None = None,
        value: str | None = None,
        acknowledged: bool = False,
    ):
        """Answer the question that was on screen at ``revision``; pressed twice, it counts once.

        After a dropped line it comes before the page is loaded again, so that the page says which session it means. With
        a number that was measured the answer may be left to it.
        """
        await self._change(
            sessions.choose_option,
            session_id,
            option_id=option_id,
            revision=revision,
            note=note,
            value=value or None,
            acknowledged=acknowledged,
        )

    @handler(Policy.SIGNED_IN)
    async def back(self, revision: int, session_id: str = "", note: str | None = None):
        """Take the last answer back; what was being typed goes along."""
        await self._change(sessions.step_back, session_id, revision=revision, note=note)

    @handler(Policy.SIGNED_IN)
    async def back_to(self, seq: int, revision: int):
        """Stand again where an earlier answer was given."""
        await self._go_back_to(seq, revision)

    @handler(Policy.SIGNED_IN)
    async def save_note(self, note: str, seq: int, session_id: str = "", node: str = ""):
        """Keep what is typed at the node that was on screen after step ``seq``."""
        is_in_notes = await self._run(
            sessions.save_note, session_id=session_id or self.session_id, seq=seq, note=note, node=node
        )
        if seq == self.seq and node in ("", self.node.id):
            self.note = note
        elif self.id:
            await self._reload()
        if is_in_notes:
            return MessageState.show(
                "What you typed before somebody went back is in the notes on the case now, below the path.",
                "info",
            )
        return None

    @handler(Policy.SIGNED_IN)
    async def show_path(self, opened: bool):
        """Open or close the whole path."""
        self.path_open = opened
        self.path = await self._run(sessions.list_path, session_id=self.session_id) if opened else []

    @handler(Policy.SIGNED_IN)
    async def open_dialog(self, name: str):
        """Open the dialog of that name: "escalate", "park", "complete", "scenario"; close it with an empty one."""
        if name == "escalate":
            self.reach = await self._run(handoff_views.get_reach)
        self.dialog = name

    @handler(Policy.SIGNED_IN)
    async def toggle_dialog(self, opened: bool):
        """Close the dialog when it says that it was closed by key or by a press outside."""
        if not opened:
            self.dialog = ""

    @handler(Policy.SIGNED_IN)
    async def escalate(self, form: dict[str, Any]):
        """Hand the session over to whichever senior picks it up."""
        await self._hand_over(Intent.ESCALATE, form)

    @handler(Policy.SIGNED_IN)
    async def park(self, form: dict[str, Any]):
        """Put the session aside for later."""
        await self._hand_over(Intent.PARK, form)

    @handler(Policy.SIGNED_IN)
    async def resume(self):
        """Go on with a session that is parked or was closed."""
        try:
            await self._run(sessions.resume_session, session_id=self.session_id)
        finally:
            await self._reload()

    @handler(Policy.SIGNED_IN)
    async def cancel_escalation(self):
        """Take the escalation back and go on alone."""
        await self._on_handoff(handoffs.cancel)

    @handler(Policy.SENIOR)
    async def release(self, form: dict[str, Any]):
        """Give the picked-up case back."""
        await self._on_handoff(handoffs.release, note=form.get("note"))

    @handler(Policy.SENIOR)
    async def resolve(self, form: dict[str, Any]):
        """Close the picked-up case with what helped."""
        await self._on_handoff(handoffs.resolve, **resolution_of(form))

    @handler(Policy.SIGNED_IN)
    async def complete(self, form: dict[str, Any]):
        """End the session."""
        view = await self._run(
            sessions.complete_session,
            session_id=self.session_id,
            outcome=form.get("outcome"),
            summary=form.get("summary"),
        )
        self.dialog = ""
        await self._show(view)

    @handler(Policy.SENIOR)
    async def keep_scenario(self, form: dict[str, Any]):
        """Keep the answers of the session as a scenario of its tree."""
        kept = await self._run(replays.keep_session, session_id=self.session_id, name=form.get("name"))
        self.dialog = ""
        return MessageState.show(
            f"“{kept.name}” is a scenario now.", "success", f"/trees/{self.tree_id_walked}/edit"
        )

    async def _go_back_to(self, seq: int, revision: int) -> None:
        self.path_open = False
        await self._change(sessions.step_back, self.session_id, to_seq=seq, revision=revision)

    async def _hand_over(self, intent: Intent, form: dict[str, Any]) -> None:
        try:
            await self._run(
                handoffs.open_handoff,
                session_id=self.session_id,
                intent=intent,
                reason=form.get("reason"),
                priority=form.get("priority"),
            )
        finally:
            await self._reload()
        self.dialog = ""

    async def _on_handoff(self, service: Any, **kwargs: Any) -> None:
        if self.handoff is None:
            return
        try:
            await self._run(service, handoff_id=self.handoff.id, **kwargs)
        finally:
            await self._reload()
        self.dialog = ""

    async def _change(self, service: Any, session_id: str, **kwargs: Any) -> None:
        """Run a use case that moves the session; when it had moved already, show where it stands, then say so."""
        try:
            view = await self._run(
                service, session_id=session_id or self.session_id, latest_steps=RECENT_STEPS, **kwargs
            )
        except (Conflict, Forbidden):
            await self._reload()
            raise
        await self._show(view)

    async def _reload(self) -> None:
        try:
            view = await self._run(
                sessions.get_session, session_id=self.session_id, latest_steps=RECENT_STEPS
            )
        except (NotFound, Forbidden) as error:
            self.reset()
            self.missing = error.detail
            return
        await self._show(view)

    async def _follow(self, handoff: LiveHandoff | None) -> None:
        watch = Watch()
        if handoff is not None:
            with contextlib.suppress(
                NotFound
            ):  # whoever began the session may not see what others made of it
                watch = await self._run(handoff_views.get_watch, handoff_id=handoff.id, at_most=WATCHED)
        if self.watch != watch:
            self.watch = watch

    async def _show(self, view: SessionView) -> None:
        """Take over the session; only what changed goes to the browser."""
        last = next((step for step in reversed(view.steps) if not step.undone), None)
        values = {
            "id": view.id,
            "missing": "",
            "status": view.status.value,
            "outcome": view.outcome.value if view.outcome else "",
            "title": view.title,
            "ticket_ref": view.ticket_ref,
            "asset": view.asset,
            "notes": view.notes,
            "tree_title": view.tree.title,
            "tree_id_walked": view.tree.id,
            "current_tree": view.current_tree.title if view.current_tree.id != view.tree.id else "",
            "found": last.found if last else "",
            "found_in": last.tree.title if last else "",
            "summary": view.summary,
            "holder_name": view.holder.name,
            "is_mine": view.holder.id == self._owner,
            "node": view.current,
            "start_question": view.start_node.text if view.start_node else "",
            "seq": view.seq,
            "revision": view.revision,
            "step_count": view.step_count,
            "steps_left": view.steps_left.summary if view.steps_left else "",
            "note": view.pending_note,
            "handoff": view.handoff,
            "attachments": view.attachments,
            "recent": view.steps,
        }
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        await self._follow(view.handoff if view.status is SessionStatus.ESCALATED else None)
        if self.path_open:
            self.path = await self._run(sessions.list_path, session_id=view.id)
