"""For whoever runs the server: alive, ready, and how busy."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from tests.api.conftest import As
from tests.support.asgi import Api, running
from tests.support.people import Team, do, escalate
from tests.support.ports import free_port
from tests.support.postgres import Cluster
from troubleshoot_app.api.docs import OPENAPI
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import forget_engine, transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery
from troubleshoot_app.services import handoffs
from troubleshoot_app.services.operations import CHANNELS

Use = Callable[[str], None]


@pytest.fixture
def use_database(database_url: str) -> Iterator[Use]:
    """Let this process work on another database until the end of the test."""

    def use(url: str) -> None:
        os.environ["DATABASE_URL"] = url
        get_settings.cache_clear()
        forget_engine()

    yield use
    use(database_url)


def figures(api: Api) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return each sample of the page by its name and labels."""
    answer = api.at_root().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_alive_and_ready(api: Api):
    for path in ("/healthz", "/readyz"):
        answer = api.at_root().get(path)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert api.at_root().request("HEAD", path).status_code == 200


def test_faults_in_what_is_under_way_are_counted_and_do_not_make_it_unready(api: Api, team: Team):
    transact(escalate, team)
    assert api.at_root().get("/readyz").json() == {"status": "ok", "faults": 0}
    transact(lambda db: db.execute(update(Delivery).values(next_attempt_at=None)) and None)
    answer = api.at_root().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["faults"] > 0


def test_without_its_database_it_is_alive_and_not_ready(use_database: Use):
    use_database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with running() as api:
        assert api.at_root().get("/healthz").status_code == 200
        answer = api.at_root().get("/readyz")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.json()["detail"] == "The database cannot be reached."
        assert figures(api)["troubleshoot_database_up", ()] == 0


def test_with_migrations_to_come_it_is_not_ready(use_database: Use, cluster: Cluster, worker_name: str):
    use_database(cluster.empty_database(f"unmigrated_{worker_name}"))
    with running() as api:
        answer = api.at_root().get("/readyz")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "run the command migrate" in answer.json()["detail"]


def test_what_prometheus_is_told(api: Api, api_as: As, team: Team):
    def counted(status: str, route: str) -> float:
        labels = (("method", "GET"), ("route", route), ("status", status))
        return figures(api).get(("http_requests_total", labels), 0)

    session = "/api/v1/sessions/{session_id}"
    before, unknown = counted("404", session), counted("404", "unknown")
    api_as(team.viewer).get("/sessions/x")
    api_as(team.viewer).get("/sessions/y")
    api.get("/no/such/address")
    documents = counted("200", OPENAPI)
    assert api.at_root().get(OPENAPI).status_code == 200
    assert counted("200", OPENAPI) == documents + 1
    assert counted("404", session) == before + 2
    assert counted("404", "unknown") == unknown + 1
    opened = transact(escalate, team)
    transact(escalate, team)
    transact(lambda db: db.execute(update(Delivery).values(next_attempt_at=now())) and None)
    do(team.owner, handoffs.claim, handoff_id=opened.id)
    told: dict[Any, float] = figures(api)
    assert told["troubleshoot_deliveries", (("status", "pending"),)] == 2 * len(team.seniors)
    assert told["troubleshoot_deliveries", (("status", "failed"),)] == 0
    for channel in (Channel.IN_APP, Channel.EMAIL):
        assert told["troubleshoot_deliveries_due", (("channel", channel),)] == len(team.seniors)
        assert 0 < told["troubleshoot_oldest_due_delivery_seconds", (("channel", channel),)] < 60
    for name in CHANNELS:
        assert told["troubleshoot_deliveries_failed_last_day", (("channel", name),)] == 0
    assert told["troubleshoot_database_connections", (("state", "active"),)] >= 1
    assert told["troubleshoot_database_connections_limit", ()] >= 50
    assert 0 < told["troubleshoot_oldest_open_escalation_seconds", ()] < 60
    assert told["troubleshoot_connected_sockets", ()] == 0
    assert told["troubleshoot_database_up", ()] == 1
    transact(lambda db: db.execute(update(Delivery).values(status=DeliveryStatus.FAILED)) and None)
    ended: dict[Any, float] = figures(api)
    assert ended["troubleshoot_deliveries_failed_last_day", (("channel", Channel.EMAIL),)] > 0
    assert ended["troubleshoot_deliveries_due", (("channel", Channel.EMAIL),)] == 0
    took = (("method", "GET"), ("route", session))
    assert told["http_request_duration_seconds_count", took] >= 2
