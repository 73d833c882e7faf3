"""Files that people send, kept in a folder of the installation: each one whole and on the disk, or not at all."""

import contextlib
import errno
import hashlib
import os
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from troubleshoot_app.core.errors import NoRoom

CHUNK = 64 * 1024
NAME_BYTES = 16
LEFT_BEHIND_SECONDS = 24 * 3600
UNFINISHED = "unfinished"

_OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it lies on the disk, under a name that nobody can guess."""

    path: Path
    size: int
    sha256: str


def is_out_of_room(error: BaseException | None) -> bool:
    """Tell whether ``error`` says that a disk, or what may be used of it, is full."""
    return isinstance(error, OSError) and error.errno in _OUT_OF_ROOM


def keep_file(content: BinaryIO, root: Path, folder: str) -> KeptFile:
    """Write ``content``, from its start, to a new file in ``folder`` below ``root``, and return it.

    It is written aside and moved there when it is whole: whatever ends this process, no half of it is ever found.

    Raises:
        NoRoom: the disk is full; nothing is left on it.
    """
    try:
        return _keep(content, root, folder)
    except OSError as error:
        if is_out_of_room(error):
            raise NoRoom() from error
        raise


def _keep(content: BinaryIO, root: Path, folder: str) -> KeptFile:
    aside, place = root / UNFINISHED, root / folder
    for needed in (aside, place):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left_behind(aside)
    path = place / secrets.token_hex(NAME_BYTES)
    handle, unfinished = tempfile.mkstemp(dir=aside)  # with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            size, digest = _copy(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        _sync_folder(place)
    except BaseException:
        for left in (Path(unfinished), path):
            left.unlink(missing_ok=True)
        raise
    return KeptFile(path, size, digest)


def _copy(content: BinaryIO, file: BinaryIO) -> tuple[int, str]:
    content.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := content.read(CHUNK):
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_left_behind(aside: Path) -> None:
    """Remove what a process that was killed could not finish; several may be at it."""
    for path in aside.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS:
                path.unlink()
