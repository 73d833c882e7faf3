"""Sessions over REST: the contract's words, one after the other."""

import httpx
import pytest
from sqlalchemy import update

from tests.api.conftest import As
from tests.support.accounts import cookie_for
from tests.support.asgi import Api
from tests.support.people import Person, Team, leave_alone, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import Handoff
from troubleshoot_app.notifications.abandonment import close_abandoned
from troubleshoot_app.services import escalation_limit
from troubleshoot_app.services.auth import SIGN_IN_COOKIE


@pytest.fixture
def viewer(api_as: As, team: Team) -> Api:
    return api_as(team.viewer)


@pytest.fixture
def path(viewer: Api, team: Team) -> str:
    """The address of a session of the viewer."""
    made = viewer.post("/sessions", {"tree_id": str(team.tree_id), "title": "Branch 12", "asset": "RT-7"})
    assert made.status_code == 201
    return f"/sessions/{made.json()['id']}"


def test_a_session_from_start_to_end(viewer: Api, team: Team, path: str):
    session = viewer.get(path).json()
    assert set(session) >= {
        "id", "status", "outcome", "title", "ticket_ref", "asset", "notes", "tree", "holder", "started_by", "current",
        "steps", "attachments", "revision", "started_at", "updated_at", "completed_at",
    }  # fmt: skip
    assert session["tree"] == {"id": str(team.tree_id), "title": "No internet", "version": 1}
    assert session["holder"] == session["started_by"] == {"id": str(team.viewer.id), "name": team.viewer.name}
    assert session["current"] == {
        "id": "power",
        "kind": "question",
        "text": "Is the power LED lit?",
        "help": "It is on the **front**.",
        "options": [{"id": "yes", "label": "Yes"}, {"id": "no", "label": "No"}],
    }
    stepped = viewer.post(f"{path}/steps", {"option": "no", "note": "Dark.", "value": "0 V", "revision": 1})
    assert stepped.status_code == 200
    (step,) = stepped.json()["steps"]
    assert step.pop("at").endswith("Z")
    assert step == {
        "seq": 1, "node_id": "power", "node_text": "Is the power LED lit?", "option_id": "no", "option_label": "No",
        "value": "0 V", "note": "Dark.", "by": session["holder"], "undone": False, "tree": session["tree"],
        "is_first_in_tree": False, "found": "", "reading": None, "checked_off": False,
        "undone_by": None, "repeats": None, "replaces": None, "kept_as": None, "is_changeable": True,
    }  # fmt: skip
    assert session["steps_left"] == {"least": 2, "most": None, "summary": "At least 2 steps left"}
    assert stepped.json()["steps_left"]["least"] == 3
    back = viewer.post(f"{path}/back", {"to_seq": 1, "revision": stepped.json()["revision"]}).json()
    assert (back["current"]["id"], back["steps"][0]["undone"]) == ("power", True)
    assert back["steps"][0]["undone_by"] == session["holder"]
    noted = viewer.put(path, {"notes": "Call 555.", "ticket_ref": "INC-1"}).json()
    assert (noted["notes"], noted["ticket_ref"], noted["title"]) == ("Call 555.", "INC-1", "Branch 12")
    done = viewer.post(f"{path}/complete", {"outcome": "resolved", "summary": "Plugged in."}).json()
    assert (done["status"], done["outcome"], done["summary"]) == ("completed", "resolved", "Plugged in.")
    assert done["completed_at"] is not None
    refused = viewer.post(f"{path}/steps", {"option": "yes"})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert refused.json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "This session is completed. Start a new one.",
    }


