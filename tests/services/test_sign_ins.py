"""Where somebody is signed in, and signing out of it from elsewhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_team, ask
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import NotFound, Unauthenticated
from troubleshoot_app.models import AuditEntry, SignIn
from troubleshoot_app.services import auth, families, sign_ins
from troubleshoot_app.services.access import Credential, load_actor
from troubleshoot_app.services.paging import PageRequest

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def places(db: Session, person: Person) -> dict[str, str]:
    """Return where somebody is signed in: the id of each place by its label."""
    page = ask(db, person, sign_ins.list_sign_ins, page=PageRequest())
    return {view.label: view.id for view in page.items}


def test_browsers_and_programs_are_one_list(db: Session, team: Team):
    auth.open_web_sign_in(db, team.viewer.id, FIREFOX)
    families.open_family(db, team.viewer.id, "curl/8.9.1")
    auth.open_web_sign_in(db, team.admin.id, "somebody else's")
    shown = ask(db, team.viewer, sign_ins.list_sign_ins, page=PageRequest()).items
    assert [(view.label, view.is_browser, view.is_this) for view in shown] == [
        ("curl 8.9.1", False, False),
        ("Firefox on Linux", True, False),
        ("An unknown program", False, True),
    ]


def test_signing_out_elsewhere_ends_what_was_named_and_is_on_record(db: Session, team: Team):
    secret = auth.open_web_sign_in(db, team.viewer.id, FIREFOX).secret
    db.flush()
    credential = auth.credential_of_cookie(secret)
    assert load_actor(db, credential).user_id == team.viewer.id
    ask(db, team.viewer, sign_ins.end_sign_in, sign_in_id=places(db, team.viewer)["Firefox on Linux"])
    with pytest.raises(Unauthenticated):
        load_actor(db, credential)
    assert places(db, team.viewer).keys() == {"An unknown program"}
    entry = db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "sign_in.ended")).one()
    assert entry.details == {"device": "Firefox on Linux"}


def test_what_is_somebody_elses_or_over_cannot_be_ended(db: Session, team: Team):
    theirs = team.admin.actor.sign_in_id
    auth.open_web_sign_in(db, team.viewer.id, FIREFOX)
    ended = places(db, team.viewer)["Firefox on Linux"]
    ask(db, team.viewer, sign_ins.end_sign_in, sign_in_id=ended)
    for wrong in (theirs, ended):
        with pytest.raises(NotFound):
            ask(db, team.viewer, sign_ins.end_sign_in, sign_in_id=wrong)
    assert load_actor(db, Credential(sign_in_id=theirs)).user_id == team.admin.id


def test_signing_out_everywhere_else_keeps_this_one(db: Session, team: Team):
    auth.open_web_sign_in(db, team.viewer.id, FIREFOX)
    families.open_family(db, team.viewer.id, "curl/8.9.1")
    for _ in range(2):
        ask(db, team.viewer, sign_ins.end_other_sign_ins)
    assert places(db, team.viewer).keys() == {"An unknown program"}
    entry = db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "sign_in.others_ended")).one()
    assert sorted(entry.details["devices"]) == ["Firefox on Linux", "curl 8.9.1"]
    assert load_actor(db, team.admin.credential).user_id == team.admin.id


def test_loading_a_page_notes_when_somebody_was_here_but_not_each_time(db: Session, team: Team):
    def seen_at() -> timedelta:
        query = select(col(SignIn.seen_at)).where(col(SignIn.id) == team.viewer.actor.sign_in_id)
        return now() - db.scalars(query).one()

    for age, noted in ((timedelta(minutes=1), False), (timedelta(hours=1), True)):
        db.execute(update(SignIn).values(seen_at=now() - age))
        assert ask(db, team.viewer, sign_ins.arrive).id == str(team.viewer.id)
        assert (seen_at() < timedelta(seconds=30)) is noted
