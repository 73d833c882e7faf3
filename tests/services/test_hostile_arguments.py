"""Anything may come in for any argument: a clear refusal or a sane use of it, and never another error."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.services.good_calls import GoodCalls, UseCase, open_arguments
from tests.support.postgres import rolled_back
from troubleshoot_app.core.errors import AppError, Conflict, Invalid, NotFound
from troubleshoot_app.models.sessions import TEXT_LENGTH
from troubleshoot_app.services import handoffs, sessions

NO_TEXT: list[Any] = [
    0, -1, 2**31, 10**30, 1.5, float("nan"), True, b"bytes", [], [["x"]], (), {}, {"a": 1}, set(), object(), uuid4(),
]  # fmt: skip
ODD_TEXT = [
    "", "\0", "a\0b", "\ud800", "x\udfff", "%s %(x)s", "'; DROP TABLE session; --", "\\", "_%", "\u202e", "null",
    "🔌" * 100, str(uuid4()), str(uuid4()) + "\0",
]  # fmt: skip
LONG_TEXT = ["x" * (TEXT_LENGTH + 1), "\0" * (TEXT_LENGTH + 1), "é" * 200_000]
ANYTHING: list[Any] = [None, *NO_TEXT, *ODD_TEXT, *LONG_TEXT]

TEXTS = {"title", "ticket_ref", "asset", "notes", "note", "value", "summary", "reason", "resolution"}
IDS = {
    "session_id", "handoff_id", "tree_id", "user_id", "invitation_id", "attachment_id", "webhook_id",
    "sign_in_id", "delivery_id", "scenario_id",
}  # fmt: skip
REFUSALS: dict[str, tuple[type[AppError], ...]] = dict.fromkeys(IDS, (NotFound,)) | {
    "revision": (Invalid, Conflict),
    "handoff_ids": (NotFound,),
    "slug": (NotFound,),
}
USE_CASES = open_arguments()


def name_of(fn: UseCase) -> str:
    return f"{fn.__module__.rpartition('.')[2]}.{fn.__name__}"


@pytest.fixture(scope="module")
def calls(database_url: str) -> Iterator[GoodCalls]:
    """Made once, as each call takes back what it did."""
    with rolled_back() as db:
        yield GoodCalls(db)


@pytest.fixture(scope="module")
def their_calls(calls: GoodCalls) -> GoodCalls:
    """Those of another account."""
    return GoodCalls(calls.db, "umbrella")


@pytest.mark.parametrize("fn", USE_CASES, ids=name_of)
def test_a_good_call_is_answered(calls: GoodCalls, fn: UseCase):
    """Whoever adds a use case adds a good call of it to ``good_calls.py``."""
    assert set(USE_CASES[fn]) <= set(calls.of(fn)[1])
    calls.make(fn)


@pytest.mark.parametrize("fn", USE_CASES, ids=name_of)
def test_what_makes_no_sense_is_refused_in_words(calls: GoodCalls, fn: UseCase):
    for name in USE_CASES[fn]:
        for value in ANYTHING:
            refused = None
            try:
                calls.make(fn, **{name: value})
            except REFUSALS.get(name, (Invalid,)) as refusal:
                refused = refusal
                refusal.detail.encode()
            assert refused or name not in IDS, (name, value)


@pytest.mark.parametrize("fn", [fn for fn in USE_CASES if TEXTS & set(USE_CASES[fn])], ids=name_of)
def test_what_is_no_text_is_refused_where_text_is_wanted(calls: GoodCalls, fn: UseCase):
    for name in TEXTS & set(USE_CASES[fn]):
        for value in (*NO_TEXT, *LONG_TEXT):
            with pytest.raises(Invalid) as refusal:
                calls.make(fn, **{name: value})
            assert [error["loc"] for error in refusal.value.errors] == [[name]]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"), ("x\ud800y", "x\N{REPLACEMENT CHARACTER}y"), ("  blank  ", "blank"), ("two\nlines", "two\nlines"),
        ("🔌" * TEXT_LENGTH, "🔌" * TEXT_LENGTH), ("<b>&amp;'\"%s\\", "<b>&amp;'\"%s\\"),
    ],
)  # fmt: skip
def test_what_can_be_kept_is_kept_as_it_was_typed(calls: GoodCalls, typed: str, kept: str):
    assert calls.make(sessions.update_session, notes=typed).notes == kept
    assert calls.make(sessions.choose_option, note=typed).steps[-1].note == kept
    assert calls.make(handoffs.open_handoff, reason=typed).reason == kept


@pytest.mark.parametrize("fn", [fn for fn in USE_CASES if IDS & set(USE_CASES[fn])], ids=name_of)
def test_foreign_ids_are_unknown_ids(calls: GoodCalls, their_calls: GoodCalls, fn: UseCase):
    _, theirs = their_calls.of(fn)
    for name in IDS & set(USE_CASES[fn]):
        said = set()
        for wrong in (theirs[name], str(theirs[name]), uuid4(), "no id"):
            with pytest.raises(NotFound) as refusal:
                calls.make(fn, **{name: wrong})
            said.add((refusal.value.detail, str(refusal.value.errors), str(refusal.value.extra)))
        assert len(said) == 1
