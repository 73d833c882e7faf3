"""The home page: what waits for whoever looks at it."""

from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.domain.tree_status import TreeFilter
from troubleshoot_app.schemas.handoffs import HandoffView, Unreachable
from troubleshoot_app.schemas.lists import LIMIT_MOST
from troubleshoot_app.schemas.sessions import SessionSummary
from troubleshoot_app.schemas.trees import TreeSummary
from troubleshoot_app.services import deliveries, handoff_views, sessions, tree_search, trees
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.inbox import InboxState

SHOWN = 5
SHOWN_TREES = 12
COUNTED = LIMIT_MOST


class HomeState(SignedInState):
    """What to do next."""

    queue: list[HandoffView] = []
    unreachable: list[Unreachable] = []
    sessions: list[SessionSummary] = []
    trees: list[TreeSummary] = []
    faulty: list[TreeSummary] = []
    failed: int = 0
    me: str = ""
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show what is open."""
        self.queue = (await self._run(handoff_views.list_queue))[:SHOWN]
        self.sessions = await self._run(sessions.list_sessions, open_only=True, limit=SHOWN)
        self.trees = await self._run(trees.list_trees, limit=SHOWN_TREES)
        self.unreachable = await self._run(deliveries.list_unreachable)
        self.me = self._owner
        frame = await self.get_state(InboxState)
        self.faulty, self.failed = await self._look_after() if frame.is_admin else ([], 0)
        self.loaded = True

    async def _look_after(self) -> tuple[list[TreeSummary], int]:
        """Return the drafts with problems and how many deliveries failed, for admins to see to."""
        drafts = await self._run(tree_search.browse_trees, state=TreeFilter.FAULTY, limit=SHOWN)
        failed = await self._run(
            deliveries.list_deliveries, page=PageRequest(COUNTED), status=DeliveryStatus.FAILED
        )
        return [hit.tree for hit in drafts.items], sum(one.can_be_resent for one in failed.items)
