"""Scenarios: answers of which an author says where they must end, and whether they still do."""

from dataclasses import dataclass
from typing import Any

from troubleshoot_app.domain.errors import Problem, Severity, quoted
from troubleshoot_app.domain.jumps import Neighbourhood
from troubleshoot_app.domain.replay import Given, Outcome, Place, named, replay
from troubleshoot_app.domain.tree import NodeKind, Tree

BROKEN = "scenario_broken"
NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class End:
    """Where a walk must end: at any end of a ``kind``, or at a node, which is called ``words``."""

    kind: NodeKind | None = None
    place: Place = NOWHERE
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Answers from the start of a tree, or from the node ``start``, that must end at ``end``."""

    name: str
    answers: tuple[Given, ...]
    end: End
    start: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a scenario is good, ``fault`` is empty then; else why not, and at which node of its own tree."""

    fault: str = ""
    node_id: str | None = None


def check(tree: Tree, scenario: Scenario, around: Neighbourhood | None = None) -> Verdict:
    """Return whether the answers of a scenario end where they must."""
    outcome = replay(tree, scenario.answers, around, start=scenario.start, to_end=True)
    if fault := _fault(outcome, scenario.end, tree, around or Neighbourhood()):
        own = outcome.node is not None and not outcome.place.tree_id
        return Verdict(fault, outcome.place.node_id if own else None)
    return Verdict()


def problem_of(scenario: Scenario, verdict: Verdict) -> Problem:
    """Return what stops publishing when a scenario is broken."""
    message = f"The scenario {quoted(scenario.name)} is broken. {verdict.fault} Mend the tree, or change the scenario."
    return Problem(Severity.ERROR, verdict.node_id, BROKEN, message)


def _fault(outcome: Outcome, end: End, tree: Tree, around: Neighbourhood) -> str:
    node = outcome.node
    if outcome.fault or node is None:
        return outcome.fault
    if not node.kind.is_end:
        return f"It stops at {named(node)}, which it does not answer."
    if end.kind is not None:
        wanted = f"instead of at {_a(end.kind)}"
        return "" if node.kind is end.kind else f"It ends at {named(node)}, {_a(node.kind)}, {wanted}."
    if outcome.place == end.place:
        return ""
    there = around.trees.get(end.place.tree_id)
    of_end = tree if not end.place.tree_id or there is None or there.tree is None else there.tree
    meant = of_end.nodes.get(end.place.node_id)
    instead = (
        named(meant) if meant is not None else f"{quoted(end.words or end.place.node_id)}, which is gone"
    )
    return f"It ends at {named(node)} instead of {instead}."


def _a(kind: NodeKind) -> str:
    return "an escalation" if kind is NodeKind.ESCALATION else f"a {kind}"


def answers_to_document(answers: tuple[Given, ...]) -> list[dict[str, Any]]:
    """Return answers as plain JSON; what an answer does not have is left out."""
    documents = []
    for one in answers:
        document: dict[str, Any] = {"node": one.node_id}
        words = {"option": one.option_id, "tree": one.tree_id, "asked": one.asked, "label": one.label}
        document |= {name: word for name, word in words.items() if word}
        if one.value is not None:
            document["value"] = one.value
        documents.append(document)
    return documents


def answers_from_document(kept: list[dict[str, Any]]) -> tuple[Given, ...]:
    """Return the answers that ``answers_to_document`` made a document of."""
    return tuple(
        Given(
            one["node"],
            one.get("option", ""),
            one.get("value"),
            one.get("tree", ""),
            one.get("asked", ""),
            one.get("label", ""),
        )
        for one in kept
    )


def end_to_document(end: End) -> dict[str, Any]:
    """Return where a walk must end as plain JSON."""
    if end.kind is not None:
        return {"kind": end.kind.value}
    return {"node": end.place.node_id, "tree": end.place.tree_id, "words": end.words}


def end_from_document(kept: dict[str, Any]) -> End:
    """Return the end that ``end_to_document`` made a document of."""
    if "kind" in kept:
        return End(NodeKind(kept["kind"]))
    return End(None, Place(kept["node"], kept["tree"]), kept["words"])
