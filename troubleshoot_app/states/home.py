"""The home page: what waits for whoever looks at it."""

from troubleshoot_app.schemas.handoffs import HandoffView, Unreachable
from troubleshoot_app.schemas.sessions import SessionSummary
from troubleshoot_app.schemas.trees import TreeSummary
from troubleshoot_app.services import deliveries, handoff_views, sessions, trees
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler

SHOWN = 5
SHOWN_TREES = 12


class HomeState(SignedInState):
    """What to do next."""

    queue: list[HandoffView] = []
    unreachable: list[Unreachable] = []
    sessions: list[SessionSummary] = []
    trees: list[TreeSummary] = []
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show what is open."""
        self.queue = (await self._run(handoff_views.list_queue))[:SHOWN]
        self.sessions = await self._run(sessions.list_sessions, open_only=True, limit=SHOWN)
        self.trees = await self._run(trees.list_trees, limit=SHOWN_TREES)
        self.unreachable = await self._run(deliveries.list_unreachable)
        self.loaded = True
