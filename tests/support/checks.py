"""What has to hold before a test runs: format, rules, types, layers, and models that match the migrations."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from tests.support.postgres import Cluster
from troubleshoot_app.server.paths import ROOT

TOOLS = Path(sys.executable).parent
CODE = (
    ("format", "ruff", "format", "--check", "--quiet", "."),
    ("rules", "ruff", "check", "--quiet", "."),
    ("layers", "lint-imports", "--no-logo"),
    ("types", "mypy"),
)


def main() -> int:
    """Run all checks, tell of each, and return the exit status; ``--only-code`` leaves the database out."""
    results = [_tool(*check) for check in CODE]
    if "--only-code" not in sys.argv:
        results.append(_migrations())
    return 0 if all(results) else 1


def _tool(name: str, program: str, *arguments: str) -> bool:
    begin = time.monotonic()
    done = subprocess.run(
        [str(TOOLS / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return _tell(name, done.returncode == 0, begin, done.stdout + done.stderr)


def _migrations() -> bool:
    begin = time.monotonic()
    cluster = Cluster(os.getpid())
    config = Config(ROOT / "alembic.ini", stdout=io.StringIO())
    try:
        config.attributes["database_url"] = cluster.database("check")
        command.check(config)
    except CommandError as error:
        return _tell("migrations", False, begin, str(error))
    finally:
        cluster.stop()
    return _tell("migrations", True, begin, "")


def _tell(name: str, good: bool, begin: float, output: str) -> bool:
    print(f"{name:<12}{'good' if good else 'NOT GOOD'}  {time.monotonic() - begin:.1f} s", flush=True)
    if not good:
        print(output, flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
