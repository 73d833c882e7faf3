"""A note as PDF, for whoever files or prints it."""

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from troubleshoot_app.domain.errors import DomainError, TooBusy
from troubleshoot_app.domain.formats.ticket_note.outline import Outline

SECONDS = 60
AT_ONCE = 2
# Whoever waits keeps a thread that others need, for a minute and more when the PDFs before theirs are large.
WAITING = 8

_slots = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)
_PROGRAM = Path(__file__).with_name("typeset.py")


class TooLongForPdf(DomainError):
    """A note of so many pages that setting it takes too long."""


def as_pdf(outline: Outline, at: datetime) -> bytes:
    """Return the note as PDF, dated ``at``; the same outline gives the same bytes.

    Raises:
        TooLongForPdf: it is not done within a minute.
        TooBusy: so many wait for theirs already that this one would be in the way of everything else.
    """
    given = {"outline": json.dumps(asdict(outline) | {"footer": outline.title[:80]})}
    try:
        return set_in_type("note.typ", given, at)
    except subprocess.TimeoutExpired:
        raise TooLongForPdf("This session is too long for a PDF. Export it as HTML instead.") from None


def set_in_type(template: str, given: dict[str, str], at: datetime) -> bytes:
    """Return the PDF that a template makes of what it is given, dated ``at``.

    Raises:
        TimeoutExpired: it is not done within a minute.
        TooBusy: too many wait already.
    """
    order = {"template": template, "given": given, "at": int(at.timestamp())}
    if not _places.acquire(blocking=False):
        raise TooBusy("Many PDFs are being made right now. Try again in a minute, or take another format.")
    try:
        with _slots:
            done = subprocess.run(
                [sys.executable, "-I", str(_PROGRAM)],
                input=json.dumps(order).encode(),
                capture_output=True,
                check=True,
                timeout=SECONDS,
            )
    finally:
        _places.release()
    return done.stdout