def test_an_earlier_answer_is_changed_and_later_ones_stay(viewer: Api, path: str):
    for option in ("no", "done", "yes", "yes"):
        viewer.post(f"{path}/steps", {"option": option})
    before = viewer.get(path).json()
    body = {"seq": 1, "option": "yes", "revision": before["revision"]}
    shown = viewer.post(f"{path}/change/preview", body).json()
    assert shown == {
        "seq": 1, "option": {"id": "yes", "label": "Yes"}, "value": None, "answer": "Yes",
        "summary": "1 later answer stays, 2 are dropped.",
        "kept": [{"seq": 4, "node_text": "Is the WAN LED green?", "answer": "Yes"}],
        "dropped": [
            {"seq": 2, "node_text": "Plug it in.", "answer": "Done"},
            {"seq": 3, "node_text": "Is the power LED lit?", "answer": "Yes"},
        ],
        "stands_at": {"id": "fixed", "text": "It works."}, "stands_in": before["tree"],
    }  # fmt: skip
    assert viewer.get(path).json() == before
    first, second = (
        viewer.post(f"{path}/change", body, headers={"Idempotency-Key": "one"}).json() for _ in range(2)
    )
    assert first == second == viewer.get(path).json()
    assert first["revision"] == before["revision"] + 1
    said = ("seq", "undone", "repeats", "replaces", "kept_as")
    assert [tuple(step[name] for name in said) for step in first["steps"]] == [
        (1, True, None, None, None), (2, True, None, None, None), (3, True, None, None, None), (4, True, None, None, 6),
        (5, False, None, 1, None), (6, False, 4, None, None),
    ]  # fmt: skip
    assert first["steps"][5]["at"] == before["steps"][3]["at"]
    for address in ("change", "change/preview"):
        stale = viewer.post(f"{path}/{address}", body | {"option": "no", "revision": 1})
        assert (stale.status_code, stale.json()["revision"]) == (409, first["revision"])
        gone = viewer.post(f"{path}/{address}", {"seq": 1, "option": "no"})
        assert (gone.status_code, gone.json()["errors"][0]["loc"]) == (422, ["seq"])


def test_back_without_a_body_takes_the_last_answer_back(viewer: Api, path: str):
    viewer.post(f"{path}/steps", {"option": "no"})
    viewer.post(f"{path}/steps", {"option": "done"})
    assert viewer.post(f"{path}/back").json()["current"]["id"] == "plug"


def test_an_answer_that_the_node_does_not_have(viewer: Api, path: str):
    answer = viewer.post(f"{path}/steps", {"option": "maybe"})
    assert answer.status_code == 422
    assert "Choose one of its options" in answer.json()["detail"]


def test_a_stale_revision_is_told_the_current_one(viewer: Api, path: str):
    viewer.post(f"{path}/steps", {"option": "no"})
    changed = viewer.post(f"{path}/change", {"seq": 1, "option": "yes", "revision": 2}).json()
    for call, body in (
        ("steps", {"option": "no", "revision": 2}),
        ("change", {"seq": 1, "option": "yes", "revision": 2}),
        ("back", {"revision": 1}),
        ("complete", {"outcome": "resolved", "revision": 1}),
        ("handoff", {"intent": "park", "revision": 2}),
    ):
        answer = viewer.post(f"{path}/{call}", body)
        assert (answer.status_code, answer.json()["revision"]) == (409, 3), call
    assert viewer.put(path, {"title": "x", "revision": 1}).status_code == 409
    assert viewer.get(path).json() == changed


def test_the_same_answer_to_the_same_revision_is_a_conflict_without_a_key(viewer: Api, path: str):
    answer = {"option": "no", "revision": 1}
    taken = viewer.post(f"{path}/steps", answer).json()
    again = viewer.post(f"{path}/steps", answer)
    assert (again.status_code, again.json()["revision"]) == (409, taken["revision"])
    assert viewer.get(path).json() == taken


def test_others_may_look_or_not(viewer: Api, api_as: As, team: Team, strangers: Team, path: str):
    for senior in team.seniors:
        assert api_as(senior).get(path).status_code == 200
        assert api_as(senior).post(f"{path}/steps", {"option": "no"}).status_code == 403
    assert api_as(strangers.owner).get(path).status_code == 404


