"""Building the pages, and only when something changed that they are made of."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable

from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT

WEB = ROOT / ".web"
BUILD = WEB / "build"
MARK = BUILD / "sources.sha256"
LOG = ROOT / "var" / "build.log"
LOCK = ROOT / "var" / "build.lock"

PACKAGE = "troubleshoot_app"
SOURCES = (f"{PACKAGE}/**/*.py", "assets/**/*", "rxconfig.py", "constraints.txt")
PACKAGE_LOCK = ("reflex.lock/*",)
# No page imports these, so that they cannot change what is built.
APART = (f"{PACKAGE}/api/", f"{PACKAGE}/cli.py", f"{PACKAGE}/__main__.py", f"{PACKAGE}/server/")
NOT_APART = (f"{PACKAGE}/server/same_origin.py", f"{PACKAGE}/server/compile.py")

LOG_TAIL = 30
STOP_SECONDS = 5


def ensure_built(say: Callable[[str], None]) -> None:
    """Build the pages unless what is there was built from these sources. Of several processes, one builds.

    Raises:
        StartError: the build failed; the end of its log is in the message.
    """
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = _hash(SOURCES)
        if _is_current(sources):
            return
        first = not WEB.exists()
        say(
            "Building the pages; "
            + ("the first time takes a minute or two." if first else "their sources changed.")
        )
        done = _build()
        if not done and not first:
            say("That failed; once more from the start.")
            shutil.rmtree(WEB)
            done = _build()
        if not done:
            end = LOG.read_text(errors="replace").splitlines()[-LOG_TAIL:]
            raise StartError("\n".join([*end, f"The pages could not be built; all of it is in {LOG}."]))
        # The build may have brought the package lock up to date, so that is hashed now; the sources were before.
        MARK.write_text(_mark(sources))


def _is_current(sources: str) -> bool:
    return MARK.exists() and MARK.read_text() == _mark(sources)


def _mark(sources: str) -> str:
    return f"{sources} {_hash(PACKAGE_LOCK)}"


def _hash(patterns: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and (name in NOT_APART or not name.startswith(APART)):
            content = path.read_bytes()
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _build() -> bool:
    """Compile the pages in a process of its own; whatever ends us ends that process and what it started."""
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{PACKAGE}.server.compile"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            return process.wait() == 0
        finally:
            if process.poll() is None:
                _stop_group(process)


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
