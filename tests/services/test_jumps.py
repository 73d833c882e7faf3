"""Walking from one tree to another and home again: what is kept of it, and who is told which tree it was."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from tests.support.people import Person, Team, add_draft, add_team, ask, publish_again, publish_tree
from tests.support.statements import noted
from troubleshoot_app.core.errors import Conflict, Invalid
from troubleshoot_app.domain.formats.ticket_note import NoteFormat
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree, tree_to_document
from troubleshoot_app.domain.tree_status import TreeStatus
from troubleshoot_app.models import Delivery, Handoff, TroubleshootingSession, TroubleshootingTree, User
from troubleshoot_app.notifications.briefings import escalation_mail
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.schemas.sessions import SessionView
from troubleshoot_app.services import (
    analytics,
    exports,
    handoff_views,
    handoffs,
    sessions,
    tree_analytics,
    tree_editing,
    tree_files,
)
from troubleshoot_app.services.access import get_row

FUSE_WORDS = "Is the fuse blown?"


def fuse_tree(question: str = FUSE_WORDS) -> Tree:
    nodes = (
        Node("blown", NodeKind.QUESTION, question, options=(
            Option("yes", "Yes", "replace"), Option("no", "No", "call"))),
        Node("replace", NodeKind.RESOLUTION, "Replace the fuse."),
        Node("call", NodeKind.ESCALATION, "Call an electrician."),
    )  # fmt: skip
    return Tree("blown", {node.id: node for node in nodes})


def house_tree(fuses: str) -> Tree:
    nodes = (
        Node("dark", NodeKind.QUESTION, "Is the house dark?", options=(
            Option("check", "Check the fuses", "lit", fuses, returns=True),
            Option("leave", "It is the fuses", "", fuses), Option("no", "No", "lit"))),
        Node("lit", NodeKind.QUESTION, "Is it lit now?", options=(
            Option("yes", "Yes", "good"), Option("again", "No", "dark"))),
        Node("good", NodeKind.RESOLUTION, "Good."),
    )  # fmt: skip
    return Tree("dark", {node.id: node for node in nodes})


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


@pytest.fixture
def fuses(db: Session, team: Team) -> UUID:
    return publish_tree(db, team.admin, fuse_tree(), "Fuse box")


@pytest.fixture
def house(db: Session, team: Team, fuses: UUID) -> UUID:
    return publish_tree(db, team.admin, house_tree("fuse-box"), "Dark house")


class Walker:
    """Somebody on a session: ``walker("yes")`` answers, ``walker.back(1)`` goes back; both return the session."""

    def __init__(self, db: Session, person: Person, tree_id: UUID) -> None:
        self._db, self._person = db, person
        self.id = ask(db, person, sessions.start_session, tree_id=tree_id, title="Cabin").id

    def __call__(self, option_id: str, **more: Any) -> SessionView:
        return self._do(sessions.choose_option, option_id=option_id, **more)

    def back(self, to_seq: int | None = None) -> SessionView:
        return self._do(sessions.step_back, to_seq=to_seq)

    def _do(self, service: Callable[..., SessionView], **arguments: Any) -> SessionView:
        return ask(self._db, self._person, service, session_id=self.id, **arguments)


@pytest.fixture
def walk(db: Session, team: Team, house: UUID) -> Walker:
    return Walker(db, team.viewer, house)


def path(view: SessionView) -> list[tuple[str, str, bool]]:
    return [
        (step.tree.title, step.option_id, step.is_first_in_tree) for step in view.steps if not step.undone
    ]


def test_there_and_home_again(walk: Walker):
    there = walk("check")
    assert (there.current.id, there.current_tree.title, there.tree.title) == (
        "blown",
        "Fuse box",
        "Dark house",
    )
    home = walk("yes", note="It was black.")
    assert (home.current.id, home.current_tree, home.status) == ("lit", home.tree, "active")
    assert path(home) == [("Dark house", "check", False), ("Fuse box", "yes", True)]
    assert (home.steps[1].found, home.steps[1].note) == ("Replace the fuse.", "It was black.")
    assert path(walk("again"))[2] == ("Dark house", "again", True)
    assert walk("no").current.id == "lit"


def test_the_steps_left_there_include_those_at_home(walk: Walker):
    there = walk("check")
    assert there.steps_left is not None
    assert (there.steps_left.least, there.steps_left.most) == (1, None)
    assert there.steps_left.summary == "At least 1 step left"
    stuck = walk("no")
    assert stuck.steps_left is not None
    assert (stuck.steps_left.least, stuck.steps_left.most, stuck.steps_left.summary) == (0, 0, "")


def test_an_escalation_there_and_a_jump_for_good_stay_there(walk: Walker):
    walk("check")
    assert walk("no").current.text == "Call an electrician."
    walk.back(1)
    walk("leave")
    ended = walk("yes")
    assert (ended.current.text, ended.current_tree.title) == ("Replace the fuse.", "Fuse box")
    assert ended.steps[-1].found == ""


def test_back_goes_across_the_border_and_forward_comes_home_again(walk: Walker):
    walk("check")
    walk("yes")
    again = walk.back()
    assert (again.current.id, again.current_tree.title, again.step_count) == ("blown", "Fuse box", 1)
    assert walk("yes").current.id == "lit"
    assert walk.back(1).current.id == "dark"
    first = walk("no")
    assert (first.current.id, first.current_tree.title) == ("lit", "Dark house")
    assert len(first.steps) == 4


def test_a_session_keeps_the_version_that_it_jumped_to(db: Session, team: Team, fuses: UUID, walk: Walker):
    there = walk("check")
    row = get_row(db, team.admin.actor, TroubleshootingTree, fuses)
    row.draft = tree_to_document(fuse_tree("Is any fuse blown?"))
    publish_again(db, team.admin, fuses)
    ask(db, team.admin, tree_files.archive_tree, tree_id=str(fuses))
    now = ask(db, team.viewer, sessions.get_session, session_id=walk.id)
    assert (now.current.text, now.current_tree.version) == (FUSE_WORDS, 1)
    assert now.current == there.current
    assert walk("yes").steps[1].node_text == FUSE_WORDS
    row.status = TreeStatus.PUBLISHED
    db.flush()
    walk.back(1)
    newer = walk("check")
    assert (newer.current.text, newer.current_tree.version) == ("Is any fuse blown?", 2)


def test_a_tree_is_called_by_slug_or_by_id_within_the_account(db: Session, team: Team, fuses: UUID):
    by_id = publish_tree(db, team.admin, house_tree(str(fuses)), "By id")
    assert Walker(db, team.viewer, by_id)("check").current.id == "blown"
    others = add_team(db, "other")
    for name in (str(fuses), "fuse-box"):
        tree_id = publish_tree(db, others.admin, house_tree(name), "House")
        with pytest.raises(Conflict, match="cannot be walked"):
            Walker(db, others.viewer, tree_id)("check")


def test_a_tree_that_is_gone_or_not_published_is_not_jumped_to(
    db: Session, team: Team, fuses: UUID, walk: Walker
):
    assert ask(db, team.admin, tree_files.archive_tree, tree_id=str(fuses)) == ["Dark house"]
    with pytest.raises(Conflict, match="Choose another one, or escalate"):
        walk("check")
    assert walk("no").current.id == "lit"
    add_draft(db, team.admin, fuse_tree(), "Draft")
    tree_id = publish_tree(db, team.admin, house_tree("draft"), "House")
    with pytest.raises(Conflict, match="cannot be walked"):
        Walker(db, team.viewer, tree_id)("leave")


def test_a_jump_costs_one_query_more_and_nothing_else_does(db: Session, walk: Walker):
    for option_id in ("check", "yes", "again"):
        walk(option_id)
    counts = {}
    for option_id in ("no", "again", "check", "yes"):
        with noted(db.connection()) as statements:
            walk(option_id, latest_steps=3)
        counts[option_id] = len(statements)
    assert counts == {
        "no": counts["no"],
        "again": counts["no"],
        "check": counts["no"] + 1,
        "yes": counts["no"],
    }


def test_everybody_is_told_which_tree_it_is(db: Session, team: Team, walk: Walker):
    walk("check")
    handoff = ask(
        db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE, reason="Dark."
    )
    assert handoff.question == FUSE_WORDS
    briefing = ask(db, team.engineer, handoff_views.get_handoff, handoff_id=handoff.id).briefing
    assert (briefing.stuck_at, briefing.stuck_in.title) == (FUSE_WORDS, "Fuse box")
    alert = ask(db, team.engineer, handoff_views.get_inbox).alerts[0]
    assert alert.what == f"Cabin: {FUSE_WORDS}"
    ask(db, team.engineer, handoffs.claim, handoff_id=handoff.id)
    gone_on = ask(db, team.engineer, sessions.choose_option, session_id=walk.id, option_id="yes")
    assert gone_on.current.id == "lit"
    note = ask(db, team.engineer, exports.read_note, session_id=walk.id)
    text = exports.note_file(note, NoteFormat.TEXT).content.decode()
    assert "In “Fuse box”: Is the fuse blown?" in text
    assert "Yes → Replace the fuse." in text


def test_the_mail_says_which_tree_it_is(db: Session, team: Team, walk: Walker):
    walk("check")
    walk("yes")
    walk("again")
    walk("leave")
    handoff_id = ask(db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE).id
    handoff = get_row(db, team.admin.actor, Handoff, handoff_id)
    delivery = db.scalars(select(Delivery).where(col(Delivery.handoff_id) == handoff.id)).first()
    assert delivery is not None
    session = db.get_one(TroubleshootingSession, handoff.session_id)
    recipient = db.get_one(User, team.engineer.id)
    mail = escalation_mail(db, delivery, handoff, session, recipient, team.viewer.name)
    body = escalation_message(mail).get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert "Stuck at, in “Fuse box” Is the fuse blown?" in text
    assert "2. In “Fuse box”: Is the fuse blown? → Yes → Replace the fuse." in text
    assert "3. In “Dark house”: Is it lit now?" in text


def test_what_happens_there_counts_there(db: Session, team: Team, fuses: UUID, house: UUID, walk: Walker):
    walk("check")
    walk("yes")
    walk("again")
    walk("leave")
    ask(db, team.viewer, handoffs.open_handoff, session_id=walk.id, intent=Intent.ESCALATE)
    there = ask(db, team.admin, tree_analytics.tree_figures, tree_id=str(fuses))
    assert (there.started, there.escalated) == (0, 0)
    assert {node.node_id: (node.visits, node.escalations) for node in there.nodes} == {
        "blown": (2, 1), "replace": (0, 0), "call": (0, 0),
    }  # fmt: skip
    here = ask(db, team.admin, tree_analytics.tree_figures, tree_id=str(house))
    assert (here.started, here.escalated) == (1, 1)
    assert {node.node_id: (node.visits, node.escalations) for node in here.nodes} == {
        "dark": (2, 0), "lit": (1, 0), "good": (0, 0),
    }  # fmt: skip
    figures = ask(db, team.admin, analytics.escalation_figures)
    assert [(one.tree.title, one.total) for one in figures.by_tree] == [("Fuse box", 1)]
    assert [(one.node_id, one.text) for one in figures.by_node] == [("blown", FUSE_WORDS)]


def problems_of(db: Session, team: Team, tree_id: UUID) -> set[tuple[str, str]]:
    draft = ask(db, team.engineer, tree_editing.get_draft, tree_id=tree_id)
    return {(one.code, one.severity.value) for one in draft.problems}


def test_publishing_looks_at_the_trees_around(db: Session, team: Team):
    away = Tree("a", {"a": Node("a", NodeKind.QUESTION, "?", options=(Option("o", "On", "", "second"),) * 1)})
    first = publish_tree(db, team.admin, fuse_tree(), "First")
    second = add_draft(db, team.admin, Tree("a", {"a": Node("a", NodeKind.QUESTION, "?", options=(
        Option("o", "On", "", "first"),))}), "Second")  # fmt: skip
    row = get_row(db, team.admin.actor, TroubleshootingTree, first)
    row.draft = tree_to_document(away)
    db.flush()
    assert ("unpublished_tree", "error") in problems_of(db, team, first)
    ask(db, team.engineer, tree_editing.publish_draft, tree_id=second)
    assert ("ring_of_trees", "error") in problems_of(db, team, first)
    row.revision += 1
    with pytest.raises(Invalid, match="ring without an end"):
        ask(db, team.engineer, tree_files.publish_tree, tree_id=str(first), revision=row.revision)
    assert ("ring_of_trees", "warning") not in problems_of(db, team, second)
    ask(db, team.admin, tree_files.archive_tree, tree_id=str(first))
    assert ("archived_tree", "error") in problems_of(db, team, second)
