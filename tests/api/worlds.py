"""Something of every kind that has an id, made fresh for each call of the tenancy matrix."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from sqlmodel import Session

from tests.support.document import Operation, Place
from tests.support.files import LOG
from tests.support.people import Person, Team, add_person, ask, fail_mail, publish_tree, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import token_hash
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.models import Invitation, Webhook
from troubleshoot_app.services import attachments, auth, handoffs, scenarios, sessions, sign_ins
from troubleshoot_app.services.invitations import LIFETIME
from troubleshoot_app.services.paging import PageRequest

REVISION_OF_TREE = 2
STEPS = ("no", "done")


def make_own(team: Team, operation: Operation) -> dict[Place, str]:
    """Return ids of the team's, of things in a state in which somebody can do the operation."""
    made: dict[Place, str] = {}
    for place in operation.places:
        within = {one.name: made_id for one, made_id in made.items()}
        made[place] = make(team, place.name, operation, within)
    return made


def make(team: Team, name: str, operation: Operation, within: dict[str, str]) -> str:
    """Return the id of something new that an id called ``name`` is for; a scenario is one of the tree that it is
    ``within``."""
    if name == "scenario_id":
        return str(transact(_scenario, team, within["tree_id"]))
    assert name in _MAKERS, (
        f"{operation} takes a {name}, and the tenancy matrix does not know how to make one: add it to {__name__}."
    )
    return str(transact(_MAKERS[name], team, operation))


def known_of(operation: Operation) -> dict[str, Any]:
    """Return what a good request says about the things made here."""
    kinds = {place.name for place in operation.places}
    if "scenario_id" in kinds:
        return {"revision": 1}
    return {"revision": REVISION_OF_TREE if "tree_id" in kinds else 1 + len(STEPS)}


def _tree(db: Session, team: Team, _: Operation) -> Any:
    return publish_tree(db, team.admin)


def _scenario(db: Session, team: Team, tree_id: str) -> Any:
    expected = {"answers": [{"node": "power", "option": "yes"}], "end": {"kind": "resolution"}}
    return ask(db, team.engineer, scenarios.add_scenario, tree_id=tree_id, name="Lit", **expected).id


def _session(db: Session, team: Team, operation: Operation) -> Any:
    session_id = _walked(db, team)
    if operation.id == "sessions_resume":
        ask(db, team.viewer, handoffs.open_handoff, session_id=session_id, intent=Intent.PARK)
    return session_id


def _walked(db: Session, team: Team) -> str:
    session = start(db, team, team.viewer)
    for option in STEPS:
        ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id=option)
    return session.id


def _handoff(db: Session, team: Team, operation: Operation) -> Any:
    intent = Intent.PARK if operation.id == "handoffs_resume" else Intent.ESCALATE
    session_id = _walked(db, team)
    handoff = ask(db, team.viewer, handoffs.open_handoff, session_id=session_id, intent=intent)
    if operation.id in ("handoffs_release", "handoffs_keep", "handoffs_resolve"):
        ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    return handoff.id


def _attachment(db: Session, team: Team, operation: Operation) -> Any:
    session_id = _walked(db, team)
    with attachments.received(team.viewer.credential, BytesIO(LOG), "router.log") as file:
        return ask(db, team.viewer, attachments.attach, session_id=session_id, file=file).id


def _person(db: Session, team: Team, _: Operation) -> Any:
    return add_person(db, team.account_id, Role.VIEWER).id


def _invitation(db: Session, team: Team, _: Operation) -> Any:
    row = Invitation(
        account_id=team.account_id,
        email=f"{new_id().hex}@example.test",
        role=Role.VIEWER,
        invited_by_id=team.admin.id,
        token_hash=token_hash(new_id().hex),
        expires_at=now() + LIFETIME,
    )
    db.add(row)
    db.flush()
    return row.id


def _delivery(db: Session, team: Team, operation: Operation) -> Any:
    return fail_mail(db, str(_handoff(db, team, operation)), team.engineer).id


def _sign_in(db: Session, team: Team, _: Operation) -> Any:
    auth.open_web_sign_in(db, team.owner.id, "")
    return ask(db, team.owner, sign_ins.list_sign_ins, page=PageRequest(limit=1)).items[0].id


def _webhook(db: Session, team: Team, _: Operation) -> Any:
    row = Webhook(  # past the limit of an account, too
        account_id=team.account_id,
        url="https://hooks.example.org/in",
        events=["handoff.opened"],
        secret=new_id().hex,
        created_by_id=team.admin.id,
    )
    db.add(row)
    db.flush()
    return row.id


_MAKERS: dict[str, Callable[[Session, Team, Operation], Any]] = {
    "tree_id": _tree,
    "session_id": _session,
    "attachment_id": _attachment,
    "handoff_id": _handoff,
    "delivery_id": _delivery,
    "user_id": _person,
    "sign_in_id": _sign_in,
    "invitation_id": _invitation,
    "webhook_id": _webhook,
}


def people_of(team: Team) -> dict[str, Person]:
    """Return somebody of each role."""
    return {"viewer": team.viewer, "engineer": team.engineer, "admin": team.admin, "owner": team.owner}
