"""Building the pages, and only when something changed that they are made of."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT

WEB = ROOT / ".web"
BUILD = WEB / "build"
MARK = BUILD / "sources.sha256"
LOG = ROOT / "var" / "build.log"
LOCK = ROOT / "var" / "build.lock"
UNFINISHED = ROOT / "var" / "build.unfinished"

PACKAGE = "troubleshoot_app"
SOURCES = (f"{PACKAGE}/**/*.py", f"{PACKAGE}/server/*.js", "assets/**/*", "rxconfig.py", "constraints.txt")
PACKAGE_LOCK = ("reflex.lock/*",)
# No page imports these, so that they cannot change what is built.
APART = (f"{PACKAGE}/api/", f"{PACKAGE}/cli.py", f"{PACKAGE}/__main__.py", f"{PACKAGE}/server/")
NOT_APART = tuple(
    f"{PACKAGE}/server/{name}" for name in ("same_origin.py", "lean_pages.py", "lean_styles.js", "compile.py")
)

LOG_TAIL = 30
STOP_SECONDS = 5


def ensure_built(say: Callable[[str], None]) -> None:
    """Build the pages unless what is there was built from these sources. Of several processes, one builds.

    Nothing is written when nothing is to be built, so that the pages may lie where nobody may write.

    Raises:
        StartError: the build failed; the end of its log was said. Or there is no Node to build with.
    """
    if not UNFINISHED.exists() and _is_current(hash_of(SOURCES, ROOT)):
        return
    if shutil.which("npm") is None:
        raise StartError(
            "The pages are not those of this program, and there is no npm to build them with. "
            "Install requirements.txt, or build the image again."
        )
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("The pages are being built by another process; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        sources = hash_of(SOURCES, ROOT)
        if not _is_current(sources):
            _build(say)
            # The build may have brought the package lock up to date, so that is hashed now; the sources were before.
            MARK.write_text(_mark(sources))


def _build(say: Callable[[str], None]) -> None:
    if UNFINISHED.exists():
        shutil.rmtree(WEB, ignore_errors=True)
    say(
        "Building the pages; "
        + ("their sources changed." if WEB.exists() else "the first time takes a minute or two.")
    )
    forget_assets(WEB)
    UNFINISHED.touch()
    good = _compile() == 0
    UNFINISHED.unlink()
    if not good:
        say("\n".join(LOG.read_text(errors="replace").splitlines()[-LOG_TAIL:]))
        raise StartError(f"The pages could not be built; the reason is above, and all of it in {LOG}.")


def forget_assets(web: Path) -> None:
    """Have Reflex copy every asset anew: it takes only those with a later date, and an unpacked one may have none."""
    shutil.rmtree(web / "public", ignore_errors=True)


def _is_current(sources: str) -> bool:
    return MARK.exists() and MARK.read_text() == _mark(sources)


def _mark(sources: str) -> str:
    return f"{sources} {hash_of(PACKAGE_LOCK, ROOT)}"


def hash_of(patterns: Iterable[str], root: Path) -> str:
    """Return a digest of names and contents of the files under ``root`` that the pages may be made of."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
        name = path.relative_to(root).as_posix()
        if path.is_file() and (name in NOT_APART or not name.startswith(APART)):
            content = path.read_bytes()
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _compile() -> int:
    """Compile the pages in a process of its own and return its exit status.

    Whatever ends this process ends that one, which watches its input for it, and what that one started.
    """
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{PACKAGE}.server.compile"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                _stop_group(process)
            if process.stdin is not None:
                process.stdin.close()


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
