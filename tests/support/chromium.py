"""A Chromium for the browser tests: one that is installed, or else one that is installed now."""

import os
import shutil
import subprocess
import sys
from functools import cache

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
VERSION_SECONDS = 30


def find_chromium() -> str | None:
    """Return the path of a Chromium that runs: on the PATH, or Playwright's own."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    with sync_playwright() as playwright:
        found.append(playwright.chromium.executable_path)
    return next((path for path in found if _runs(path)), None)


@cache
def ensure_chromium() -> str:
    """Return the path of a Chromium, installing one when there is none; ``RuntimeError`` when that fails."""
    for install in (None, _install_from_debian, _install_from_playwright):
        if install is not None:
            install()
        if path := find_chromium():
            return path
    raise RuntimeError(
        "The browser tests need a Chromium, and none could be installed. Install one so that `chromium` is on the PATH."
    )


def _runs(path: str) -> bool:
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=VERSION_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _install_from_debian() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium with apt-get for the browser tests.", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "chromium"]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def _install_from_playwright() -> None:
    print("Installing Playwright's Chromium for the browser tests.", flush=True)
    playwright = [sys.executable, "-m", "playwright"]
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run([*playwright, "install-deps", "chromium"], stdout=subprocess.DEVNULL, check=False)
    subprocess.run([*playwright, "install", "chromium"], check=False)


if __name__ == "__main__":
    try:
        ensure_chromium()
    except RuntimeError as error:
        sys.exit(str(error))
