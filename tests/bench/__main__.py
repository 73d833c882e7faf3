"""``make bench``: measure, print every figure with its goal, and keep them in ``test-results/bench.json``."""

import argparse
import json
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from types import FrameType

from tests.bench.figures import Figure
from troubleshoot_app.server.paths import ROOT, prepare_reflex

RESULTS = ROOT / "test-results" / "bench.json"
NAMES = (
    "steps",
    "api",
    "push",
    "telling",
    "click",
    "memory",
    "large_tree",
    "finding",
    "insight",
    "lighthouse",
)


def main() -> int:
    """Measure what was asked for; return 0 when all of it was measured, whether the goals are reached or not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=NAMES, action="append", help="measure this; may be given again")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: faster and noisier")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    figures = _measure(arguments.only or NAMES, quick=arguments.quick)
    _keep(figures, quick=arguments.quick)
    reached = sum(figure.reached for figure in figures)
    print(f"\n{reached} of {len(figures)} goals reached; all of it is in {RESULTS.relative_to(ROOT)}.")
    return 0


def _measure(names: tuple[str, ...] | list[str], *, quick: bool) -> list[Figure]:
    # Imported only now: Reflex reads the environment when it is imported.
    prepare_reflex()
    from tests.bench import (
        api,
        click,
        finding,
        insight,
        large_tree,
        lighthouse,
        memory,
        push,
        stage,
        steps,
        telling,
    )
    from tests.support.chromium import ensure_chromium
    from tests.support.postgres import remove_leftovers
    from troubleshoot_app.server.frontend import ensure_built

    measurements = {
        "steps": steps,
        "api": api,
        "push": push,
        "telling": telling,
        "click": click,
        "memory": memory,
        "large_tree": large_tree,
        "finding": finding,
        "lighthouse": lighthouse,
        "insight": insight,
    }
    remove_leftovers()
    ensure_built(lambda sentence: print(sentence, flush=True))
    if {"click", "large_tree", "lighthouse"} & set(names):
        ensure_chromium()
    figures = []
    house = stage.House()
    try:
        for name in names:
            begin = time.monotonic()
            for figure in measurements[name].measure(house, quick=quick):
                print(f"\n{figure}", flush=True)
                figures.append(figure)
            print(f"    took {time.monotonic() - begin:.0f} s", flush=True)
    finally:
        house.close()
    return figures


def _keep(figures: list[Figure], *, quick: bool) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "quick": quick,
        "figures": [figure.as_json() for figure in figures],
    }
    RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit("Ended by a signal.")


if __name__ == "__main__":
    sys.exit(main())
