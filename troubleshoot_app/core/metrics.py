"""What processes count for Prometheus, whichever layer does the counting.

Several server processes count into files of a folder on their own machine, and ``api.metrics`` adds them up.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "troubleshoot-metrics-"


def share_counts() -> None:
    """Let the processes that are forked from this one count together. To be called before Prometheus is imported."""
    if FOLDER in os.environ:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
