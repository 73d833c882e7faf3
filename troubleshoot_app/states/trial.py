"""Trying a draft out: a walk that counts nowhere, and is kept only as a scenario if its author wants that."""

from collections.abc import Sequence
from typing import Any

from troubleshoot_app.schemas.scenarios import WORD_LENGTH, ScenarioAnswer, ScenarioEnd, TrialView
from troubleshoot_app.schemas.trees import NodeView
from troubleshoot_app.services import scenarios
from troubleshoot_app.states.base import MessageState, SignedInState
from troubleshoot_app.states.editor import EditorState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.sessions import NO_NODE

ANY_END = "kind"


class TrialState(SignedInState):
    """Where the trial stands, the answers that led there, and the scenario that they are to become."""

    opened: bool = False
    tree_id_tried: str = ""
    tree_title: str = ""
    node: NodeView = NO_NODE
    trail: list[str] = []
    fault: str = ""
    is_scenario: bool = False
    scenario_id: str = ""
    name: str = ""
    any_end: bool = False

    _start: str = ""
    _tree: str = ""
    _revision: int = 0
    _answers: list[ScenarioAnswer] = []

    @handler(Policy.SENIOR)
    async def begin(self, tree_id: str, node_id: str):
        """Stand at a node of the draft, or at its start, as somebody who walks would."""
        self.reset()
        self.tree_id_tried, self._start = tree_id, node_id
        await self._answer([])
        self.opened = True

    @handler(Policy.SENIOR)
    async def write(self, tree_id: str):
        """Begin a new scenario at the start of the draft."""
        self.reset()
        self.tree_id_tried, self.is_scenario = tree_id, True
        await self._answer([])
        self.opened = True

    @handler(Policy.SENIOR)
    async def change(self, tree_id: str, scenario_id: str):
        """Stand where the answers of a scenario lead by now, to give others from there on."""
        self.reset()
        kept = await self._run(scenarios.get_scenario, tree_id=tree_id, scenario_id=scenario_id)
        self.tree_id_tried, self.is_scenario, self.scenario_id = tree_id, True, kept.id
        self.name, self.any_end = kept.name, kept.end.kind is not None
        self._start, self._revision = kept.start, kept.revision
        await self._answer(kept.answers)
        self.opened = True

    @handler(Policy.SENIOR)
    async def choose(self, option_id: str):
        """Answer, on the draft as it is now."""
        await self._answer([*self._answers, self._given(option=option_id)])

    @handler(Policy.SENIOR)
    async def measure(self, form: dict[str, Any]):
        """Answer with a number, which chooses an option."""
        typed = form.get("value")
        if isinstance(typed, str) and typed.strip():
            await self._answer([*self._answers, self._given(value=typed.strip())])

    @handler(Policy.SENIOR)
    async def back(self):
        """Take the last answer back."""
        await self._answer(self._answers[:-1])

    @handler(Policy.SENIOR)
    async def toggle(self, opened: bool):
        """Open or close the dialog."""
        self.opened = opened

    @handler(Policy.SENIOR)
    async def keep(self, form: dict[str, Any]):
        """Keep this walk as a scenario, or put it in the place of the one that is being changed."""
        end = ScenarioEnd(node=self.node.id, tree=self._tree, words=self.node.text[:WORD_LENGTH])
        if form.get("end") == ANY_END:
            end = ScenarioEnd(kind=self.node.kind)
        wanted = {"name": form.get("name"), "answers": self._answers, "end": end, "start": self._start}
        if self.scenario_id:
            await self._run(
                scenarios.change_scenario,
                tree_id=self.tree_id_tried,
                scenario_id=self.scenario_id,
                revision=self._revision,
                **wanted,
            )
        else:
            await self._run(scenarios.add_scenario, tree_id=self.tree_id_tried, **wanted)
        self.opened = False
        return [
            MessageState.show("The scenario is kept. It runs whenever the draft changes.", "success"),
            EditorState.look_again,
        ]

    def _given(self, *, option: str = "", value: str | None = None) -> dict[str, str | None]:
        return {"node": self.node.id, "option": option, "value": value, "tree": self._tree}

    async def _answer(self, answers: Sequence[ScenarioAnswer | dict[str, str | None]]) -> None:
        view: TrialView = await self._run(
            scenarios.try_answers, tree_id=self.tree_id_tried, answers=list(answers), start=self._start
        )
        self._answers, self._tree = view.answers, view.tree
        self.node, self.tree_title, self.fault = view.node, view.tree_title, view.fault
        self.trail = [one.label if one.value is None else f"{one.label}: {one.value}" for one in view.answers]
