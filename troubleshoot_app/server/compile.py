"""Compiles the pages and bundles them; run as a process of its own by ``server.frontend``."""

import os
import signal
import subprocess
import sys
import threading

from troubleshoot_app.server.paths import prepare_reflex


def main() -> None:
    """Write the bundle to ``.web/build``. Ends with a status other than 0 when that fails."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare_reflex()
    os.environ.setdefault("NPM_CONFIG_REGISTRY", _npm_registry())
    # npm tries again after a hiccup of the network, which Reflex's own npm settings forbid.
    os.environ.setdefault("npm_config_fetch_retries", "3")
    os.environ["REFLEX_COMPILE_CONTEXT"] = "export"

    from reflex.utils import prerequisites
    from reflex.utils.export import export
    from reflex_base.constants import LogLevel

    if prerequisites.needs_reinit():
        prerequisites.initialize_reflex_user_directory()
        prerequisites.initialize_frontend_dependencies()
    export(zipping=False, frontend=True, backend=False, loglevel=LogLevel.INFO)


def _end_with_parent() -> None:
    """Wait until whoever started this is gone, then end this and all of its children."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


def _npm_registry() -> str:
    """Return the registry that npm is set up for; left unset, Reflex would try out several by speed."""
    asked = subprocess.run(["npm", "config", "get", "registry"], check=True, capture_output=True, text=True)
    return asked.stdout.strip()


if __name__ == "__main__":
    main()
