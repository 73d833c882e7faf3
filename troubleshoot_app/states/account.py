"""One's own account: the name, how one is told of escalations, where one is signed in."""

from typing import Any

from troubleshoot_app.domain.quiet_hours import Weekday
from troubleshoot_app.schemas.preferences import Preferences, SignInView
from troubleshoot_app.services import attachments, auth, preferences, sign_ins, users
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.states.base import MessageState, SignedInState, is_ticked
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.inbox import InboxState

SHOWN_PLACES = PageRequest(limit=100)


class AccountState(SignedInState):
    """The account page."""

    name: str = ""
    email: str = ""
    role: str = ""
    preferences: Preferences = Preferences(in_app=True, email=True, quiet_hours=None)
    room: str = ""
    places: list[SignInView] = []
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the caller's own account."""
        me = await self._run(auth.who_am_i)
        self.name, self.email, self.role = me.name, me.email, me.role.value
        self.preferences = await self._run(preferences.get_preferences)
        self.room = await self._run(attachments.room_in_words)
        await self._load_places()
        self.loaded = True

    @handler(Policy.SIGNED_IN)
    async def rename(self, form: dict[str, Any]):
        """Change the caller's name, here and in the frame around the page."""
        me = await self._run(users.rename_me, name=form.get("name"))
        self.name = me.name
        frame = await self.get_state(InboxState)
        frame.user_name = me.name
        return MessageState.show("Your name is saved.", kind="success")

    @handler(Policy.SIGNED_IN)
    async def save_choices(self, form: dict[str, Any]):
        """Keep by which channels the caller is told of escalations, and when they want quiet."""
        quiet = {name: form.get(name) for name in ("start", "end", "zone")}
        quiet["days"] = [day.value for day in Weekday if is_ticked(form, day)]
        self.preferences = await self._run(
            preferences.change_preferences,
            in_app=is_ticked(form, "in_app"),
            email=is_ticked(form, "email"),
            quiet_hours=quiet if is_ticked(form, "quiet") else None,
        )
        return MessageState.show("Your choices are saved.", kind="success")

    @handler(Policy.SIGNED_IN)
    async def load_places(self):
        """Show anew where the caller is signed in."""
        await self._load_places()

    @handler(Policy.SIGNED_IN)
    async def sign_out_of(self, sign_in_id: str):
        """Sign the caller out in one other place."""
        await self._run(sign_ins.end_sign_in, sign_in_id=sign_in_id)
        await self._load_places()

    @handler(Policy.SIGNED_IN)
    async def sign_out_elsewhere(self):
        """Sign the caller out everywhere but here."""
        await self._run(sign_ins.end_other_sign_ins)
        await self._load_places()

    async def _load_places(self) -> None:
        page = await self._run(sign_ins.list_sign_ins, page=SHOWN_PLACES)
        self.places = sorted(page.items, key=lambda place: (not place.is_this, -place.seen_at.timestamp()))
