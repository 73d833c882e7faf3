"""One escalation, and how long it takes until every connected senior has it on screen."""

import asyncio
import time
from collections.abc import Awaitable, Sequence

from tests.bench.figures import OTHERS, Figure, Goal, middle
from tests.bench.people import Cast, add_cast
from tests.bench.sockets import Tab, Wire, client
from tests.bench.stage import House, Neighbours, Stage
from troubleshoot_app.core.db import transact

CROWDS = {200: Goal(8), 500: Goal(3)}
PAINTED = Goal(1000)
SHOWN = '"waiting_rx_state_":1'
GONE = '"waiting_rx_state_":0'
ESCALATED = '"status_rx_state_":"escalated"'
ACTIVE = '"status_rx_state_":"active"'
SECONDS = 30
PAUSE_SECONDS = 0.3
MS = 1000


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return how many times longer an escalation takes than a bare broadcast of the same bytes, and how long for many."""
    figures = []
    for seniors, goal in CROWDS.items():
        with house.stage(f"push{seniors}") as stage:
            cast = transact(add_cast, walkers=1, seniors=seniors)
            figures += asyncio.run(_measure(stage, cast, goal, rounds=5 if quick else 15))
    return figures


async def _measure(stage: Stage, cast: Cast, goal: Goal, *, rounds: int) -> list[Figure]:
    walker, crowd = cast.walkers[0], len(cast.senior_cookies)
    async with client() as http:
        escalator = await Tab.load(http, stage.server.url, walker.cookie, walker.session_id)
        seniors = [await Tab.load(http, stage.server.url, cookie) for cookie in cast.senior_cookies]
        feed = [await Wire.open(http, stage.floor.socket("feed")) for _ in seniors]
        bare_escalator = await Wire.open(http, stage.floor.socket("escalate"))
        _, frame = await _escalate(escalator, seniors)
        await _take_back(escalator, seniors)
        await _broadcast(bare_escalator, feed, frame)
        neighbours = Neighbours()
        ours, bare = [], []
        for _ in range(rounds):
            bare.append(await _broadcast(bare_escalator, feed, frame))
            ours.append((await _escalate(escalator, seniors))[0])
            await _take_back(escalator, seniors)
        others = neighbours.share()
    value, low, high = middle([mine / theirs for mine, theirs in zip(ours, bare, strict=True)])
    ratio = Figure(
        name=f"push to {crowd}",
        what=f"from sending an escalation to the last of {crowd} connected seniors' sockets having it",
        against="one INSERT and NOTIFY through psycopg2, and a broadcast of the same bytes to as many bare websockets",
        unit="×",
        value=value,
        low=low,
        high=high,
        goal=goal,
        details={
            "ms": middle(ours)[0],
            "ms, slowest round": max(ours),
            "ms, bare": middle(bare)[0],
            "bytes to each": len(frame),
            "rounds of each": rounds,
            OTHERS: others,
        },
    )
    took, fastest, slowest = middle(ours)
    time_taken = Figure(
        name=f"push to {crowd}, in time",
        what="the same, on the clock",
        against="the bare broadcast (details); the goal is absolute",
        unit="ms",
        value=took,
        low=fastest,
        high=slowest,
        goal=PAINTED,
        details={"ms, bare": middle(bare)[0], OTHERS: others},
    )
    return [ratio, time_taken]


async def _escalate(escalator: Tab, seniors: Sequence[Tab]) -> tuple[float, str]:
    """Escalate, and return how many ms later everybody had it, and the frame that one of them got."""
    shown = [senior.expect(SHOWN) for senior in seniors]
    escalated = escalator.expect(ESCALATED)
    begin = time.perf_counter()
    await escalator.call(
        "escalate", form={"reason": "The light stays red after two resets.", "priority": "high"}
    )
    frames = await _all(shown)
    took = MS * (time.perf_counter() - begin)
    await escalated
    return took, frames[0]


async def _take_back(escalator: Tab, seniors: Sequence[Tab]) -> None:
    gone = [senior.expect(GONE) for senior in seniors]
    active = escalator.expect(ACTIVE)
    await escalator.call("cancel_escalation")
    await _all([*gone, active])
    await asyncio.sleep(PAUSE_SECONDS)


async def _broadcast(escalator: Wire, feed: Sequence[Wire], frame: str) -> float:
    heard = [wire.expect() for wire in feed]
    begin = time.perf_counter()
    await escalator.send(frame)
    await _all(heard)
    took = MS * (time.perf_counter() - begin)
    await asyncio.sleep(PAUSE_SECONDS)
    return took


async def _all(waiting: Sequence[Awaitable[str]]) -> list[str]:
    async with asyncio.timeout(SECONDS):
        return list(await asyncio.gather(*waiting))
