"""Every event handler there is, called by people who have no business with it, with every kind of argument.

The handlers come from the registry, so that a new one is in this test by itself.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from inspect import signature
from itertools import cycle, islice, product
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from reflex_base.registry import RegisteredEventHandler

from tests.sockets.rows import rows_of_account
from tests.support.accounts import cookie_for, join, open_account, wait_until_told
from tests.support.people import Team, ask
from tests.support.reflex_socket import ROOT_STATE, ReflexSocket, Update
from tests.support.server import Server
from troubleshoot_app.api.flood import BURST
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.services import handoffs, sessions

# Longer than the longest chain of events that one event leads to: loading a page, a handler of it, its error.
CHAIN = 5
OTHER = "an owner of another account"
WORDS = ("XKQTITLE", "XKQASSET", "XKQTICKET", "XKQREASON", "XKQNOTE", "XKQPENDING")
WRONG: tuple[Any, ...] = (None, True, 7.5, 10**30, "\ud800\0<script>", [[]], {"a": {"b": [1]}})


@dataclass(frozen=True)
class Case:
    """An escalated session of an account, and what nobody else may learn of it."""

    team: Team
    session_id: str
    handoff_id: str
    revision: int

    @property
    def paths(self) -> tuple[str, ...]:
        return (
            f"/sessions/{self.session_id}", f"/handoffs/{self.handoff_id}", f"/trees/{self.team.tree_id}",
        )  # fmt: skip

    def samples(self, wanted: Any) -> list[Any]:
        """Return arguments of a type, all about this case; KeyError when there is no sample of that type."""
        if NoneType in get_args(wanted):
            (wanted,) = (kind for kind in get_args(wanted) if kind is not NoneType)
            return [None, *self.samples(wanted)]
        ids = [self.session_id, self.handoff_id, str(self.team.tree_id)]
        form = {
            "session_id": self.session_id, "handoff_id": self.handoff_id, "tree_id": str(self.team.tree_id),
            "reason": "why", "priority": "urgent", "note": "note", "resolution": "it works", "complete": "on",
            "outcome": "resolved", "summary": "done", "title": "title", "asset": "asset", "ticket_ref": "1",
        }  # fmt: skip
        by_type: dict[Any, list[Any]] = {
            str: [*ids, "yes", "escalate", "_owner"],
            int: [self.revision, 1, 0],
            bool: [True, False],
            list[str]: [ids, []],
            dict[str, Any]: [form, {f"{ROOT_STATE}.is_hydrated": True, f"{ROOT_STATE}.nowhere.id": ids[0]}],
            Any: [ids[0], form],
        }
        return by_type[wanted]


@pytest.fixture
def case(server_database: str) -> Case:
    """A case of a technician whom nobody of the callers is; all who had to be told of it were told."""
    team = open_account()
    holder = join(team, Role.VIEWER, "Xkqholder")
    session = transact(
        ask,
        holder,
        sessions.start_session,
        tree_id=team.tree_id,
        title="XKQTITLE",
        asset="XKQASSET",
        ticket_ref="XKQTICKET",
    )
    transact(ask, holder, sessions.choose_option, session_id=session.id, option_id="yes", note="XKQNOTE")
    transact(ask, holder, sessions.save_note, session_id=session.id, seq=1, note="XKQPENDING")
    handoff = transact(
        ask,
        holder,
        handoffs.open_handoff,
        session_id=session.id,
        intent=Intent.ESCALATE,
        reason="XKQREASON",
    )
    wait_until_told(team.account_id)
    now_at = transact(ask, holder, sessions.get_session, session_id=session.id)
    return Case(team, session.id, handoff.id, now_at.revision)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["quick", "soak"])
def test_strangers_and_other_accounts_reach_nothing(
    server: Server,
    case: Case,
    registry: dict[str, RegisteredEventHandler],
    aio: Callable[..., Any],
    whole: bool,
) -> None:
    """A cookie that is not good makes a stranger: quickly done, each handler is called with one once, not in every way."""
    team = case.team
    owner, other = team.owner, open_account()
    callers = {"a stranger": None, OTHER: cookie_for(other.owner)}
    no_good = {
        "a forged cookie": "a" * 43,
        "an expired cookie": cookie_for(owner, expires_at=now() - timedelta(seconds=1)),
        "a revoked cookie": cookie_for(owner, revoked_at=now()),
        "somebody deactivated": cookie_for(join(team, Role.OWNER, is_active=False)),
        "somebody deleted": cookie_for(join(team, Role.OWNER, deleted_at=now())),
    }
    before, logged = rows_of_account(team.account_id), len(server.log_text())
    secrets = before.ids | {team.account_id.hex, team.owner.name.split()[-1].lower(), *map(str.lower, WORDS)}

    for asking, batches in (
        (callers, _batches(registry, case)),
        (no_good, _batches(registry, case, None if whole else 1)),
    ):
        for names, events in batches:
            for caller, cookie in asking.items():
                came = aio(_call(server, cookie, events))
                _check_answers(f"{caller} called {names}", came, secrets, events, signed_in=caller == OTHER)
            assert rows_of_account(team.account_id) == before, f"{names} changed something of the account"
    _check_log(server, logged)


def test_a_viewer_of_the_account_changes_and_learns_nothing_of_a_colleagues_case(
    server: Server, case: Case, registry: dict[str, RegisteredEventHandler], aio: Callable[..., Any]
) -> None:
    before, logged = rows_of_account(case.team.account_id), len(server.log_text())
    cookie = cookie_for(join(case.team, Role.VIEWER))  # whoever comes later may change what is their own

    for names, events in _batches(registry, case):
        came = aio(_call(server, cookie, events))
        _check_answers(f"a viewer called {names}", came, set(map(str.lower, WORDS)), events, signed_in=True)
        assert before.are_kept_in(rows_of_account(case.team.account_id)), (
            f"{names} changed something of others"
        )
    _check_log(server, logged)


Event = tuple[str, dict[str, Any], str]


def _batches(
    registry: dict[str, RegisteredEventHandler], case: Case, most: int | None = None
) -> Iterator[tuple[str, list[Event]]]:
    """Return calls of all handlers, so many at a time as one tab may send without a pause, and what they call.

    Of each handler there are all calls, or the first ``most``.
    """
    names: list[str] = []
    batch: list[Event] = []
    for name, handler in registry.items():
        events = list(islice(_events(name, handler, case), most))
        if len(batch) + len(events) + CHAIN >= BURST:
            yield " or ".join(names), batch
            names, batch = [], []
        names.append(name)
        batch += events
    yield " or ".join(names), batch


def _events(name: str, handler: RegisteredEventHandler, case: Case) -> Iterator[Event]:
    """Return calls of a handler with good, foreign, missing, extra and wrong arguments, each with an address."""
    fn = handler.handler.fn
    hints = get_type_hints(fn)
    wanted = {argument: hints[argument] for argument in list(signature(fn).parameters)[1:]}
    try:
        samples = {argument: case.samples(kind) for argument, kind in wanted.items()}
    except KeyError as error:
        pytest.fail(f"{name} takes a {error}; there is no sample of that type. Add one to Case.samples.")
    good = [dict(zip(samples, values, strict=True)) for values in _together(list(samples.values()))]
    paths = product(good, case.paths) if len(wanted) < 2 else zip(good, cycle(case.paths))
    yield from ((name, payload, path) for payload, path in paths)
    path = case.paths[0]
    if wanted:
        yield name, {}, path
    yield name, good[0] | {"user_id": str(case.team.owner.id), "account_id": str(case.team.account_id)}, path
    for argument, wrong in product(wanted, WRONG):
        yield name, good[0] | {argument: wrong}, path


def _together(samples: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Return each sample of two arguments with each of the other, but not so many of more that a socket is cut off."""
    if len(samples) <= 2:
        return product(*samples)
    longest = max(map(len, samples))
    return islice(zip(*map(cycle, samples), strict=False), longest * 2)


