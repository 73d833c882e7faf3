"""What Prometheus is told: how many requests of which kind, how long they took, and how the installation is doing."""

import os
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troubleshoot_app.core.metrics import FOLDER
from troubleshoot_app.notifications.figures import COUNTED
from troubleshoot_app.services.operations import Load

_REQUESTS = Counter("http_requests", "Requests to the API.", ("method", "route", "status"), registry=COUNTED)
_DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to answer requests to the API.",
    ("method", "route"),
    registry=COUNTED,
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
        yield from COUNTED.collect()


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
        yield _labelled(
            "troubleshoot_deliveries",
            "Deliveries that wait or have failed for good.",
            "status",
            load.deliveries,
        )
        for name, meaning, by_channel in (
            ("due", "Deliveries whose time has come and that have not gone out.", load.due),
            (
                "failed_last_day",
                "Deliveries of the last 24 hours that failed for good.",
                load.failed_last_day,
            ),
        ):
            yield _labelled(f"troubleshoot_deliveries_{name}", meaning, "channel", by_channel)
        yield _labelled(
            "troubleshoot_oldest_due_delivery_seconds",
            "For how long the delivery has been due that has been so longest; 0 when none is.",
            "channel",
            load.oldest_due_seconds,
        )
        yield GaugeMetricFamily(
            "troubleshoot_oldest_open_escalation_seconds",
            "How long the escalation waits that waits longest; 0 when none does.",
            value=load.oldest_open_escalation_seconds,
        )
        yield GaugeMetricFamily(
            "troubleshoot_connected_sockets", "Open pages of signed-in people.", value=load.connected_sockets
        )
        yield _labelled(
            "troubleshoot_database_connections",
            "Connections of all processes to the database, by what they do.",
            "state",
            load.connections,
        )
        yield GaugeMetricFamily(
            "troubleshoot_database_connections_limit",
            "How many connections PostgreSQL takes from everybody.",
            value=load.connections_limit,
        )


def _labelled(name: str, meaning: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, figure in values.items():
        family.add_metric([value], figure)
    return family
