"""Real sessions against the draft in the editor."""

from troubleshoot_app.schemas.scenarios import ReplayView
from troubleshoot_app.services import replays
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler

NOTHING = ReplayView(total=0, same=0, elsewhere=0, nowhere=0, groups=[])


class ReplayState(SignedInState):
    """What became of the latest sessions, on which revision of which draft."""

    tree_id_checked: str = ""
    revision: int = 0
    running: bool = False
    view: ReplayView = NOTHING

    @handler(Policy.SENIOR)
    async def check(self, tree_id: str, revision: int):
        """Give the answers of the latest real sessions to the draft."""
        self.running = True
        yield
        try:
            self.view = await self._run(replays.replay_sessions, tree_id=tree_id)
            self.tree_id_checked, self.revision = tree_id, revision
        finally:
            self.running = False
