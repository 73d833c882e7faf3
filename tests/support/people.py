"""Builders: an account with somebody of each role, a tree to walk, a session on it, an escalation of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import Actor, Role
from troubleshoot_app.domain.formats.tree_file import TreeFile
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus, Intent
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import (
    Account,
    Delivery,
    SignIn,
    TroubleshootingSession,
    TroubleshootingTree,
    User,
)
from troubleshoot_app.schemas.handoffs import DeliveryView, HandoffView
from troubleshoot_app.schemas.lists import LIMIT_MOST
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.services import handoff_views, handoffs, sessions, trees
from troubleshoot_app.services.access import Credential, acting, get_row
from troubleshoot_app.services.paging import PageRequest

P = ParamSpec("P")
R = TypeVar("R")

SIGN_IN_LIFETIME = timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    actor: Actor
    email: str

    @property
    def id(self) -> UUID:
        """Return the id of the user."""
        return self.actor.user_id

    @property
    def name(self) -> str:
        """Return the name."""
        return self.actor.name

    @property
    def credential(self) -> Credential:
        """Return what identifies the person to the services."""
        return Credential(sign_in_id=self.actor.sign_in_id)


@dataclass(frozen=True)
class Team:
    """An account with its people; ``tree_id`` is a published tree of it."""

    account_id: UUID
    viewer: Person
    engineer: Person
    engineer2: Person
    admin: Person
    owner: Person
    tree_id: UUID

    @property
    def domain(self) -> str:
        """Return what the mail addresses of these people end in, and of nobody else."""
        return self.owner.email.partition("@")[2]

    @property
    def seniors(self) -> tuple[Person, ...]:
        """Return all who take escalations."""
        return self.engineer, self.engineer2, self.admin, self.owner


def ask(
    db: Session,
    person: Person,
    fn: Callable[Concatenate[Session, Actor, P], R],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Return what the use case ``fn`` says to ``person``."""
    return acting(db, person.credential, fn, *args, **kwargs)


def do(
    person: Person, fn: Callable[Concatenate[Session, Actor, P], R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return what the use case ``fn`` says to ``person``, in a transaction of its own."""
    return transact(acting, person.credential, fn, *args, **kwargs)


def add_team(db: Session, name: str = "acme") -> Team:
    """Add an account with five people, whose addresses are ``role@name.test``, and a published tree."""
    account = Account(name=name.capitalize())
    db.add(account)
    db.flush()
    viewer, engineer, engineer2, admin, owner = (
        add_person(db, account.id, role, f"{first} of {account.name}", f"{word}@{name}.test")
        for role, first, word in (
            (Role.VIEWER, "Vera", "viewer"),
            (Role.ENGINEER, "Erin", "engineer"),
            (Role.ENGINEER, "Ben", "engineer2"),
            (Role.ADMIN, "Adam", "admin"),
            (Role.OWNER, "Olivia", "owner"),
        )
    )
    tree_id = publish_tree(db, admin)
    return Team(account.id, viewer, engineer, engineer2, admin, owner, tree_id)


def add_person(
    db: Session,
    /,
    account_id: UUID,
    role: Role,
    name: str = "Somebody",
    email: str | None = None,
    **fields: Any,
) -> Person:
    """Add a signed-in person; ``fields`` are columns of the user, such as ``is_active=False``."""
    user = User(
        account_id=account_id,
        email=email or f"{new_id().hex}@example.test",
        name=name,
        password_hash="no password fits",
        role=role,
        **fields,
    )
    db.add(user)
    db.flush()
    sign_in = SignIn(account_id=account_id, user_id=user.id, expires_at=now() + SIGN_IN_LIFETIME)
    db.add(sign_in)
    db.flush()
    return Person(Actor(user.id, account_id, name, role, sign_in.id), user.email)


def router_tree() -> Tree:
    """Return a small tree: two questions, an action with a way back, two ends."""
    nodes = (
        Node("power", NodeKind.QUESTION, "Is the power LED lit?", "It is on the **front**.", (
            Option("yes", "Yes", "wan"), Option("no", "No", "plug"))),
        Node("plug", NodeKind.ACTION, "Plug it in.", options=(Option("done", "Done", "power"),)),
        Node("wan", NodeKind.QUESTION, "Is the WAN LED green?", options=(
            Option("yes", "Yes", "fixed"), Option("no", "No", "stuck"), Option("back", "Look again", "power"))),
        Node("fixed", NodeKind.RESOLUTION, "It works."),
        Node("stuck", NodeKind.ESCALATION, "Ask a senior."),
    )  # fmt: skip
    return Tree("power", {node.id: node for node in nodes})


def publish_tree(db: Session, author: Person, tree: Tree | None = None, title: str = "No internet") -> UUID:
    """Add a tree, publish it, and return its id."""
    tree_id = add_draft(db, author, tree, title)
    publish_again(db, author, tree_id)
    return tree_id


def add_draft(db: Session, author: Person, tree: Tree | None = None, title: str = "No internet") -> UUID:
    """Add a tree that is not published, and return its id."""
    file = TreeFile(
        title=title,
        description="First checks.",
        category="Network",
        tags=("wan",),
        tree=tree or router_tree(),
    )
    return ask(db, author, trees.add_tree, file).id


def publish_again(db: Session, author: Person, tree_id: UUID) -> None:
    """Freeze the draft of a tree as its next version."""
    row = get_row(db, author.actor, TroubleshootingTree, tree_id)
    ask(db, author, trees.freeze, row)


def start(db: Session, /, team: Team, person: Person | None = None, **about: Any) -> SessionView:
    """Start a session of ``person``, by default the viewer."""
    return ask(db, person or team.viewer, sessions.start_session, tree_id=team.tree_id, **about)


def escalate(db: Session, /, team: Team, person: Person | None = None, **words: Any) -> HandoffView:
    """Start a session of ``person``, by default the viewer, and escalate it where it starts."""
    session = start(db, team, person)
    return ask(
        db,
        person or team.viewer,
        handoffs.open_handoff,
        session_id=session.id,
        intent=Intent.ESCALATE,
        **words,
    )


def leave_alone(db: Session, *session_ids: str, days: float = 1000) -> None:
    """Let sessions, by default every one, have been touched last so many days ago."""
    touched = update(TroubleshootingSession).values(updated_at=now() - timedelta(days=days))
    if session_ids:
        touched = touched.where(col(TroubleshootingSession.id).in_(map(UUID, session_ids)))
    db.execute(touched)


def deliveries_of(db: Session, person: Person, handoff_id: str) -> list[DeliveryView]:
    """Return who was told of an escalation that ``person`` may see, by name, the screen before the mail."""
    page = ask(
        db,
        person,
        handoff_views.find_deliveries,
        handoff_id=handoff_id,
        page=PageRequest(limit=LIMIT_MOST),
    )
    return sorted(page.items, key=lambda one: (one.recipient.name, one.channel != Channel.IN_APP))


def fail_mail(
    db: Session, handoff_id: str, recipient: Person, why: str = "The mail server refused it: 550 No such user"
) -> Delivery:
    """Let the mail server have refused the mail of an escalation to somebody, and return its delivery."""
    delivery = db.scalars(
        select(Delivery).where(
            col(Delivery.handoff_id) == UUID(handoff_id),
            col(Delivery.recipient_id) == recipient.id,
            col(Delivery.channel) == Channel.EMAIL,
        )
    ).one()
    delivery.status, delivery.error = DeliveryStatus.FAILED, why
    delivery.attempts, delivery.next_attempt_at = 1, None
    db.flush()
    return delivery
