"""Anything may come in for any argument: a clear refusal or a sane use of it, and never another error."""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from tests.support.people import Person, Team, add_team, ask, escalate, start
from troubleshoot_app.core.errors import AppError, Conflict, Invalid, NotFound
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.models.sessions import TEXT_LENGTH
from troubleshoot_app.services import auth, handoff_views, handoffs, sessions, trees

MODULES = (sessions, handoffs, handoff_views, trees)
UPDATED = ("title", "ticket_ref", "asset", "notes")

NO_TEXT: list[Any] = [
    0, 1, -1, 2**31, 2**63, 10**30, 1.5, float("nan"), float("inf"), True, False, b"bytes", [], ["x"], [["x"]], (), {},
    {"a": 1}, {"__class__": "x"}, set(), object(), str, uuid4(),
]  # fmt: skip
ODD_TEXT = [
    "", " ", "\0", "a\0b", "\ud800", "x\udfff", "%s %(x)s", "'; DROP TABLE session; --", "\\", "_%", "\u202e",
    "-1", "null", "🔌" * 200, str(uuid4()), str(uuid4()).upper() + "\0",
]  # fmt: skip
LONG_TEXT = ["x" * (TEXT_LENGTH + 1), "\0" * (TEXT_LENGTH + 1), "é" * 200_000]