async def _call(server: Server, cookie: str | None, events: list[Event]) -> list[Update]:
    """Send events from one new tab and return all that comes back, until everything that they led to is over."""
    async with ReflexSocket(server.url, cookie=cookie) as tab:
        for name, payload, tab.path in events:
            await tab.send(name, **payload)
        for number in range(CHAIN):
            tab.path = f"/?fence={number}"
            await tab.send(f"{ROOT_STATE}.hydrate")
            await tab.wait(partial(_is_fence, number))
        return tab.updates


def _is_fence(number: int, update: Update) -> bool:
    return f"fence={number}" in str(update.delta)


def _check_answers(
    who: str, came: list[Update], secrets: set[str], events: list[Event], *, signed_in: bool
) -> None:
    sent = json.dumps(events).lower()
    received = json.dumps([[update.delta, update.events] for update in came]).lower()
    leaked = {secret for secret in secrets if secret in received and secret not in sent}
    assert not leaked, f"{who} and was shown {leaked}"
    assert "something went wrong" not in received, who
    for update in came:
        for event in update.events:
            assert event["name"] == "_redirect", f"{who} and got {event}"
            path = event["payload"]["path"]
            assert path.startswith("/" if signed_in else "/login?next="), f"{who} and was sent to {path}"
            assert not path.startswith("//"), who
        for state, values in update.delta.items():
            if state.endswith("message_state") and values.get("text_rx_state_"):
                assert signed_in, f"{who} and was told {values}"
                assert values["text_rx_state_"].endswith("."), values


def _check_log(server: Server, logged: int) -> None:
    """Check what the server said after the first ``logged`` characters, which are of other tests."""
    log = server.log_text()[logged:]
    assert "Traceback" not in log
    assert "error_id" not in log
