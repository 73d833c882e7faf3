"""Reading the audit log: who may, whose entries, filters, and the table."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from tests.support.people import Team, add_team, ask, escalate
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Forbidden, Invalid
from troubleshoot_app.domain.audit_words import AuditKind
from troubleshoot_app.services import audit_log, users
from troubleshoot_app.services.paging import PageRequest

ALL = PageRequest(limit=200)


@pytest.fixture
def team(db: Session) -> Team:
    team = add_team(db)
    ask(db, team.owner, users.change_user, user_id=team.viewer.id, name="=1+1", role="engineer")
    escalate(db, team, team.engineer)
    return team


def test_entries_are_sentences_of_the_account_alone_newest_first(db: Session, team: Team):
    escalate(db, add_team(db, "umbrella"))
    said = [entry.sentence for entry in ask(db, team.admin, audit_log.find_entries, page=ALL).items]
    assert said[0] == f"{team.engineer.name} escalated “No internet”."
    assert f"{team.owner.name} changed the name of =1+1" in said[1]
    assert said[-1] == f"{team.admin.name} made the tree “No internet”."
    assert not [words for words in said if "Umbrella" in words]


def test_by_person_by_kind_and_by_time(db: Session, team: Team):
    def found(**wanted: Any) -> list[str]:
        return [
            entry.action for entry in ask(db, team.admin, audit_log.find_entries, page=ALL, **wanted).items
        ]

    assert found(user_id=str(team.owner.id)) == ["user.changed"]
    assert found(user_id="nobody") == []
    assert set(found(kind=AuditKind.TREES)) == {"tree.created", "tree.published"}
    today = now().date()
    assert len(found(since=f"{today}")) == len(found())
    assert found(until=f"{today - timedelta(days=2)}") == []
    with pytest.raises(Invalid):
        found(since="yesterday")


def test_it_comes_in_pages(db: Session, team: Team):
    seen, cursor = [], None
    while page := ask(db, team.admin, audit_log.find_entries, page=PageRequest(1, cursor)):
        seen += [entry.id for entry in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [entry.id for entry in ask(db, team.admin, audit_log.find_entries, page=ALL).items]


def test_it_is_for_admins(db: Session, team: Team):
    for person in (team.viewer, team.engineer):
        for service in (audit_log.list_actors, audit_log.export_entries):
            with pytest.raises(Forbidden):
                ask(db, person, service)


def test_no_cell_of_the_table_is_a_formula(db: Session, team: Team):
    ask(db, team.owner, users.change_user, user_id=team.admin.id, name="@SUM(A1)")
    ask(db, team.admin, users.rename_me, name="-2+3")
    rows = list(csv.reader(io.StringIO(ask(db, team.admin, audit_log.export_entries).lstrip("\ufeff"))))
    assert rows[0] == list(audit_log.COLUMNS)
    assert rows[1][1:3] == ["'-2+3", "'-2+3 changed the name of -2+3 from @SUM(A1) to -2+3."]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
