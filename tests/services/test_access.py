"""Who is asking, what they may do, and whose rows they reach."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel import Session, SQLModel, col

from tests.support.people import Team, add_person, add_team, ask, start
from troubleshoot_app import services
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from troubleshoot_app.domain.actor import Actor, Permission, Role
from troubleshoot_app.domain.errors import (
    DomainError,
    Fault,
    InvalidChoice,
    InvalidTree,
    NotAllowedNow,
    NotForYou,
    Problem,
    Severity,
    UnreadableTree,
)
from troubleshoot_app.models import SignIn, TroubleshootingSession, TroubleshootingTree, User
from troubleshoot_app.services import trees
from troubleshoot_app.services.access import Credential, acting, get_row, load_actor, require


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def test_the_actor_is_the_person_as_the_database_knows_them(db: Session, team: Team):
    assert load_actor(db, team.admin.credential) == team.admin.actor


def test_a_new_role_counts_at_the_next_call(db: Session, team: Team):
    db.execute(update(User).where(col(User.id) == team.admin.id).values(role=Role.VIEWER))
    assert load_actor(db, team.admin.credential).role is Role.VIEWER


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (SignIn, {"revoked_at": now()}),
        (SignIn, {"expires_at": now() - timedelta(seconds=1)}),
        (User, {"is_active": False}),
        (User, {"deleted_at": now()}),
    ],
    ids=["revoked", "expired", "inactive", "deleted"],
)
def test_a_sign_in_that_is_no_longer_good_is_nobody(
    db: Session, team: Team, table: type[SignIn] | type[User], values: dict[str, Any]
):
    key = {SignIn: team.viewer.actor.sign_in_id, User: team.viewer.id}[table]
    db.execute(update(table).where(col(table.id) == key).values(values))
    with pytest.raises(Unauthenticated, match="Your sign-in has ended"):
        load_actor(db, team.viewer.credential)


@pytest.mark.parametrize(
    "credential",
    [None, Credential(), Credential(sign_in_id=uuid4()), Credential(cookie_hash="0" * 64), Credential(cookie_hash="")],
)  # fmt: skip
def test_what_identifies_nobody_is_refused(db: Session, team: Team, credential: Credential | None):
    with pytest.raises(Unauthenticated):
        acting(db, credential, trees.list_trees)


def test_each_role_may_do_what_the_ones_before_it_may(team: Team):
    people = (team.viewer, team.engineer, team.admin, team.owner)
    allowed = [{p for p in Permission if person.actor.may(p)} for person in people]
    assert allowed[0] < allowed[1] < allowed[2] <= allowed[3] == set(Permission)
    assert Permission.HANDOFF_CLAIM not in allowed[0]
    with pytest.raises(Forbidden, match=r"Your role \(viewer\) may not pick up escalations"):
        require(team.viewer.actor, Permission.HANDOFF_CLAIM)


@pytest.mark.parametrize("lock", [False, True])
def test_foreign_unknown_and_malformed_ids_look_exactly_alike(db: Session, team: Team, lock: bool):
    other = add_team(db, "umbrella")
    assert (
        get_row(db, team.viewer.actor, TroubleshootingTree, str(team.tree_id), lock=lock).id == team.tree_id
    )
    refusals = set()
    for wrong in (other.tree_id, str(other.tree_id), uuid4(), "nothing", "", None, 7, ["x"]):
        with pytest.raises(NotFound) as refusal:
            get_row(db, team.owner.actor, TroubleshootingTree, wrong, lock=lock)
        refusals.add((refusal.value.detail, str(refusal.value.errors), str(refusal.value.extra)))
    assert len(refusals) == 1


def test_a_locked_row_is_as_it_is_now_and_not_as_it_was_read_before(db: Session, team: Team):
    session = start(db, team)
    early = get_row(db, team.viewer.actor, TroubleshootingSession, session.id)
    table = TroubleshootingSession.__table__
    db.execute(table.update().where(table.c.id == early.id).values(title="changed elsewhere"))
    late = get_row(db, team.viewer.actor, TroubleshootingSession, session.id, lock=True)
    assert late.title == "changed elsewhere"


@pytest.mark.parametrize(
    ("refusal", "kind", "places"),
    [
        (NotForYou("not you"), Forbidden, []),
        (NotAllowedNow("not now"), Conflict, []),
        (InvalidChoice("not that", "option"), Invalid, [["option"]]),
        (InvalidTree([Problem(Severity.ERROR, "wan", "c", "m")]), Invalid, [["wan"]]),
        (InvalidTree([Problem(Severity.ERROR, None, "c", "m")]), Invalid, [["tree"]]),
        (UnreadableTree([Fault(("nodes", 3), "m")]), Invalid, [["nodes", 3]]),
    ],
)  # fmt: skip
def test_what_a_rule_refuses_becomes_an_error_for_the_outside(
    db: Session, team: Team, refusal: DomainError, kind: type[Exception], places: list[list[str | int]]
):
    def refuse(db: Session, actor: Actor) -> None:
        raise refusal

    with pytest.raises(kind) as raised:
        ask(db, team.viewer, refuse)
    assert str(raised.value) == str(refusal)
    assert [error["loc"] for error in getattr(raised.value, "errors", [])] == places


def test_people_of_one_account_are_no_people_of_another(db: Session, team: Team):
    stranger = add_person(db, add_team(db, "umbrella").account_id, Role.OWNER)
    assert [tree.title for tree in ask(db, stranger, trees.list_trees)] == ["No internet"]
    assert str(team.tree_id) not in {tree.id for tree in ask(db, stranger, trees.list_trees)}


def test_every_table_says_whose_row_it_is():
    """But for accounts themselves, and resets of passwords: those are of an address, whoever has it."""
    without = {
        name
        for name, table in SQLModel.metadata.tables.items()
        if "account_id" not in table.columns or table.columns["account_id"].nullable
    }
    assert without == {"account", "password_reset"}
    assert "presence" in SQLModel.metadata.tables


SERVICES = sorted(Path(services.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_no_service_fetches_a_row_by_an_id_that_came_from_outside(path: Path):
    """A row is fetched by id alone only when the id stands in another row, or in the actor."""
    wrong = [
        f"{path.name}:{call.lineno} {ast.unparse(call)}"
        for function in _use_cases(path)
        for call in _calls(function, lambda name: name in ("db.get", "db.get_one"))
        if not isinstance(call.args[1], ast.Attribute)
    ]
    assert wrong == []


def test_only_what_adds_the_account_reads_ids():
    reading = {path.stem for path in SERVICES if list(_calls(_tree(path), lambda name: name == "parse_id"))}
    assert reading <= {
        "access",
        "draft_rows",
        "handoff_views",
        "inputs",
        "session_rows",
        "tree_editing",
        "tree_rows",
    }


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _use_cases(path: Path) -> list[ast.FunctionDef]:
    functions = [node for node in _tree(path).body if isinstance(node, ast.FunctionDef)]
    return [
        function
        for function in functions
        if not function.name.startswith("_") and "actor" in {argument.arg for argument in function.args.args}
    ]


def _calls(tree: ast.AST, wanted: Callable[[str], bool]) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if wanted(ast.unparse(call.func))]
