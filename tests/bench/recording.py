"""The SQL of one step, as the application sends it, written down for the bare server to run again and again."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event

from tests.bench.people import Walker
from tests.support.statements import Statement, noted_by_driver
from troubleshoot_app.core.db import engine, transact
from troubleshoot_app.services import sessions
from troubleshoot_app.services.access import acting
from troubleshoot_app.services.auth import credential_of_cookie
from troubleshoot_app.states.sessions import RECENT_STEPS

OPTION = "yes"


def record_step(walker: Walker, answer: str) -> str:
    """Take two steps on the walker's other session; return the second as the script of all further ones.

    What differs between the two moves on with every step; ``answer`` is what the bare server says after each.
    """
    credential = credential_of_cookie(walker.cookie)

    def step() -> None:
        transact(
            acting,
            credential,
            sessions.choose_option,
            session_id=walker.bare_session_id,
            option_id=OPTION,
            latest_steps=RECENT_STEPS,
        )

    return record(step, answer)


def record(call: Callable[[], object], answer: str) -> str:
    """Make a call twice; return the SQL of the second as a script, with what the bare server answers."""
    before, after = _statements_of(call), _statements_of(call)
    assert [text for text, _ in before] == [text for text, _ in after], "two calls sent different SQL"
    statements = [
        (text, {name: _written(earlier[name], value) for name, value in parameters.items()})
        for (text, parameters), (_, earlier) in zip(after, before, strict=True)
    ]
    return json.dumps({"answer": answer, "statements": statements})


def _statements_of(call: Callable[[], object]) -> list[Statement]:
    sent: list[Statement] = []
    with ExitStack() as stack:

        def take_notes(connection: Any, *_more: Any) -> None:
            stack.callback(sent.extend, stack.enter_context(noted_by_driver(connection)))

        event.listen(engine(), "checkout", take_notes)
        stack.callback(event.remove, engine(), "checkout", take_notes)
        call()
    return sent


def _written(earlier: Any, value: Any) -> dict[str, Any]:
    match value:
        case UUID():
            return {"uuid": str(value)} if value == earlier else {"new id": None}
        case datetime():
            return {"time": None}
        case int() if value == earlier + 1:
            return {"count": value}
        case _:
            return {"plain": value}
