"""Scenarios as rows, and what the draft of a tree makes of them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from troubleshoot_app.domain.errors import Problem
from troubleshoot_app.domain.jumps import Neighbourhood
from troubleshoot_app.domain.scenarios import (
    Scenario,
    Verdict,
    answers_from_document,
    check,
    end_from_document,
    problem_of,
)
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.domain.tree_rules import problems
from troubleshoot_app.models import TreeScenario


@dataclass(frozen=True, slots=True)
class CheckedScenario:
    """A scenario and what the draft makes of it."""

    id: UUID
    scenario: Scenario
    verdict: Verdict


def scenario_of(row: TreeScenario) -> Scenario:
    """Return the scenario that a row keeps."""
    return Scenario(
        row.name, answers_from_document(row.answers), end_from_document(row.ends), row.start_node_id
    )


def checked_scenarios(
    db: Session, tree_id: UUID, tree: Tree, around: Neighbourhood
) -> tuple[CheckedScenario, ...]:
    """Return the scenarios of a tree in the order of their making, each with what ``tree`` makes of it.

    A tree without a start breaks all of them: that is one problem, and not theirs.
    """
    if tree.start not in tree.nodes:
        return ()
    query = select(TreeScenario).where(col(TreeScenario.tree_id) == tree_id).order_by(col(TreeScenario.id))
    rows = [(row.id, scenario_of(row)) for row in db.execute(query).scalars()]
    return tuple(CheckedScenario(row_id, one, check(tree, one, around)) for row_id, one in rows)


def broken_scenarios(checked: tuple[CheckedScenario, ...]) -> list[Problem]:
    """Return a problem for each scenario that is broken."""
    return [problem_of(one.scenario, one.verdict) for one in checked if one.verdict.fault]


def problems_of_draft(db: Session, tree_id: UUID, tree: Tree, around: Neighbourhood) -> list[Problem]:
    """Return all that is wrong with the draft of a tree, in the order of its nodes; then the scenarios it breaks."""
    return problems(tree, around) + broken_scenarios(checked_scenarios(db, tree_id, tree, around))
