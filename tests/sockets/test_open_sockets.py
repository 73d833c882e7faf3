"""Sockets that are open already: a flood, people who lose their rights meanwhile, presses that come twice or too late."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from tests.support.accounts import cookie_for, open_account
from tests.support.people import Person, Team, ask, escalate, start
from tests.support.reflex_socket import ReflexSocket, Update
from tests.support.server import Server
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import Outcome
from troubleshoot_app.models import Delivery, SignIn, User
from troubleshoot_app.services import handoffs, sessions

Aio = Callable[..., Any]
NameOf = Callable[[str], str]
Change = Callable[[Session, Person], None]

FLOOD = 2_000
STEPS = 20
# A flooded server may be slower, but not so that a person waits.
SLOWER, PATIENCE_SECONDS = 15, 0.25


def test_a_flood_is_cut_off_and_others_hardly_notice(
    server: Server, team: Team, name_of: NameOf, aio: Aio
) -> None:
    session = transact(start, team)

    async def flood() -> bool:
        async with ReflexSocket(server.url, cookie=cookie_for(team.engineer)) as tab:
            with contextlib.suppress(ConnectionError):
                for _ in range(FLOOD):
                    await tab.send(name_of("trees_state.search"), words="internet")
            await tab.settle()
            return tab.is_closed

    async def walk_beside_a_flood() -> tuple[list[float], list[float]]:
        walker = ReflexSocket(server.url, cookie=cookie_for(team.viewer), path=f"/sessions/{session.id}")
        async with walker as tab:
            await tab.wait(_shows(revision=1))
            alone = [await _step(tab, name_of) for _ in range(STEPS)]
            flooding = asyncio.create_task(flood())
            beside = []
            while not flooding.done():
                beside.append(await _step(tab, name_of))
            assert await flooding, "the flood was not cut off"
            return alone, beside

    alone, beside = aio(walk_beside_a_flood())
    assert median(beside) <= SLOWER * median(alone) + PATIENCE_SECONDS, (median(alone), median(beside))


def _becomes_viewer(db: Session, person: Person) -> None:
    db.execute(update(User).where(col(User.id) == person.id).values(role=Role.VIEWER))


def _is_deactivated(db: Session, person: Person) -> None:
    db.execute(update(User).where(col(User.id) == person.id).values(is_active=False))


def _is_deleted(db: Session, person: Person) -> None:
    db.execute(update(User).where(col(User.id) == person.id).values(deleted_at=now()))


def _signs_out(db: Session, person: Person) -> None:
    db.execute(update(SignIn).where(col(SignIn.user_id) == person.id).values(revoked_at=now()))


@pytest.mark.parametrize("change", [_becomes_viewer, _is_deactivated, _is_deleted, _signs_out])
def test_who_is_no_senior_any_more_is_refused_and_hears_of_nothing(
    server: Server, team: Team, name_of: NameOf, aio: Aio, change: Change
) -> None:
    async def lose_rights() -> tuple[str, str]:
        leaver = ReflexSocket(server.url, cookie=cookie_for(team.engineer))
        stayer = ReflexSocket(server.url, cookie=cookie_for(team.engineer2))
        async with leaver, stayer:
            for tab, person in ((leaver, team.engineer), (stayer, team.engineer2)):
                await tab.wait(_shows(user_name=person.name))
            await leaver.settle()
            await asyncio.to_thread(transact, change, team.engineer)
            handoff = await asyncio.to_thread(transact, escalate, team, reason="XKQREASON")
            await stayer.wait(lambda update: "XKQREASON" in str(update.delta))
            pushed = str(await leaver.settle())
            await leaver.send(name_of("inbox_state.pick_up"), handoff_id=handoff.id)
            await leaver.send(name_of("inbox_state.dismiss"), handoff_id=handoff.id)
            await leaver.wait(_is_refusal)
            return pushed, str(await leaver.settle())

    pushed, answered = aio(lose_rights())
    assert "XKQREASON" not in pushed + answered
    assert _dismissed(team) == 0


@pytest.mark.parametrize("change", [_is_deactivated, _is_deleted, _signs_out])
def test_who_is_signed_out_is_not_told_either_what_becomes_of_their_case(
    server: Server, team: Team, aio: Aio, change: Change
) -> None:
    handoff = transact(escalate, team)

    async def pick_up_after() -> str:
        gone = ReflexSocket(
            server.url, cookie=cookie_for(team.viewer), path=f"/sessions/{handoff.session_id}"
        )
        senior = ReflexSocket(server.url, cookie=cookie_for(team.admin))
        async with gone, senior:
            await gone.wait(_shows(user_name=team.viewer.name))
            await senior.wait(_shows(fresh=1))
            await gone.settle()
            await asyncio.to_thread(transact, change, team.viewer)
            await asyncio.to_thread(transact, ask, team.engineer, handoffs.claim, handoff_id=handoff.id)
            await senior.wait(_shows(fresh=0))
            return str(await gone.settle())

    assert team.engineer.name not in aio(pick_up_after())


def test_an_answer_pressed_twice_is_one_step(server: Server, team: Team, name_of: NameOf, aio: Aio) -> None:
    session = transact(start, team)

    async def press_twice() -> Any:
        async with ReflexSocket(
            server.url, cookie=cookie_for(team.viewer), path=f"/sessions/{session.id}"
        ) as tab:
            await tab.wait(_shows(revision=1))
            for _ in range(2):
                await tab.send(name_of("session_state.choose"), option_id="yes", revision=1)
            await tab.wait(_shows(revision=2))
            await tab.settle()
            return tab.var("message_state", "text")

    assert aio(press_twice()) == ""
    view = transact(ask, team.viewer, sessions.get_session, session_id=session.id)
    assert (view.revision, view.current.id, len(view.steps)) == (2, "wan", 1)


def test_an_option_of_another_node_is_refused_with_a_sentence(
    server: Server, team: Team, name_of: NameOf, aio: Aio
) -> None:
    session = transact(start, team)

    assert "not an answer to the current question" in aio(
        _told(server, team.viewer, session.id, name_of("session_state.choose"), option_id="back", revision=1)
    )
    assert transact(ask, team.viewer, sessions.get_session, session_id=session.id).revision == 1


def test_an_answer_from_a_page_that_is_out_of_date_is_refused_with_a_sentence(
    server: Server, team: Team, name_of: NameOf, aio: Aio
) -> None:
    session = transact(start, team)
    transact(ask, team.viewer, sessions.choose_option, session_id=session.id, option_id="yes")

    assert "has moved on" in aio(
        _told(server, team.viewer, session.id, name_of("session_state.choose"), option_id="no", revision=1)
    )
    assert transact(ask, team.viewer, sessions.get_session, session_id=session.id).current.id == "wan"


def test_an_answer_on_a_completed_session_is_refused_with_a_sentence(
    server: Server, team: Team, name_of: NameOf, aio: Aio
) -> None:
    session = transact(start, team)
    transact(ask, team.viewer, sessions.complete_session, session_id=session.id, outcome=Outcome.RESOLVED)

    assert "is completed" in aio(
        _told(server, team.viewer, session.id, name_of("session_state.choose"), option_id="yes", revision=2)
    )


def test_the_address_that_a_browser_claims_opens_no_foreign_session(
    server: Server, team: Team, name_of: NameOf, aio: Aio
) -> None:
    mine, theirs = transact(start, team), transact(start, open_account(), title="XKQSECRET")

    async def lie() -> str:
        async with ReflexSocket(
            server.url, cookie=cookie_for(team.viewer), path=f"/sessions/{mine.id}"
        ) as tab:
            await tab.wait(_shows(id=mine.id))
            tab.path = f"/sessions/{theirs.id}"
            await tab.send(name_of("session_state.load"))
            await tab.send(name_of("session_state.choose"), option_id="yes", revision=1)
            await tab.wait(lambda update: "There is nothing here" in str(update.delta))
            return str(await tab.settle())

    assert "XKQSECRET" not in aio(lie())
    untouched = transact(ask, team.viewer, sessions.get_session, session_id=mine.id)
    assert untouched.revision == 1


async def _told(server: Server, person: Person, session_id: str, handler: str, **payload: Any) -> str:
    """Return the sentence that somebody is shown who calls a handler on the page of a session."""
    tab = ReflexSocket(server.url, cookie=cookie_for(person), path=f"/sessions/{session_id}")
    async with tab:
        await tab.wait(_shows(id=session_id))
        await tab.send(handler, **payload)
        told = await tab.wait(
            lambda update: any(state.get("text_rx_state_") for state in update.delta.values())
        )
        return str(told)


async def _step(tab: ReflexSocket, name_of: NameOf) -> float:
    """Answer the current question so that the walk goes round, and return how long that took."""
    revision = tab.var("session_state", "revision")
    option = "yes" if tab.var("session_state", "node")["id"] == "power" else "back"
    tab.updates.clear()
    begin = time.perf_counter()
    await tab.send(name_of("session_state.choose"), option_id=option, revision=revision)
    await tab.wait(_shows(revision=revision + 1))
    return time.perf_counter() - begin


def _shows(**values: Any) -> Callable[[Update], bool]:
    """Return the question whether an update sets a variable of that name to that value."""
    ((name, value),) = values.items()
    return lambda update: any(state.get(f"{name}_rx_state_") == value for state in update.delta.values())


def _is_refusal(update: Update) -> bool:
    return (
        "/login?next=" in str(update.events)
        or "may not" in str(update.delta)
        or "Only seniors" in str(update)
    )


def _dismissed(team: Team) -> int:
    def count(db: Session) -> int:
        query = select(func.count()).where(
            col(Delivery.account_id) == team.account_id, col(Delivery.dismissed_at).is_not(None)
        )
        return db.execute(query).scalar_one()

    return transact(count)
