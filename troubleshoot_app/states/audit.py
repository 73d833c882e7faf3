"""The page of the audit log, for admins."""

from urllib.parse import urlencode

import reflex as rx

from troubleshoot_app.core.errors import Forbidden
from troubleshoot_app.schemas.audit import AuditView
from troubleshoot_app.schemas.lists import LIMIT
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.services import audit_log
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler


class AuditState(SignedInState):
    """Who did what, narrowed by person, kind and time."""

    items: list[AuditView] = []
    people: list[PersonRef] = []
    user_id: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    shown: int = LIMIT
    has_more: bool = False
    refused: str = ""
    loaded: bool = False

    @rx.var
    def file(self) -> str:
        """The address of what is shown, all of it, as a file."""
        wanted = {"user_id": self.user_id, "kind": self.kind, "from": self.since, "to": self.until}
        return "/api/v1/web/audit?" + urlencode({name: value for name, value in wanted.items() if value})

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the latest entries."""
        await self._load()

    @handler(Policy.SENIOR)
    async def choose_person(self, user_id: str):
        """Show what one person did, or everybody."""
        self.user_id, self.shown = user_id, LIMIT
        await self._load()

    @handler(Policy.SENIOR)
    async def choose_kind(self, kind: str):
        """Show entries of one kind, or of all."""
        self.kind, self.shown = kind, LIMIT
        await self._load()

    @handler(Policy.SENIOR)
    async def choose_since(self, day: str):
        """Show entries from a day on, or since ever."""
        self.since, self.shown = day, LIMIT
        await self._load()

    @handler(Policy.SENIOR)
    async def choose_until(self, day: str):
        """Show entries up to a day, which is included, or up to now."""
        self.until, self.shown = day, LIMIT
        await self._load()

    @handler(Policy.SENIOR)
    async def show_more(self):
        """Show older entries, too."""
        self.shown += LIMIT
        await self._load()

    async def _load(self) -> None:
        try:
            self.people = await self._run(audit_log.list_actors)
        except Forbidden as error:
            self.reset()
            self.refused, self.loaded = error.detail, True
            return
        self.items, self.has_more = await self._read(
            audit_log.find_entries,
            self.shown,
            user_id=self.user_id or None,
            kind=audit_log.kind_named(self.kind),
            since=self.since or None,
            until=self.until or None,
        )
        self.refused, self.loaded = "", True
