"""Figures of walks with known answers, and the sessions behind each of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session

from tests.services.good_calls import ANSWERS
from tests.support.people import Person, Team, add_team, ask, escalate, publish_again, publish_tree, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Forbidden, Invalid, NotFound
from troubleshoot_app.domain.insight import Figure, Place
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.models import Step, TroubleshootingSession
from troubleshoot_app.models.tallies import TALLY
from troubleshoot_app.notifications.tallying import tally_sessions
from troubleshoot_app.schemas.analytics import CountedSessions, TreeFigures
from troubleshoot_app.services import (
    analytics,
    handoffs,
    insight_sessions,
    insight_sheets,
    scenarios,
    session_changes,
    sessions,
    tree_analytics,
)
from troubleshoot_app.services.integrity import find_faults
from troubleshoot_app.states import insight_charts, insight_rows
from troubleshoot_app.states.insight_links import Range

LATE = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before the clocks of Europe change


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def walk(db: Session, person: Person, tree_id: UUID, *options: str, end: str = "", **about: Any) -> str:
    """Walk a tree; "<" takes the last answer back, "!" escalates."""
    session = ask(db, person, sessions.start_session, tree_id=str(tree_id), **about)
    for option in options:
        if option == "<":
            ask(db, person, sessions.step_back, session_id=session.id)
        elif option == "!":
            ask(db, person, handoffs.open_handoff, session_id=session.id, intent="escalate")
            opened = ask(db, person, sessions.get_session, session_id=session.id).handoff
            assert opened is not None
            ask(db, person, handoffs.cancel, handoff_id=opened.id)
        else:
            ask(db, person, sessions.choose_option, session_id=session.id, option_id=option)
    if end == "abandoned":
        db.execute(text("UPDATE session SET status = 'abandoned' WHERE id = :id"), {"id": session.id})
    elif end:
        ask(db, person, sessions.complete_session, session_id=session.id, outcome=end)
    db.expire_all()
    return session.id


def figures_of(db: Session, team: Team, tree_id: UUID, **wanted: Any) -> TreeFigures:
    return ask(db, team.engineer, tree_analytics.tree_figures, tree_id=str(tree_id), **wanted)


def tally(db: Session) -> None:
    """Have the worker tally what is over."""
    while tally_sessions(db):
        pass
    db.expire_all()


def counts(figures: TreeFigures) -> dict[str, tuple[int, ...]]:
    return {
        one.node_id: (one.visits, one.exits, one.undone, one.escalations)
        for one in figures.nodes
        if one.visits or one.exits or one.undone or one.escalations
    }


@pytest.mark.parametrize("tallied", [False, True])
def test_versions_do_not_mix(db: Session, team: Team, tallied: bool):
    walk(db, team.viewer, team.tree_id, "yes", "yes", end="resolved")
    walk(db, team.viewer, team.tree_id, "yes", "<", "no", end="abandoned")
    publish_again(db, team.admin, team.tree_id)
    walk(db, team.viewer, team.tree_id, "!", "yes", "yes", end="resolved")
    walk(db, team.viewer, team.tree_id, node="wan")
    if tallied:
        tally(db)

    first, second = (figures_of(db, team, team.tree_id, version=number) for number in (1, 2))
    assert counts(first) == {
        "power": (2, 0, 1, 0),
        "wan": (2, 0, 0, 0),
        "plug": (1, 1, 0, 0),
        "fixed": (1, 1, 0, 0),
    }
    assert counts(second) == {"power": (1, 0, 0, 1), "wan": (2, 0, 0, 0), "fixed": (1, 1, 0, 0)}
    assert [
        (one.version, one.started, one.completed, one.resolved, one.unaided, one.escalated, one.abandoned)
        for one in second.versions
    ] == [(2, 2, 1, 1, 0, 1, 0), (1, 2, 1, 1, 1, 0, 1)]
    assert first.versions == second.versions
    assert {(one.node_id, one.to): one.total for one in first.flows} == {
        ("power", "wan"): 1, ("power", "plug"): 1, ("wan", "fixed"): 1,
    }  # fmt: skip
    together = figures_of(db, team, team.tree_id)
    assert counts(together)["wan"] == (4, 0, 0, 0)
    assert (together.started, together.unaided, together.version) == (4, 1, None)


@pytest.mark.parametrize("tallied", [False, True])
def test_a_jump_counts_at_the_tree_that_it_leads_to(db: Session, team: Team, tallied: bool):
    from_here = Tree("first", {
        "first": Node("first", NodeKind.QUESTION, "Is it the line?", options=(
            Option("line", "Yes", "", tree=str(team.tree_id)), Option("not", "No", "other"))),
        "other": Node("other", NodeKind.RESOLUTION, "Something else."),
    })  # fmt: skip
    tree_id = publish_tree(db, team.admin, from_here, "Where to begin")
    walk(db, team.viewer, tree_id, "line", "no", end="abandoned")
    walk(db, team.viewer, tree_id, "not", end="resolved")
    if tallied:
        tally(db)

    began, arrived = figures_of(db, team, tree_id), figures_of(db, team, team.tree_id)
    assert counts(began) == {"first": (2, 0, 0, 0), "other": (1, 1, 0, 0)}
    assert {(one.node_id, one.to): one.total for one in began.flows} == {
        ("first", None): 1, ("first", "other"): 1,
    }  # fmt: skip
    assert counts(arrived) == {"power": (1, 0, 0, 0), "plug": (1, 1, 0, 0)}
    assert (began.started, arrived.started) == (2, 0)


def test_each_figure_leads_to_the_sessions_that_it_counts(db: Session, team: Team):
    mended = walk(db, team.viewer, team.tree_id, "yes", "yes", end="resolved")
    stuck = walk(db, team.viewer, team.tree_id, "yes", "<", "!", end="unresolved")
    left = walk(db, team.engineer2, team.tree_id, node="wan", end="abandoned")
    publish_again(db, team.admin, team.tree_id)
    walk(db, team.viewer, team.tree_id)
    tree = {"tree_id": str(team.tree_id), "version": 1}

    def listed(figure: Figure, **place: Any) -> set[str]:
        found = ask(
            db, team.engineer, insight_sessions.counted_sessions, figure=figure.value, place=Place(**place)
        )
        assert found.total == len(found.items)
        return {one.id for one in found.items}

    assert listed(Figure.STARTED, **tree) == {mended, stuck, left}
    assert listed(Figure.COMPLETED, **tree) == {mended, stuck}
    assert listed(Figure.RESOLVED, **tree) == listed(Figure.UNAIDED, **tree) == {mended}
    assert listed(Figure.ESCALATED, **tree) == {stuck}
    assert listed(Figure.ABANDONED, **tree) == {left}
    assert listed(Figure.VISITS, **tree, node="wan") == {mended, stuck, left}
    assert listed(Figure.VISITS, **tree, node="power") == {mended, stuck}
    assert listed(Figure.EXITS, **tree, node="fixed") == {mended}
    assert listed(Figure.UNDONE, **tree, node="power") == {stuck}
    assert listed(Figure.ESCALATIONS, **tree, node="power") == {stuck}
    assert listed(Figure.RAISED) == listed(Figure.RAISED, person=str(team.viewer.id)) == {stuck}
    assert listed(Figure.CLAIMED) == listed(Figure.RAISED, person=str(team.admin.id)) == set()
    assert listed(Figure.OVER, **tree) == {mended, stuck, left}
    assert listed(Figure.WAITING) == set()


def follow(db: Session, person: Person, href: str) -> CountedSessions:
    """Return what the page of sessions shows when a link of a figure is followed."""
    where = dict(parse_qsl(urlsplit(href).query))
    assert urlsplit(href).path == "/insights/sessions"
    since, until, figure = where.pop("from"), where.pop("to"), where.pop("figure")
    number = where.pop("version", None)
    place = Place(version=int(number) if number else None, **where)
    return ask(
        db, person, insight_sessions.counted_sessions, figure=figure, place=place, since=since, until=until
    )


def raise_some(db: Session, team: Team) -> None:
    """Have an escalation that waits, one that is picked up, one that is resolved, and two cancelled ones of a session."""
    walk(db, team.viewer, team.tree_id, "!", "yes", "!")
    escalate(db, team, team.engineer2)
    claimed, resolved = escalate(db, team), escalate(db, team)
    ask(db, team.engineer2, handoffs.claim, handoff_id=claimed.id)
    ask(db, team.engineer, handoffs.claim, handoff_id=resolved.id)
    ask(db, team.engineer, handoffs.resolve, handoff_id=resolved.id, resolution="Done.")


@pytest.mark.parametrize("tallied", [False, True])
def test_each_number_on_the_pages_is_what_its_link_leads_to(db: Session, team: Team, tallied: bool):
    walk(db, team.viewer, team.tree_id, "no", "done", "no", "<", "no", "done", "yes", "yes", end="resolved")
    walk(db, team.viewer, team.tree_id, "yes", "<", "yes", "<", "!", "!", "no", end="unresolved")
    walk(db, team.viewer, team.tree_id, "yes", "back", "yes", "back", end="abandoned")
    walk(db, team.engineer2, team.tree_id, node="wan", end="abandoned")
    changed = walk(db, team.viewer, team.tree_id, "no", "done", "yes", "no")
    ask(db, team.viewer, session_changes.change_step, session_id=changed, seq=1, option_id="yes")
    raise_some(db, team)
    publish_again(db, team.admin, team.tree_id)
    walk(db, team.viewer, team.tree_id, "no", "!", end="resolved")
    if tallied:
        tally(db)
    today = now().date().isoformat()
    asked = Range(today, today)
    links: list[tuple[str, str, int]] = []

    escalations = ask(db, team.engineer, analytics.escalation_figures, since=today, until=today)
    bars = insight_rows.day_bars(escalations, *insight_rows.first_and_last((today, today)))
    bars += insight_rows.tree_bars(escalations, asked) + insight_rows.node_bars(escalations, asked)
    bars += insight_rows.person_bars(escalations, asked)
    links += [(one.label, one.href, int(one.value)) for one in bars]
    tiles = insight_rows.escalation_tiles(escalations, asked)
    for version in (1, 2, None):
        figures = figures_of(db, team, team.tree_id, version=version, since=today, until=today)
        tiles += insight_rows.tree_tiles(figures, asked)
        for row in insight_rows.node_rows(figures, asked):
            for name in ("visits", "exits", "undone", "escalations"):
                number, href = getattr(row, name), getattr(row, f"{name}_href")
                assert bool(href) == bool(number)
                links += [(f"{row.text} {name}", href, number)] if href else []
        for one in insight_rows.version_rows(figures, asked):
            links += [
                (f"{one.version}", one.started_href, one.started),
                (f"{one.version}", one.over_href, one.over),
            ]
            links += [(f"{one.version}", one.unaided_href, one.unaided)]
        drawn = insight_charts.flow_diagram(figures, figures.start)
        links += [(one.text, one.href, one.total) for one in insight_charts.flow_boxes(drawn, figures, asked)]
        for measure in ("visits", "exits", "undone", "escalations"):
            heat, href = (
                insight_charts.heat(figures, measure),
                insight_charts.heat_href(figures, measure, asked),
            )
            links += [(measure, href + node, int(str(one["words"]).split()[0])) for node, one in heat.items()]
    within = "Half picked up within"
    links += [(one.words, one.href, int(one.value)) for one in tiles if one.words != within]
    assert len(links) > 90
    for words, href, number in links:
        assert follow(db, team.engineer, href).times == number, (words, href)
    (median,) = [one for one in tiles if one.words == within]
    assert follow(db, team.engineer, median.href).times == 2
    assert (escalations.total, escalations.open, escalations.claimed, escalations.resolved) == (8, 1, 1, 1)


def test_sessions_behind_a_figure_are_for_seniors_of_the_account(db: Session, team: Team):
    others = add_team(db, "others")
    ours = Place(tree_id=str(team.tree_id))
    with pytest.raises(Forbidden):
        ask(db, team.viewer, insight_sessions.counted_sessions, figure="started", place=ours)
    for place in (ours, Place(person=str(team.viewer.id)), Place(tree_id="nonsense")):
        with pytest.raises(NotFound):
            ask(db, others.engineer, insight_sessions.counted_sessions, figure="raised", place=place)
    with pytest.raises(Invalid):
        ask(db, team.engineer, insight_sessions.counted_sessions, figure="visitors", place=ours)


def test_a_day_is_a_day_of_utc_whatever_the_clocks_do(db: Session, team: Team):
    session = start(db, team)
    opened = ask(db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate")
    db.execute(text("SET LOCAL timezone TO 'Europe/Berlin'"))
    for at, day in (
        (LATE, "2026-03-29"),
        (LATE - timedelta(minutes=31), "2026-03-28"),
        (LATE + timedelta(hours=23, minutes=29), "2026-03-29"),
    ):
        db.execute(text("UPDATE handoff SET created_at = :at WHERE id = :id"), {"at": at, "id": opened.id})
        figures = ask(db, team.engineer, analytics.escalation_figures, since=day, until=day)
        assert [(one.date.isoformat(), one.total) for one in figures.by_day] == [(day, 1)]


def test_a_draft_that_is_tried_out_leaves_nothing_to_count(db: Session, team: Team):
    def rows() -> tuple[int, ...]:
        return tuple(
            db.scalars(select(func.count()).select_from(model)).one()
            for model in (TroubleshootingSession, Step)
        )

    before = rows()
    tried = {"tree_id": str(team.tree_id), "answers": ANSWERS, "start": "power"}
    ask(db, team.engineer, scenarios.try_answers, **tried)
    assert rows() == before


def test_shares_and_heat_stay_within_bounds(db: Session, team: Team):
    for _ in range(3):
        walk(db, team.viewer, team.tree_id, "!", "!", "yes", "<", "yes", "<", "no", end="abandoned")
    figures = figures_of(db, team, team.tree_id, version=1)
    asked = Range("2026-01-01", "2026-12-31")
    shares = [one.share for one in insight_rows.version_rows(figures, asked)]
    assert shares == [0]
    for measure in insight_charts.MEASURES:
        assert all(1 <= int(one["level"]) <= 5 for one in insight_charts.heat(figures, measure).values())
    (power,) = insight_charts.heat(figures, "escalations").values()
    assert (power["level"], power["words"]) == (5, "6 escalations")
    boxes = insight_charts.flow_boxes(insight_charts.flow_diagram(figures, "power"), figures, asked)
    assert {box.words.split(",")[0] for box in boxes} >= {"Plug it in.: 3 visits"}


def test_no_cell_of_a_sheet_is_a_formula(db: Session, team: Team):
    wicked = Tree("a", {"a": Node("a", NodeKind.RESOLUTION, '=HYPERLINK("http://x.test")')})
    tree_id = publish_tree(db, team.admin, wicked, "@SUM(1,2)")
    walk(db, team.viewer, tree_id, "!")
    title, nodes = ask(
        db, team.engineer, insight_sheets.tree_sheet, tree_id=str(tree_id), since=None, until=None, version=1
    )
    sheet = ask(db, team.engineer, insight_sheets.escalation_sheet, since=None, until=None)
    assert title == "@SUM(1,2)"
    assert nodes.splitlines()[1].startswith("1,a,resolution,\"'=HYPERLINK(")
    assert '"\'@SUM(1,2)"' in sheet
    assert sheet.splitlines()[1].startswith("in all,,,,,,,1,")


def begin_at(db: Session, session_id: str, at: datetime) -> None:
    """Let a session have begun, with all that happened in it, at another time."""
    later = {"id": session_id, "at": at}
    db.execute(
        text(
            "UPDATE step SET created_at = step.created_at + (:at - session.created_at),"
            " undone_at = step.undone_at + (:at - session.created_at)"
            " FROM session WHERE session.id = session_id AND session_id = :id"
        ),
        later,
    )
    db.execute(text("UPDATE session SET created_at = :at WHERE id = :id"), later)
    db.expire_all()


PERIODS: tuple[dict[str, str], ...] = (
    {},
    {"until": "2026-02-28"},
    {"since": "2026-01-01"},
    {"since": "2025-12-31", "until": "2026-01-31"},
    {"since": "2026-01-15", "until": "2026-03-15"},
    {"since": "2026-01-31", "until": "2026-01-31"},
    {"since": "2026-01-31T10:00:00Z", "until": "2026-02-01T00:00:00Z"},
    {"since": "2026-01-31T12:00:01Z", "until": "2026-03-01T08:00:00+02:00"},
    {"since": "2026-01-31T09:00:00Z", "until": "2026-01-31T13:00:00Z"},
)
DAYS = (
    "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-15T08:00:00Z", "2026-01-31T12:00:00Z",
    "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T06:30:00Z", "2026-03-15T12:00:00Z",
)  # fmt: skip


def test_tallies_change_no_figure_of_any_time(db: Session, team: Team):
    for number, day in enumerate(DAYS):
        at = datetime.fromisoformat(day)
        begin_at(db, walk(db, team.viewer, team.tree_id, "yes", "yes", end="resolved"), at)
        begin_at(db, walk(db, team.viewer, team.tree_id, "yes", "<", "!", "no", end="abandoned"), at)
        begin_at(db, walk(db, team.viewer, team.tree_id, *["no", "done"] * (number % 3)), at)

    def every() -> list[TreeFigures]:
        return [
            figures_of(db, team, team.tree_id, version=version, **period)
            for period in PERIODS
            for version in (1, None)
        ]

    before = every()
    assert [one.started for one in before[::2]] == [24, 18, 21, 15, 18, 6, 6, 6, 3]
    tally(db)
    started = select(func.sum(TALLY.c.total)).where(TALLY.c.kind == "started", TALLY.c.span == "day")
    assert db.scalars(started).one() == 16
    assert every() == before
    assert not [fault for fault in find_faults(db) if "tall" in fault]
    for damage in ("UPDATE tally SET total = total + 1", "UPDATE session SET tallied = true"):
        with db.begin_nested() as undone:
            db.execute(text(damage))
            assert [fault for fault in find_faults(db) if "tall" in fault]
            undone.rollback()


def test_a_session_that_goes_on_leaves_the_tallies(db: Session, team: Team):
    walk(db, team.viewer, team.tree_id, "yes", "yes", end="resolved")
    left = walk(db, team.viewer, team.tree_id, "yes", "<", "no", end="abandoned")
    tally(db)
    ask(db, team.viewer, sessions.resume_session, session_id=left)
    ask(db, team.viewer, sessions.choose_option, session_id=left, option_id="done")
    db.expire_all()
    expected = {"power": (3, 0, 1, 0), "wan": (2, 0, 0, 0), "plug": (1, 0, 0, 0), "fixed": (1, 1, 0, 0)}
    assert counts(figures_of(db, team, team.tree_id)) == expected
    ask(db, team.viewer, sessions.step_back, session_id=left, to_seq=2)
    ask(db, team.viewer, sessions.complete_session, session_id=left, outcome="unresolved")
    db.expire_all()
    expected |= {"power": (3, 1, 2, 0), "plug": (1, 0, 1, 0)}
    assert counts(figures_of(db, team, team.tree_id)) == expected
    tally(db)
    figures = figures_of(db, team, team.tree_id)
    assert counts(figures) == expected
    assert (figures.started, figures.completed, figures.abandoned) == (2, 2, 0)
    assert list(find_faults(db)) == []
