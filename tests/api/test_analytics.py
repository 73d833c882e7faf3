"""Figures with known answers: escalations and walks whose times and ends are written down here."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.api.conftest import As
from tests.support.people import Person, Team, ask, escalate, publish_tree, start
from troubleshoot_app.core.db import transact
from troubleshoot_app.services import handoffs, sessions

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def move_handoff(db: Session, handoff_id: str, at: datetime, claimed_after: int | None = None) -> None:
    """Let an escalation have been raised at a time, and picked up so many seconds later."""
    claimed = None if claimed_after is None else at + timedelta(seconds=claimed_after)
    db.execute(
        text("UPDATE handoff SET created_at = :at, claimed_at = :claimed WHERE id = :id"),
        {"at": at, "claimed": claimed, "id": handoff_id},
    )


def raise_five(db: Session, team: Team) -> None:
    """Add an escalation that is open, one that is picked up, two that are resolved, and one that was cancelled."""

    def raised(
        at: datetime, claimer: Person | None = None, after: int | None = None, answers: str = ""
    ) -> str:
        session = start(db, team)
        for option in answers.split():
            ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id=option)
        opened = ask(db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate")
        if claimer is not None:
            ask(db, claimer, handoffs.claim, handoff_id=opened.id)
        move_handoff(db, opened.id, at, after)
        db.expire_all()
        return opened.id

    raised(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    raised(NOON, team.engineer, 10)
    second = raised(NOON, team.engineer, 20)
    third = raised(datetime(2026, 3, 3, tzinfo=UTC), team.owner, 60, "yes")
    last = raised(datetime(2026, 3, 4, 8, tzinfo=UTC))
    ask(db, team.engineer, handoffs.resolve, handoff_id=second, resolution="Done.")
    ask(db, team.owner, handoffs.resolve, handoff_id=third, resolution="Done.")
    ask(db, team.viewer, handoffs.cancel, handoff_id=last)


def test_escalations_are_counted_by_all_that_they_have(api_as: As, team: Team, strangers: Team):
    transact(raise_five, team)
    transact(escalate, strangers)
    figures = api_as(team.engineer).get("/analytics/escalations").json()
    tree = {"id": str(team.tree_id), "title": "No internet"}
    assert {name: figures[name] for name in ("total", "open", "claimed", "resolved", "cancelled")} == {
        "total": 5, "open": 1, "claimed": 1, "resolved": 2, "cancelled": 1,
    }  # fmt: skip
    assert (figures["median_seconds_to_claim"], figures["p90_seconds_to_claim"]) == (20, 52)
    assert figures["by_tree"] == [{"tree": tree, "total": 5}]
    assert figures["by_node"] == [
        {"tree": tree, "version": 1, "node_id": "power", "text": "Is the power LED lit?", "total": 4},
        {"tree": tree, "version": 1, "node_id": "wan", "text": "Is the WAN LED green?", "total": 1},
    ]
    assert [
        (one["person"]["id"], one["escalated"], one["claimed"], one["resolved"])
        for one in figures["by_person"]
    ] == [(str(team.viewer.id), 5, 0, 0), (str(team.engineer.id), 0, 2, 1), (str(team.owner.id), 0, 1, 1)]
    assert [(one["date"], one["total"]) for one in figures["by_day"]] == [
        ("2026-03-01", 1), ("2026-03-02", 2), ("2026-03-03", 1), ("2026-03-04", 1),
    ]  # fmt: skip


def test_a_time_has_a_beginning_and_an_end(api_as: As, team: Team):
    transact(raise_five, team)
    asked = api_as(team.engineer)

    def total(**period: str) -> int:
        return int(asked.get("/analytics/escalations", params=period).json()["total"])

    assert total(**{"from": "2026-03-02", "to": "2026-03-03"}) == 3
    assert total(**{"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"}) == 2
    assert total(**{"from": "2026-03-02T01:00:00+02:00", "to": "2026-03-02"}) == 3
    assert total(**{"from": "2026-03-04"}) == 1
    assert total(to="2026-03-01") == 1
    assert total(to="9999-12-31") == total()
    none = asked.get("/analytics/escalations?from=2031-01-01").json()
    assert (none["total"], none["median_seconds_to_claim"], none["by_day"]) == (0, None, [])
    for period in ({"from": "yesterday"}, {"to": "2026-02-30"}, {"from": "2026-03-02", "to": "2026-02-27"}):
        answer = asked.get("/analytics/escalations", params=period)
        assert (answer.status_code, answer.json()["errors"][0]["loc"][0]) == (422, "query")


def walk_four(db: Session, team: Team, tree_id: Any) -> None:
    """Walk a tree to its end, give up after going back, escalate, and leave a walk alone."""

    def walked(person: Person, *answers: tuple[str, int]) -> str:
        session = ask(db, person, sessions.start_session, tree_id=tree_id)
        db.execute(text("UPDATE session SET created_at = :at WHERE id = :id"), {"at": NOON, "id": session.id})
        for seq, (option, seconds) in enumerate(answers, 1):
            ask(db, person, sessions.choose_option, session_id=session.id, option_id=option)
            db.execute(
                text("UPDATE step SET created_at = :at WHERE session_id = :id AND seq = :seq"),
                {"at": NOON + timedelta(seconds=seconds), "id": session.id, "seq": seq},
            )
        db.expire_all()
        return session.id

    mended = walked(team.viewer, ("no", 5), ("done", 15), ("yes", 16), ("yes", 26))
    ask(db, team.viewer, sessions.complete_session, session_id=mended, outcome="resolved")
    given_up = walked(team.engineer, ("yes", 7))
    ask(db, team.engineer, sessions.step_back, session_id=given_up)
    ask(db, team.engineer, sessions.complete_session, session_id=given_up, outcome="unresolved")
    stuck = walked(team.viewer)
    ask(db, team.viewer, handoffs.open_handoff, session_id=stuck, intent="escalate")
    left = walked(team.viewer)
    db.execute(text("UPDATE session SET status = 'abandoned' WHERE id = :id"), {"id": left})


def test_walks_are_counted_at_each_node(api_as: As, team: Team, strangers: Team):
    tree_id = transact(lambda db: publish_tree(db, team.admin, title="Walked"))
    transact(walk_four, team, tree_id)
    transact(walk_four, strangers, strangers.tree_id)
    figures = api_as(team.engineer).get(f"/analytics/trees/{tree_id}").json()
    nodes = {one.pop("node_id"): one for one in figures.pop("nodes")}
    flows = {(one["node_id"], one["to"]): one["total"] for one in figures.pop("flows")}
    counted_sessions = {
        "started": 4,
        "completed": 2,
        "resolved": 1,
        "unaided": 1,
        "escalated": 1,
        "abandoned": 1,
    }
    assert (
        figures
        == {
            "tree": {"id": str(tree_id), "title": "Walked"},
            "version": None,
            "start": "power",
            "versions": [{"version": 1} | counted_sessions],
        }
        | counted_sessions
    )
    assert flows == {("power", "plug"): 1, ("plug", "power"): 1, ("power", "wan"): 1, ("wan", "fixed"): 1}
    counted = ("visits", "exits", "undone", "escalations", "median_seconds")
    assert {node_id: tuple(one[name] for name in counted) for node_id, one in nodes.items()} == {
        "power": (5, 2, 1, 1, 5),
        "plug": (1, 0, 0, 0, 10),
        "wan": (2, 0, 0, 0, 10),
        "fixed": (1, 1, 0, 0, None),
        "stuck": (0, 0, 0, 0, None),
    }
    later = api_as(team.engineer).get(f"/analytics/trees/{tree_id}?from=2026-03-03").json()
    assert (later["started"], {one["visits"] for one in later["nodes"]}) == (0, {0})


@pytest.mark.parametrize("path", ["/analytics/escalations", "/analytics/trees/{}"])
def test_figures_are_for_seniors(api_as: As, team: Team, path: str):
    where = path.format(team.tree_id)
    assert api_as(team.viewer).get(where).status_code == 403
    assert {api_as(senior).get(where).status_code for senior in team.seniors} == {200}


def test_one_version_can_be_asked_for(api_as: As, team: Team):
    asked = api_as(team.engineer)
    where = f"/analytics/trees/{team.tree_id}"
    assert asked.get(where, params={"version": 1}).json()["version"] == 1
    assert asked.get(where, params={"version": 7}).status_code == 404
    assert asked.get(where, params={"version": 0}).status_code == 422
