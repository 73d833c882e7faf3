"""Conversations with other servers that never keep us longer than allowed."""

import time
from io import RawIOBase
from socket import socket
from typing import Any


class Deadline:
    """How long the next wait may be, so that neither one wait nor all of them take too long; all in seconds."""

    def __init__(self, time_out: float, whole: float) -> None:
        self._time_out = time_out
        self._end = time.monotonic() + whole

    def next_wait(self) -> float:
        """Return for how long to wait at most; ``TimeoutError`` when all the time is used up."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(self._time_out, left)


class TimedReader(RawIOBase):
    """Reads from a socket; a server that sends a byte now and then does not win time by it."""

    def __init__(self, source: socket, deadline: Deadline) -> None:
        self._source = source
        self._deadline = deadline

    def readable(self) -> bool:
        """Say that it can be read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is, as soon as there is something."""
        self._source.settimeout(self._deadline.next_wait())
        return self._source.recv_into(buffer)
