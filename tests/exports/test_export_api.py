"""``POST /sessions/{id}/export``: who gets the note of which session, as which file."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from sqlmodel import Session

from tests.api.conftest import As
from tests.notifications.workers import eventually
from tests.support.asgi import Api
from tests.support.people import Person, Team, ask, escalate, start
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.core.security import new_token, token_hash
from troubleshoot_app.domain.formats.ticket_note import FORMS, NoteFormat, pdf
from troubleshoot_app.domain.handoff import Intent
from troubleshoot_app.models import SignIn
from troubleshoot_app.services import handoffs, pdf_turns, sessions
from troubleshoot_app.services.auth import SIGN_IN_COOKIE


def begin(team: Team, **about: Any) -> str:
    return transact(start, team, **about).id


def export(api: Api, session_id: object, form: str = "markdown") -> httpx.Response:
    return api.post(f"/sessions/{session_id}/export", {"format": form})


@pytest.mark.parametrize("form", NoteFormat)
def test_each_form_comes_as_a_file_the_same_each_time(api_as: As, team: Team, form: NoteFormat):
    viewer = api_as(team.viewer)
    session_id = begin(team, title="Branch 12", ticket_ref="INC-1")

    first, second = export(viewer, session_id, form), export(viewer, session_id, form)

    assert first.status_code == 200
    assert first.headers["content-type"] == FORMS[form].media_type
    assert (
        first.headers["content-disposition"] == f'attachment; filename="INC-1 Branch 12.{FORMS[form].suffix}"'
    )
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"] == "private, no-store"
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-") == (form is NoteFormat.PDF)


def test_the_whole_story_of_a_session(api_as: As, team: Team):
    """Parked, escalated, picked up, gone back and completed: all of it is in the note."""

    def walk(db: Session) -> str:
        session = start(db, team, title="Branch 12", asset="RTR-12")
        parked = ask(
            db, team.viewer, handoffs.open_handoff, session_id=session.id, intent=Intent.PARK, reason="Lunch"
        )
        ask(db, team.viewer, handoffs.resume, handoff_id=parked.id)
        ask(
            db,
            team.viewer,
            sessions.choose_option,
            session_id=session.id,
            option_id="no",
            note="Dark.",
            value="0 V",
        )
        ask(db, team.viewer, sessions.step_back, session_id=session.id)
        ask(db, team.viewer, sessions.choose_option, session_id=session.id, option_id="yes")
        raised = ask(
            db, team.viewer, handoffs.open_handoff, session_id=session.id, intent="escalate", reason="Stuck", priority="high"
        )  # fmt: skip
        ask(db, team.engineer, handoffs.claim, handoff_id=raised.id)
        ask(db, team.engineer, sessions.choose_option, session_id=session.id, option_id="yes")
        ask(
            db, team.engineer, sessions.complete_session, session_id=session.id, outcome="resolved", summary="New fuse."
        )  # fmt: skip
        return session.id

    session_id = transact(walk)

    text = export(api_as(team.viewer), session_id, "text").text
    for words in (
        "Branch 12", "RTR-12", "Completed, resolved", "No internet, version 1", "WHAT WAS TRIED: 3 STEPS, 1 OF THEM UNDONE",
        "1. [undone] Is the power LED lit?", "→ No: 0 V", "| Dark.", "2. Is the power LED lit?", "→ Yes",
        f"less than 1 min, {team.engineer.name}", f"{team.viewer.name}, undone by {team.viewer.name}",
        "WHERE IT ENDED", "| It works.", f"Parked by {team.viewer.name}", "| Lunch",
        "Resumed", f"Escalated by {team.viewer.name}", "priority high", f"Picked up by {team.engineer.name}", "| Stuck",
        "| New fuse.", f"Holder: {team.engineer.name}",
    ):  # fmt: skip
        assert words in " ".join(text.split()), text
    record = export(api_as(team.viewer), session_id, "json").json()
    session = api_as(team.viewer).get(f"/sessions/{session_id}").json()
    same = (
        "id",
        "status",
        "outcome",
        "title",
        "asset",
        "notes",
        "summary",
        "tree",
        "holder",
        "started_by",
        "completed_at",
    )
    assert {field: record[field] for field in same} == {field: session[field] for field in same}
    assert [{k: v for k, v in step.items() if k != "seconds"} for step in record["steps"]] == [
        {k: v for k, v in step.items() if k in record["steps"][0] or k == "by"} for step in session["steps"]
    ]


def test_it_is_for_whoever_may_see_the_session(api: Api, api_as: As, team: Team, strangers: Team):
    session_id = begin(team)
    other = transact(start, team, team.engineer).id

    for person in (team.viewer, *team.seniors):
        assert export(api_as(person), session_id).status_code == 200
    assert export(api_as(team.viewer), other).status_code == 403
    foreign, unknown = (export(api_as(strangers.owner), an_id) for an_id in (session_id, new_id()))
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert export(api_as(team.viewer), "nonsense").content == unknown.content
    assert export(api, session_id).status_code == 401


@pytest.mark.parametrize("body", [{}, {"format": "docx"}, {"format": None}, []])
def test_an_unknown_form_is_refused(api_as: As, team: Team, body: Any):
    assert api_as(team.viewer).post(f"/sessions/{begin(team)}/export", body).status_code == 422


@pytest.mark.parametrize(
    ("title", "plain", "name"),
    [
        ('"; filename="evil.exe', "_  filename=evil.exe.md", None),
        ("x\r\nSet-Cookie: a=b", "x Set-Cookie a=b.md", "x Set-Cookie a=b.md"),
        ("../../etc/passwd", None, ".. .. etc passwd.md"),
        ("Störung 停電", "St_rung __.md", "Störung 停電.md"),
        ("\u202etxt.exe", "txt.exe.md", "txt.exe.md"),
        ("100 %", "100 _.md", "100 %.md"),
        ("con", "_con.md", "_con.md"),
    ],
)
def test_a_file_name_cannot_break_out_of_its_header(
    api_as: As, team: Team, title: str, plain: str | None, name: str | None
):
    answer = export(api_as(team.viewer), begin(team, title=title))

    disposition = answer.headers["content-disposition"]
    assert disposition.isascii()
    assert "set-cookie" not in answer.headers
    fallback, _, extended = disposition.removeprefix('attachment; filename="').partition('"')
    assert '"' not in fallback
    assert "/" not in fallback
    shown = unquote(extended.removeprefix("; filename*=UTF-8''")) if extended else fallback
    if name is not None and plain is not None:
        assert (fallback, shown) == (plain, name)


def test_a_browser_gets_it_by_its_cookie_alone(api: Api, api_as: As, team: Team, strangers: Team):
    session_id = begin(team, title="Branch 12")

    def get(person: Person | None, query: str = "?format=html") -> httpx.Response:
        headers = {"Cookie": f"{SIGN_IN_COOKIE}={transact(_cookie, person)}"} if person else {}
        return api.get(f"/web/sessions/{session_id}/export{query}", headers=headers)

    mine = get(team.viewer)
    assert (mine.status_code, mine.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert mine.headers["content-disposition"] == 'attachment; filename="Branch 12.html"'
    assert mine.headers["content-security-policy"].startswith("sandbox")
    assert get(team.viewer, "").headers["content-type"] == "application/pdf"
    assert get(team.viewer, "?format=exe").status_code == 422
    assert get(strangers.owner).status_code == 404
    assert get(None).status_code == 401
    assert api_as(team.viewer).get(f"/web/sessions/{session_id}/export").status_code == 401


def test_when_many_wait_for_a_pdf_already_the_next_is_told_to_come_back(api_as: As, team: Team):
    """Each would keep a thread for as long as those before it take, until none is left to answer anybody."""
    viewer, session_id = api_as(team.viewer), begin(team)

    with ExitStack() as crowd:
        while pdf._places.acquire(blocking=False):
            crowd.callback(pdf._places.release)
        note = export(viewer, session_id, "pdf")
        poster = viewer.get(f"/trees/{team.tree_id}/export?format=pdf")
        assert export(viewer, session_id, "html").status_code == 200

    for refused in (note, poster):
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert "Try again in a minute" in refused.json()["detail"]
    assert export(viewer, session_id, "pdf").status_code == 200


def test_who_asks_for_many_pdfs_waits_for_their_own_and_nobody_else_does(api_as: As, team: Team):
    viewer, session_id = api_as(team.viewer), begin(team)
    with ThreadPoolExecutor(2) as threads:
        with pdf_turns.turn_of(team.viewer.credential):
            waiting = [threads.submit(export, viewer, session_id, "pdf") for _ in range(2)]
            eventually(lambda: pdf_turns._queues[team.viewer.credential].length == 3, 20)
            refused = export(viewer, session_id, "pdf")
            assert export(api_as(team.engineer), session_id, "pdf").status_code == 200
            assert export(viewer, session_id, "text").status_code == 200
            assert not any(job.done() for job in waiting)
        assert [job.result(60).status_code for job in waiting] == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "Your PDFs before this one" in refused.json()["detail"]
    assert pdf_turns._queues == {}


def test_an_open_escalation_says_that_nobody_has_it(api_as: As, team: Team):
    handoff = transact(escalate, team, reason="Stuck")

    text = export(api_as(team.viewer), handoff.session_id, "text").text

    assert "Escalated, waiting for a senior" in text
    assert "Nobody has picked it up yet." in " ".join(text.split())
    assert "WHERE IT STANDS" in text


def _cookie(db: Session, person: Person) -> str:
    secret = new_token()
    db.add(
        SignIn(
            account_id=person.actor.account_id,
            user_id=person.id,
            secret_hash=token_hash(secret),
            expires_at=now() + timedelta(hours=1),
        )
    )
    return secret
