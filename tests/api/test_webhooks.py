"""Webhooks over REST: who makes them, what is shown of them, and what is refused."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.api.conftest import As
from tests.support.asgi import Api
from tests.support.people import Team, escalate
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import AuditEntry
from troubleshoot_app.services.webhooks import MOST

HOOK = {"url": "https://tickets.example.org/in", "events": ["handoff.resolved", "handoff.opened"]}


def make(api: Api, **other: Any) -> dict[str, Any]:
    answer = api.post("/webhooks", HOOK | other)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_webhook_from_its_making_to_its_removal(api_as: As, team: Team):
    admin = api_as(team.admin)
    made = make(admin)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made.keys() == {"id", "url", "events", "is_active", "disabled_reason", "created_at"}
    assert (made["events"], made["is_active"]) == (["handoff.opened", "handoff.resolved"], True)
    path = f"/webhooks/{made['id']}"
    assert admin.get(path).json() == made
    assert admin.get("/webhooks").json() == {"items": [made], "next_cursor": None}
    change = {"url": "https://other.example.org/", "events": ["session.completed"], "secret": "s" * 20}
    changed = admin.patch(path, change | {"is_active": False}).json()
    assert changed == made | {"url": change["url"], "events": change["events"], "is_active": False}
    assert admin.get(path).json() == changed
    assert admin.delete(path).status_code == 204
    assert [admin.get(path).status_code, admin.delete(path).status_code] == [404, 404]
    entries = transact(
        lambda db: db.scalars(
            select(AuditEntry)
            .where(col(AuditEntry.subject_id) == UUID(made["id"]))
            .order_by(col(AuditEntry.id))
        ).all()
    )
    assert [entry.action for entry in entries] == ["webhook.created", "webhook.changed", "webhook.deleted"]
    assert {entry.actor_id for entry in entries} == {team.admin.id}
    told = str([entry.details for entry in entries])
    assert str(HOOK["url"]) in told
    assert secret not in told
    assert "s" * 20 not in told


def test_the_log_tells_what_is_to_be_sent(api_as: As, team: Team):
    admin = api_as(team.admin)
    path = f"/webhooks/{make(admin)['id']}"
    transact(escalate, team)
    pinged = admin.post(f"{path}/ping")
    assert pinged.status_code == 202
    page = admin.get(f"{path}/deliveries?limit=1").json()
    assert page["items"] == [pinged.json()]
    assert (pinged.json()["event"], pinged.json()["status"]) == ("webhook.ping", "pending")
    (opened,) = admin.get(f"{path}/deliveries?limit=1&cursor={page['next_cursor']}").json()["items"]
    assert (opened["event"], opened["attempts"], opened["response_status"]) == ("handoff.opened", 0, None)
    assert admin.get(f"{path}/deliveries?status=failed").json()["items"] == []
    assert admin.get(f"{path}/deliveries?status=nonsense").status_code == 422
    assert admin.delete(path).status_code == 204


def test_they_are_for_admins_of_the_account(api: Api, api_as: As, team: Team, strangers: Team):
    path = f"/webhooks/{make(api_as(team.owner))['id']}"
    calls = (
        ("GET", "/webhooks", None), ("POST", "/webhooks", HOOK), ("GET", path, None), ("PATCH", path, {"is_active": False}),
        ("POST", f"{path}/ping", None), ("GET", f"{path}/deliveries", None), ("DELETE", path, None),
    )  # fmt: skip
    for method, where, body in calls:
        parts = {} if body is None else {"json": body}
        for person, code in ((team.viewer, 403), (team.engineer, 403)):
            assert api_as(person).request(method, where, **parts).status_code == code
        assert api.request(method, where, **parts).status_code == 401
        if where != "/webhooks":
            unknown = where.replace(path, f"/webhooks/{uuid4()}")
            answers = [api_as(strangers.owner).request(method, one, **parts) for one in (where, unknown)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
    assert api_as(strangers.owner).get("/webhooks").json()["items"] == []
    assert api_as(team.owner).get(path).json()["is_active"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://tickets.example.org/"}, {"url": "https://127.0.0.1/"}, {"url": "https://[::ffff:10.0.0.1]/"},
        {"url": "https://localhost:8000/"}, {"url": "https://169.254.169.254/latest/"}, {"url": "https://a:b@example.org/"},
        {"url": "ftp://example.org/"}, {"url": ""}, {"url": None}, {"url": "https://example.org/" + "x" * 3000},
        {"events": []}, {"events": ["handoff.nonsense"]}, {"events": "handoff.opened"}, {"events": None},
        {"events": ["webhook.ping"]}, {"secret": "short"}, {"secret": "whsec_nonsense"}, {"secret": "\ud800" * 16},
        {"is_active": "yes"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_name(api_as: As, team: Team, wrong: dict[str, Any]):
    admin = api_as(team.admin)
    (name,) = wrong
    content = {"content": json.dumps(HOOK | wrong).encode(), "headers": {"Content-Type": "application/json"}}
    answer = admin.request("POST", "/webhooks", **content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][0] == name
    assert admin.get("/webhooks").json()["items"] == []


def test_private_addresses_are_taken_where_the_operator_allows_it(
    api_as: As, team: Team, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(get_settings(), "webhook_allow_private", True)
    assert make(api_as(team.admin), url="http://127.0.0.1:9000/in")["url"] == "http://127.0.0.1:9000/in"
    assert api_as(team.admin).post("/webhooks", HOOK | {"url": "http://169.254.169.254/"}).status_code == 422


def test_an_account_has_so_many_and_no_more(api_as: As, team: Team, strangers: Team):
    admin = api_as(team.admin)
    made = [make(admin)["id"] for _ in range(MOST)]
    refused = admin.post("/webhooks", HOOK)
    assert (refused.status_code, "at most 20" in refused.json()["detail"]) == (409, True)
    make(api_as(strangers.admin))
    assert admin.delete(f"/webhooks/{made[0]}").status_code == 204
    make(admin)


def test_a_request_that_is_sent_again_makes_one_webhook(api_as: As, team: Team):
    admin, headers = api_as(team.admin), {"Idempotency-Key": "one"}
    first, second = (admin.post("/webhooks", HOOK, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert len(admin.get("/webhooks").json()["items"]) == 1
    pings = [
        admin.post(f"/webhooks/{first.json()['id']}/ping", headers={"Idempotency-Key": "two"})
        for _ in range(2)
    ]
    assert [ping.status_code for ping in pings] == [202, 202]
    assert pings[0].json() == pings[1].json()


def test_the_documentation_says_what_is_sent_and_how_to_check_it(api: Api):
    document = api.app.openapi()
    sent = {
        operation["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for operation in document["webhooks"].values()
    }
    assert (
        sent == {"HandoffMessage", "SessionMessage", "PingMessage"} <= set(document["components"]["schemas"])
    )
    (tag,) = (tag for tag in document["tags"] if tag["name"] == "webhooks")
    assert "def is_genuine" in tag["description"]
