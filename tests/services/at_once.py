"""Several callers at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from troubleshoot_app.core.errors import AppError

TIMEOUT_SECONDS = 20


class Outcomes:
    """What came of several calls: the answers and the refusals, each in the order of the calls."""

    def __init__(self, outcomes: Sequence[Any]) -> None:
        self.answers = [outcome for outcome in outcomes if not isinstance(outcome, AppError)]
        self.refusals = [outcome for outcome in outcomes if isinstance(outcome, AppError)]


def at_once(calls: Sequence[Callable[[], Any]]) -> Outcomes:
    """Make all calls at the same moment, each in a thread of its own; an error that nobody expects is raised."""
    ready = threading.Barrier(len(calls))

    def make(call: Callable[[], Any]) -> Any:
        ready.wait(TIMEOUT_SECONDS)
        try:
            return call()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        jobs = [threads.submit(make, call) for call in calls]
        return Outcomes([job.result(TIMEOUT_SECONDS) for job in jobs])