class Calls:
    """A good call of each use case, made from the same account each time."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.team: Team = add_team(db)
        self.session = start(db, self.team)
        ask(db, self.team.viewer, sessions.choose_option, session_id=self.session.id, option_id="no")
        self.session = ask(db, self.team.viewer, sessions.get_session, session_id=self.session.id)
        self.open = escalate(db, self.team)
        claimed = escalate(db, self.team)
        self.claimed = ask(db, self.team.engineer, handoffs.claim, handoff_id=claimed.id)
        parked = start(db, self.team)
        self.parked = ask(
            db, self.team.viewer, handoffs.open_handoff, session_id=parked.id, intent=Intent.PARK
        )

    def good(self, fn: Callable[..., Any]) -> tuple[Person, dict[str, Any]]:
        """Return who calls ``fn`` with which arguments."""
        walk = {"session_id": self.session.id}
        by_name: dict[str, tuple[Person, dict[str, Any]]] = {
            "start_session": (
                self.team.viewer,
                {"tree_id": self.team.tree_id, "title": "t", "ticket_ref": "r", "asset": "a"},
            ),
            "get_session": (self.team.viewer, walk),
            "list_path": (self.team.viewer, walk),
            "list_sessions": (self.team.viewer, {}),
            "choose_option": (
                self.team.viewer,
                walk | {"option_id": "done", "note": "n", "value": "v", "revision": self.session.revision},
            ),
            "step_back": (self.team.viewer, walk | {"to_seq": 1, "revision": self.session.revision}),
            "save_note": (self.team.viewer, walk | {"seq": 1, "note": "n"}),
            "update_session": (
                self.team.viewer,
                walk | dict.fromkeys(UPDATED, "x") | {"revision": self.session.revision},
            ),
            "complete_session": (self.team.viewer, walk | {"outcome": "resolved", "summary": "s"}),
            "open_handoff": (
                self.team.viewer,
                walk | {"intent": "escalate", "reason": "r", "priority": "high"},
            ),
            "claim": (self.team.owner, {"handoff_id": self.open.id}),
            "cancel": (self.team.viewer, {"handoff_id": self.open.id}),
            "dismiss": (self.team.owner, {"handoff_id": self.open.id}),
            "release": (self.team.engineer, {"handoff_id": self.claimed.id, "note": "n"}),
            "resolve": (self.team.engineer, {"handoff_id": self.claimed.id, "resolution": "r"}),
            "resume": (self.team.viewer, {"handoff_id": self.parked.id}),
            "get_view": (self.team.viewer, {"handoff_id": self.open.id}),
            "get_handoff": (self.team.viewer, {"handoff_id": self.open.id}),
            "list_deliveries": (self.team.viewer, {"handoff_id": self.open.id}),
            "note_seen": (self.team.owner, {"handoff_ids": [self.open.id]}),
            "list_trees": (self.team.viewer, {"words": "no internet", "category": "Network"}),
            "get_summary": (self.team.viewer, {"tree_id": self.team.tree_id}),
            "get_tree": (self.team.viewer, {"tree_id": self.team.tree_id}),
            "published_tree": (self.team.viewer, {"tree_id": self.team.tree_id}),
            "draft_problems": (self.team.engineer, {"tree_id": self.team.tree_id}),
        }
        return by_name[fn.__name__]

    def make(self, fn: Callable[..., Any], **other: Any) -> Any:
        """Call ``fn`` with good arguments, but for the ``other`` ones, and take back what it did."""
        person, arguments = self.good(fn)
        savepoint = self.db.begin_nested()
        try:
            answer = ask(self.db, person, fn, **(arguments | other))
            self.db.flush()
            return answer
        finally:
            savepoint.rollback()
            self.db.expire_all()


def takes_anything(module: ModuleType) -> list[tuple[Callable[..., Any], str]]:
    """Return the public functions of a module with each of their arguments that is not typed: it comes from outside."""
    found: list[tuple[Callable[..., Any], str]] = []
    for name, fn in inspect.getmembers(module, inspect.isfunction):
        if fn.__module__ == module.__name__ and not name.startswith("_"):
            parameters = inspect.signature(fn).parameters.values()
            found += [(fn, parameter.name) for parameter in parameters if parameter.annotation is object]
    return found


OPEN_TO_ALL = [found for module in MODULES for found in takes_anything(module)]


@pytest.fixture
def calls(db: Session) -> Calls:
    return Calls(db)


def test_the_good_calls_are_good_and_all_there(calls: Calls):
    functions = {fn for fn, _ in OPEN_TO_ALL}
    assert len(functions) >= 20
    for fn in functions:
        _, arguments = calls.good(fn)
        assert {name for other, name in OPEN_TO_ALL if other is fn} == set(arguments)
        calls.make(fn)


@pytest.mark.parametrize(("fn", "name"), OPEN_TO_ALL, ids=lambda part: getattr(part, "__name__", part))
def test_what_makes_no_sense_is_refused_in_words(calls: Calls, fn: Callable[..., Any], name: str):
    is_id = name.endswith("_id") and name != "option_id"
    refusals: tuple[type[AppError], ...] = (NotFound,) if is_id else (Invalid,)
    if name == "revision":
        refusals = (Invalid, Conflict)
    if name == "handoff_ids":
        refusals = (NotFound,)
    for value in (None, *NO_TEXT, *ODD_TEXT, *LONG_TEXT):
        try:
            calls.make(fn, **{name: value})
        except refusals as refusal:
            refusal.detail.encode()
            refused = True
        else:
            refused = False
        assert refused or not is_id, value


TEXTS = [
    found
    for found in OPEN_TO_ALL
    if found[1] in {*UPDATED, "note", "value", "summary", "reason", "resolution"}
]


@pytest.mark.parametrize(("fn", "name"), TEXTS, ids=lambda part: getattr(part, "__name__", part))
def test_what_is_no_text_is_refused_where_text_is_wanted(calls: Calls, fn: Callable[..., Any], name: str):
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
def test_what_can_be_kept_is_kept_as_it_was_typed(calls: Calls, typed: str, kept: str):
    assert calls.make(sessions.update_session, notes=typed).notes == kept
    assert calls.make(sessions.choose_option, note=typed).steps[-1].note == kept
    assert calls.make(handoffs.open_handoff, reason=typed).reason == kept


@pytest.mark.parametrize("fn", dict.fromkeys(fn for fn, _ in OPEN_TO_ALL))
def test_foreign_ids_are_unknown_ids(calls: Calls, fn: Callable[..., Any]):
    other = add_team(calls.db, "umbrella")
    session, handoff = start(calls.db, other), escalate(calls.db, other)
    foreign = {"session_id": session.id, "handoff_id": handoff.id, "tree_id": other.tree_id}
    for name in calls.good(fn)[1].keys() & foreign.keys():
        said = set()
        for wrong in (foreign[name], str(foreign[name]), uuid4(), "no id"):
            with pytest.raises(NotFound) as refusal:
                calls.make(fn, **{name: wrong})
            said.add((refusal.value.detail, str(refusal.value.extra)))
        assert len(said) == 1


@pytest.mark.parametrize(
    "email", ["", "\0", "\ud800", "owner@acme.test\0", "owner@\udfffacme.test", "é" * 200_000]
)
def test_an_odd_address_signs_nobody_in_and_opens_no_account(clean_database: str, email: str):
    with pytest.raises(AppError, match="E-mail or password is wrong"):
        auth.sign_in(email=email, password="demo-password", device="")
    with pytest.raises(Invalid) as refusal:
        auth.register(email=email, password="demo-password", name="Me", account_name="Us")
    assert [error["loc"] for error in refusal.value.errors] == [["email"]]
