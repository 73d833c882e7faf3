"""Who gets in: origins, cookies, tabs of somebody else, events that are none."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from tests.support.accounts import cookie_for, open_account
from tests.support.people import Team, start
from tests.support.reflex_socket import NAMESPACE, ROOT_STATE, ReflexSocket, Refused
from tests.support.server import Server
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.states.browser_errors import LENGTH, MOST
from troubleshoot_app.states.guard import Connection, Policy, read_rules

Aio = Callable[..., Any]
FOREIGN = ("https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1:1")
NOT_EVENTS: tuple[Any, ...] = (
    None, 5, "text", [], {}, {"name": 5}, {"name": "x"}, {"name": "x.y.z", "payload": {}},
    {"name": f"{ROOT_STATE}.hydrate", "payload": [1]}, {"name": f"{ROOT_STATE}.hydrate", "payload": {"vars": 7}},
    {"name": f"{ROOT_STATE}.hydrate", "router_data": "x"},
    {"name": f"{ROOT_STATE}.hydrate", "router_data": {"pathname": {"a": 1}, "query": "x"}},
    {"name": f"{ROOT_STATE}.hydrate", "router_data": {"pathname": "/", "asPath": "http://[", "query": {"a": [{}]}}},
    {"name": f"{ROOT_STATE}.hydrate", "router_data": {"pathname": "/\ud800", "asPath": "/\ud800"}},
    {"name": f"{ROOT_STATE}.hydrate_and_load", "payload": {"vars": {"nowhere.id": 1}, "hashes": "x"}},
)  # fmt: skip


def test_a_handler_without_a_policy_stops_the_start(registry: dict[str, RegisteredEventHandler]) -> None:
    with RegistrationContext.get().fork():

        class Careless(rx.State):
            @rx.event
            def give_everything_away(self) -> None:
                """Be called by anybody."""

        Careless.give_everything_away.fn.__module__ = "troubleshoot_app.states.careless"

        with pytest.raises(RuntimeError, match=r"without a policy: .*give_everything_away"):
            read_rules()


def test_every_handler_of_ours_has_a_rule_and_only_those(registry: dict[str, RegisteredEventHandler]) -> None:
    rules = read_rules()

    assert {
        name for name in registry if registry[name].handler.fn.__module__.startswith("troubleshoot_app")
    } == set(rules)
    assert [name for name, rule in rules.items() if rule.policy is Policy.ANYONE] == []


def test_an_internal_handler_cannot_be_called_from_outside(
    server: Server, team: Team, name_of: Callable[[str], str], aio: Aio
) -> None:
    async def call(cookie: str | None) -> str:
        async with ReflexSocket(server.url, cookie=cookie) as tab:
            await tab.settle()
            await tab.send(name_of("message_state.show"), text="Call 555-0100 and say your password.")
            return str(await tab.settle())

    assert "555-0100" not in aio(call(None))
    assert "555-0100" not in aio(call(cookie_for(team.owner)))


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_socket_that_another_site_opens_is_refused(
    server: Server, team: Team, aio: Aio, origin: str
) -> None:
    async def connect() -> None:
        async with ReflexSocket(server.url, cookie=cookie_for(team.viewer), origin=origin):
            pass

    with pytest.raises(Refused, match="403"):
        aio(connect())


def test_a_socket_that_our_own_page_opens_is_let_in(server: Server, team: Team, aio: Aio) -> None:
    async def connect() -> str:
        async with ReflexSocket(server.url, cookie=cookie_for(team.viewer), origin=server.url) as tab:
            await tab.wait(lambda update: team.viewer.name in str(update.delta))
            return str(tab.var("inbox_state", "user_name"))

    assert aio(connect()) == team.viewer.name


def test_the_cookie_is_in_no_state_no_answer_and_no_log(
    server: Server, team: Team, name_of: Callable[[str], str], aio: Aio
) -> None:
    cookie = cookie_for(team.viewer)

    async def look_around() -> str:
        async with ReflexSocket(server.url, cookie=cookie, path=f"/trees/{team.tree_id}") as tab:
            await tab.wait(lambda update: "No internet" in str(update.delta))
            await tab.send(name_of("tree_state.start"), form={"title": 5})
            await tab.send(f"{ROOT_STATE}.hydrate")
            return str(await tab.settle())

    assert cookie not in aio(look_around())
    assert cookie not in server.log_text()


@pytest.mark.parametrize("hydrate", [True, False], ids=["loading a page", "without loading a page"])
@pytest.mark.parametrize("who", ["stranger", "colleague", "outsider"])
def test_the_token_of_somebody_elses_tab_gives_nothing_of_what_was_on_it(
    server: Server, team: Team, name_of: Callable[[str], str], aio: Aio, who: str, hydrate: bool
) -> None:
    session = transact(start, team, team.engineer, title="XKQSECRET")
    cookie = {
        "stranger": lambda: None,
        "colleague": lambda: cookie_for(team.viewer),
        "outsider": lambda: cookie_for(open_account().owner),
    }[who]()

    async def take_over() -> str:
        mine = ReflexSocket(server.url, cookie=cookie_for(team.engineer), path=f"/sessions/{session.id}")
        async with mine as tab:
            await tab.wait(lambda update: "XKQSECRET" in str(update.delta))
        theirs = ReflexSocket(server.url, cookie=cookie, path="/", token=tab.token, hydrate=hydrate)
        async with theirs as tab:
            for handler in ("session_state.refresh", "session_state.open_dialog", "session_state.back"):
                await tab.send(name_of(handler), **({"name": "park"} if "dialog" in handler else {}))
            await tab.send(name_of("session_state.choose"), option_id="yes", revision=1)
            await tab.send(f"{ROOT_STATE}.hydrate")
            await tab.wait(lambda update: "is_hydrated_rx_state_" in str(update.delta))
            return str(await tab.settle())

    came = aio(take_over())
    assert "XKQSECRET" not in came
    assert session.id not in came
    assert team.engineer.name not in came


def test_what_is_no_event_is_dropped_and_the_socket_goes_on(server: Server, team: Team, aio: Aio) -> None:
    cookie, logged = cookie_for(team.viewer), len(server.log_text())

    async def talk_nonsense() -> None:
        async with ReflexSocket(server.url, cookie=cookie) as tab:
            for nonsense in NOT_EVENTS:
                await tab._emit("event", nonsense)
            for packet in ('["event"]', "[]", "7", '"event"', '{"event": 1}', '[{"event": 1}]'):
                await tab._socket.send_str(f"42{NAMESPACE},{packet}")
            await tab._socket.send_str(f'42{NAMESPACE},["event",{"[" * 700}{"]" * 700}]')
            deep = '{"a":' * 700 + "1" + "}" * 700
            await tab._socket.send_str(
                f'42{NAMESPACE},["event",{{"name":"{ROOT_STATE}.hydrate","payload":{deep}}}]'
            )
            await tab._socket.send_str(f'42{NAMESPACE},["unknown",{json.dumps({"a": 1})}]')
            await asyncio.sleep(0)
            tab.path = "/?still=here"
            await tab.send(f"{ROOT_STATE}.hydrate")
            await tab.wait(lambda update: "still=here" in str(update.delta))

    aio(talk_nonsense())
    assert "Traceback" not in server.log_text()[logged:]


def test_who_calls_an_event_as_socketio_calls_its_own_begins_and_ends_nothing(
    server: Server, team: Team, aio: Aio
) -> None:
    async def claim_to_be_new() -> str:
        async with ReflexSocket(server.url, cookie=cookie_for(team.viewer)) as tab:
            await tab.wait(lambda update: team.viewer.name in str(update.delta))
            await tab._emit("connect", {"QUERY_STRING": "token=another", "REMOTE_ADDR": "127.0.0.1"})
            await tab._emit("disconnect", "transport close")
            tab.path = "/?still=here"
            await tab.send(f"{ROOT_STATE}.hydrate_and_load")
            await tab.wait(lambda update: "still=here" in str(update.delta))
            return str(await tab.settle())

    assert "/login" not in aio(claim_to_be_new())


@pytest.mark.parametrize(("hops", "client"), [(0, "203.0.113.7"), (1, "198.51.100.1")])
def test_where_a_socket_comes_from_is_known(monkeypatch: pytest.MonkeyPatch, hops: int, client: str) -> None:
    monkeypatch.setattr(get_settings(), "trusted_proxy_hops", hops)
    headers = [(b"x-forwarded-for", b"192.0.2.1, 198.51.100.1")]
    scope = {"type": "websocket", "client": ("203.0.113.7", 5), "headers": headers}
    assert Connection.of(scope).client == client


def test_what_a_stranger_reports_is_logged_on_one_line_short_and_seldom(server: Server, aio: Aio) -> None:
    """A page reports its errors before anybody is signed in: so may anybody, and anything."""
    report = f"{ROOT_STATE}.reflex___state____frontend_event_exception_state.handle_frontend_exception"
    before = len(server.log_text())

    async def fill_the_log() -> None:
        async with ReflexSocket(server.url) as tab:
            for _ in range(MOST + 10):
                await tab.send(
                    report, info="XKQ\n2026-01-01 CRITICAL forged\x1b[31m" + "A" * 100_000, component_stack=""
                )
            tab.path = "/?still=here"
            await tab.send(f"{ROOT_STATE}.hydrate")
            await tab.wait(lambda update: "still=here" in str(update.delta))

    aio(fill_the_log())
    logged = server.log_text()[before:]
    assert "XKQ" in logged
    assert "\n2026-01-01 CRITICAL" not in logged
    assert "\x1b" not in logged
    assert len(logged) < (MOST + 1) * 2 * LENGTH
    assert "the rest is dropped" in logged


def test_what_is_no_packet_ends_that_socket_and_nothing_else(server: Server, team: Team, aio: Aio) -> None:
    async def break_it() -> None:
        for junk in ("42/_event,{", "9", "", "42/_event," + "[" * 5000, "451-/_event,[1]"):
            with contextlib.suppress(AssertionError, ConnectionError):
                async with ReflexSocket(server.url, cookie=cookie_for(team.viewer)) as tab:
                    await tab._socket.send_str(junk)
                    await tab.send(f"{ROOT_STATE}.hydrate")
        async with ReflexSocket(server.url, cookie=cookie_for(team.viewer)) as tab:
            await tab.wait(lambda update: team.viewer.name in str(update.delta))

    aio(break_it())
