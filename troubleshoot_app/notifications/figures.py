"""What Prometheus is told of telling people; the one place that everything is counted in."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram

from troubleshoot_app.core.clock import now

COUNTED = CollectorRegistry()
_PUSHED = Histogram(
    "troubleshoot_push_seconds",
    "From the moment that something happened to an escalation until it was sent to the open pages of a process.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    registry=COUNTED,
)


def count_push(since: datetime) -> None:
    """Count that what was announced then is on the open pages of this process now."""
    _PUSHED.observe(max(0.0, (now() - since).total_seconds()))
