"""A tree as large as one can be: opened in the editor, changed there, and walked."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import aiohttp
from playwright.async_api import Browser, async_playwright
from sqlmodel import Session

from tests.bench.figures import OTHERS, Figure, Goal, middle, percentile
from tests.bench.people import long_tree, sign_in
from tests.bench.sockets import Tab, client
from tests.bench.stage import House, Neighbours, Stage
from tests.bench.steps import AppWalk
from tests.support.chromium import FLAGS, find_chromium
from tests.support.pages import DEVICES
from tests.support.people import add_team, ask, publish_tree
from tests.support.reflex_socket import COOKIE
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.tree import NODE_LIMIT
from troubleshoot_app.services import sessions
from troubleshoot_app.states.editor import EditorState

SMALL = 10
OPEN_GOAL = Goal(2_000)
EDIT_GOAL = Goal(200)
WALK_GOAL = Goal(1.2)
STEPS_A_ROUND = 40


@dataclass(frozen=True)
class Scene:
    """An author with a tree of the greatest size, and somebody who walks it and a small one."""

    cookie: str
    tree_id: str
    large_session: str
    small_session: str


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return how long it takes to open and to change a tree of the greatest size, and what a step on it costs."""
    with house.stage("large_tree") as stage:
        scene = transact(_set_scene)
        chromium = find_chromium()
        return asyncio.run(_measure(stage, scene, chromium, rounds=5 if quick else 15))


def _set_scene(db: Session) -> Scene:
    team = add_team(db, "bench")
    large = publish_tree(db, team.engineer, long_tree(NODE_LIMIT - 1), "A very large tree")
    small = publish_tree(db, team.engineer, long_tree(SMALL - 1), "A small tree")
    large_session, small_session = (
        str(ask(db, team.engineer, sessions.start_session, tree_id=tree_id).id) for tree_id in (large, small)
    )
    return Scene(sign_in(db, team.engineer), str(large), large_session, small_session)


async def _measure(stage: Stage, scene: Scene, chromium: str | None, *, rounds: int) -> list[Figure]:
    async with client() as http:
        edited = await _edit(http, stage, scene, edits=rounds * 4)
        walked = await _walk(http, stage, scene, rounds=rounds)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        opened = await _open(browser, stage, scene, rounds=rounds)
        await browser.close()
    return [opened, edited, walked]


async def _open(browser: Browser, stage: Stage, scene: Scene, *, rounds: int) -> Figure:
    page = await browser.new_page(**DEVICES["desk"])
    await page.context.add_cookies([{"name": COOKIE, "value": scene.cookie, "url": stage.server.url}])
    neighbours = Neighbours()
    forms, took = [], []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        await page.goto(f"{stage.server.url}/trees/{scene.tree_id}/edit")
        await page.get_by_role("textbox", name="Text", exact=True).wait_for()
        forms.append((time.perf_counter() - begin) * 1000)
        await page.locator("[data-node][aria-current]").wait_for()
        took.append((time.perf_counter() - begin) * 1000)
    return Figure(
        name="large tree, opened",
        what=f"from the address of the editor of a tree of {NODE_LIMIT:,} nodes to its form and its chart, in Chromium: p95",
        against="the goal is absolute",
        unit="ms",
        value=percentile(took[1:], 95),
        low=min(took[1:]),
        high=max(took[1:]),
        goal=OPEN_GOAL,
        details={
            "p50 ms": percentile(took[1:], 50),
            "p50 ms, to the form": percentile(forms[1:], 50),
            "ms, the first time": took[0],
            "times": rounds,
            OTHERS: neighbours.share(),
        },
    )


async def _edit(http: aiohttp.ClientSession, stage: Stage, scene: Scene, *, edits: int) -> Figure:
    tab = await Tab.load(http, stage.server.url, scene.cookie, tree_id=scene.tree_id)
    neighbours = Neighbours()
    took = []
    seen = long_tree(SMALL).nodes["n0"].text
    for number in range(1, edits + 2):
        typed = f"Is it on, for the {number}. time?"
        begin = time.perf_counter()
        answer = tab.expect(f'"handled_rx_state_":{number}')
        await tab.call("save_words", EditorState, words="text", node_id="n0", seen=seen, typed=typed)
        await answer
        took.append((time.perf_counter() - begin) * 1000)
        seen = typed
    await tab.close()
    return Figure(
        name="large tree, changed",
        what=f"a text typed in a tree of {NODE_LIMIT:,} nodes, from the socket's event to the answer with it committed and"
        " the whole tree checked: p95",
        against="the goal is absolute",
        unit="ms",
        value=percentile(took[1:], 95),
        low=min(took[1:]),
        high=max(took[1:]),
        goal=EDIT_GOAL,
        details={
            "p50 ms": percentile(took[1:], 50),
            "p99 ms": percentile(took[1:], 99),
            "edits": edits,
            OTHERS: neighbours.share(),
        },
    )


async def _walk(http: aiohttp.ClientSession, stage: Stage, scene: Scene, *, rounds: int) -> Figure:
    walks = [
        AppWalk(await Tab.load(http, stage.server.url, scene.cookie, session_id))
        for session_id in (scene.large_session, scene.small_session)
    ]
    neighbours = Neighbours()
    large: list[float] = []
    small: list[float] = []
    for _ in range(rounds + 1):
        for walk, found in zip(walks, (large, small), strict=True):
            found.append(await _median_step(walk))
    value, low, high = middle([ours / theirs for ours, theirs in zip(large[1:], small[1:], strict=True)])
    return Figure(
        name="large tree, walked",
        what=f"a committed step on a tree of {NODE_LIMIT:,} nodes over the socket",
        against=f"the same on a tree of {SMALL} nodes",
        unit="×",
        value=value,
        low=low,
        high=high,
        goal=WALK_GOAL,
        details={
            "ms a step": statistics.median(large[1:]),
            f"ms a step, {SMALL} nodes": statistics.median(small[1:]),
            "steps of each": rounds * STEPS_A_ROUND,
            OTHERS: neighbours.share(),
        },
    )


async def _median_step(walk: AppWalk) -> float:
    took = []
    for _ in range(STEPS_A_ROUND):
        begin = time.perf_counter()
        await walk.step()
        took.append((time.perf_counter() - begin) * 1000)
    return statistics.median(took)
