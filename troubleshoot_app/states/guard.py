"""The guard: every event of every socket passes here before a handler runs, and the default is no.

Any public function of a state can be called by name by any stranger. So each handler carries a policy, missing ones
stop the start, and who calls is found by the cookie of the socket, never by anything in the state or the payload.
What a handler then does is checked again by the service that it calls.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from http.cookies import CookieError, SimpleCookie
from inspect import signature
from typing import Any, Self, TypeVar, get_type_hints
from urllib.parse import quote

import reflex as rx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.istate.data import ReflexURL
from reflex.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.registry import RegistrationContext
from starlette.datastructures import Headers
from starlette.types import Scope

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import Unauthenticated
from troubleshoot_app.core.log import begin, new_request_id, note
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.services.access import Credential, load_actor
from troubleshoot_app.services.auth import SIGN_IN_COOKIE, credential_of_cookie
from troubleshoot_app.services.throttle import client_of
from troubleshoot_app.states.envelope import read_event

Handler = TypeVar("Handler", bound=Callable[..., Any])

NOT_UNDERSTOOD = "That could not be understood. Reload the page and try again."
ACTOR_SECONDS = 3.0
SAID_BY_PAGES = ("event", "client_error")


class Policy(Enum):
    """Who may call a handler."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    SENIOR = "senior"
    INTERNAL = "internal"


def handler(policy: Policy, **event_options: Any) -> Callable[[Handler], Any]:
    """Declare an event handler and who may call it; stands in for ``rx.event``."""

    def declare(fn: Handler) -> Any:
        fn.__policy__ = policy  # type: ignore[attr-defined]
        fn.__arguments__ = _arguments_of(fn)  # type: ignore[attr-defined]
        return rx.event(fn, **event_options) if event_options else rx.event(fn)

    return declare


def _arguments_of(fn: Callable[..., Any]) -> type[BaseModel]:
    """Return a model of what a handler takes: these arguments, of these types, and no others."""
    hints = get_type_hints(fn)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in list(signature(fn).parameters.items())[1:]
    }
    return create_model("Arguments", __config__=ConfigDict(extra="forbid", strict=True), **fields)


@dataclass(slots=True)
class Connection:
    """What is known of a socket: whose cookie it came with, and from which address."""

    credential: Credential | None
    client: str = ""
    actor: Actor | None = None
    checked_at: float = float("-inf")

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Return what a websocket that is about to open says of itself."""
        headers = Headers(scope=scope)
        secret = _sign_in_secret("; ".join(headers.getlist("cookie")))
        host, *_ = scope.get("client") or ("",)
        return cls(credential_of_cookie(secret), client_of(host, headers.getlist("x-forwarded-for")))

    async def who(self) -> Actor | None:
        """Return who is signed in at the other end, at most a few seconds old; services look again each time."""
        if self.credential is None:
            return None
        if time.monotonic() - self.checked_at > ACTOR_SECONDS:
            try:
                self.actor = await in_thread(Pool.DATABASE, transact, load_actor, self.credential)
            except Unauthenticated:
                self.actor = None
            self.checked_at = time.monotonic()
        return self.actor


CONNECTION = "troubleshoot.connection"
"""Where the scope of a websocket says what is known of it."""
CONNECTIONS: dict[str, Connection] = {}


def connection_of(socket_id: str) -> Connection:
    """Return what is known of a socket of this process; an unknown one is nobody's."""
    return CONNECTIONS.get(socket_id) or Connection(credential=None)


class GuardedState(rx.State):
    """The root of all our states; the guard writes down here whose tab this is."""

    _owner: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a handler, and with what."""

    policy: Policy
    arguments: type[BaseModel]


class Guard(Middleware):
    """Lets an event through when the policy of its handler allows its caller."""

    def __init__(self, rules: Mapping[str, Rule], say: Callable[[str], EventSpec]) -> None:
        self._rules = rules
        self._say = say
        registered = RegistrationContext.get().event_handlers
        self._framework = {name: _arguments_of(registered[name].handler.fn) for name in FRAMEWORK_EVENTS}

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Return None to let the event through, or what the caller gets instead."""
        begin(request_id=new_request_id(), handler=event.name.rpartition("___")[2])
        rule = self._rules.get(event.name)
        if rule is not None and rule.policy is Policy.INTERNAL:
            # Events from the browser always carry router data; what the server itself queues has none.
            return StateUpdate() if event.router_data else None
        actor = await connection_of(state.router.session.session_id).who()
        if actor is not None:
            note(account_id=actor.account_id, user_id=actor.user_id)
        if not await self._owns(state, str(actor.user_id) if actor else "", event.name in HYDRATE_EVENTS):
            return StateUpdate()
        if (arguments := self._framework.get(event.name)) is not None:
            # Nothing of ours is kept in the browser, so that there is nothing to take over from it.
            event.payload.pop("vars", None)
            return None if _fits(arguments, event) else StateUpdate()
        return self._refusal(rule, actor, state, event)

    def _refusal(
        self, rule: Rule | None, actor: Actor | None, state: BaseState, event: Event
    ) -> StateUpdate | None:
        if rule is None:
            return StateUpdate()
        if actor is None and rule.policy is not Policy.ANYONE:
            return StateUpdate(events=Event.from_event_type(to_sign_in(_address(state.router.url))))
        if rule.policy is Policy.SENIOR and actor is not None and not actor.is_senior:
            return StateUpdate(events=Event.from_event_type(self._say("Only seniors may do this.")))
        if not _fits(rule.arguments, event):
            return StateUpdate(events=Event.from_event_type(self._say(NOT_UNDERSTOOD)))
        return None

    async def _owns(self, state: BaseState, owner: str, hydrating: bool) -> bool:
        """Tell whether the tab's state belongs to who is calling; a page load takes it over, emptied."""
        guarded = await state.get_state(GuardedState)
        if guarded._owner != owner and guarded._owner:
            if not hydrating:
                return False
            state._get_root_state().reset()
            guarded = await state.get_state(GuardedState)
        if guarded._owner != owner:
            guarded._owner = owner
        return True


