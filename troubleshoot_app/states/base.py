"""What all states share: calling a service as whoever is signed in, and saying a sentence to a person."""

import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from reflex_base.event import EventSpec
from reflex_base.event.context import EventContext

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import AppError, Unauthenticated
from troubleshoot_app.core.log import log_bug, remember
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.schemas.lists import LIMIT_MOST
from troubleshoot_app.services.access import acting
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.states.guard import GuardedState, Policy, connection_of, handler, to_sign_in

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class SignedInState(GuardedState):
    """A state whose handlers call services for the person at the other end of the socket."""

    async def _run(
        self, service: Callable[Concatenate[Any, Any, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a use case in one transaction, in a thread, as whoever this socket's cookie identifies now."""
        credential = connection_of(self.router.session.session_id).credential
        try:
            return await in_thread(Pool.DATABASE, transact, acting, credential, service, *args, **kwargs)
        except Exception as error:
            remember(error)  # what becomes of it is decided in a task that knows nothing of this one
            raise

    async def _read(self, service: Any, shown: int, **wanted: Any) -> tuple[list[Any], bool]:
        """Return the first ``shown`` items of a list that comes in pages, and whether there are more."""
        items: list[Any] = []
        cursor = None
        while len(items) < shown:
            part = PageRequest(min(shown - len(items), LIMIT_MOST), cursor)
            page = await self._run(service, page=part, **wanted)
            items, cursor = items + page.items, page.next_cursor
            if cursor is None:
                break
        return items, cursor is not None


def is_ticked(form: dict[str, Any], name: str) -> bool:
    """Tell whether a box of a form is ticked; browsers send "on" for that, or True."""
    return form.get(name) in (True, "on")


class MessageState(GuardedState):
    """The sentence that is shown as a toast; ``seq`` counts them, so that the same one can be shown twice.

    ``failed_at`` is the path of the page on which something failed last, and ``failure`` the sentence about it.
    """

    text: str = ""
    kind: str = "error"
    href: str = ""
    seq: int = 0
    failure: str = ""
    failed_at: str = ""

    @handler(Policy.INTERNAL)
    async def show(self, text: str, kind: str = "error", href: str = "") -> None:
        """Show a sentence."""
        self._say(text, kind, href)

    @handler(Policy.INTERNAL)
    async def fail(self, text: str, path: str) -> None:
        """Show a sentence about what failed, also in place of what the page at ``path`` still waits for."""
        self._say(text, "error")
        self.failure, self.failed_at = text, path

    def _say(self, text: str, kind: str, href: str = "") -> None:
        self.text, self.kind, self.href = text, kind, href
        self.seq += 1


def on_backend_exception(exception: Exception) -> EventSpec | None:
    """Return what a person sees when a handler raised: the sentence of an error of ours, or the id of a bug."""
    if isinstance(exception, Unauthenticated):
        return to_sign_in(_path())
    if isinstance(exception, AppError):
        return MessageState.fail(exception.detail, _path().partition("?")[0])
    error_id = log_bug(logger, exception, f"an event on {_path()}")
    sentence = f"Something went wrong ({error_id}). Please try again."
    return MessageState.fail(sentence, _path().partition("?")[0])


def _path() -> str:
    try:
        return str(EventContext.get().router_data.get("asPath") or "/")
    except LookupError:
        return "/"
