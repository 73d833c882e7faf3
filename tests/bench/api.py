"""The REST API by many clients at once: steps, sessions read, and how long the slowest wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import aiohttp
from sqlmodel import Session

from tests.bench.figures import OTHERS, Figure, Goal, middle, percentile
from tests.bench.people import long_tree
from tests.bench.recording import OPTION, record
from tests.bench.stage import House, Neighbours, Stage
from tests.support.people import Person, add_person, add_team, ask, do, publish_tree
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.services import sessions
from troubleshoot_app.services.tokens import issue_access_token

CLIENTS = 50
LONG_PATH = 200
RATE = Goal(0.5, at_least=True)
SLOWEST = Goal(3)

Call = Callable[[], Awaitable[None]]


@dataclass
class Round:
    """What came of letting all clients ask for a while: answers a second, and how long each took, in ms."""

    rate: float
    times: list[float]


class Case:
    """One kind of request, sent by every client to the application and to the bare API."""

    def __init__(
        self, stage: Stage, http: aiohttp.ClientSession, walkers: list[Person], tree_id: UUID
    ) -> None:
        """Let ``walkers`` ask."""
        self._stage = stage
        self._http = http
        self._walkers = walkers
        self._tree_id = tree_id
        self._tokens = [
            {"Authorization": f"Bearer {issue_access_token(one.id, one.actor.sign_in_id).text}"}
            for one in walkers
        ]

    async def steps(self) -> tuple[list[Call], list[Call]]:
        """Return calls that take a step, each client on a session that has just begun."""
        bare_ids, ids = (
            [str(do(one, sessions.start_session, tree_id=self._tree_id).id) for one in self._walkers]
            for _ in range(2)
        )
        ours = [
            self._call(
                "POST", f"{self._stage.server.url}/api/v1/sessions/{one}/steps", headers, {"option": OPTION}
            )
            for one, headers in zip(ids, self._tokens, strict=True)
        ]
        bare = []
        for walker, session_id in zip(self._walkers, bare_ids, strict=True):
            view = do(walker, sessions.choose_option, session_id=session_id, option_id=OPTION)
            script = record(
                partial(do, walker, sessions.choose_option, session_id=session_id, option_id=OPTION),
                view.model_dump_json(by_alias=True),
            )
            bare.append(await self._bare("POST", session_id, script))
        return bare, ours

    async def reads(self) -> tuple[list[Call], list[Call]]:
        """Return calls that read a session with many steps."""
        bare, ours = [], []
        for walker, headers in zip(self._walkers, self._tokens, strict=True):
            session_id = transact(_walk_far, walker, self._tree_id)
            view = do(walker, sessions.get_session, session_id=session_id)
            script = record(
                partial(do, walker, sessions.get_session, session_id=session_id),
                view.model_dump_json(by_alias=True),
            )
            bare.append(await self._bare("GET", session_id, script))
            ours.append(
                self._call("GET", f"{self._stage.server.url}/api/v1/sessions/{session_id}", headers, None)
            )
        return bare, ours

    async def _bare(self, method: str, name: str, script: str) -> Call:
        url = f"{self._stage.bare_api}/scripts/{name}"
        async with self._http.put(url, data=script) as answer:
            assert answer.status == 204
        return self._call(method, url, {}, None)

    def _call(self, method: str, url: str, headers: dict[str, str], body: dict[str, str] | None) -> Call:
        async def call() -> None:
            async with self._http.request(method, url, headers=headers, json=body) as answer:
                content = await answer.read()
                assert answer.status == 200, content

        return call


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return ratios of answers a second and of the slowest answers to those of the bare API."""
    with house.stage("api") as stage:
        walkers, tree_id = transact(_add_walkers)
        return asyncio.run(
            _measure(stage, walkers, tree_id, rounds=3 if quick else 7, seconds=1.5 if quick else 3)
        )


async def _measure(
    stage: Stage, walkers: list[Person], tree_id: UUID, *, rounds: int, seconds: float
) -> list[Figure]:
    connector = aiohttp.TCPConnector(limit=0)
    figures: list[Figure] = []
    async with aiohttp.ClientSession(connector=connector) as http:
        case = Case(stage, http, walkers, tree_id)
        reading = await case.reads()
        for name, what in (
            ("api-steps", "POST /sessions/{id}/steps"),
            ("api-read", f"GET /sessions/{{id}} with {LONG_PATH} steps"),
        ):
            for calls in reading if name == "api-read" else await case.steps():
                await _ask(calls, seconds / 2)
            neighbours = Neighbours()
            bare, ours = [], []
            for _ in range(rounds):
                theirs, mine = reading if name == "api-read" else await case.steps()
                bare.append(await _ask(theirs, seconds))
                ours.append(await _ask(mine, seconds))
            figures += _figures(name, what, bare, ours, neighbours.share())
    return figures


def _figures(name: str, what: str, bare: list[Round], ours: list[Round], others: float) -> list[Figure]:
    rates = middle([mine.rate / theirs.rate for mine, theirs in zip(ours, bare, strict=True)])
    slowest = middle(
        [
            percentile(mine.times, 99) / percentile(theirs.times, 99)
            for mine, theirs in zip(ours, bare, strict=True)
        ]
    )
    against = "a bare FastAPI route that runs the same SQL through psycopg2 and answers the same bytes"
    details = {
        "requests/s": middle([one.rate for one in ours])[0],
        "requests/s, bare": middle([one.rate for one in bare])[0],
        "p99 ms": middle([percentile(one.times, 99) for one in ours])[0],
        "p99 ms, bare": middle([percentile(one.times, 99) for one in bare])[0],
        "rounds of each": len(ours),
        OTHERS: others,
    }
    return [
        Figure(name, f"{what} a second, by {CLIENTS} clients", against, "×", *rates, RATE, details),
        Figure(f"{name}-p99", f"{what} by {CLIENTS} clients: p99", against, "×", *slowest, SLOWEST, details),
    ]


async def _ask(calls: list[Call], seconds: float) -> Round:
    """Let every client ask one thing after the other for so long."""
    begin = time.perf_counter()
    times: list[float] = []

    async def go_on(call: Call) -> None:
        while (asked := time.perf_counter()) < begin + seconds:
            await call()
            times.append(1000 * (time.perf_counter() - asked))

    async with asyncio.timeout(seconds + 30):
        await asyncio.gather(*(go_on(call) for call in calls))
    return Round(len(times) / (time.perf_counter() - begin), times)


def _add_walkers(db: Session) -> tuple[list[Person], UUID]:
    team = add_team(db, "bench")
    tree_id = publish_tree(db, team.admin, long_tree(), "A tree that goes round")
    return [add_person(db, team.account_id, Role.VIEWER, f"Walker {n}") for n in range(CLIENTS)], tree_id


def _walk_far(db: Session, walker: Person, tree_id: UUID) -> str:
    session_id = ask(db, walker, sessions.start_session, tree_id=tree_id).id
    for _ in range(LONG_PATH):
        ask(db, walker, sessions.choose_option, session_id=session_id, option_id=OPTION, latest_steps=1)
    return session_id
