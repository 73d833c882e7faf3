"""Lists of sessions: what is looked for, whose they are, and which trees they are on."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from tests.support.people import Person, Team, add_team, ask, publish_tree, start
from tests.support.statements import noted
from troubleshoot_app.core.errors import Forbidden
from troubleshoot_app.core.files import KeptFile
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.services import attachments, handoffs, session_changes, sessions
from troubleshoot_app.services.attachments import ReceivedFile
from troubleshoot_app.services.paging import PageRequest
from troubleshoot_app.services.session_lists import (
    Scope,
    find_sessions,
    find_whole_sessions,
    list_walked_trees,
)


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


def test_a_page_of_whole_sessions_costs_as_many_queries_as_one(db: Session, team: Team):
    start(db, team, team.engineer)
    for _ in range(19):
        walk_with_everything(db, team)
    counts, pages = [], []
    for limit in (1, 20):
        with noted(db.connection()) as statements:
            page = ask(db, team.engineer2, find_whole_sessions, page=PageRequest(limit), scope=Scope.ACCOUNT)
        counts.append(len(statements))
        pages.append(page.items)
    assert counts[0] == counts[1]
    assert [len(page) for page in pages] == [1, 20]
    assert pages[1] == [ask(db, team.engineer2, sessions.get_session, session_id=one.id) for one in pages[1]]
    with_everything, with_nothing = pages[1][0], pages[1][-1]
    assert (with_nothing.steps, with_nothing.attachments) == ([], [])
    assert [step.repeats for step in with_everything.steps if step.repeats] == [4, 5]
    assert {step.undone_by.id for step in with_everything.steps if step.undone_by} == {str(team.engineer.id)}
    assert [file.seq for file in with_everything.attachments] == [6, None]


def walk_with_everything(db: Session, team: Team) -> None:
    """Let the viewer walk and escalate a session, and a senior go on and change the first answer."""
    walked: dict[str, Any] = {"session_id": start(db, team).id}
    file = ReceivedFile("led.txt", "text/plain", KeptFile(Path("nowhere"), 5, "0" * 64))
    for seq in (1, None):
        ask(db, team.viewer, attachments.attach, **walked, file=file, seq=seq)
    for option_id in ("no", "done", "yes", "back", "yes"):
        ask(db, team.viewer, sessions.choose_option, **walked, option_id=option_id)
    handoff = ask(db, team.viewer, handoffs.open_handoff, **walked, intent=Intent.ESCALATE, reason="Dark.")
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    ask(db, team.engineer, session_changes.change_step, **walked, seq=1, option_id="yes")
