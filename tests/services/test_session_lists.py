"""Lists of sessions: what is looked for, whose they are, and which trees they are on."""

from typing import Any

import pytest
from sqlmodel import Session

from tests.support.people import Person, Team, add_team, ask, publish_tree, start
from troubleshoot_app.core.errors import Forbidden
from troubleshoot_app.services import sessions
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.services.session_lists import Scope, find_sessions, list_walked_trees


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def test_by_words_in_title_ticket_asset_and_tree_and_by_being_open(db: Session, team: Team):
    start(db, team, title="Router 100%", ticket_ref="INC-4711")
    done = start(db, team, asset="RT_0815")
    ask(db, team.viewer, sessions.complete_session, session_id=done.id, outcome="resolved")
    other = start(db, add_team(db, "umbrella"), title="Router")

    def found(person: Person = team.viewer, **wanted: Any) -> list[str]:
        page = ask(db, person, find_sessions, page=PageRequest(), **wanted)
        assert other.id not in {one.id for one in page.items}
        return [one.title or one.asset for one in page.items]

    assert found() == ["RT_0815", "Router 100%"]
    assert found(open_only=True) == ["Router 100%"]
    for words in ("router", "100%", "inc-47"):
        assert found(words=words) == ["Router 100%"]
    assert found(words="t_0") == ["RT_0815"]
    assert len(found(words="no INTERNET")) == 2
    assert found(words="%") == ["Router 100%"]
    assert found(team.engineer) == []
    assert len(found(team.engineer, scope=Scope.ACCOUNT)) == 2
    with pytest.raises(Forbidden):
        found(scope=Scope.ACCOUNT)


def test_the_trees_that_one_walked_and_for_seniors_all_that_were(db: Session, team: Team):
    publish_tree(db, team.admin, title="Never walked")
    start(db, team)
    assert [tree.title for tree in ask(db, team.viewer, list_walked_trees)] == ["No internet"]
    assert [tree.title for tree in ask(db, team.engineer2, list_walked_trees)] == ["No internet"]
    start(db, team, team.engineer)
    stranger = add_team(db, "umbrella").viewer
    assert ask(db, stranger, list_walked_trees) == []
