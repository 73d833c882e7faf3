"""How long the database takes to find trees among ten thousand, for all kinds of words."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.bench.figures import OTHERS, Figure, Goal, middle, percentile
from tests.bench.library import EVERYWHERE, SEED, Library, add_library
from tests.bench.stage import House, Neighbours
from tests.support.people import Person, Team, add_team, do
from troubleshoot_app.core.db import engine, transact
from troubleshoot_app.services import tree_search

TREES = 10_000
FOUND = 30
P95_MS = Goal(50)

Kinds = dict[str, list[str]]


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the p95 of the time that one search spends in the database."""
    with house.database("finding"):
        team, library = transact(_fill)
        kinds = _questions(library, 10 if quick else 40)
        neighbours = Neighbours()
        rounds = [_round(team.viewer, kinds) for _ in range(2 if quick else 5)]
        return [_figure(rounds, neighbours.share())]


def _fill(db: Any) -> tuple[Team, Library]:
    team = add_team(db, "bench")
    return team, add_library(db, team, TREES)


def _questions(library: Library, of_each: int) -> Kinds:
    chance = random.Random(SEED)
    words = library.words
    rare = chance.sample(words[300:6_000], of_each)
    return {
        "a rare word": rare,
        "a word that is everywhere": [EVERYWHERE, *words[: of_each // 4]],
        "the beginning of a word": [word[: chance.randint(1, 4)] for word in chance.sample(words, of_each)],
        "a mistyped word": [_mistyped(chance, word) for word in chance.sample(words[:3_000], of_each)],
        "several words": [f"{EVERYWHERE} {one} {chance.choice(words[:50])}" for one in rare],
        "a title": [title.lower() for title in chance.sample(library.titles, of_each)],
        "what is nowhere": ["".join(chance.choices("qxzj", k=8)) for _ in range(of_each // 2)],
    }


def _mistyped(chance: random.Random, word: str) -> str:
    at = chance.randrange(max(1, len(word) - 1))
    return f"{word[:at]}{word[at + 1 : at + 2]}{word[at : at + 1]}{word[at + 2 :]}"


def _round(person: Person, kinds: Kinds) -> dict[str, list[float]]:
    """Return for each kind how many milliseconds the statements of each search took."""
    with _stopwatch() as spent:
        return {
            kind: [
                spent(lambda words=words: do(person, tree_search.search_trees, q=words, limit=FOUND))  # type: ignore[misc]
                for words in asked
            ]
            for kind, asked in kinds.items()
        }


@contextmanager
def _stopwatch() -> Iterator[Callable[[Callable[[], Any]], float]]:
    """Return a function that calls another one, and says how many milliseconds it waited for the database."""
    taken = 0.0

    def begin(
        _connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any
    ) -> None:
        context.begun_at = time.perf_counter()

    def end(
        _connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: Any
    ) -> None:
        nonlocal taken
        taken += time.perf_counter() - context.begun_at

    def spent(call: Callable[[], Any]) -> float:
        nonlocal taken
        taken = 0.0
        call()
        return taken * 1_000

    event.listen(engine(), "before_cursor_execute", begin)
    event.listen(engine(), "after_cursor_execute", end)
    yield spent
    event.remove(engine(), "before_cursor_execute", begin)
    event.remove(engine(), "after_cursor_execute", end)


def _figure(rounds: list[dict[str, list[float]]], others: float) -> Figure:
    value, low, high = middle(
        [percentile([ms for some in one.values() for ms in some], 95) for one in rounds]
    )
    by_kind = {
        f"{kind}, p95 ms": percentile([ms for one in rounds for ms in one[kind]], 95) for kind in rounds[0]
    }
    return Figure(
        name="finding",
        what=f"milliseconds that the statements of one search take, p95, among {TREES:,} trees, as somebody types",
        against="nothing: a goal in milliseconds",
        unit="ms",
        value=value,
        low=low,
        high=high,
        goal=P95_MS,
        details=by_kind | {"rounds": len(rounds), OTHERS: others},
    )
