"""A press on an option in a real browser, and how long it takes until the next question is painted."""

import asyncio

from playwright.async_api import Page, async_playwright

from tests.bench.figures import OTHERS, Figure, Goal, percentile
from tests.bench.people import Walker, add_cast
from tests.bench.recording import record_step
from tests.bench.stage import House, Neighbours, Stage
from tests.support.chromium import FLAGS, find_chromium
from tests.support.pages import DEVICES
from tests.support.reflex_socket import COOKIE
from troubleshoot_app.core.db import transact

GOAL = Goal(150)
WARM_UP = 5
# A frame that shows another heading was painted when a task runs that was queued while the frame was being made.
WATCH = """() => {
  window.painted = [];
  const heading = () => document.querySelector("h1")?.textContent;
  document.addEventListener("pointerdown", press => {
    const before = heading();
    const look = () => {
      if (heading() === before) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push(performance.now() - press.timeStamp);
      channel.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  }, true);
}"""


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the 95th percentile of the time from press to paint."""
    with house.stage("click") as stage:
        walker = transact(add_cast, walkers=1).walkers[0]
        script = record_step(walker, "{}")
        chromium = find_chromium()
        return [asyncio.run(_measure(stage, walker, script, chromium, rounds=3 if quick else 6))]


async def _measure(stage: Stage, walker: Walker, script: str, chromium: str | None, *, rounds: int) -> Figure:
    presses = 30
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        ours_page = await browser.new_page(**DEVICES["phone"])
        await ours_page.context.add_cookies(
            [{"name": COOKIE, "value": walker.cookie, "url": stage.server.url}]
        )
        await ours_page.goto(f"{stage.server.url}/sessions/{walker.session_id}")
        await ours_page.get_by_role("button", name="Yes", exact=True).wait_for()
        bare_page = await browser.new_page(**DEVICES["phone"])
        await bare_page.goto(stage.floor.page)
        await bare_page.evaluate("script => window.begin(script)", script)
        for page in (ours_page, bare_page):
            await page.evaluate(WATCH)
            await _press(page, WARM_UP)
        neighbours = Neighbours()
        ours: list[float] = []
        bare: list[float] = []
        per_round: list[float] = []
        for _ in range(rounds):
            bare += await _press(bare_page, presses)
            ours += await _press(ours_page, presses)
            per_round.append(percentile(ours[-presses:], 95))
        others = neighbours.share()
        await browser.close()
    return Figure(
        name="click",
        what="from the press of an option in Chromium, at a phone's size, to the next question painted: p95",
        against="a bare page and websocket with the same SQL, in the same browser (details); the goal is absolute",
        unit="ms",
        value=percentile(ours, 95),
        low=min(per_round),
        high=max(per_round),
        goal=GOAL,
        details={
            "p50 ms": percentile(ours, 50),
            "p95 ms": percentile(ours, 95),
            "p99 ms": percentile(ours, 99),
            "p50 ms, bare": percentile(bare, 50),
            "p95 ms, bare": percentile(bare, 95),
            "p99 ms, bare": percentile(bare, 99),
            "× bare, p50": percentile(ours, 50) / percentile(bare, 50),
            "× bare, p95": percentile(ours, 95) / percentile(bare, 95),
            "presses of each": len(ours),
            OTHERS: others,
        },
    )


async def _press(page: Page, times: int) -> list[float]:
    """Press the option so often, each time when the question before was painted; return what each took, in ms."""
    await page.bring_to_front()
    option = page.get_by_role("button", name="Yes", exact=True)
    begin = await page.evaluate("window.painted.length")
    for number in range(times):
        await option.click()
        await page.wait_for_function("count => window.painted.length >= count", arg=begin + number + 1)
    painted: list[float] = await page.evaluate("begin => window.painted.slice(begin)", begin)
    return painted