def test_lists_are_ones_own_or_the_accounts(viewer: Api, api_as: As, team: Team, path: str):
    mine = path.rpartition("/")[2]
    theirs = api_as(team.engineer).post("/sessions", {"tree_id": str(team.tree_id)}).json()["id"]
    viewer.post(f"{path}/complete", {"outcome": "unresolved"})

    def ids(api: Api, query: str) -> list[str]:
        return [session["id"] for session in api.get(f"/sessions?{query}").json()["items"]]

    engineer = api_as(team.engineer)
    assert ids(viewer, "") == [mine]
    assert ids(engineer, "") == [theirs]
    assert ids(engineer, "scope=account") == [theirs, mine]
    assert ids(engineer, "scope=account&status=completed") == [mine]
    assert ids(engineer, f"tree_id={team.tree_id}") == [theirs]
    assert ids(engineer, "tree_id=x") == ids(engineer, f"tree_id={theirs}") == []
    assert viewer.get("/sessions?scope=account").status_code == 403
    page = engineer.get("/sessions?scope=account&limit=1").json()
    assert page["items"] == [engineer.get(f"/sessions/{theirs}").json()]
    assert ids(engineer, f"scope=account&limit=1&cursor={page['next_cursor']}") == [mine]


@pytest.mark.parametrize("root", ["sessions", "ai-sessions"])
def test_an_escalation_from_opening_to_resolution(api_as: As, viewer: Api, team: Team, path: str, root: str):
    session_id = path.rpartition("/")[2]
    opened = viewer.post(
        f"/{root}/{session_id}/handoff", {"intent": "escalate", "reason": "Stuck.", "priority": "high"}
    )
    assert opened.status_code == 201
    handoff = opened.json()
    assert set(handoff) >= {
        "id", "intent", "status", "session_id", "reason", "priority", "from", "claimed_by", "created_at", "claimed_at",
        "closed_at", "resolution",
    }  # fmt: skip
    assert (handoff["status"], handoff["from"]["id"], handoff["claimed_by"]) == (
        "open",
        str(team.viewer.id),
        None,
    )
    assert viewer.post(f"{path}/handoff", {"intent": "park"}).status_code == 409
    here = f"/handoffs/{handoff['id']}"
    first, second = api_as(team.engineer), api_as(team.owner)
    claimed = first.post(f"{here}/claim").json()
    assert (claimed["status"], claimed["claimed_by"]["id"]) == ("claimed", str(team.engineer.id))
    lost = second.post(f"{here}/claim")
    assert (lost.status_code, lost.json()["claimed_by"]["name"]) == (409, team.engineer.name)
    assert viewer.get(path).json()["holder"]["id"] == str(team.engineer.id)
    assert first.post(f"{here}/release", {"note": "Off."}).json()["status"] == "open"
    assert second.post(f"{here}/claim").status_code == 200
    briefing = second.get(here).json()["briefing"]
    assert (briefing["problem"], briefing["stuck_at"], briefing["attachments"]) == (
        "Branch 12",
        "Is the power LED lit?",
        [],
    )
    resolved = second.post(f"{here}/resolve", {"resolution": "Swapped it."}).json()
    assert (resolved["status"], resolved["resolution"]) == ("resolved", "Swapped it.")
    told = viewer.get(f"{here}/deliveries").json()["items"]
    assert {(one["recipient"]["id"], one["channel"]) for one in told} == {
        (str(senior.id), channel) for senior in team.seniors for channel in ("in_app", "email")
    }


