"""What the editor shows of a draft."""

from collections import defaultdict
from typing import Any

from troubleshoot_app.domain.editing import incoming
from troubleshoot_app.domain.readings import Reading, number_text
from troubleshoot_app.domain.scenarios import End
from troubleshoot_app.domain.tree import Option
from troubleshoot_app.schemas.editor import (
    IncomingView,
    NodeForm,
    OptionForm,
    ReadingForm,
    ScenarioLine,
    TargetView,
)
from troubleshoot_app.schemas.trees import DraftProblem
from troubleshoot_app.services.tree_editing import DETAILS, Details, Draft
from troubleshoot_app.services.trees import UNWRITTEN, in_words, problem_view, shortened, words_of

SHOWN_PROBLEMS = 100
SHOWN_TARGETS = 40


def node_form(draft: Draft, node_id: str) -> NodeForm:
    """Return a node as the form shows it."""
    node = draft.tree.nodes[node_id]
    return NodeForm(
        id=node.id,
        kind=node.kind,
        text=node.text,
        help=node.help,
        is_start=draft.tree.start == node.id,
        reading=None if node.reading is None else _reading_form(node.reading),
        acknowledge=node.acknowledge,
        options=[_option_form(draft, option) for option in node.options],
        incoming=[
            IncomingView(
                node_id=parent.id,
                option_id=option.id,
                words=f"{words_of(draft.tree, parent.id)} → {option.label or UNWRITTEN}",
            )
            for parent, option in incoming(draft.tree, node_id)
        ][:SHOWN_TARGETS],
        problems=[problem_view(problem) for problem in draft.problems if problem.node_id == node_id],
    )


def _option_form(draft: Draft, option: Option) -> OptionForm:
    other = draft.around.of(option.tree)
    return OptionForm(
        id=option.id,
        label=option.label,
        leads_to=option.to,
        target=words_of(draft.tree, option.to),
        tree=option.tree,
        tree_title=option.tree if other is None else other.title,
        tree_href="" if other is None else f"/trees/{other.id}",
        returns=option.returns,
        when="" if option.when is None else str(option.when),
    )


def _reading_form(reading: Reading) -> ReadingForm:
    return ReadingForm(
        unit=reading.unit,
        min="" if reading.min is None else number_text(reading.min),
        max="" if reading.max is None else number_text(reading.max),
        decimals="" if reading.decimals is None else str(reading.decimals),
    )


def problem_views(draft: Draft) -> list[DraftProblem]:
    """Return the problems of the whole tree, errors first; of very many, those that are to be mended first."""
    return in_words(draft.tree, draft.problems, at_most=SHOWN_PROBLEMS)


def scenario_lines(draft: Draft) -> list[ScenarioLine]:
    """Return the scenarios of the tree, broken ones first."""
    lines = [
        ScenarioLine(
            id=str(one.id),
            name=one.scenario.name,
            words=_end_words(one.scenario.end),
            fault=one.verdict.fault,
            node_id=one.verdict.node_id or "",
        )
        for one in draft.scenarios
    ]
    return sorted(lines, key=lambda line: not line.fault)


def _end_words(end: End) -> str:
    if end.kind is not None:
        return f"Ends at any {end.kind}."
    return f"Ends at “{shortened(end.words)}”." if end.words else f"Ends at {end.place.node_id}."


def targets(draft: Draft, query: str, *, with_answers: bool = False) -> list[TargetView]:
    """Return the nodes whose words or id hold all words of ``query``, in the order of the tree.

    ``with_answers``: only those that can have answers.
    """
    marks: dict[str, list[str]] = defaultdict(list)
    for problem in draft.problems:
        if problem.node_id is not None:
            marks[problem.node_id].append(problem.severity)
    wanted = query.casefold().split()
    found: list[TargetView] = []
    for node in draft.tree.nodes.values():
        if with_answers and node.kind.is_end:
            continue
        words = f"{node.id} {node.text}".casefold()
        if all(word in words for word in wanted):
            severities = marks.get(node.id, [])
            errors = severities.count("error")
            found.append(
                TargetView(
                    id=node.id,
                    words=words_of(draft.tree, node.id),
                    kind=node.kind,
                    errors=errors,
                    warnings=len(severities) - errors,
                )
            )
            if len(found) == SHOWN_TARGETS:
                break
    return found


def detail_text(details: Details, field: str) -> str:
    """Return one of the texts that a tree says of itself, as it is typed."""
    value: Any = getattr(details, field)
    return ", ".join(value) if field == "tags" else str(value)


def with_detail(details: Details, field: str, typed: str) -> Details:
    """Return what a tree says of itself, with one text as it was typed."""
    value: Any = (
        tuple(part for part in map(str.strip, typed.split(",")) if part) if field == "tags" else typed
    )
    return Details(**{name: getattr(details, name) for name in DETAILS} | {field: value})
