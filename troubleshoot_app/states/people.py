"""The page of the people of an account: who they are, who may do what, who was invited."""

from typing import Any

from troubleshoot_app.core.errors import AppError, Conflict, Forbidden, Invalid
from troubleshoot_app.schemas.lists import LIMIT, LIMIT_MOST
from troubleshoot_app.schemas.people import Member, OpenInvitation
from troubleshoot_app.services import invitations, users
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.guard import Policy, connection_of, handler
from troubleshoot_app.states.inbox import InboxState

SHOWN_INVITATIONS = PageRequest(limit=LIMIT_MOST)


class PeopleState(SignedInState):
    """The people, for seniors to see and for admins to manage."""

    items: list[Member] = []
    invited: list[OpenInvitation] = []
    shown: int = LIMIT
    has_more: bool = False
    me: str = ""
    chosen: Member | None = None
    dialog: str = ""
    fault: str = ""
    faulty: str = ""
    refused: str = ""
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the people of the account, as many as were shown before, and to admins who was invited."""
        self.dialog, self.me = "", self._owner
        await self._load()

    @handler(Policy.SIGNED_IN)
    async def follow(self):
        """Show how far the mails to who was invited have come by now."""
        await self._load_invited()

    @handler(Policy.SENIOR)
    async def show_more(self):
        """Show those who joined earlier, too."""
        self.shown += LIMIT
        await self._load()

    @handler(Policy.SENIOR)
    async def open_dialog(self, name: str, user_id: str = ""):
        """Open the dialog "invite", or "change", "deactivate" or "delete" about somebody; an empty name closes it."""
        self.fault = ""
        self.chosen = next((person for person in self.items if person.id == user_id), None)
        self.dialog = name if name in ("", "invite") or self.chosen is not None else ""

    @handler(Policy.SENIOR)
    async def toggle_dialog(self, opened: bool):
        """Close the dialog when it says that it was closed by key or by a press outside."""
        if not opened:
            self.dialog = ""

    @handler(Policy.SENIOR)
    async def invite(self, form: dict[str, Any]):
        """Offer a place in the account to an address; what is wrong with it is said beside the field."""
        try:
            await self._run(
                invitations.invite, email=form.get("email"), role=form.get("role"), client=self._client()
            )
        except (Invalid, Conflict, Forbidden) as error:
            self._say_beside("role" if isinstance(error, Forbidden) else "email", error)
            return
        self.dialog = ""
        await self._load()

    @handler(Policy.SENIOR)
    async def invite_again(self, invitation_id: str):
        """Send an invitation again, with a new link."""
        await self._run(invitations.renew, invitation_id=invitation_id, client=self._client())
        await self._load()

    @handler(Policy.SENIOR)
    async def withdraw(self, invitation_id: str):
        """Take an invitation back: its link is no longer good."""
        await self._run(invitations.withdraw, invitation_id=invitation_id)
        await self._load()

    @handler(Policy.SENIOR)
    async def change(self, form: dict[str, Any]):
        """Change the name and the role of whom the dialog is about; a refusal is said beside the field."""
        return await self._change(name=form.get("name"), role=form.get("role"))

    @handler(Policy.SENIOR)
    async def deactivate(self):
        """Lock out whom the dialog is about."""
        return await self._change(is_active=False)

    @handler(Policy.SENIOR)
    async def reactivate(self, user_id: str):
        """Let somebody in again."""
        await self._run(users.change_user, user_id=user_id, is_active=True)
        await self._load()

    @handler(Policy.SENIOR)
    async def delete(self):
        """Take whom the dialog is about out of the account."""
        if self.chosen is None:
            return None
        try:
            await self._run(users.delete_user, user_id=self.chosen.id)
        except (Conflict, Forbidden) as error:
            self._say_beside("decision", error)
            return None
        return await self._done(f"{self.chosen.name} is no longer in the account.")

    def _client(self) -> str:
        return connection_of(self.router.session.session_id).client

    async def _change(self, **changes: Any) -> Any:
        if self.chosen is None:
            return None
        try:
            person = await self._run(users.change_user, user_id=self.chosen.id, **changes)
        except (Invalid, Conflict, Forbidden) as error:
            self._say_beside("role", error)
            return None
        return await self._done(f"{person.name} is {'saved' if person.is_active else 'locked out'}.")

    def _say_beside(self, name: str, error: AppError) -> None:
        """Say in the dialog what was refused: beside the field that the error is about, else beside ``name``."""
        self.faulty = str(error.errors[0]["loc"][-1]) if error.errors else name
        self.fault = error.detail

    async def _done(self, sentence: str) -> Any:
        is_me = self.chosen is not None and self.chosen.id == self._owner
        self.dialog = ""
        await self._load()
        said = MessageState.show(sentence, kind="success")
        return [said, InboxState.load] if is_me else said

    async def _load(self) -> None:
        try:
            self.items, self.has_more = await self._read(users.list_users, self.shown)
        except Forbidden as error:
            self.reset()
            self.refused, self.loaded = error.detail, True
            return
        self.refused = ""
        await self._load_invited()
        self.loaded = True

    async def _load_invited(self) -> None:
        try:
            page = await self._run(invitations.list_invitations, page=SHOWN_INVITATIONS, with_expired=True)
        except Forbidden:
            self.invited = []  # for admins alone
            return
        self.invited = page.items
