"""What Prometheus is told: how many requests of which kind, how long they took, and how the installation is doing.

Several server processes count into files of a folder that the first of them makes; the page adds them up.
"""

import os
import shutil
import time
from collections.abc import Iterator
from http import HTTPStatus

import psutil
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.services.operations import Load

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def share_counts() -> None:
    """Let the processes that are forked from this one count together. To be called before Prometheus is imported."""
    if get_settings().workers == 1 or FOLDER in os.environ:
        return
    all_runs = get_settings().var_dir / "metrics"
    all_runs.mkdir(parents=True, exist_ok=True)
    for run in all_runs.iterdir():
        if run.name.isdigit() and not psutil.pid_exists(int(run.name)):
            shutil.rmtree(run, ignore_errors=True)
    mine = all_runs / str(os.getpid())
    mine.mkdir(exist_ok=True)
    os.environ[FOLDER] = str(mine.absolute())


share_counts()

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.metrics_core import Metric  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402
from prometheus_client.registry import Collector  # noqa: E402

_counted = CollectorRegistry()
_REQUESTS = Counter("http_requests", "Requests to the API.", ("method", "route", "status"), registry=_counted)
_DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to answer requests to the API.",
    ("method", "route"),
    registry=_counted,
)
UNKNOWN = "unknown"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Counting:
    """Counts the requests to the API, by route: never by what stands in an address."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self._app = app
        self._api = api
        self._routes: dict[int, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        begin = time.perf_counter()

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = self._route(scope)
            _REQUESTS.labels(method, route, str(status)).inc()
            _DURATION.labels(method, route).observe(time.perf_counter() - begin)

    def _route(self, scope: Scope) -> str:
        if not self._routes:
            self._routes = {
                id(route.original_route): route.path_format or UNKNOWN
                for route in iter_route_contexts(self._api.routes)
            }
        return self._routes.get(id(scope.get("route")), UNKNOWN)


def metrics_text(load: Load | None) -> bytes:
    """Return all figures in Prometheus' text format; ``load`` is what the database knows, None when it cannot be asked."""
    page = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(page)  # type: ignore[no-untyped-call]
    else:
        page.register(_Counted())
    page.register(_Loaded(load))
    return generate_latest(page)


class _Counted(Collector):
    def collect(self) -> Iterator[Metric]:
        """Yield what this process has counted."""
        yield from _counted.collect()


class _Loaded(Collector):
    def __init__(self, load: Load | None) -> None:
        self._load = load

    def collect(self) -> Iterator[Metric]:
        """Yield what the database knows."""
        load = self._load
        yield GaugeMetricFamily(
            "troubleshoot_database_up", "Whether the database can be reached.", value=float(load is not None)
        )
        if load is None:
            return
        deliveries = GaugeMetricFamily(
            "troubleshoot_deliveries", "Deliveries that wait or have failed for good.", labels=["status"]
        )
        for status, count in load.deliveries.items():
            deliveries.add_metric([status], count)
        yield deliveries
        yield GaugeMetricFamily(
            "troubleshoot_oldest_open_escalation_seconds",
            "How long the escalation waits that waits longest; 0 when none does.",
            value=load.oldest_open_escalation_seconds,
        )
        yield GaugeMetricFamily(
            "troubleshoot_connected_sockets", "Open pages of signed-in people.", value=load.connected_sockets
        )
