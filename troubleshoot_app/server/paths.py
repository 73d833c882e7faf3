"""Where the project lies, and the environment that Reflex's tools need."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def prepare_reflex() -> None:
    """Set what Reflex reads from the environment: no telemetry, no look-ups, Node from this Python's packages.

    Call it before anything of Reflex is imported. What the operator has set already stays.
    """
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
    for name, value in {
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_USE_NPM": "1",
        "REFLEX_DIR": str(ROOT / ".web" / ".reflex"),
        # A connection that went silent is noticed after nine seconds.
        "REFLEX_SOCKET_INTERVAL": "5",
        "REFLEX_SOCKET_TIMEOUT": "4",
    }.items():
        os.environ.setdefault(name, value)
