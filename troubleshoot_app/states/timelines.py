"""The page on which a session is gone through again."""

from troubleshoot_app.core.errors import Forbidden, NotFound
from troubleshoot_app.services import sessions
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler


class TimelineState(SignedInState):
    """Which session is gone through; its steps are read by the page itself."""

    id: str = ""
    missing: str = ""
    title: str = ""
    about: str = ""
    status: str = ""
    revision: int = 0

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the session that the address names."""
        if self.id != self.session_id:
            self.reset()
        await self._read_session()

    @handler(Policy.SIGNED_IN)
    async def refresh(self):
        """Follow what is done to the session meanwhile."""
        if self.id:
            await self._read_session()

    async def _read_session(self) -> None:
        try:
            view = await self._run(sessions.get_session, session_id=self.session_id, latest_steps=0)
        except (NotFound, Forbidden) as error:
            self.reset()
            self.missing = error.detail
            return
        self.id, self.missing, self.status, self.revision = view.id, "", view.status.value, view.revision
        self.title = view.title or view.tree.title
        tree = f"{view.tree.title}, version {view.tree.version}"
        self.about = " · ".join(filter(None, (tree, view.asset, view.ticket_ref)))
