"""Schemathesis against the API of this process: requests made from the OpenAPI document, good ones and bad ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.types import Receive, Scope, Send

from troubleshoot_app.api.idempotency import KEY_LENGTH

SEED = 20_260
PHASES = ("examples", "coverage", "fuzzing", "stateful")
KEY = b"idempotency-key"
SHOWN = 600
# Above what Schemathesis makes texts of just that length for.
SEARCHED_LENGTH = 10_000

# What a schema cannot say, so that a request that fits it is refused with 422 (a file with 415) nevertheless, and why.
UNSAYABLE = {
    "an invitation or a link of a mail has to be a good one": ("auth_register", "web_register", "auth_password_reset"),
    "the current password has to be the right one": ("auth_password_change", "web_password_change"),
    "a name, or what helped, has something to read in it": ("auth_change_me", "users_change", "handoffs_resolve"),
    "options of one node have different ids": ("trees_create", "trees_replace", "trees_validate"),
    "what is in a file, and that a form has no null": ("trees_import", "sessions_attach"),
    "a tree with errors is not published": ("trees_publish",),
    "the tree has to have the node": ("sessions_start",),
    "the node has to have the option": ("sessions_step",),
    "the path has to have the step, and its node the option": ("sessions_change", "sessions_change_preview"),
    "quiet hours end at another time than they begin, in a time zone that there is": ("auth_change_preferences",),
    "a walk ends at a node or at a kind of end, and an answer has an option or a value": (
        "scenarios_create", "scenarios_replace"),
    "the end comes after the beginning": ("analytics_escalations", "analytics_tree", "audit_list"),
}  # fmt: skip
ACCEPTED = ["2xx", "401", "403", "404", "409"]


@dataclass
class Outcome:
    """How it went: each kind of failure once, and how many answers there were of each status."""

    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


def fuzz(
    app: FastAPI,
    *,
    token: str,
    phases: tuple[str, ...] = PHASES,
    examples: int,
    uncovered: tuple[str, ...] = (),
    before: Callable[[], None],
) -> Outcome:
    """Ask the API as whoever has the access ``token``, or as nobody; ``before`` is called before each request.

    Operations that are ``uncovered`` are left out of the phase "coverage".

    The same requests each time; ``examples`` is how many of each operation are made by chance.
    """
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json", _Prepared(app, before), config=_config(token, phases, examples, uncovered)
    ).exclude(path_regex="^/(healthz|readyz|metrics)$")
    _search_less(schema.raw_schema)
    outcome, seen = Outcome(), set()
    for kind, failure in _failures(schema, outcome.statuses):
        if kind not in seen:
            seen.add(kind)
            outcome.failures.append(failure)
    return outcome


class _Prepared:
    """The application, with something done before each request."""

    def __init__(self, app: FastAPI, before: Callable[[], None]) -> None:
        self._app = app
        self._before = before
        self._numbers = count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._before()
            scope = {**scope, "headers": [self._own(name, value) for name, value in scope["headers"]]}
        await self._app(scope, receive, send)

    def _own(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """Return a header; a key is made another one each time, else most requests would count as sent again."""
        if name == KEY and 0 < len(value) <= KEY_LENGTH:
            number = str(next(self._numbers)).encode()
            value = value[: KEY_LENGTH - len(number)] + number
        return name, value


def _search_less(part: Any) -> None:
    """Leave a text that has a pattern without a form and a shorter length, all through the document.

    A pattern may say more than both. What fits it and has just that length, or fits it and not the form, is searched for
    in vain then, for most of the time that everything else takes together.
    """
    if isinstance(part, dict):
        if {"pattern", "format", "maxLength"} <= part.keys():
            part.pop("format")
            part["maxLength"] = SEARCHED_LENGTH
        for value in part.values():
            _search_less(value)
    elif isinstance(part, list):
        for value in part:
            _search_less(value)


def _failures(schema: Any, statuses: Counter[int]) -> Iterator[tuple[tuple[str, ...], str]]:
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            yield (event.label, repr(event.value)), f"{event.label}: {event.value!r}"
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            for case_id, interaction in recorder.interactions.items():
                statuses[interaction.response.status_code if interaction.response else 0] += 1
                for check in recorder.checks.get(case_id, []):
                    if check.failure_info is not None:
                        label = recorder.cases[case_id].value.operation.label
                        failure = check.failure_info.failure
                        said = f"{failure.title}: {failure.message[:SHOWN]}"
                        answer = (interaction.response.content or b"") if interaction.response else b""
                        yield (
                            (check.name, label, failure.title),
                            f"{label}, {check.name}: {said}\n{check.failure_info.code_sample}\n{answer[:SHOWN]!r}",
                        )


def _config(
    token: str, phases: tuple[str, ...], examples: int, uncovered: tuple[str, ...]
) -> SchemathesisConfig:
    unsayable = {operation for operations in UNSAYABLE.values() for operation in operations}
    refused = {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "415", "422"]}}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "continue-on-failure": True,
            "checks": {"enabled": True, "positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
            },
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "operations": [
                {
                    "include-operation-id": operation,
                    **({"checks": refused} if operation in unsayable else {}),
                    **({"phases": {"coverage": {"enabled": False}}} if operation in uncovered else {}),
                }
                for operation in sorted(unsayable | set(uncovered))
            ],
        }
    )