def _fits(arguments: type[BaseModel], event: Event) -> bool:
    try:
        arguments.model_validate(dict(event.payload))
    except ValidationError:
        return False
    return True


def _address(url: ReflexURL) -> str:
    return f"{url.path}?{url.query}" if url.query else url.path


def to_sign_in(path: str) -> EventSpec:
    """Return the event that sends a browser to the sign-in page, and from there back to ``path``."""
    return rx.redirect(f"/login?next={quote(path, safe='/')}")


def read_rules() -> dict[str, Rule]:
    """Return the rule of each of our handlers by the name that the browser calls it by.

    Raises:
        RuntimeError: a handler of ours has no policy.
    """
    rules: dict[str, Rule] = {}
    missing: list[str] = []
    for name, registered in RegistrationContext.get().event_handlers.items():
        fn = registered.handler.fn
        if not fn.__module__.startswith("troubleshoot_app."):
            continue
        if hasattr(fn, "__policy__"):
            rules[name] = Rule(fn.__policy__, fn.__arguments__)
        else:
            missing.append(name)
    if missing:
        raise RuntimeError("Event handlers without a policy: " + ", ".join(sorted(missing)))
    return rules


_ROOT = "reflex___state____state"
HYDRATE_EVENTS = frozenset({f"{_ROOT}.hydrate", f"{_ROOT}.hydrate_and_load"})
FRAMEWORK_EVENTS = HYDRATE_EVENTS | frozenset(
    {
        f"{_ROOT}.set_is_hydrated",
        f"{_ROOT}.reflex___state____on_load_internal_state.on_load_internal",
        f"{_ROOT}.reflex___state____on_load_internal_state.set_is_hydrated",
        f"{_ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
    }
)


def install(app: rx.App, say: Callable[[str], EventSpec]) -> None:
    """Put the guard in front of every event of ``app``, and keep cookies out of the state.

    What is no event, or an event for no handler, is dropped. So is what pages never say: Socket.IO would take "connect" for
    a new connection, from the address and with the cookie that it claims, and "disconnect" for the end of this one.

    ``say`` makes the event that shows a sentence to whoever called.
    """
    app.add_middleware(Guard(read_rules(), say), index=0)
    namespace = app.event_namespace
    handlers = RegistrationContext.get().event_handlers
    build, receive, disconnected, hear = (
        namespace._build_static_router_data,
        namespace.on_event,
        namespace.on_disconnect,
        app.sio._handle_event,
    )

    def build_without_cookie(socket_id: str, environ: dict[str, Any]) -> dict[str, Any]:
        router_data = build(socket_id, environ)
        router_data["headers"].pop("cookie", None)
        CONNECTIONS[socket_id] = environ["asgi.scope"][CONNECTION]
        return router_data

    async def hear_of_pages(client_id: str, place: str | None, number: int | None, said: Any) -> None:
        if isinstance(said, list) and said and said[0] in SAID_BY_PAGES:
            await hear(client_id, place, number, said)

    async def receive_readable(socket_id: str, data: Any = None, *more: Any) -> None:
        if (event := read_event(data)) is not None and event["name"] in handlers:
            await receive(socket_id, event)

    def forget(socket_id: str, *reason: Any) -> Any:
        CONNECTIONS.pop(socket_id, None)
        return disconnected(socket_id)

    namespace._build_static_router_data = build_without_cookie
    namespace.on_event = receive_readable
    namespace.on_disconnect = forget
    app.sio._handle_event = hear_of_pages


def _sign_in_secret(header: str) -> str:
    cookie = SimpleCookie()
    try:
        cookie.load(header)
    except CookieError:
        return ""
    return cookie[SIGN_IN_COOKIE].value if SIGN_IN_COOKIE in cookie else ""
