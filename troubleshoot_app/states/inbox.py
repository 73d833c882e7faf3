"""The inbox: who is signed in, the banner of open escalations, and notices; part of every page."""

from typing import Any

import reflex as rx
from reflex_base.constants.state import FIELD_MARKER

from troubleshoot_app.notifications.presence import ConnectedSocket, Sockets
from troubleshoot_app.schemas.handoffs import Alert, Inbox, Offer
from troubleshoot_app.services import handoff_views, handoffs, sign_ins
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import CONNECTIONS, Policy, connection_of, handler

SOCKETS = Sockets()


def _shown(inbox: Inbox, moment: int) -> dict[str, Any]:
    """Return what the frame shows of what waits. Nothing may be computed from it on the server: see ``_take``."""
    return {
        "alerts": [*inbox.alerts],
        "offers": [*inbox.offers],
        "fresh": inbox.fresh,
        "waiting": inbox.waiting,
        "tick": moment,
    }


class InboxState(SignedInState):
    """What the frame around every page shows. The worker pushes ``alerts`` and notices into it."""

    user_name: str = ""
    account_name: str = ""
    is_senior: bool = False
    is_admin: bool = False

    alerts: list[Alert] = []
    offers: list[Offer] = []
    fresh: int = 0
    waiting: int = 0
    tick: int = 0
    progress: int = 0

    notice_id: str = ""
    notice_text: str = ""
    notice_href: str = ""

    @rx.var
    def first_name(self) -> str:
        """What to call the person."""
        return self.user_name.split(" ")[0]

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Fill the frame; runs on every page load and every reconnect."""
        await self._connect()
        me = await self._run(sign_ins.arrive)
        self.user_name, self.account_name = me.name, me.account.name
        self.is_senior, self.is_admin = me.role.is_senior, me.role.is_admin
        self._show(await self._run(handoff_views.get_inbox), self.tick)

    @handler(Policy.SENIOR)
    async def pick_up(self, handoff_id: str):
        """Take a case and go where the technician stands."""
        handoff = await self._run(handoffs.claim, handoff_id=handoff_id)
        return rx.redirect(f"/sessions/{handoff.session_id}")

    @handler(Policy.SENIOR)
    async def dismiss(self, handoff_id: str):
        """Put the banner of one escalation away, here and on this person's other tabs."""
        await self._run(handoffs.dismiss, handoff_id=handoff_id)

    @handler(Policy.SENIOR)
    async def keep(self, handoff_id: str):
        """Say that one is still on a case that one picked up."""
        await self._run(handoffs.keep, handoff_id=handoff_id)

    @handler(Policy.SENIOR)
    async def give_back(self, handoff_id: str):
        """Give a case back that one does not get to; everybody else is told."""
        await self._run(handoffs.release, handoff_id=handoff_id)

    @handler(Policy.SENIOR)
    async def saw(self, handoff_ids: list[str]):
        """The banner with these escalations was on a visible page."""
        await self._run(handoff_views.note_seen, handoff_ids=handoff_ids)

    async def _connect(self) -> None:
        """Count this tab among those that are pushed to; before reading the inbox, so that nothing falls between."""
        session = self.router.session
        actor = await connection_of(session.session_id).who()
        if actor is None:
            return
        SOCKETS.add(
            ConnectedSocket(
                session.session_id, session.client_token, actor.account_id, actor.user_id, actor.sign_in_id
            )
        )
        if session.session_id not in CONNECTIONS:
            SOCKETS.remove(session.session_id)

    def _show(self, inbox: Inbox, moment: int) -> None:
        """Take over what waits; ``tick`` moves with it, and pages that list escalations follow it."""
        if self._differs_from(inbox):
            for name, value in _shown(inbox, moment).items():
                setattr(self, name, value)

    def _take(self, inbox: Inbox, moment: int) -> bool:
        """Take over what waits, and leave it to the caller to send ``_delta_of``; return whether anything has changed.

        ``_show`` notes for each tab what has changed, to find it again when it is sent. With hundreds of tabs that are
        all to be sent the same words, that is most of the time from press to paint.
        """
        if not self._differs_from(inbox):
            return False
        vars(self).update(_shown(inbox, moment))
        return True

    @classmethod
    def _delta_of(cls, inbox: Inbox, moment: int) -> dict[str, Any]:
        """Return what to send to a tab that took over what waits."""
        values = {name + FIELD_MARKER: value for name, value in _shown(inbox, moment).items()}
        return {cls.get_full_name(): values}

    def _differs_from(self, inbox: Inbox) -> bool:
        shown = (self.get_value(name) for name in ("alerts", "offers", "fresh", "waiting"))
        return tuple(shown) != (inbox.alerts, inbox.offers, inbox.fresh, inbox.waiting)

    def _show_progress(self) -> None:
        """Let the page follow how people are told: it reloads what it shows of that when ``progress`` moves."""
        self.progress += 1

    def _tell(self, notice_id: str, text: str, href: str) -> None:
        if self.notice_id != notice_id:
            self.notice_id, self.notice_text, self.notice_href = notice_id, text, href
            self.tick += 1
