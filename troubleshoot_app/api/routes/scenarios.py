"""Scenarios of a tree, and its real sessions against its draft."""

from fastapi import APIRouter

from troubleshoot_app.api.deps import CurrentCredential
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.schemas.scenarios import (
    ChangedScenario,
    NewScenario,
    ReplayView,
    ScenarioPage,
    ScenarioView,
)
from troubleshoot_app.services import replays, scenarios
from troubleshoot_app.services.access import acting

router = APIRouter(prefix="/trees/{tree_id}", tags=["trees"])


@router.get("/scenarios", operation_id="scenarios_list", responses=problems(403, 404))
def list_scenarios(tree_id: str, credential: CurrentCredential, page: WantedPage) -> ScenarioPage:
    """List the scenarios of a tree, newest first, each with whether the draft is good for it. For engineers and up."""
    return transact(acting, credential, scenarios.find_scenarios, tree_id=tree_id, page=page)


@router.post(
    "/scenarios", status_code=201, operation_id="scenarios_create", responses=problems(403, 404, 409)
)
def create_scenario(
    tree_id: str, body: NewScenario, credential: CurrentCredential, attempt: CurrentAttempt
) -> ScenarioView:
    """Keep answers that must end at a node, or at any end of a kind. For engineers and up.

    They run at each check of the draft. One that is broken is an error, `scenario_broken`, and stops publishing.
    """
    return transact_once(
        attempt,
        credential,
        scenarios.add_scenario,
        tree_id=tree_id,
        name=body.name,
        answers=body.answers,
        end=body.end,
        start=body.start,
    )


@router.put("/scenarios/{scenario_id}", operation_id="scenarios_replace", responses=problems(403, 404, 409))
def replace_scenario(
    tree_id: str, scenario_id: str, body: ChangedScenario, credential: CurrentCredential
) -> ScenarioView:
    """Put another scenario in the place of one. For engineers and up.

    With a stale `revision`, the problem has the current one.
    """
    return transact(
        acting,
        credential,
        scenarios.change_scenario,
        tree_id=tree_id,
        scenario_id=scenario_id,
        name=body.name,
        answers=body.answers,
        end=body.end,
        start=body.start,
        revision=body.revision,
    )


@router.delete(
    "/scenarios/{scenario_id}",
    status_code=204,
    operation_id="scenarios_delete",
    responses=problems(403, 404),
)
def delete_scenario(tree_id: str, scenario_id: str, credential: CurrentCredential) -> None:
    """Remove a scenario. For engineers and up."""
    transact(acting, credential, scenarios.delete_scenario, tree_id=tree_id, scenario_id=scenario_id)


@router.post("/replay", operation_id="trees_replay", responses=problems(403, 404))
def replay_sessions(tree_id: str, credential: CurrentCredential) -> ReplayView:
    """Tell which of the latest 100 sessions that are completed or escalated would end otherwise on the draft.

    Answers are matched by node and option, then by label; where a number was measured, it chooses anew. Nothing is
    changed. For engineers and up.
    """
    return transact(acting, credential, replays.replay_sessions, tree_id=tree_id)
