"""Committed steps a second, by many clients at once over the raw socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp
from sqlalchemy import func, select
from sqlmodel import Session

from tests.bench.figures import OTHERS, Figure, Goal, middle
from tests.bench.people import Walker, add_cast
from tests.bench.recording import OPTION, record_step
from tests.bench.sockets import Tab, Wire, client
from tests.bench.stage import House, Neighbours, Stage
from troubleshoot_app.core.db import transact
from troubleshoot_app.models import Step

CLIENTS = 50
GOAL = Goal(0.5, at_least=True)


class AppWalk:
    """One client's walk in the application."""

    def __init__(self, tab: Tab) -> None:
        """Stand at the beginning of a new session."""
        self._tab = tab
        self._taken = 0

    async def step(self) -> str:
        """Press an option and return the frame with the next question."""
        next_question = self._tab.expect(f'"seq_rx_state_":{self._taken + 1}')
        await self._tab.call("choose", option_id=OPTION, revision=self._taken + 1)
        self._taken += 1
        return await next_question


class FloorWalk:
    """One client's walk on the bare server."""

    def __init__(self, wire: Wire) -> None:
        """Stand ready to take recorded steps."""
        self._wire = wire

    async def step(self) -> str:
        """Have the statements of a step run and committed."""
        answer = self._wire.expect()
        await self._wire.send("step")
        return await answer


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the ratio of steps a second to those of the bare server."""
    with house.stage("steps") as stage:
        walkers = transact(add_cast, walkers=CLIENTS).walkers
        return [asyncio.run(_measure(stage, walkers, rounds=3 if quick else 7, seconds=1.5 if quick else 3))]


async def _measure(stage: Stage, walkers: list[Walker], *, rounds: int, seconds: float) -> Figure:
    async with client() as http:
        app, answers = await _open_app(http, stage, walkers)
        floor = await _open_floor(http, stage, walkers, answers)
        await _rate([walk.step for walk in floor], seconds / 2)
        await _rate([walk.step for walk in app], seconds / 2)
        before = transact(_count_steps)
        neighbours = Neighbours()
        bare, ours = [], []
        for _ in range(rounds):
            bare.append(await _rate([walk.step for walk in floor], seconds))
            ours.append(await _rate([walk.step for walk in app], seconds))
        others = neighbours.share()
    counted = sum(count for count, _ in (*bare, *ours))
    committed = transact(_count_steps) - before
    assert committed == counted, f"{counted} steps were answered, {committed} are in the database"
    value, low, high = middle([mine[1] / theirs[1] for mine, theirs in zip(ours, bare, strict=True)])
    return Figure(
        name="steps",
        what=f"committed steps a second of {CLIENTS} clients over the socket, each on its own session",
        against="a bare websocket server that runs the same SQL through psycopg2 and answers the same bytes",
        unit="×",
        value=value,
        low=low,
        high=high,
        goal=GOAL,
        details={
            "steps/s": middle([rate for _, rate in ours])[0],
            "steps/s, bare": middle([rate for _, rate in bare])[0],
            "rounds of each": rounds,
            OTHERS: others,
        },
    )


async def _open_app(
    http: aiohttp.ClientSession, stage: Stage, walkers: list[Walker]
) -> tuple[list[AppWalk], list[str]]:
    """Return the clients' walks, and the frame that each one's first step was answered with."""
    tabs = await asyncio.gather(
        *(Tab.load(http, stage.server.url, walker.cookie, walker.session_id) for walker in walkers)
    )
    walks = [AppWalk(tab) for tab in tabs]
    return walks, await asyncio.gather(*(walk.step() for walk in walks))


async def _open_floor(
    http: aiohttp.ClientSession, stage: Stage, walkers: list[Walker], answers: list[str]
) -> list[FloorWalk]:
    wires = [await Wire.open(http, stage.floor.socket("steps")) for _ in walkers]
    for wire, walker, answer in zip(wires, walkers, answers, strict=True):
        await wire.send(record_step(walker, answer))
    return [FloorWalk(wire) for wire in wires]


async def _rate(steps: list[Callable[[], Awaitable[str]]], seconds: float) -> tuple[int, float]:
    """Have every client take one step after the other for so long; return how many there were, and how many a second."""
    begin = time.perf_counter()
    taken = 0

    async def walk(step: Callable[[], Awaitable[str]]) -> None:
        nonlocal taken
        while time.perf_counter() < begin + seconds:
            await step()
            taken += 1

    async with asyncio.timeout(seconds + 30):
        await asyncio.gather(*(walk(step) for step in steps))
    return taken, taken / (time.perf_counter() - begin)


def _count_steps(db: Session) -> int:
    return int(db.execute(select(func.count()).select_from(Step)).scalar_one())
