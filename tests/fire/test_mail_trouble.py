"""Mail servers of every bad kind, all at once: each recipient's trouble is their own, and each mail ends as it has to."""

import pytest

from tests.fire.aftermath import assert_in_order
from tests.fire.technician import Escalation
from tests.notifications.workers import delivery_of, eventually, told
from tests.support.accounts import join, open_account
from tests.support.people import Person, do
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.services import users

ANSWER_SECONDS = 1.5
TROUBLES: dict[str, tuple[str, ...]] = {
    "put off": ("451 Come back later", "421 Busy"),
    "spam": ("554 Looks like spam",),
    "cut": ("cut", "cut"),
    "taken": ("taken",),
    "hang": ("hang",),
}


@pytest.mark.usefixtures("server_database")
def test_each_recipient_has_a_trouble_of_their_own(server: Server, smtp: MailServer):
    team = open_account()
    people: dict[str, Person] = {name: join(team, Role.ENGINEER, name) for name in TROUBLES}
    for name, person in people.items():
        smtp.trouble(person.email, *TROUBLES[name])
    smtp.answer_recipient(team.admin.email, "550 No such user here")
    smtp.answer_recipient(team.owner.email, "451 Greylisted")
    escalation = Escalation(server, team)
    handoff_id = escalation.insist()
    assert escalation.seconds < ANSWER_SECONDS
    eventually(lambda: told(team.viewer, handoff_id)["admin"] == "failed", 5)
    eventually(lambda: "451" in delivery_of(handoff_id, team.owner).error, 5)
    do(team.owner, users.change_user, user_id=team.admin.id, role="viewer")
    smtp.answer_recipient(team.owner.email, "250 OK")

    everybody = [*team.seniors, *people.values()]
    came = assert_in_order(team, [handoff_id], smtp, told=[p for p in everybody if p != team.admin])
    assert "554" in delivery_of(handoff_id, people["spam"]).error
    assert delivery_of(handoff_id, people["spam"]).status == "failed"
    assert {delivery_of(handoff_id, people[name]).status for name in ("put off", "cut", "taken", "hang")} == {
        "sent"
    }
    twice = {key for key, count in came.items() if count > 1}
    assert twice == {f"<{delivery_of(handoff_id, people['taken']).id}@127.0.0.1>"}


@pytest.mark.usefixtures("server_database")
@pytest.mark.parametrize("trouble", ["refuse", pytest.param("hang", marks=pytest.mark.soak)])
def test_a_role_that_is_taken_away_before_the_mail_server_is_back(
    server: Server, smtp: MailServer, trouble: str
):
    team = open_account()
    getattr(smtp, trouble)()
    escalation = Escalation(server, team)
    handoff_id = escalation.insist()
    assert escalation.seconds < ANSWER_SECONDS
    eventually(lambda: delivery_of(handoff_id, team.admin).attempts > 0, 20)
    do(team.owner, users.change_user, user_id=team.admin.id, role="viewer")
    do(team.owner, users.change_user, user_id=team.engineer2.id, is_active=False)
    smtp.mode = "accept"
    smtp.start()
    assert_in_order(team, [handoff_id], smtp, told=[team.engineer, team.owner])
    assert {mail.recipients[0] for mail in smtp.mails if team.domain in mail.recipients[0]} == {
        team.engineer.email,
        team.owner.email,
    }
    assert delivery_of(handoff_id, team.admin).error == "No longer a senior."
