"""What Lighthouse says of the pages: the least scores in accessibility and best practices, and the speed of the walk."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.figures import PERCENT, Figure, Goal
from tests.bench.stage import House
from tests.support.accounts import cookie_for, open_account
from tests.support.chromium import FLAGS, find_chromium
from tests.support.material import Material, add_material
from tests.support.ports import free_port
from tests.support.reflex_socket import COOKIE
from troubleshoot_app.core.db import transact
from troubleshoot_app.pages import OUTSIDE_ROUTES, SIGNED_IN_ROUTES

VERSION = "13.5.0"
FOLDER = Path(sys.prefix) / "lighthouse"
CLI = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
INSTALL_SECONDS = 300
PAGE_SECONDS = 180
CATEGORIES = {"accessibility": 95, "best-practices": 95}
WALK_GOAL = 90
RUNS = 5
SKIPPED_ON_LOOPBACK = "is-on-https,redirects-http"  # the bench serves over plain http


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the least scores of all pages, and that of the walk in performance; nothing when there is no Lighthouse."""
    if not _install():
        print(f"Lighthouse {VERSION} could not be installed from the npm registry; its figures are left out.")
        return []
    with house.stage("lighthouse") as stage:
        team = open_account()
        material = transact(add_material, team)
        with _SignedIn(stage.server.url, cookie_for(team.admin)) as admin:
            pages = {
                address: admin.look_at(address, list(CATEGORIES)) for address in _addresses(material, quick)
            }
        with _SignedIn(stage.server.url, cookie_for(team.viewer)) as viewer:
            walk = f"/sessions/{material.values['session_id'][0]}"
            speeds = [
                viewer.look_at(walk, ["performance"])["performance"] for _ in range(1 if quick else RUNS)
            ]
    return [*(_least(category, pages) for category in CATEGORIES), _speed(speeds)]


class _SignedIn:
    """A browser in which somebody is signed in, and that Lighthouse drives."""

    def __init__(self, url: str, cookie: str) -> None:
        self._url, self._cookie, self._port = url, cookie, free_port()

    def __enter__(self) -> "_SignedIn":
        self._profile = tempfile.TemporaryDirectory(prefix="lighthouse-", ignore_cleanup_errors=True)
        chromium = find_chromium()
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch_persistent_context(
            self._profile.name,
            executable_path=chromium,
            args=[*FLAGS, f"--remote-debugging-port={self._port}"],
        )
        self._browser.add_cookies([{"name": COOKIE, "value": self._cookie, "url": self._url}])
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()
        self._profile.cleanup()

    def look_at(self, address: str, categories: list[str]) -> dict[str, float]:
        """Return the scores of a page, up to 100."""
        report = subprocess.run(
            [
                "node", str(CLI), self._url + address, f"--port={self._port}", "--output=json", "--quiet",
                f"--only-categories={','.join(categories)}",
                f"--skip-audits={SKIPPED_ON_LOOPBACK}", "--ignore-status-code",
            ],
            env=_with_node(), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PAGE_SECONDS,
        )  # fmt: skip
        found = json.loads(report.stdout)["categories"]
        return {category: PERCENT * found[category]["score"] for category in categories}


def _addresses(material: Material, quick: bool) -> list[str]:
    """Return one address for each page, or a few of them."""
    routes = [route for route in (*OUTSIDE_ROUTES, *SIGNED_IN_ROUTES) if route.startswith("/")]
    addresses = [material.addresses([route])[0] for route in routes]
    return addresses[-3:] if quick else addresses


def _least(category: str, pages: dict[str, dict[str, float]]) -> Figure:
    scores = {address: scores[category] for address, scores in pages.items()}
    worst = min(scores, key=lambda address: scores[address])
    return Figure(
        name=f"lighthouse {category}",
        what=f"the least score of {len(pages)} pages in Lighthouse's {category}, that of {worst}",
        against="nothing; the goal is absolute",
        unit="of 100",
        value=scores[worst],
        low=min(scores.values()),
        high=max(scores.values()),
        goal=Goal(CATEGORIES[category], at_least=True),
        details={address: score for address, score in scores.items() if score < CATEGORIES[category]},
    )


def _speed(scores: list[float]) -> Figure:
    return Figure(
        name="lighthouse performance",
        what="the walk page in Lighthouse's performance, on the phone and the line that it simulates, nothing kept from "
        f"before: median of {len(scores)}",
        against="nothing; the goal is absolute",
        unit="of 100",
        value=statistics.median(scores),
        low=min(scores),
        high=max(scores),
        goal=Goal(WALK_GOAL, at_least=True),
    )


def _install() -> bool:
    """Tell whether Lighthouse is there, installing it beside the Python packages when it is not."""
    if CLI.exists():
        return True
    print(f"Installing Lighthouse {VERSION} into {FOLDER}.", flush=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(FOLDER)]
    try:
        subprocess.run(
            [*command, f"lighthouse@{VERSION}"], env=_with_node(), check=True, capture_output=True,
            timeout=INSTALL_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return CLI.exists()


def _with_node() -> dict[str, str]:
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
