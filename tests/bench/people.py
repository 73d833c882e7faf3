"""Who takes part: an account with as many walkers and seniors as it takes, each signed in by a cookie."""

import secrets
from dataclasses import dataclass

from sqlmodel import Session

from tests.support.people import Person, add_person, add_team, ask, publish_tree
from troubleshoot_app.core.security import token_hash
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import SignIn
from troubleshoot_app.services import sessions

NODES = 400


@dataclass(frozen=True)
class Walker:
    """A technician with a session of their own, and another one that the bare server walks."""

    name: str
    cookie: str
    session_id: str
    bare_session_id: str


@dataclass(frozen=True)
class Cast:
    """The people of one account."""

    walkers: list[Walker]
    senior_cookies: list[str]


def add_cast(db: Session, *, walkers: int, seniors: int = 0) -> Cast:
    """Add an account with a long tree, and its people."""
    team = add_team(db, "bench")
    tree_id = publish_tree(db, team.admin, long_tree(), "A tree that goes round")

    def walker(number: int) -> Walker:
        person = add_person(db, team.account_id, Role.VIEWER, f"Walker {number}")
        own, bare = (str(ask(db, person, sessions.start_session, tree_id=tree_id).id) for _ in range(2))
        return Walker(person.name, sign_in(db, person), own, bare)

    def senior(number: int) -> str:
        return sign_in(db, add_person(db, team.account_id, Role.ENGINEER, f"Senior {number}"))

    return Cast([walker(number) for number in range(walkers)], [senior(number) for number in range(seniors)])


def sign_in(db: Session, person: Person) -> str:
    """Return the cookie of a browser in which the person is signed in."""
    cookie = secrets.token_urlsafe()
    db.get_one(SignIn, person.actor.sign_in_id).secret_hash = token_hash(cookie)
    return cookie


def long_tree(length: int = NODES) -> Tree:
    """Return a tree of so many questions of an ordinary length, whose last leads to the first again, and an end."""
    questions = [
        Node(
            f"n{number}",
            NodeKind.QUESTION,
            f"Question {number}: is the status light of port {number} steady, and does the counter beside it rise?",
            "Look at the **front** of the unit.",
            (
                Option("yes", "Yes", f"n{(number + 1) % length}"),
                Option("no", "No", f"n{(number + 2) % length}"),
                Option("works", "It works now", "works"),
            ),
        )
        for number in range(length)
    ]
    nodes = [*questions, Node("works", NodeKind.RESOLUTION, "Good.")]
    return Tree("n0", {node.id: node for node in nodes})
