"""How much memory the server holds when nobody is there, and how much each person adds who is."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.figures import Figure, Goal, middle
from tests.bench.people import add_cast
from tests.bench.sockets import Tab, Wire, client
from tests.bench.stage import House, Stage
from troubleshoot_app.core.db import transact

FIRST = 50
PEOPLE = 200
IDLE_GOAL = Goal(350)
PERSON_GOAL = Goal(250)
SETTLE_SECONDS = 3
KIB_IN_MB = 1_000_000 / 1024


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return what the server holds when idle, and what each of many connected people adds."""
    servers = []
    for number in range(1 if quick else 3):
        with house.stage(f"memory{number}", DEMO_DATA="true") as stage:
            servers.append(asyncio.run(_measure(stage)))
    return [_idle(servers), _each(servers)]


@dataclass
class Held:
    """What one server and the bare one held, in KiB: after the start, with the first few there, with everybody there,
    and when they had gone."""

    start: int
    idle: int
    full: int
    left: int
    bare_idle: int
    bare_full: int

    @property
    def each(self) -> float:
        """Return what a person adds."""
        return (self.full - self.idle) / PEOPLE

    @property
    def on_average(self) -> float:
        """Return what everybody there, the first ones included, has brought in, shared among them."""
        return (self.full - self.start) / (FIRST + PEOPLE)

    @property
    def bare_each(self) -> float:
        """Return what a socket adds to the bare server."""
        return (self.bare_full - self.bare_idle) / PEOPLE


async def _measure(stage: Stage) -> Held:
    assert stage.server.process is not None
    server, floor = stage.server.process.pid, stage.floor.process.pid
    walkers = transact(add_cast, walkers=FIRST + PEOPLE).walkers
    await asyncio.sleep(SETTLE_SECONDS)
    start = _kib(server)
    async with client() as http:
        tabs: list[Wire] = [
            await Tab.load(http, stage.server.url, walker.cookie, walker.session_id)
            for walker in walkers[:FIRST]
        ]
        await asyncio.sleep(SETTLE_SECONDS)
        idle, bare_idle = _kib(server), _kib(floor)
        tabs += [
            await Tab.load(http, stage.server.url, walker.cookie, walker.session_id)
            for walker in walkers[FIRST:]
        ]
        wires = [await Wire.open(http, stage.floor.socket("feed")) for _ in walkers[FIRST:]]
        await asyncio.sleep(SETTLE_SECONDS)
        full, bare_full = _kib(server), _kib(floor)
        await asyncio.gather(*(wire.close() for wire in tabs + wires))
        await asyncio.sleep(SETTLE_SECONDS)
    return Held(start, idle, full, _kib(server), bare_idle, bare_full)


def _kib(pid: int) -> int:
    """Return what a process and its children hold; pages that they share count once. The database is left out."""
    top = psutil.Process(pid)
    members = [process for process in (top, *top.children(recursive=True)) if process.name() != "postgres"]
    return sum(_proportional_set_size(process.pid) for process in members)


def _proportional_set_size(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _idle(servers: list[Held]) -> Figure:
    value, low, high = middle([held.start / KIB_IN_MB for held in servers])
    return Figure(
        name="memory, idle",
        what="all processes of the server (PSS, the database left out) after the start, with the demo data",
        against="the bare server (details); the goal is absolute",
        unit="MB",
        value=value,
        low=low,
        high=high,
        goal=IDLE_GOAL,
        details={
            "MB, bare": middle([held.bare_idle / KIB_IN_MB for held in servers])[0],
            "servers started": len(servers),
        },
    )


def _each(servers: list[Held]) -> Figure:
    value, low, high = middle([held.each for held in servers])
    return Figure(
        name="memory, each person",
        what=f"what each of {PEOPLE} signed-in people adds when {FIRST} are there already (the first ones bring in what"
        " all share), their page of a session loaded and connected",
        against="an idle socket of the bare server (details); the goal is absolute",
        unit="KiB",
        value=value,
        low=low,
        high=high,
        goal=PERSON_GOAL,
        details={
            "KiB, bare": middle([held.bare_each for held in servers])[0],
            "KiB, what all share included": middle([held.on_average for held in servers])[0],
            "MB with all of them": middle([held.full / KIB_IN_MB for held in servers])[0],
            "MB when they have gone": middle([held.left / KIB_IN_MB for held in servers])[0],
            "servers started": len(servers),
        },
    )