def test_a_program_that_runs_wild_does_not_escalate_without_end(
    api_as: As, viewer: Api, team: Team, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(get_settings(), "escalations_per_person", 2)

    def escalate(session_id: str, key: str = "", caller: Api = viewer) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return caller.post(f"/sessions/{session_id}/handoff", {"intent": "escalate"}, headers=headers)

    def begin(caller: Api = viewer) -> str:
        session_id: str = caller.post("/sessions", {"tree_id": str(team.tree_id)}).json()["id"]
        return session_id

    first, second, third = begin(), begin(), begin()
    (waiting,) = {escalate(first, "once").json()["id"] for _ in range(3)}
    assert {escalate(first).status_code for _ in range(3)} == {409}
    taken_back = escalate(second).json()["id"]
    viewer.post(f"/handoffs/{taken_back}/cancel")

    refused = escalate(third, "third")
    assert (refused.status_code, refused.json()["title"]) == (429, "Too many attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert "was not sent" in refused.json()["detail"]
    assert "Send it again in 10 minutes" in refused.json()["detail"]
    stays = viewer.get(f"/sessions/{third}").json()
    assert (stays["status"], stays["handoff"], stays["revision"]) == ("active", None, 1)
    engineer = api_as(team.engineer)
    assert escalate(begin(engineer), caller=engineer).status_code == 201
    assert viewer.post(f"/sessions/{second}/handoff", {"intent": "park"}).status_code == 201

    engineer.post(f"/handoffs/{waiting}/claim")
    assert escalate(third, "third").status_code == 201
    assert escalate(begin()).status_code == 429
    sent_before = update(Handoff).values(created_at=now() - escalation_limit.WITHIN)
    transact(lambda db: db.execute(sent_before))
    assert escalate(begin()).status_code == 201


def test_parking_is_seen_by_the_holder_alone(api_as: As, viewer: Api, team: Team, path: str):
    parked = viewer.post(f"{path}/handoff", {"intent": "park"}).json()
    here = f"/handoffs/{parked['id']}"
    assert api_as(team.owner).get(here).status_code == 404
    assert api_as(team.owner).get("/handoffs").json()["items"] == []
    assert [one["id"] for one in viewer.get("/handoffs?intent=park&status=open").json()["items"]] == [
        parked["id"]
    ]
    assert viewer.get("/handoffs?intent=escalate").json()["items"] == []
    assert viewer.post(f"{here}/resume").json()["status"] == "resumed"
    assert viewer.post(f"{path}/steps", {"option": "no"}).status_code == 200


def test_what_was_parked_or_left_alone_is_resumed(viewer: Api, api_as: As, team: Team, path: str):
    assert viewer.post(f"{path}/resume").status_code == 409
    viewer.post(f"{path}/handoff", {"intent": "park"})
    assert api_as(team.owner).post(f"{path}/resume").status_code == 403
    key = {"headers": {"Idempotency-Key": "k"}}
    resumed = viewer.post(f"{path}/resume", **key).json()
    assert (resumed["status"], resumed["handoff"]) == ("active", None)
    assert viewer.post(f"{path}/resume", **key).json() == resumed
    transact(leave_alone)
    assert transact(close_abandoned) == 1
    refused = viewer.post(f"{path}/steps", {"option": "no"})
    assert (refused.status_code, "Resume it first" in refused.json()["detail"]) == (409, True)
    assert "Taken up again by" in viewer.post(f"{path}/resume").json()["notes"]
    assert viewer.post(f"{path}/steps", {"option": "no"}).status_code == 200


@pytest.mark.parametrize("address", ["/web/sessions/{}/timeline", "/web/charts/sessions/{}?seq=1"])
def test_pages_read_a_session_for_who_may_see_it(api: Api, team: Team, strangers: Team, address: str):
    held = transact(start, team, team.engineer).id

    def ask(person: Person, session_id: str = held) -> httpx.Response:
        cookie = f"{SIGN_IN_COOKIE}={cookie_for(person)}"
        return api.get(address.format(session_id), headers={"Cookie": cookie})

    assert ask(team.engineer).headers["cache-control"] == "private, no-store"
    assert ask(team.admin).status_code == 200
    assert ask(team.viewer).status_code == 403
    assert ask(strangers.owner).content == ask(strangers.owner, str(new_id())).content
    assert ask(strangers.owner).status_code == 404
    assert api.get(address.format(held)).status_code == 401


def test_an_escalation_can_be_cancelled(viewer: Api, api_as: As, team: Team, path: str):
    opened = viewer.post(f"{path}/handoff", {"intent": "escalate"}).json()
    assert [one["id"] for one in api_as(team.owner).get("/handoffs?status=open").json()["items"]] == [
        opened["id"]
    ]
    assert viewer.post(f"/handoffs/{opened['id']}/cancel").json()["status"] == "cancelled"
    assert api_as(team.owner).post(f"/handoffs/{opened['id']}/claim").status_code == 409


def test_a_session_may_start_at_any_node(viewer: Api, api_as: As, team: Team):
    tree = {"tree_id": str(team.tree_id)}
    made = viewer.post("/sessions", tree | {"node": "wan"})
    assert made.status_code == 201
    session, began = made.json(), {"id": "wan", "text": "Is the WAN LED green?"}
    path = f"/sessions/{session['id']}"
    assert (session["current"]["id"], session["start_node"], session["steps"]) == ("wan", began, [])
    assert viewer.post(f"{path}/back").status_code == 409
    viewer.post(f"{path}/steps", {"option": "back"})
    assert viewer.post(f"{path}/back").json()["current"]["id"] == "wan"
    handoff = viewer.post(f"{path}/handoff", {"intent": "escalate"}).json()
    assert api_as(team.engineer).get(f"/handoffs/{handoff['id']}").json()["briefing"]["start_node"] == began
    note = viewer.post(f"{path}/export", {"format": "text"}).text
    assert "Started at: Is the WAN LED green?" in " ".join(note.split())
    assert viewer.post(f"{path}/export", {"format": "json"}).json()["start"] == began

    assert viewer.post("/sessions", tree | {"node": "power"}).json()["start_node"] is None
    figures = api_as(team.engineer).get(f"/analytics/trees/{team.tree_id}").json()
    visits = {node["node_id"]: node["visits"] for node in figures["nodes"]}
    assert (figures["started"], visits["power"], visits["wan"]) == (2, 2, 1)
    refused = viewer.post("/sessions", tree | {"node": "nowhere"})
    assert (refused.status_code, "no such node" in refused.json()["detail"]) == (422, True)


MEASURED = {
    "title": "Supply", "start": "safe", "publish": True,
    "nodes": {
        "safe": {"kind": "action", "text": "Pull the plug.", "acknowledge": True,
                 "options": [{"id": "done", "label": "Next", "to": "volts"}]},
        "volts": {"kind": "question", "text": "Voltage?", "reading": {"unit": "V", "min": 11.5, "max": 12.6}, "options": [
            {"id": "low", "label": "Too low", "to": "dead", "when": {"below": 11.5}},
            {"id": "fine", "label": "Fine", "to": "good", "when": {"at_least": 11.5}}]},
        "dead": {"kind": "escalation", "text": "It is dead."},
        "good": {"kind": "resolution", "text": "It is good."},
    },
}  # fmt: skip


def test_what_is_measured_chooses_the_answer_and_what_is_safe_is_checked_off(api_as: As, team: Team):
    viewer, engineer = api_as(team.viewer), api_as(team.engineer)
    tree = engineer.post("/trees", MEASURED).json()
    assert tree["nodes"]["volts"] == MEASURED["nodes"]["volts"] | {"help": ""}  # type: ignore[index]
    session = viewer.post("/sessions", {"tree_id": tree["id"]}).json()
    assert session["current"]["acknowledge"] is True
    steps = f"/sessions/{session['id']}/steps"
    unchecked = viewer.post(steps, {"option": "done"})
    assert (unchecked.status_code, unchecked.json()["detail"]) == (
        422,
        "Check off that this is done, then go on.",
    )
    asked = viewer.post(steps, {"option": "done", "acknowledged": True}).json()
    assert asked["current"]["reading"]["expected"] == "11.5 to 12.6 V"
    assert asked["steps"][0]["checked_off"] is True
    for body in ({}, {"value": "some"}, {"option": "fine", "value": "11"}, {"option": "fine"}):
        refused = viewer.post(steps, body)
        assert refused.status_code == 422
        assert refused.json()["detail"].endswith(".")
    revision = asked["revision"]
    first = viewer.post(steps, {"value": "10,9", "revision": revision}).json()
    (_, step) = first["steps"]
    assert (first["current"]["id"], step["option_id"], step["value"]) == ("dead", "low", "10.9")
    assert step["reading"] == {"shown": "10.9 V", "expected": "11.5 to 12.6 V", "out_of_range": True}
    handoff = viewer.post(f"/sessions/{session['id']}/handoff", {"intent": "escalate"}).json()
    briefing = engineer.get(f"/handoffs/{handoff['id']}").json()["briefing"]
    assert briefing["out_of_range"] == [step]
    note = viewer.post(f"/sessions/{session['id']}/export", {"format": "text"}).text
    assert note.index("OUT OF RANGE\n* Voltage? → 10.9 V, expected 11.5 to 12.6 V") < note.index(
        "WHAT WAS TRIED"
    )
    assert ", checked off)" in note
