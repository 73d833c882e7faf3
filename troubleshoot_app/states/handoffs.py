"""The pages of handoffs: the queue, and the briefing of one case."""

from typing import Any

from troubleshoot_app.core.errors import AppError, NotFound
from troubleshoot_app.schemas.handoffs import HandoffDetail, HandoffView, Unreachable, Watch
from troubleshoot_app.services import deliveries, handoff_views, handoffs
from troubleshoot_app.states.base import SignedInState, is_ticked
from troubleshoot_app.states.guard import Policy, handler


def resolution_of(form: dict[str, Any]) -> dict[str, Any]:
    """Return what the dialog says on how a case was resolved."""
    return {"resolution": form.get("resolution"), "complete": is_ticked(form, "complete")}


class HandoffsState(SignedInState):
    """The queue: what waits and what is being worked on."""

    me: str = ""
    queue: list[HandoffView] = []
    unreachable: list[Unreachable] = []
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the escalations that the caller may see and that are not over."""
        self.me = self._owner
        self.queue = await self._run(handoff_views.list_queue)
        self.unreachable = await self._run(deliveries.list_unreachable)
        self.loaded = True


class HandoffState(SignedInState):
    """The briefing of one case."""

    handoff: HandoffDetail | None = None
    watch: Watch = Watch()
    is_mine: bool = False
    is_from_me: bool = False
    missing: bool = False
    dialog: str = ""

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the handoff that the address names."""
        await self._load()

    async def _load(self) -> None:
        try:
            handoff = await self._run(handoff_views.get_handoff, handoff_id=self.handoff_id)
        except NotFound:
            self.handoff, self.missing = None, True
            return
        self.handoff, self.missing = handoff, False
        self.watch = await self._run(handoff_views.get_watch, handoff_id=handoff.id)
        self.is_mine = handoff.claimed_by is not None and handoff.claimed_by.id == self._owner
        self.is_from_me = handoff.raised_by.id == self._owner

    @handler(Policy.SIGNED_IN)
    async def follow(self):
        """Show anew how people are told."""
        if self.handoff is not None:
            self.watch = await self._run(handoff_views.get_watch, handoff_id=self.handoff.id)

    @handler(Policy.SIGNED_IN)
    async def open_dialog(self, name: str):
        """Open the dialog "release" or "resolve", or close it with an empty name."""
        self.dialog = name

    @handler(Policy.SIGNED_IN)
    async def toggle_dialog(self, opened: bool):
        """Close the dialog when it says that it was closed by key or by a press outside."""
        if not opened:
            self.dialog = ""

    @handler(Policy.SENIOR)
    async def release(self, form: dict[str, Any]):
        """Give the case back; everybody else is told again."""
        await self._change(handoffs.release, note=form.get("note"))

    @handler(Policy.SENIOR)
    async def resolve(self, form: dict[str, Any]):
        """Close the case with what helped."""
        await self._change(handoffs.resolve, **resolution_of(form))

    @handler(Policy.SIGNED_IN)
    async def cancel(self):
        """Take the escalation back."""
        await self._change(handoffs.cancel)

    async def _change(self, service: Any, **kwargs: Any) -> None:
        if self.handoff is None:
            return
        try:
            await self._run(service, handoff_id=self.handoff.id, **kwargs)
            self.dialog = ""
        except AppError:
            await self._load()
            raise
        await self._load()
