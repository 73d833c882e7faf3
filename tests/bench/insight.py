"""How long the figures of insight take among a million steps: all escalations, and single trees, in ranges of days.

The sessions of the latest day are as the worker has not tallied them yet; some of all days were never ended.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from tests.bench.figures import OTHERS, Figure, Goal, middle, percentile
from tests.bench.stage import House, Neighbours
from tests.support.people import Person, Team, add_team, do, publish_tree
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.notifications.tallying import tally_sessions
from troubleshoot_app.services import analytics, tree_analytics

SESSIONS = 125_000
STEPS_EACH = 8
TREES = 40
RANGES = (7, 30, 90, 365)
SEED = 20_260_201
P95_MS = Goal(300)

# The first trees are walked most: the tree of a session is the square of an even chance.
_FILL = (
    "SET LOCAL session_replication_role = replica",  # what is made here fits together
    """
    CREATE TEMPORARY TABLE walked AS
    SELECT gen_random_uuid() AS id, CAST(:now AS timestamptz) - random() * interval '365 days' AS began,
           1 + floor(:trees * random() * random())::int AS place, random() AS fate
    FROM generate_series(1, :sessions)
    """,
    """
    INSERT INTO session (id, created_at, account_id, tree_id, version_id, current_version_id, title, ticket_ref,
        asset, notes, pending_note, status, outcome, summary, node_id, seq, live_steps, attachment_count, revision,
        tallied, started_by_id, holder_id, updated_at, completed_at)
    SELECT walked.id, began, :account, version.tree_id, version.id, version.id, '', '', '', '', '',
           CASE WHEN fate < 0.9 THEN 'completed' WHEN fate < 0.998 THEN 'abandoned' ELSE 'active' END,
           CASE WHEN fate < 0.7 THEN 'resolved' END,
           '', 'n8', :steps, :steps, 0, 1, false, :person, :person, began, began
    FROM walked JOIN (SELECT id, tree_id, row_number() OVER (ORDER BY id) AS place FROM tree_version
        WHERE node_count = 1 + :steps) AS version USING (place)
    """,
    """
    INSERT INTO step (id, created_at, account_id, session_id, seq, version_id, node_id, option_id, note, by_id,
        undone_at)
    SELECT gen_random_uuid(), session.created_at + number * interval '20 seconds' + random() * interval '10 seconds',
           :account, session.id, number, version_id, 'n' || number - 1, 'on', '', :person,
           CASE WHEN random() < 0.1 THEN session.created_at + interval '9 minutes' END
    FROM session CROSS JOIN generate_series(1, :steps) AS number
    ORDER BY session.created_at
    """,
    """
    INSERT INTO handoff (id, created_at, account_id, session_id, intent, status, reason, priority, version_id, node_id,
        from_id, claimed_by_id, claimed_at, closed_at, resolution, told_at, round, reminders, silence_lifted)
    SELECT gen_random_uuid(), created_at, :account, id, 'escalate', 'resolved', '', 'normal', version_id,
           'n' || floor(random() * 8)::int, :person, :person, created_at + random() * interval '1 hour', created_at,
           '', created_at, 1, 0, false
    FROM session WHERE random() < 0.2
    """,
    "ANALYZE",
)
_LEAVE = (
    "UPDATE session SET status = 'active' WHERE created_at >= CAST(:now AS timestamptz) - interval '1 day'"
)
_END = (
    "UPDATE session SET status = 'completed' WHERE created_at >= CAST(:now AS timestamptz) - interval '1 day'"
)


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the p95 of the time that one call takes, of each of the two."""
    with house.database("insight"):
        team, trees = transact(_fill)
        while transact(tally_sessions):
            pass
        transact(_end_the_latest)
        neighbours = Neighbours()
        rounds = [_round(_calls(team.engineer, trees, number)) for number in range(2 if quick else 4)]
        return [_figure(which, rounds, neighbours.share()) for which in ("escalations", "tree")]


def _fill(db: Session) -> tuple[Team, list[UUID]]:
    team = add_team(db, "bench")
    trees = [publish_tree(db, team.admin, _chain(), f"Tree {number}") for number in range(TREES)]
    known = {"now": now(), "trees": TREES, "sessions": SESSIONS, "steps": STEPS_EACH}
    who = {"account": team.account_id, "person": team.viewer.id}
    for statement in _FILL:
        named = {name: value for name, value in (known | who).items() if f":{name}" in statement}
        db.execute(text(statement), named)
    db.execute(text(_LEAVE), {"now": now()})
    return team, trees


def _end_the_latest(db: Session) -> None:
    """End the sessions that were left open for the worker not to tally them."""
    db.execute(text(_END), {"now": now()})
    db.execute(text("ANALYZE"))


def _chain() -> Tree:
    ends = STEPS_EACH
    nodes = [
        Node(
            f"n{place}",
            NodeKind.QUESTION,
            f"Does light {place} burn?",
            options=(Option("on", "Yes", f"n{place + 1}"),),
        )
        for place in range(ends)
    ]
    nodes.append(Node(f"n{ends}", NodeKind.RESOLUTION, "It works."))
    return Tree("n0", {node.id: node for node in nodes})


def _calls(person: Person, trees: list[UUID], seed: int) -> list[tuple[str, Callable[[], Any]]]:
    chance = random.Random(SEED + seed)
    calls: list[tuple[str, Callable[[], Any]]] = []
    for days in RANGES:
        since = (now() - timedelta(days=days)).date().isoformat()
        calls.append(
            (
                f"escalations, {days} days",
                lambda since=since: do(person, analytics.escalation_figures, since=since),  # type: ignore[misc]
            )
        )
        calls += [
            (
                f"tree, {days} days",
                lambda since=since, tree_id=tree_id: do(  # type: ignore[misc]
                    person, tree_analytics.tree_figures, tree_id=str(tree_id), since=since, version=1
                ),
            )
            for tree_id in [trees[0], *chance.sample(trees, 9)]
        ]
    return calls


def _round(calls: list[tuple[str, Callable[[], Any]]]) -> dict[str, list[float]]:
    """Return for each kind of call how many milliseconds each took."""
    taken: dict[str, list[float]] = {}
    for kind, call in calls:
        begin = time.perf_counter()
        call()
        taken.setdefault(kind, []).append((time.perf_counter() - begin) * 1_000)
    return taken


def _figure(which: str, rounds: list[dict[str, list[float]]], others: float) -> Figure:
    mine = [{kind: some for kind, some in one.items() if kind.startswith(which)} for one in rounds]
    value, low, high = middle([percentile([ms for some in one.values() for ms in some], 95) for one in mine])
    by_kind = {f"{kind}, worst ms": max(ms for one in mine for ms in one[kind]) for kind in mine[0]}
    return Figure(
        name=f"insight_{which}",
        what=f"milliseconds that the figures of {which} take, p95, among {SESSIONS * STEPS_EACH:,} steps",
        against="nothing: a goal in milliseconds",
        unit="ms",
        value=value,
        low=low,
        high=high,
        goal=P95_MS,
        details=by_kind | {"rounds": len(rounds), OTHERS: others},
    )
