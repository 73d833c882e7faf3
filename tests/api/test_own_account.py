"""One's own choices and sign-ins over REST, whom an escalation reaches, and the deliveries of the account."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col

from tests.api.conftest import PASSWORD, As
from tests.support.asgi import Api
from tests.support.people import Team, escalate, fail_mail
from troubleshoot_app.core.db import transact
from troubleshoot_app.models import AuditEntry

NIGHT = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_preferences_are_read_and_changed_in_part(api_as: As, team: Team):
    me = api_as(team.engineer)
    assert me.get("/auth/me/preferences").json() == {"in_app": True, "email": True, "quiet_hours": None}
    changed = me.patch("/auth/me/preferences", {"quiet_hours": NIGHT})
    assert changed.json() == {"in_app": True, "email": True, "quiet_hours": NIGHT | {"days": WEEK}}
    assert me.patch("/auth/me/preferences", {"email": False}).json()["quiet_hours"]["zone"] == "Europe/Berlin"
    assert me.patch("/auth/me/preferences", {"quiet_hours": None}).json()["quiet_hours"] is None
    assert me.get("/auth/me/preferences").json() == {"in_app": True, "email": False, "quiet_hours": None}


def test_what_is_no_preference_is_refused_in_words(api: Api, api_as: As, team: Team):
    me = api_as(team.viewer)
    wrong: Any
    for wrong in ({"email": "no"}, {"loud": True}, {"quiet_hours": NIGHT | {"days": ["someday"]}}, []):
        assert me.patch("/auth/me/preferences", wrong).status_code == 422
    refused = me.patch("/auth/me/preferences", {"quiet_hours": NIGHT | {"zone": "Mars/Olympus_Mons"}})
    assert (refused.status_code, refused.json()["errors"]) == (
        422, [{"loc": ["zone"], "msg": "Choose a time zone such as Europe/Berlin."}],
    )  # fmt: skip
    assert api.get("/auth/me/preferences").status_code == 401


def test_a_program_is_signed_out_from_elsewhere(api: Api, api_as: As, team: Team):
    me = api_as(team.viewer)
    tokens = api.post(
        "/auth/login/json", {"email": team.viewer.email, "password": PASSWORD}, headers={"User-Agent": "curl/8.9.1"}
    ).json()  # fmt: skip
    shown = me.get("/auth/me/sign-ins").json()["items"]
    assert [(one["label"], one["is_browser"], one["is_this"]) for one in shown] == [
        ("curl 8.9.1", False, False), ("An unknown program", False, True),
    ]  # fmt: skip
    assert me.delete(f"/auth/me/sign-ins/{shown[0]['id']}").status_code == 204
    assert api.signed_in(tokens["access_token"]).get("/auth/me").status_code == 401
    assert api.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}).status_code == 401
    for gone in (shown[0]["id"], str(uuid4()), str(team.admin.actor.sign_in_id)):
        assert me.delete(f"/auth/me/sign-ins/{gone}").status_code == 404
    assert me.delete("/auth/me/sign-ins").status_code == 204
    assert len(me.get("/auth/me/sign-ins").json()["items"]) == 1


def test_a_new_name_is_on_record(api_as: As, team: Team):
    assert (
        api_as(team.viewer).patch("/auth/me", {"name": "Vera the Second"}).json()["name"] == "Vera the Second"
    )
    entry = transact(
        lambda db: db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "user.changed")).one()
    )
    assert entry.details == {"before": {"name": team.viewer.name}, "after": {"name": "Vera the Second"}}


def test_reach_and_watch(api: Api, api_as: As, team: Team, strangers: Team):
    technician = api_as(team.viewer)
    assert technician.get("/handoffs/reach").json() == {
        "online": 0, "by_mail": 4, "silenced": 0, "usual_wait_seconds": None, "summary": "Told at once: 4 by mail.",
    }  # fmt: skip
    handoff = transact(escalate, team)
    transact(fail_mail, handoff.id, team.engineer)
    body = technician.get(f"/handoffs/{handoff.id}/watch").json()
    assert [(line["heard"], line["why"]) for line in body["people"]] == [
        *[("on_its_way", "")] * 3, ("failed", "mailbox unknown"),
    ]  # fmt: skip
    assert (body["more"], body["advice"]) == (0, "")
    for somebody in (strangers.owner, strangers.viewer):
        assert api_as(somebody).get(f"/handoffs/{handoff.id}/watch").status_code == 404
    assert api.get("/handoffs/reach").status_code == 401


def test_admins_list_deliveries_and_send_a_failed_one_again(api_as: As, team: Team, strangers: Team):
    handoff = transact(escalate, team)
    failed = transact(fail_mail, handoff.id, team.engineer)
    admin = api_as(team.admin)
    (shown,) = admin.get("/deliveries?status=failed&channel=email").json()["items"]
    assert (shown["id"], shown["handoff"]["id"], shown["can_be_resent"]) == (str(failed.id), handoff.id, True)
    assert len(admin.get("/deliveries?limit=3").json()["items"]) == 3
    assert api_as(team.engineer).get("/deliveries").status_code == 403
    resend = f"/deliveries/{failed.id}/resend"
    assert api_as(team.engineer).post(resend).status_code == 403
    assert api_as(strangers.owner).post(resend).status_code == 404
    key = {"Idempotency-Key": "once"}
    first, again = (admin.post(resend, headers=key) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (200, "pending")
    assert again.json() == first.json()
    assert admin.post(resend).status_code == 409
