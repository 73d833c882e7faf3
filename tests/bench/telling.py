"""Escalations while the mail server is well, refuses, or hangs; and how fast mails leave when there are many."""

import asyncio
import time
from uuid import UUID

import aiohttp
from sqlalchemy import func, select
from sqlmodel import Session, col

from tests.bench.figures import OTHERS, Figure, Goal, percentile
from tests.bench.people import long_tree
from tests.bench.stage import House, Neighbours, Stage
from tests.support.people import Person, add_person, add_team, ask, publish_tree
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import Channel, DeliveryStatus
from troubleshoot_app.models import Delivery
from troubleshoot_app.services import sessions
from troubleshoot_app.services.tokens import issue_access_token

SENIORS = 20
AT_ONCE = 2
MAILS = 1000
MAIL_SENIORS = 96  # with the four of the account a hundred
MS = 1000
ANSWERED = Goal(300)
LEAVING = Goal(50, at_least=True)
PATIENCE_SECONDS = 120


def measure(house: House, *, quick: bool) -> list[Figure]:
    """Return the slowest answers to an escalation in each state of the mail server, and mails a second."""
    mail_server = MailServer()
    mail_server.start()
    try:
        with house.stage("telling", SMTP_URL=mail_server.url) as stage:
            figures = [
                asyncio.run(_answers(stage, mail_server, trouble, 40 if quick else 150))
                for trouble in ("", "refuse", "hang")
            ]
        mail_server.reset()
        with house.stage("mails", SMTP_URL=mail_server.url) as stage:
            return [*figures, asyncio.run(_mails(stage, 300 if quick else MAILS))]
    finally:
        mail_server.stop()


async def _answers(stage: Stage, mail_server: MailServer, trouble: str, count: int) -> Figure:
    mail_server.reset()
    if trouble:
        getattr(mail_server, trouble)()
    escalator, session_ids = transact(_account_with_sessions, f"answers{trouble}", SENIORS, count)
    neighbours = Neighbours()
    times = await _escalate_all(stage, escalator, session_ids)
    return Figure(
        name=f"escalation answered, mail server {'well' if not trouble else f'made to {trouble}'}",
        what=f"POST /sessions/{{id}}/handoff, {AT_ONCE} at a time, in an account with {SENIORS + 4} seniors: p99",
        against="nothing; the goal is absolute",
        unit="ms",
        value=percentile(times, 99),
        low=min(times),
        high=max(times),
        goal=ANSWERED,
        details={"ms, p50": percentile(times, 50), "escalations": count, OTHERS: neighbours.share()},
    )


async def _mails(stage: Stage, count: int) -> Figure:
    escalations = count // (MAIL_SENIORS + 4)
    escalator, session_ids = transact(_account_with_sessions, "mails", MAIL_SENIORS, escalations)
    neighbours = Neighbours()
    begin = time.perf_counter()
    await _escalate_all(stage, escalator, session_ids)
    account_id = escalator.actor.account_id
    while (sent := transact(_sent, account_id)) < escalations * (MAIL_SENIORS + 4):
        assert time.perf_counter() - begin < PATIENCE_SECONDS, f"only {sent} mails have left"
        await asyncio.sleep(0.1)
    rate = sent / (time.perf_counter() - begin)
    return Figure(
        name="mails",
        what=f"mails a second, from the first of {escalations} escalations to the last of {sent} mails taken by the server",
        against="nothing; the goal is absolute",
        unit="mails/s",
        value=rate,
        low=rate,
        high=rate,
        goal=LEAVING,
        details={OTHERS: neighbours.share()},
    )


async def _escalate_all(stage: Stage, escalator: Person, session_ids: list[str]) -> list[float]:
    """Escalate all of these, a few at a time; return how long each took to be answered, in ms."""
    headers = {"Authorization": f"Bearer {issue_access_token(escalator.id, escalator.actor.sign_in_id).text}"}
    waiting = list(session_ids)
    times: list[float] = []

    async def work(http: aiohttp.ClientSession) -> None:
        while waiting:
            url = f"{stage.server.url}/api/v1/sessions/{waiting.pop()}/handoff"
            begin = time.perf_counter()
            async with http.post(
                url, headers=headers, json={"intent": "escalate", "reason": "Stuck."}
            ) as answer:
                content = await answer.read()
                assert answer.status == 201, content
            times.append(MS * (time.perf_counter() - begin))

    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(work(http) for _ in range(AT_ONCE)))
    return times


def _account_with_sessions(db: Session, name: str, seniors: int, count: int) -> tuple[Person, list[str]]:
    team = add_team(db, name)
    for number in range(seniors):
        add_person(db, team.account_id, Role.ENGINEER, f"Senior {number}", f"senior{number}@{name}.test")
    tree_id = publish_tree(db, team.admin, long_tree(20), "A tree")
    ids = [str(ask(db, team.viewer, sessions.start_session, tree_id=tree_id).id) for _ in range(count)]
    return team.viewer, ids


def _sent(db: Session, account_id: UUID) -> int:
    query = select(func.count()).where(
        col(Delivery.account_id) == account_id,
        col(Delivery.channel) == Channel.EMAIL,
        col(Delivery.status) == DeliveryStatus.SENT,
    )
    return int(db.execute(query).scalar_one())
