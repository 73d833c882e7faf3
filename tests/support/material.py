"""Something to see at every address: trees, sessions and escalations in each of their states."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_draft, ask, escalate, publish_again, publish_tree, start
from troubleshoot_app.domain.handoff import LAST_REMINDER, Intent
from troubleshoot_app.domain.readings import Range, Reading
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import Handoff
from troubleshoot_app.services import handoffs, sessions

NOBODYS = "01890000-0000-7000-8000-000000000000"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenständer"
QUERIES = {
    "/sessions": ["?status=all", "?q=nothing+has+these+words"],
    "/trees": ["?q=router", "?q=nothing+has+these+words"],
    "/register": ["?invitation=unknown"],
    "/reset": ["?token=unknown"],
    "/login": ["?next=/trees"],
    "404": ["/no/such/page"],
}
REPLAY = "/sessions/[session_id]/replay"
PROBE, VOLTS, SAFE = "Which supply is it?", "Voltage between pins 3 and 7?", "Pull the plug."
_PARAMETER = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True)
class Material:
    """For each parameter of an address what may stand there; for some routes less of it, or something else."""

    values: dict[str, list[str]]

    def addresses(self, routes: Iterable[str]) -> list[str]:
        """Return addresses that lead to each of ``routes``, in each state of what they show.

        Raises:
            AssertionError: a route has a parameter that nothing is known to put in for.
        """
        return [address for route in routes for address in self._addresses(route)]

    def _addresses(self, route: str) -> list[str]:
        queries = QUERIES.get(route, [])
        if not route.startswith("/"):
            return queries
        if (parameter := _PARAMETER.search(route)) is None:
            return [route, *(route + query for query in queries)]
        name = parameter.group(1)
        assert name in self.values, f"Say in tests/support/material.py what stands for [{name}] in {route}."
        return [route.replace(f"[{name}]", value) for value in self.values.get(route, self.values[name])]


def supply_tree() -> Tree:
    """A tree with a safety step and a reading."""
    nodes = (
        Node("which", NodeKind.QUESTION, PROBE, options=(
            Option("old", "The grey one", "safe"), Option("new", "The black one", "good"))),
        Node("safe", NodeKind.ACTION, SAFE, options=(Option("done", "Next", "volts"),), acknowledge=True),
        Node("volts", NodeKind.QUESTION, VOLTS, options=(
            Option("low", "Too low", "dead", when=Range(below=11.5)),
            Option("fine", "Fine", "good", when=Range(at_least=11.5)),
            Option("no", "I cannot measure", "dead")), reading=Reading("V", 11.5, 12.6, 1)),
        Node("dead", NodeKind.ESCALATION, "It is dead."),
        Node("good", NodeKind.RESOLUTION, "The supply is good."),
    )  # fmt: skip
    return Tree("which", {node.id: node for node in nodes})


def faulty_tree() -> Tree:
    """A draft with problems: an answer to nowhere, a node that nothing leads to."""
    nodes = (
        Node("one", NodeKind.QUESTION, LONG_WORD, "See the [manual](/trees).", (
            Option("a", "Yes", ""), Option("b", LONG_WORD, "end"))),
        Node("lost", NodeKind.ACTION, "Nobody comes here.", options=(Option("on", "Done", "end"),)),
        Node("end", NodeKind.RESOLUTION, "It works."),
    )  # fmt: skip
    return Tree("one", {node.id: node for node in nodes})


def add_material(db: Session, team: Team) -> Material:
    """Add to the account of ``team`` what its people may meet; the engineer has the case that is picked up."""
    supply = publish_tree(db, team.admin, supply_tree(), "Power supply")
    publish_again(db, team.admin, team.tree_id)
    draft = add_draft(db, team.admin, faulty_tree(), LONG_WORD)
    return Material(
        {
            "tree_id": [str(team.tree_id), str(draft), NOBODYS],
            "tree_slug": ["no-internet?asset=RTR-12", "no-such-tree"],
            "session_id": [*_sessions(db, team, supply), NOBODYS],
            REPLAY: [_taken_back_and_handed_over(db, team), NOBODYS],
            "handoff_id": [*_handoffs(db, team), NOBODYS],
        }
    )


def _sessions(db: Session, team: Team, supply_id: object) -> list[str]:
    asked = start(db, team, title=f"{LONG_WORD} at branch 12", asset="RTR-12", ticket_ref="INC-4711")
    return [
        asked.id,
        _walked(db, team.viewer, start(db, team).id, "no"),
        _walked(db, team.viewer, start(db, team).id, "yes", "yes"),
        _walked(db, team.viewer, start(db, team).id, "yes", "no"),
        _walked(db, team.viewer, _start_on(db, team.viewer, supply_id), "old"),
        _walked(db, team.viewer, _start_on(db, team.viewer, supply_id), "old", "done"),
        _parked(db, team),
        _completed(db, team),
    ]


def _start_on(db: Session, person: Person, tree_id: object) -> str:
    return ask(db, person, sessions.start_session, tree_id=tree_id).id


def _walked(db: Session, person: Person, session_id: str, *answers: str) -> str:
    for answer in answers:
        ask(
            db, person, sessions.choose_option, session_id=session_id, option_id=answer, note="As it should be.",
            acknowledged=True,
        )  # fmt: skip
    return session_id


def _parked(db: Session, team: Team) -> str:
    session = start(db, team)
    ask(
        db,
        team.viewer,
        handoffs.open_handoff,
        session_id=session.id,
        intent=Intent.PARK,
        reason="A part is missing.",
    )
    return session.id


def _taken_back_and_handed_over(db: Session, team: Team) -> str:
    session_id = _walked(db, team.viewer, start(db, team, title=LONG_WORD).id, "no")
    ask(db, team.viewer, sessions.step_back, session_id=session_id)
    raised = ask(
        db, team.viewer, handoffs.open_handoff, session_id=session_id, intent=Intent.ESCALATE, priority="high"
    )
    ask(db, team.engineer, handoffs.claim, handoff_id=raised.id)
    _walked(db, team.engineer, session_id, "yes", "yes")
    ask(db, team.engineer, sessions.complete_session, session_id=session_id, outcome="resolved")
    return session_id


def _completed(db: Session, team: Team) -> str:
    session_id = _walked(db, team.viewer, start(db, team).id, "yes", "yes")
    ask(
        db,
        team.viewer,
        sessions.complete_session,
        session_id=session_id,
        outcome="resolved",
        summary="It was the plug.",
    )
    return session_id


def _handoffs(db: Session, team: Team) -> list[str]:
    waiting = escalate(db, team, reason=f"All dark. {LONG_WORD}", priority="urgent")
    forgotten = escalate(db, team, reason="The other line, too.", priority="low")
    db.execute(update(Handoff).where(col(Handoff.id) == UUID(forgotten.id)).values(reminders=LAST_REMINDER))
    claimed = escalate(db, team, team.viewer, reason="Nothing helps.")
    ask(db, team.engineer, handoffs.claim, handoff_id=claimed.id)
    resolved = escalate(db, team, team.viewer)
    ask(db, team.engineer, handoffs.claim, handoff_id=resolved.id)
    ask(db, team.engineer, handoffs.resolve, handoff_id=resolved.id, resolution="A new cable.")
    cancelled = escalate(db, team, team.viewer)
    ask(db, team.viewer, handoffs.cancel, handoff_id=cancelled.id)
    return [waiting.id, claimed.id, resolved.id, cancelled.id]
